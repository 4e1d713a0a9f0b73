// SPDX-License-Identifier: Apache-2.0
//
// OTLP as others see it: protobufjs over the official .proto files. Nothing of our own codec takes part, so a round
// trip proves something.
import path from 'node:path';
import protobuf from 'protobufjs';

const protoRoot = path.join(__dirname, '../../packages/protocols/testing/proto');
const files = new protobuf.Root();
files.resolvePath = (_origin, target) => path.join(protoRoot, target);
files.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', { keepCase: false });

const exportRequest = files.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
const tracesData = files.lookupType('opentelemetry.proto.trace.v1.TracesData');

/** OTLP JSON-like object with bytes as base64 and 64-bit numbers as text. */
export type PlainMessage = Record<string, unknown>;

/** Encodes a plain object (camelCase, enums as numbers, bytes as Uint8Array or base64, 64-bit as text). */
export function encodeExport(message: PlainMessage): Uint8Array<ArrayBuffer> {
  const complaint = exportRequest.verify(exportRequest.fromObject(message));
  if (complaint !== null) {
    throw new Error(complaint);
  }
  return new Uint8Array(exportRequest.encode(exportRequest.fromObject(message)).finish());
}

export function decodeExport(bytes: Uint8Array): PlainMessage {
  return toPlain(exportRequest, bytes);
}

/** Decodes `TracesData`. */
export function decodeTraces(bytes: Uint8Array): PlainMessage {
  return toPlain(tracesData, bytes);
}

/** Decodes Tempo's `TraceByIDResponse`, whose field 1 is `TracesData` on the wire. */
export function decodeTraceById(bytes: Uint8Array): PlainMessage {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) {
      return decodeTraces(reader.bytes());
    }
    reader.skipType(tag & 7);
  }
  return {};
}

function toPlain(type: protobuf.Type, bytes: Uint8Array): PlainMessage {
  return type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: Number, defaults: false });
}

/** A span with the resource and scope it came in, and without anything that is only a default. */
export interface FlatSpan {
  readonly resource: unknown;
  readonly scope: unknown;
  readonly span: Record<string, unknown>;
}

/** All spans, by span id; what "equal up to grouping, order of spans and default values" compares. */
export function flatten(message: PlainMessage): FlatSpan[] {
  const spans: FlatSpan[] = [];
  for (const resourceSpans of list(message['resourceSpans'])) {
    for (const scopeSpans of list(resourceSpans['scopeSpans'])) {
      for (const span of list(scopeSpans['spans'])) {
        spans.push({
          resource: withoutDefaults({ ...resourceSpans, scopeSpans: undefined }) ?? {},
          scope: withoutDefaults({ ...scopeSpans, spans: undefined }) ?? {},
          span: (withoutDefaults(span) ?? {}) as Record<string, unknown>,
        });
      }
    }
  }
  return spans.sort((a, b) => (hexId(a) < hexId(b) ? -1 : 1));
}

/** The span's id as people write it. */
export function hexId({ span }: FlatSpan): string {
  return typeof span['spanId'] === 'string' ? Buffer.from(span['spanId'], 'base64').toString('hex') : '';
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

/** Fields that hold their type's default are the same as absent ones, but for those of a oneof: "" is a value there. */
function withoutDefaults(value: unknown, insideValue = false): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => withoutDefaults(item, insideValue) ?? {});
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (item === undefined || (!insideValue && (item === '' || item === 0 || item === '0'))) {
      return [];
    }
    const isAnyValue = key === 'value' || key === 'values';
    const cleaned = withoutDefaults(item, isAnyValue && !Array.isArray(item) ? true : isAnyValue);
    const empty = Array.isArray(cleaned) ? cleaned.length === 0 && !insideValue : cleaned === undefined;
    return empty ? [] : [[key, cleaned]];
  });
  return entries.length === 0 && !insideValue ? undefined : Object.fromEntries(entries);
}
