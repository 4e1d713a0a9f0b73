// SPDX-License-Identifier: Apache-2.0
//
// OTLP messages to the trace model: one span, resource, scope, event, link or attribute list at a time, from
// ranges of bytes. Tolerant, because what is shown may come from any server: bad UTF-8 becomes replacement
// characters and ids are taken in whatever length; only broken framing and endless nesting throw
// MalformedRequestError. An AnyValue with several values has the last one, as a protobuf oneof does; a value
// that refers to a string table (profiles only) reads as null.

import { bytesToHex } from '@tracewell/base';
import type { Attribute, AttributeValue, Resource, Scope, Span, SpanEvent, SpanLink } from '@tracewell/trace';

import { MalformedRequestError } from './errors.ts';
import { decodeText } from './text.ts';
import { WireReader } from './wire-reader.ts';

/** Nesting is bounded only so that a hostile answer cannot exhaust the stack. */
const MAX_DEPTH = 200;

const VARINT_2 = (2 << 3) | 0;
const VARINT_3 = (3 << 3) | 0;
const VARINT_4 = (4 << 3) | 0;
const VARINT_5 = (5 << 3) | 0;
const FIXED64_1 = (1 << 3) | 1;
const FIXED64_4 = (4 << 3) | 1;
const BYTES_1 = (1 << 3) | 2;
const BYTES_2 = (2 << 3) | 2;
const BYTES_3 = (3 << 3) | 2;
const BYTES_4 = (4 << 3) | 2;
const BYTES_5 = (5 << 3) | 2;
const BYTES_6 = (6 << 3) | 2;
const BYTES_7 = (7 << 3) | 2;
const FIXED32_6 = (6 << 3) | 5;

function uint64(reader: WireReader): bigint {
  return (BigInt(reader.hi) << 32n) | BigInt(reader.lo);
}

function text(reader: WireReader, end: number): string {
  const textEnd = reader.payloadEnd(end);
  const value = decodeText(reader.bytes, reader.position, textEnd);
  reader.position = textEnd;
  return value;
}

function hex(reader: WireReader, end: number): string {
  const idEnd = reader.payloadEnd(end);
  const value = bytesToHex(reader.bytes, reader.position, idEnd);
  reader.position = idEnd;
  return value;
}

/** An all zero parent id means none, as an empty one does. */
function parentHex(reader: WireReader, end: number): string {
  const value = hex(reader, end);
  return /[^0]/.test(value) ? value : '';
}

function anyValue(reader: WireReader, end: number, depth: number): AttributeValue {
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case BYTES_1:
        value = text(reader, end);
        break;
      case VARINT_2:
        reader.varint(end);
        value = reader.lo !== 0 || reader.hi !== 0;
        break;
      case VARINT_3:
        reader.varint(end);
        value = BigInt.asIntN(64, uint64(reader));
        break;
      case FIXED64_4:
        value = reader.double(end);
        break;
      case BYTES_5:
        value = list(reader, reader.payloadEnd(end), depth + 1);
        break;
      case BYTES_6:
        value = { entries: keyValues(reader, reader.payloadEnd(end), depth + 1) };
        break;
      case BYTES_7: {
        const bytesEnd = reader.payloadEnd(end);
        value = reader.bytes.slice(reader.position, bytesEnd);
        reader.position = bytesEnd;
        break;
      }
      default:
        reader.skip(tag, end);
    }
  }
  return value;
}

function checkDepth(reader: WireReader, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new MalformedRequestError(reader.position, `values nested at most ${MAX_DEPTH} levels deep`, 'a deeper one');
  }
}

function list(reader: WireReader, end: number, depth: number): AttributeValue[] {
  checkDepth(reader, depth);
  const values: AttributeValue[] = [];
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      values.push(anyValue(reader, reader.payloadEnd(end), depth));
    } else {
      reader.skip(tag, end);
    }
  }
  return values;
}

function keyValues(reader: WireReader, end: number, depth: number): Attribute[] {
  checkDepth(reader, depth);
  const entries: Attribute[] = [];
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      entries.push(keyValue(reader, reader.payloadEnd(end), depth));
    } else {
      reader.skip(tag, end);
    }
  }
  return entries;
}

function keyValue(reader: WireReader, end: number, depth: number): Attribute {
  let key = '';
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      key = text(reader, end);
    } else if (tag === BYTES_2) {
      value = anyValue(reader, reader.payloadEnd(end), depth);
    } else {
      reader.skip(tag, end);
    }
  }
  return { key, value };
}

/** A KeyValue payload. */
export function decodeAttribute(bytes: Uint8Array, start: number, end: number): Attribute {
  return keyValue(new WireReader(bytes, start), end, 0);
}

/** A Resource payload; the schema URL stands beside it in ResourceSpans. Entity references are left out. */
export function decodeResource(bytes: Uint8Array, start: number, end: number, schemaUrl: string): Resource {
  const reader = new WireReader(bytes, start);
  const attributes: Attribute[] = [];
  let droppedAttributesCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      attributes.push(keyValue(reader, reader.payloadEnd(end), 0));
    } else if (tag === VARINT_2) {
      droppedAttributesCount = reader.uint32(end);
    } else {
      reader.skip(tag, end);
    }
  }
  return { attributes, droppedAttributesCount, schemaUrl };
}

