// SPDX-License-Identifier: Apache-2.0
//
// The other end of `encodeTraceByIdResponse`: what a page does with Tempo's v2 answer to trace by id in protobuf.
import type { Trace } from '@tracewell/trace';
import { decodeTrace } from '../otlp/decode-trace.ts';
import { decodeText } from '../otlp/text.ts';
import { WIRE_BYTES, WIRE_VARINT, WireReader } from '../otlp/wire-reader.ts';

/** A trace as it was answered. */
export interface TraceAnswer {
  readonly trace: Trace;
  /** Why the trace may be incomplete; absent for a complete one. */
  readonly partial?: string;
}

/**
 * Reads a `TraceByIDResponse`; undefined if it holds no span, which is how v2 says "not found". Throws
 * `MalformedRequestError` for broken protobuf.
 */
export function decodeTraceByIdResponse(bytes: Uint8Array): TraceAnswer | undefined {
  const reader = new WireReader(bytes);
  const end = bytes.length;
  let trace: Uint8Array | undefined;
  let isPartial = false;
  let message = '';
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    const type = tag & 7;
    if (type === WIRE_BYTES && (field === 1 || field === 4)) {
      const next = reader.payloadEnd(end);
      if (field === 1) {
        trace = bytes.subarray(reader.position, next);
      } else {
        message = decodeText(bytes, reader.position, next);
      }
      reader.position = next;
    } else if (type === WIRE_VARINT && field === 3) {
      reader.varint(end);
      isPartial = reader.lo === 1;
    } else {
      reader.skip(tag, end);
    }
  }
  const decoded = trace === undefined ? undefined : decodeTrace(trace);
  if (decoded === undefined || decoded.length === 0) {
    return undefined;
  }
  return isPartial ? { trace: decoded, partial: message } : { trace: decoded };
}
