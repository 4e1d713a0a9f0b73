// SPDX-License-Identifier: Apache-2.0
//
// The trace model to OTLP protobuf. Spans are grouped by resource and scope: equal ones share a group even if
// they are different objects, groups stand in order of first appearance, spans keep their order within a group.
// Default values are left out, as proto3 does; an attribute's value is always written, for `null` as an empty
// AnyValue.

import { tryHexToBytes } from '@tracewell/base';
import type { Attribute, AttributeValue, Resource, Scope, Span, SpanEvent, SpanLink } from '@tracewell/trace';

import { WireWriter } from './wire-writer.ts';

function id(writer: WireWriter, field: number, hex: string): void {
  if (hex === '') {
    return;
  }
  const bytes = tryHexToBytes(hex);
  if (bytes === undefined) {
    throw new RangeError(`an id should be an even number of hex digits, found "${hex}"`);
  }
  writer.bytes(field, bytes);
}

function text(writer: WireWriter, field: number, value: string): void {
  if (value !== '') {
    writer.text(field, value);
  }
}

function uint32(writer: WireWriter, field: number, value: number): void {
  if (value !== 0) {
    writer.uint32(field, value);
  }
}

/** Fields of an AnyValue. */
function anyValue(writer: WireWriter, value: AttributeValue): void {
  if (value === null) {
    return;
  }
  switch (typeof value) {
    case 'string':
      writer.text(1, value);
      return;
    case 'boolean':
      writer.uint32(2, value ? 1 : 0);
      return;
    case 'bigint':
      writer.int64(3, value);
      return;
    case 'number':
      writer.double(4, value);
      return;
    default:
      if (value instanceof Uint8Array) {
        writer.bytes(7, value);
      } else if ('entries' in value && !isArray(value)) {
        const start = writer.begin(6);
        attributes(writer, 1, value.entries);
        writer.end(start);
      } else if (isArray(value)) {
        const start = writer.begin(5);
        for (const item of value) {
          const itemStart = writer.begin(1);
          anyValue(writer, item);
          writer.end(itemStart);
        }
        writer.end(start);
      }
  }
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
function isArray(value: object): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function attributes(writer: WireWriter, field: number, list: readonly Attribute[]): void {
  for (const { key, value } of list) {
    const start = writer.begin(field);
    text(writer, 1, key);
    const valueStart = writer.begin(2);
    anyValue(writer, value);
    writer.end(valueStart);
    writer.end(start);
  }
}

function event(writer: WireWriter, value: SpanEvent): void {
  const start = writer.begin(11);
  if (value.timeUnixNano !== 0n) {
    writer.fixed64(1, value.timeUnixNano);
  }
  text(writer, 2, value.name);
  attributes(writer, 3, value.attributes);
  uint32(writer, 4, value.droppedAttributesCount);
  writer.end(start);
}

function link(writer: WireWriter, value: SpanLink): void {
  const start = writer.begin(13);
  id(writer, 1, value.traceId);
  id(writer, 2, value.spanId);
  text(writer, 3, value.traceState);
  attributes(writer, 4, value.attributes);
  uint32(writer, 5, value.droppedAttributesCount);
  if (value.flags !== 0) {
    writer.fixed32(6, value.flags);
  }
  writer.end(start);
}

/** Fields of a Span. */
function spanFields(writer: WireWriter, span: Span): void {
  id(writer, 1, span.traceId);
  id(writer, 2, span.spanId);
  text(writer, 3, span.traceState);
  id(writer, 4, span.parentSpanId);
  text(writer, 5, span.name);
  if (span.kind !== 0) {
    writer.int32(6, span.kind);
  }
  if (span.startUnixNano !== 0n) {
    writer.fixed64(7, span.startUnixNano);
  }
  if (span.endUnixNano !== 0n) {
    writer.fixed64(8, span.endUnixNano);
  }
  attributes(writer, 9, span.attributes);
  uint32(writer, 10, span.droppedAttributesCount);
  for (const item of span.events) {
    event(writer, item);
  }
  uint32(writer, 12, span.droppedEventsCount);
  for (const item of span.links) {
    link(writer, item);
  }
  uint32(writer, 14, span.droppedLinksCount);
  if (span.statusCode !== 0 || span.statusMessage !== '') {
    const start = writer.begin(15);
    text(writer, 2, span.statusMessage);
    if (span.statusCode !== 0) {
      writer.int32(3, span.statusCode);
    }
    writer.end(start);
  }
  if (span.flags !== 0) {
    writer.fixed32(16, span.flags);
  }
}

function resourceField(writer: WireWriter, resource: Resource): void {
  const start = writer.begin(1);
  attributes(writer, 1, resource.attributes);
  uint32(writer, 2, resource.droppedAttributesCount);
  writer.end(start);
  text(writer, 3, resource.schemaUrl);
}

function scopeField(writer: WireWriter, scope: Scope): void {
  const start = writer.begin(1);
  text(writer, 1, scope.name);
  text(writer, 2, scope.version);
  attributes(writer, 3, scope.attributes);
  uint32(writer, 4, scope.droppedAttributesCount);
  writer.end(start);
  text(writer, 3, scope.schemaUrl);
}

/** Finds equal things by what they are encoded as; the same object is encoded once. */
class Groups<Key extends object, Group> {
  private readonly byIdentity = new Map<Key, Group>();
  private readonly byContent = new Map<string, Group>();
  private readonly scratch = new WireWriter();
  private readonly encode: (writer: WireWriter, key: Key) => void;

  constructor(encode: (writer: WireWriter, key: Key) => void) {
    this.encode = encode;
  }

  get(key: Key, create: (encoded: Uint8Array) => Group): Group {
    const known = this.byIdentity.get(key);
    if (known !== undefined) {
      return known;
    }
    this.scratch.clear();
    this.encode(this.scratch, key);
    const encoded = this.scratch.finish();
    const content = Array.from(encoded, (byte) => String.fromCharCode(byte)).join('');
    const group = this.byContent.get(content) ?? create(encoded);
    this.byContent.set(content, group);
    this.byIdentity.set(key, group);
    return group;
  }

  all(): Iterable<Group> {
    return this.byContent.values();
  }
}

interface ScopeGroup {
  readonly encoded: Uint8Array;
  readonly spans: Span[];
}

interface ResourceGroup {
  readonly encoded: Uint8Array;
  readonly scopes: Groups<Scope, ScopeGroup>;
}

/**
 * Spans of any traces as OTLP `TracesData`, which is also the wire form of ExportTraceServiceRequest. Throws
 * RangeError for an id that is not hex.
 */
export function encodeSpans(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const resources = new Groups<Resource, ResourceGroup>(resourceField);
  for (const span of spans) {
    const resource = resources.get(span.resource, (encoded) => ({ encoded, scopes: new Groups(scopeField) }));
    resource.scopes.get(span.scope, (encoded) => ({ encoded, spans: [] })).spans.push(span);
  }
  const writer = new WireWriter();
  for (const resource of resources.all()) {
    const resourceStart = writer.begin(1);
    writer.raw(resource.encoded, 0, resource.encoded.length);
    for (const scope of resource.scopes.all()) {
      const scopeStart = writer.begin(2);
      writer.raw(scope.encoded, 0, scope.encoded.length);
      for (const span of scope.spans) {
        const spanStart = writer.begin(2);
        spanFields(writer, span);
        writer.end(spanStart);
      }
      writer.end(scopeStart);
    }
    writer.end(resourceStart);
  }
  return writer.finish();
}
