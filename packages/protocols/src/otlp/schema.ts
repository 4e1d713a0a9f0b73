// SPDX-License-Identifier: Apache-2.0
//
// The OTLP trace messages as data (opentelemetry-proto 1.x): what the JSON codecs walk, in both directions.
// The hot protobuf paths do not use it.

export type ScalarType =
  | 'string'
  | 'bool'
  | 'uint32'
  | 'int32'
  | 'fixed32'
  | 'fixed64'
  | 'int64'
  | 'double'
  /** Bytes that OTLP/JSON writes as hex, and protobuf's own JSON as base64. */
  | 'id'
  | 'bytes'
  | 'enum';

export interface FieldSpec {
  readonly number: number;
  /** lowerCamelCase, as in JSON. */
  readonly name: string;
  readonly type: ScalarType | 'message';
  readonly repeated?: true;
  /** Written even if it has its default value: members of a oneof. */
  readonly explicit?: true;
  /** Names of an enum's values from 0 on. */
  readonly names?: readonly string[];
  /** A function, because messages refer to themselves. */
  readonly message?: () => MessageSpec;
  /** Ids: how many bytes it must have. */
  readonly size?: number;
}

export interface MessageSpec {
  readonly name: string;
  /** All fields are members of one oneof: the last one sent counts. */
  readonly oneof?: true;
  readonly fields: readonly FieldSpec[];
  readonly byNumber: ReadonlyMap<number, FieldSpec>;
  /** Both the lowerCamelCase and the snake_case name. */
  readonly byName: ReadonlyMap<string, FieldSpec>;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function message(name: string, fields: readonly FieldSpec[]): MessageSpec {
  return {
    name,
    fields,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byName: new Map(fields.flatMap((field) => [[field.name, field] as const, [snakeCase(field.name), field] as const])),
  };
}

const anyValue: MessageSpec = message('AnyValue', [
  { number: 1, name: 'stringValue', type: 'string', explicit: true },
  { number: 2, name: 'boolValue', type: 'bool', explicit: true },
  { number: 3, name: 'intValue', type: 'int64', explicit: true },
  { number: 4, name: 'doubleValue', type: 'double', explicit: true },
  { number: 5, name: 'arrayValue', type: 'message', message: () => ArrayValue },
  { number: 6, name: 'kvlistValue', type: 'message', message: () => KeyValueList },
  { number: 7, name: 'bytesValue', type: 'bytes', explicit: true },
  { number: 8, name: 'stringValueStrindex', type: 'int32', explicit: true },
]);

const AnyValue: MessageSpec = { ...anyValue, oneof: true };

const ArrayValue: MessageSpec = message('ArrayValue', [
  { number: 1, name: 'values', type: 'message', repeated: true, message: () => AnyValue },
]);

const KeyValue: MessageSpec = message('KeyValue', [
  { number: 1, name: 'key', type: 'string' },
  { number: 2, name: 'value', type: 'message', message: () => AnyValue },
  { number: 3, name: 'keyStrindex', type: 'int32' },
]);

const KeyValueList: MessageSpec = message('KeyValueList', [
  { number: 1, name: 'values', type: 'message', repeated: true, message: () => KeyValue },
]);

function attributes(number: number): FieldSpec {
  return { number, name: 'attributes', type: 'message', repeated: true, message: () => KeyValue };
}

function droppedAttributes(number: number): FieldSpec {
  return { number, name: 'droppedAttributesCount', type: 'uint32' };
}

const EntityRef: MessageSpec = message('EntityRef', [
  { number: 1, name: 'schemaUrl', type: 'string' },
  { number: 2, name: 'type', type: 'string' },
  { number: 3, name: 'idKeys', type: 'string', repeated: true },
  { number: 4, name: 'descriptionKeys', type: 'string', repeated: true },
]);

const Resource: MessageSpec = message('Resource', [
  attributes(1),
  droppedAttributes(2),
  { number: 3, name: 'entityRefs', type: 'message', repeated: true, message: () => EntityRef },
]);

const InstrumentationScope: MessageSpec = message('InstrumentationScope', [
  { number: 1, name: 'name', type: 'string' },
  { number: 2, name: 'version', type: 'string' },
  attributes(3),
  droppedAttributes(4),
]);

const Event: MessageSpec = message('Event', [
  { number: 1, name: 'timeUnixNano', type: 'fixed64' },
  { number: 2, name: 'name', type: 'string' },
  attributes(3),
  droppedAttributes(4),
]);

const Link: MessageSpec = message('Link', [
  { number: 1, name: 'traceId', type: 'id', size: 16 },
  { number: 2, name: 'spanId', type: 'id', size: 8 },
  { number: 3, name: 'traceState', type: 'string' },
  attributes(4),
  droppedAttributes(5),
  { number: 6, name: 'flags', type: 'fixed32' },
]);

const Status: MessageSpec = message('Status', [
  { number: 2, name: 'message', type: 'string' },
  {
    number: 3,
    name: 'code',
    type: 'enum',
    names: ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'],
  },
]);

const Span: MessageSpec = message('Span', [
  { number: 1, name: 'traceId', type: 'id', size: 16 },
  { number: 2, name: 'spanId', type: 'id', size: 8 },
  { number: 3, name: 'traceState', type: 'string' },
  { number: 4, name: 'parentSpanId', type: 'id', size: 8 },
  { number: 16, name: 'flags', type: 'fixed32' },
  { number: 5, name: 'name', type: 'string' },
  {
    number: 6,
    name: 'kind',
    type: 'enum',
    names: [
      'SPAN_KIND_UNSPECIFIED',
      'SPAN_KIND_INTERNAL',
      'SPAN_KIND_SERVER',
      'SPAN_KIND_CLIENT',
      'SPAN_KIND_PRODUCER',
      'SPAN_KIND_CONSUMER',
    ],
  },
  { number: 7, name: 'startTimeUnixNano', type: 'fixed64' },
  { number: 8, name: 'endTimeUnixNano', type: 'fixed64' },
  attributes(9),
  droppedAttributes(10),
  { number: 11, name: 'events', type: 'message', repeated: true, message: () => Event },
  { number: 12, name: 'droppedEventsCount', type: 'uint32' },
  { number: 13, name: 'links', type: 'message', repeated: true, message: () => Link },
  { number: 14, name: 'droppedLinksCount', type: 'uint32' },
  { number: 15, name: 'status', type: 'message', message: () => Status },
]);

const ScopeSpans: MessageSpec = message('ScopeSpans', [
  { number: 1, name: 'scope', type: 'message', message: () => InstrumentationScope },
  { number: 2, name: 'spans', type: 'message', repeated: true, message: () => Span },
  { number: 3, name: 'schemaUrl', type: 'string' },
]);

const ResourceSpans: MessageSpec = message('ResourceSpans', [
  { number: 1, name: 'resource', type: 'message', message: () => Resource },
  { number: 2, name: 'scopeSpans', type: 'message', repeated: true, message: () => ScopeSpans },
  { number: 3, name: 'schemaUrl', type: 'string' },
]);

/** Also ExportTraceServiceRequest, which is the same on the wire and in JSON. */
export const tracesDataSpec: MessageSpec = message('TracesData', [
  { number: 1, name: 'resourceSpans', type: 'message', repeated: true, message: () => ResourceSpans },
]);
