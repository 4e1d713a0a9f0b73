// SPDX-License-Identifier: Apache-2.0
//
// Tempo's answers to trace by id, made from stored OTLP `TracesData` bytes: the bytes go into the answer as they
// are. Protobuf: v1 is the bytes themselves (Tempo's Trace is TracesData on the wire), v2 is
// TraceByIDResponse {trace = 1, metrics = 2, status = 3, message = 4}. JSON: protobuf's own mapping, in which v1
// says `batches` instead of `resourceSpans`.

import { encodeTracesJson } from '../otlp/encode-json.ts';
import { WireWriter } from '../otlp/wire-writer.ts';

export interface TraceByIdResponse {
  /** TracesData; empty if the trace was not found (v2 then answers with an empty trace, not with 404). */
  readonly trace: Uint8Array;
  /** TraceByIDMetrics.inspectedBytes. */
  readonly inspectedBytes: number;
  /** Why the trace may be incomplete; present means status PARTIAL. */
  readonly partial?: string;
}

/** Tags, lengths, the metrics and the status. */
const OTHER_FIELDS = 64;

/** v2 in protobuf. */
export function encodeTraceByIdResponse(response: TraceByIdResponse): Uint8Array<ArrayBuffer> {
  // Room for all of it: a large trace must not be copied each time that the buffer grows.
  const writer = new WireWriter(response.trace.length + OTHER_FIELDS + 3 * (response.partial?.length ?? 0));
  writer.bytes(1, response.trace);
  if (response.inspectedBytes > 0) {
    const start = writer.begin(2);
    writer.int64(1, BigInt(response.inspectedBytes));
    writer.end(start);
  }
  if (response.partial !== undefined) {
    writer.uint32(3, 1);
    if (response.partial !== '') {
      writer.text(4, response.partial);
    }
  }
  return writer.take();
}

/** v2 in JSON. Throws `MalformedRequestError` if the trace is not TracesData. */
export function encodeTraceByIdResponseJson(response: TraceByIdResponse): string {
  const parts = [`"trace":${encodeTracesJson(response.trace, 'jsonpb')}`];
  if (response.inspectedBytes > 0) {
    parts.push(`"metrics":{"inspectedBytes":"${response.inspectedBytes}"}`);
  }
  if (response.partial !== undefined) {
    parts.push('"status":"PARTIAL"');
    if (response.partial !== '') {
      parts.push(`"message":${JSON.stringify(response.partial)}`);
    }
  }
  return `{${parts.join(',')}}`;
}

/** v1 in JSON: `{"batches":[...]}`. Throws `MalformedRequestError` if the trace is not TracesData. */
export function encodeTraceV1Json(trace: Uint8Array): string {
  return encodeTracesJson(trace, 'jsonpb').replace(/^\{"resourceSpans":/, '{"batches":');
}
