// SPDX-License-Identifier: Apache-2.0
//
// What an OTLP receiver answers: ExportTraceServiceResponse with its partial success, and google.rpc.Status for
// errors over HTTP, both in protobuf and in JSON (OTLP specification, "OTLP/HTTP Response").

import { WireWriter } from './wire-writer.ts';

/** Partial success; with no rejected spans and a message it is a warning, with neither a full success. */
export interface ExportResponse {
  readonly rejectedSpans: number;
  /** '' if there is nothing to say. */
  readonly message: string;
}

/** Codes of `google.rpc.Code` that a receiver answers with. */
export const rpcCodes = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** ExportTraceServiceResponse as protobuf: empty for a full success, as the specification demands. */
export function encodeExportResponse(response: ExportResponse): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  if (response.rejectedSpans > 0 || response.message !== '') {
    const start = writer.begin(1);
    if (response.rejectedSpans > 0) {
      writer.int64(1, BigInt(response.rejectedSpans));
    }
    if (response.message !== '') {
      writer.text(2, response.message);
    }
    writer.end(start);
  }
  return writer.finish();
}

/** ExportTraceServiceResponse as OTLP/JSON: `{}` for a full success. */
export function encodeExportResponseJson(response: ExportResponse): string {
  if (response.rejectedSpans === 0 && response.message === '') {
    return '{}';
  }
  return JSON.stringify({
    partialSuccess: {
      ...(response.rejectedSpans > 0 ? { rejectedSpans: String(response.rejectedSpans) } : {}),
      ...(response.message !== '' ? { errorMessage: response.message } : {}),
    },
  });
}

/**
 * google.rpc.Status as protobuf. `retryAfterSeconds` adds a google.rpc.RetryInfo, which tells a gRPC client that
 * trying again helps.
 */
export function encodeRpcStatus(code: number, message: string, retryAfterSeconds?: number): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  if (code !== 0) {
    writer.int32(1, code);
  }
  if (message !== '') {
    writer.text(2, message);
  }
  if (retryAfterSeconds !== undefined) {
    const any = writer.begin(3);
    writer.text(1, 'type.googleapis.com/google.rpc.RetryInfo');
    const info = writer.begin(2);
    const delay = writer.begin(1);
    const seconds = Math.floor(retryAfterSeconds);
    writer.int64(1, BigInt(seconds));
    writer.int32(2, Math.round((retryAfterSeconds - seconds) * 1e9));
    writer.end(delay);
    writer.end(info);
    writer.end(any);
  }
  return writer.finish();
}

/** google.rpc.Status as JSON. */
export function encodeRpcStatusJson(code: number, message: string): string {
  return JSON.stringify({ code, message });
}
