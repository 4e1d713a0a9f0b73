// SPDX-License-Identifier: Apache-2.0
//
// What an exporter is told: `ExportTraceServiceResponse` and `google.rpc.Status`, each as protobuf and
// as JSON. Both messages are tiny, so they are written by hand.

/** Canonical codes, the numbers of gRPC (`google.rpc.Code`). */
export const rpcCodes = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;
export type RpcCode = (typeof rpcCodes)[keyof typeof rpcCodes];

/** A refusal. With `retryAfterMs`, trying again after that time can help; without, it cannot. */
export interface RpcStatus {
  readonly code: RpcCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** `google.rpc.Status`, with `RetryInfo` in its details where trying again helps. */
export function encodeRpcStatus(status: RpcStatus): Uint8Array<ArrayBuffer> {
  const parts = [varintField(1, status.code), textField(2, status.message)];
  if (status.retryAfterMs !== undefined) {
    const seconds = Math.floor(status.retryAfterMs / 1000);
    const nanos = (status.retryAfterMs % 1000) * 1_000_000;
    const delay = joined([varintField(1, seconds), varintField(2, nanos)]);
    parts.push(bytesField(3, joined([textField(1, RETRY_INFO), bytesField(2, bytesField(1, delay))])));
  }
  return joined(parts);
}

/** `google.rpc.Status` in the JSON mapping of protobuf. */
export function rpcStatusJson(status: RpcStatus): string {
  const details =
    status.retryAfterMs === undefined
      ? []
      : [{ '@type': RETRY_INFO, retryDelay: `${(status.retryAfterMs / 1000).toFixed(3).replace(/\.?0+$/, '')}s` }];
  return JSON.stringify({ code: status.code, message: status.message, ...(details.length > 0 ? { details } : {}) });
}

/** What was not taken of an export that was otherwise accepted; a message alone is a warning. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly message: string;
}

const hasNothingToSay = (partial: PartialSuccess) => partial.rejectedSpans === 0 && partial.message === '';

/** `ExportTraceServiceResponse`; empty for a full success, as the specification asks. */
export function encodeExportResponse(partial: PartialSuccess): Uint8Array<ArrayBuffer> {
  return hasNothingToSay(partial)
    ? new Uint8Array(0)
    : bytesField(1, joined([varintField(1, partial.rejectedSpans), textField(2, partial.message)]));
}

/** `ExportTraceServiceResponse` in OTLP JSON. */
export function exportResponseJson(partial: PartialSuccess): string {
  if (hasNothingToSay(partial)) {
    return '{}';
  }
  return JSON.stringify({
    partialSuccess: {
      ...(partial.rejectedSpans === 0 ? {} : { rejectedSpans: String(partial.rejectedSpans) }),
      ...(partial.message === '' ? {} : { errorMessage: partial.message }),
    },
  });
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** Absent for 0, as proto3 leaves default values out. */
function varintField(field: number, value: number): Uint8Array<ArrayBuffer> {
  return value === 0 ? new Uint8Array(0) : Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

function bytesField(field: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value]);
}

function textField(field: number, value: string): Uint8Array<ArrayBuffer> {
  return value === '' ? new Uint8Array(0) : bytesField(field, new TextEncoder().encode(value));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
