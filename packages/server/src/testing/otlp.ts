// SPDX-License-Identifier: Apache-2.0
//
// Export requests as hostile as a test wants them: protobufjs over the fields of OTLP, with texts as bytes so
// that they may hold anything. Nothing of our own codec takes part.
import protobuf from 'protobufjs';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Value { oneof value { bytes string_value = 1; int64 int_value = 3; } }
  message Attribute { bytes key = 1; Value value = 2; }
  message Status { bytes message = 2; int32 code = 3; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; bytes name = 5; int32 kind = 6;
    fixed64 start = 7; fixed64 end = 8; repeated Attribute attributes = 9; Status status = 15;
  }
  message Resource { repeated Attribute attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Request { repeated ResourceSpans resource_spans = 1; }
`);
const requestType = root.lookupType('Request');

/** A span; what is left out is right. */
export interface SpanInput {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly name?: Uint8Array;
  readonly start?: bigint;
  readonly end?: bigint;
  /** Texts by key. */
  readonly attributes?: Readonly<Record<string, Uint8Array>>;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `count` bytes that all are `value`. */
export const repeated = (value: number, count: number): Uint8Array => new Uint8Array(count).fill(value);

/** Bytes of an id by its hex digits. */
export const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'));

let nextSpan = 1;

/** The bytes of an ExportTraceServiceRequest with these spans, all of one service. */
export function exportRequest(spans: readonly SpanInput[], service = 'checkout'): Uint8Array<ArrayBuffer> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const attributes = (values: Readonly<Record<string, Uint8Array>>) =>
    Object.entries(values).map(([key, value]) => ({ key: utf8(key), value: { stringValue: value } }));
  const message = requestType.fromObject({
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': utf8(service) }) },
        scopeSpans: [
          {
            spans: spans.map((span) => ({
              traceId: span.traceId ?? repeated(7, 16),
              spanId: span.spanId ?? hex((nextSpan++).toString(16).padStart(16, '0')),
              name: span.name ?? utf8('good'),
              kind: 2,
              start: String(span.start ?? now),
              end: String(span.end ?? now + 1_000_000n),
              attributes: attributes(span.attributes ?? {}),
            })),
          },
        ],
      },
    ],
  });
  return new Uint8Array(requestType.encode(message).finish());
}