/** An InstrumentationScope payload; the schema URL stands beside it in ScopeSpans. */
export function decodeScope(bytes: Uint8Array, start: number, end: number, schemaUrl: string): Scope {
  const reader = new WireReader(bytes, start);
  const attributes: Attribute[] = [];
  let name = '';
  let version = '';
  let droppedAttributesCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      name = text(reader, end);
    } else if (tag === BYTES_2) {
      version = text(reader, end);
    } else if (tag === BYTES_3) {
      attributes.push(keyValue(reader, reader.payloadEnd(end), 0));
    } else if (tag === VARINT_4) {
      droppedAttributesCount = reader.uint32(end);
    } else {
      reader.skip(tag, end);
    }
  }
  return { name, version, attributes, droppedAttributesCount, schemaUrl };
}

/** A Span.Event payload. */
export function decodeEvent(bytes: Uint8Array, start: number, end: number): SpanEvent {
  return event(new WireReader(bytes, start), end);
}

function event(reader: WireReader, end: number): SpanEvent {
  const attributes: Attribute[] = [];
  let timeUnixNano = 0n;
  let name = '';
  let droppedAttributesCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === FIXED64_1) {
      reader.fixed64(end);
      timeUnixNano = uint64(reader);
    } else if (tag === BYTES_2) {
      name = text(reader, end);
    } else if (tag === BYTES_3) {
      attributes.push(keyValue(reader, reader.payloadEnd(end), 0));
    } else if (tag === VARINT_4) {
      droppedAttributesCount = reader.uint32(end);
    } else {
      reader.skip(tag, end);
    }
  }
  return { timeUnixNano, name, attributes, droppedAttributesCount };
}

/** A Span.Link payload. */
export function decodeLink(bytes: Uint8Array, start: number, end: number): SpanLink {
  return link(new WireReader(bytes, start), end);
}

function link(reader: WireReader, end: number): SpanLink {
  const attributes: Attribute[] = [];
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let droppedAttributesCount = 0;
  let flags = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case BYTES_1:
        traceId = hex(reader, end);
        break;
      case BYTES_2:
        spanId = hex(reader, end);
        break;
      case BYTES_3:
        traceState = text(reader, end);
        break;
      case BYTES_4:
        attributes.push(keyValue(reader, reader.payloadEnd(end), 0));
        break;
      case VARINT_5:
        droppedAttributesCount = reader.uint32(end);
        break;
      case FIXED32_6:
        flags = reader.fixed32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags };
}

/** A Span payload. */
export function decodeSpan(bytes: Uint8Array, start: number, end: number, resource: Resource, scope: Scope): Span {
  const reader = new WireReader(bytes, start);
  const attributes: Attribute[] = [];
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  const span = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: '',
    kind: 0,
    startUnixNano: 0n,
    endUnixNano: 0n,
    statusCode: 0,
    statusMessage: '',
    attributes,
    droppedAttributesCount: 0,
    events,
    droppedEventsCount: 0,
    links,
    droppedLinksCount: 0,
    resource,
    scope,
  };
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case BYTES_1:
        span.traceId = hex(reader, end);
        break;
      case BYTES_2:
        span.spanId = hex(reader, end);
        break;
      case BYTES_3:
        span.traceState = text(reader, end);
        break;
      case BYTES_4:
        span.parentSpanId = parentHex(reader, end);
        break;
      case BYTES_5:
        span.name = text(reader, end);
        break;
      case (6 << 3) | 0:
        span.kind = reader.int32(end);
        break;
      case (7 << 3) | 1:
        reader.fixed64(end);
        span.startUnixNano = uint64(reader);
        break;
      case (8 << 3) | 1:
        reader.fixed64(end);
        span.endUnixNano = uint64(reader);
        break;
      case (9 << 3) | 2:
        attributes.push(keyValue(reader, reader.payloadEnd(end), 0));
        break;
      case (10 << 3) | 0:
        span.droppedAttributesCount = reader.uint32(end);
        break;
      case (11 << 3) | 2:
        events.push(event(reader, reader.payloadEnd(end)));
        break;
      case (12 << 3) | 0:
        span.droppedEventsCount = reader.uint32(end);
        break;
      case (13 << 3) | 2:
        links.push(link(reader, reader.payloadEnd(end)));
        break;
      case (14 << 3) | 0:
        span.droppedLinksCount = reader.uint32(end);
        break;
      case (15 << 3) | 2:
        status(reader, reader.payloadEnd(end), span);
        break;
      case (16 << 3) | 5:
        span.flags = reader.fixed32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return span;
}

function status(reader: WireReader, end: number, into: { statusCode: number; statusMessage: string }): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_2) {
      into.statusMessage = text(reader, end);
    } else if (tag === VARINT_3) {
      into.statusCode = reader.int32(end);
    } else {
      reader.skip(tag, end);
    }
  }
}
