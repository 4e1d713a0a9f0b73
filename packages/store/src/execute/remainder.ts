// SPDX-License-Identifier: Apache-2.0
//
// Reads the remainder of a span (docs/formats/block.md): attributes without a column, events and links.
// Ingest has checked these bytes, so what cannot be read here is a damaged block and throws
// MalformedRequestError.

import { WireReader } from '@tracewell/protocols';
import type { Attribute, AttributeValue, SpanEvent, SpanLink } from '@tracewell/trace';
import { spanIdText, traceIdText } from './ids.ts';

const ATTRIBUTE = (9 << 3) | 2;
const EVENT = (11 << 3) | 2;
const LINK = (13 << 3) | 2;

const BYTES_1 = (1 << 3) | 2;
const BYTES_2 = (2 << 3) | 2;

const text = new TextDecoder();

function sliceText(reader: WireReader, end: number): string {
  const next = reader.payloadEnd(end);
  const found = text.decode(reader.bytes.subarray(reader.position, next));
  reader.position = next;
  return found;
}

/** An AnyValue that ends at `end`. Several fields in one message: the last one counts, as protobuf has it. */
function anyValue(reader: WireReader, end: number): AttributeValue {
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case BYTES_1:
        value = sliceText(reader, end);
        break;
      case (2 << 3) | 0:
        reader.varint(end);
        value = reader.lo !== 0 || reader.hi !== 0;
        break;
      case (3 << 3) | 0:
        reader.varint(end);
        value = BigInt.asIntN(64, (BigInt(reader.hi) << 32n) | BigInt(reader.lo));
        break;
      case (4 << 3) | 1:
        value = reader.double(end);
        break;
      case (5 << 3) | 2: {
        const next = reader.payloadEnd(end);
        const values: AttributeValue[] = [];
        while (reader.position < next) {
          const inner = reader.tag(next);
          if (inner === BYTES_1) {
            const valueEnd = reader.payloadEnd(next);
            values.push(anyValue(reader, valueEnd));
          } else {
            reader.skip(inner, next);
          }
        }
        value = values;
        break;
      }
      case (6 << 3) | 2: {
        const next = reader.payloadEnd(end);
        const entries: Attribute[] = [];
        while (reader.position < next) {
          const inner = reader.tag(next);
          if (inner === BYTES_1) {
            const entryEnd = reader.payloadEnd(next);
            entries.push(keyValue(reader, entryEnd));
          } else {
            reader.skip(inner, next);
          }
        }
        value = { entries };
        break;
      }
      case (7 << 3) | 2: {
        const next = reader.payloadEnd(end);
        value = reader.bytes.slice(reader.position, next);
        reader.position = next;
        break;
      }
      default:
        reader.skip(tag, end);
    }
  }
  return value;
}

function keyValue(reader: WireReader, end: number): Attribute {
  let key = '';
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      key = sliceText(reader, end);
    } else if (tag === BYTES_2) {
      const next = reader.payloadEnd(end);
      value = anyValue(reader, next);
    } else {
      reader.skip(tag, end);
    }
  }
  return { key, value };
}

/** Calls `each` with the end of every field that has this tag, the reader standing at its payload. */
function eachField(bytes: Uint8Array, wanted: number, each: (reader: WireReader, end: number) => void): void {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === wanted) {
      const next = reader.payloadEnd(end);
      each(reader, next);
      reader.position = next;
    } else {
      reader.skip(tag, end);
    }
  }
}

/** The value of the first attribute with this key (as UTF-8); undefined if there is none. Decodes no other value. */
export function findRemainderAttribute(rest: Uint8Array, key: Uint8Array): AttributeValue | undefined {
  const reader = new WireReader(rest);
  const end = rest.length;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== ATTRIBUTE) {
      reader.skip(tag, end);
      continue;
    }
    const next = reader.payloadEnd(end);
    const start = reader.position;
    if (hasKey(reader, next, key)) {
      reader.position = start;
      return keyValue(reader, next).value;
    }
    reader.position = next;
  }
  return undefined;
}

function hasKey(reader: WireReader, end: number, key: Uint8Array): boolean {
  let found = key.length === 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== BYTES_1) {
      reader.skip(tag, end);
      continue;
    }
    const next = reader.payloadEnd(end);
    found = next - reader.position === key.length;
    for (let i = 0; found && i < key.length; i++) {
      found = reader.bytes[reader.position + i] === key[i];
    }
    reader.position = next;
  }
  return found;
}

/** The events of a remainder, in the order they were sent. */
export function remainderEvents(rest: Uint8Array): SpanEvent[] {
  const events: SpanEvent[] = [];
  eachField(rest, EVENT, (reader, end) => {
    let timeUnixNano = 0n;
    let name = '';
    let droppedAttributesCount = 0;
    const attributes: Attribute[] = [];
    while (reader.position < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case (1 << 3) | 1:
          reader.fixed64(end);
          timeUnixNano = (BigInt(reader.hi) << 32n) | BigInt(reader.lo);
          break;
        case BYTES_2:
          name = sliceText(reader, end);
          break;
        case (3 << 3) | 2: {
          const next = reader.payloadEnd(end);
          attributes.push(keyValue(reader, next));
          break;
        }
        case (4 << 3) | 0:
          droppedAttributesCount = reader.uint32(end);
          break;
        default:
          reader.skip(tag, end);
      }
    }
    events.push({ timeUnixNano, name, attributes, droppedAttributesCount });
  });
  return events;
}

/** The links of a remainder, in the order they were sent. */
export function remainderLinks(rest: Uint8Array): SpanLink[] {
  const links: SpanLink[] = [];
  eachField(rest, LINK, (reader, end) => {
    let traceId = '';
    let spanId = '';
    let traceState = '';
    let droppedAttributesCount = 0;
    let flags = 0;
    const attributes: Attribute[] = [];
    while (reader.position < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case BYTES_1:
        case BYTES_2: {
          const next = reader.payloadEnd(end);
          const id = hexText(reader.bytes, reader.position, next);
          reader.position = next;
          if (tag === BYTES_1) {
            traceId = id;
          } else {
            spanId = id;
          }
          break;
        }
        case (3 << 3) | 2:
          traceState = sliceText(reader, end);
          break;
        case (4 << 3) | 2: {
          const next = reader.payloadEnd(end);
          attributes.push(keyValue(reader, next));
          break;
        }
        case (5 << 3) | 0:
          droppedAttributesCount = reader.uint32(end);
          break;
        case (6 << 3) | 5:
          flags = reader.fixed32(end);
          break;
        default:
          reader.skip(tag, end);
      }
    }
    links.push({ traceId, spanId, traceState, attributes, droppedAttributesCount, flags });
  });
  return links;
}

function hexText(bytes: Uint8Array, start: number, end: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (end - start === 8) {
    return spanIdText(view.getBigUint64(start));
  }
  if (end - start === 16) {
    return traceIdText(view.getBigUint64(start), view.getBigUint64(start + 8));
  }
  let digits = '';
  for (let i = start; i < end; i++) {
    digits += (bytes[i] ?? 0).toString(16).padStart(2, '0');
  }
  return digits;
}

/** All attributes of a remainder, in the order they were sent. */
export function remainderAttributes(rest: Uint8Array): Attribute[] {
  const attributes: Attribute[] = [];
  eachField(rest, ATTRIBUTE, (reader, end) => attributes.push(keyValue(reader, end)));
  return attributes;
}
