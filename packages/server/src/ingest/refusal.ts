// SPDX-License-Identifier: Apache-2.0
//
// Why an export is refused, and how each protocol says so. OTLP clients retry on HTTP 429, 502, 503, 504
// and on gRPC UNAVAILABLE, and on RESOURCE_EXHAUSTED only with RetryInfo; so a status is chosen by whether
// sending the same again can help. docs/errors.md shows this table and a test compares them.
import { encodeRpcStatus, rpcCodes } from '@tracewell/protocols';
import { StoreError, type StoreErrorCode } from '@tracewell/store';

/** Canonical codes, the numbers of gRPC. */
export type RpcCode = (typeof rpcCodes)[keyof typeof rpcCodes];

/** A refusal. With `retryAfterMs`, trying again after that time can help; without, it cannot. */
export interface RpcStatus {
  readonly code: RpcCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** An export that is refused as a whole. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly rpc: RpcStatus;
  constructor(httpStatus: number, rpc: RpcStatus, options: { cause?: unknown } = {}) {
    super(rpc.message, options);
    this.name = 'Refusal';
    this.httpStatus = httpStatus;
    this.rpc = rpc;
  }

  /** For counting: the store's code, or what the status means (`unauthenticated`). */
  get reason(): string {
    return this.cause instanceof StoreError ? this.cause.code : (reasons.get(this.rpc.code) ?? 'unknown');
  }
}

const reasons = new Map<number, string>(
  Object.entries(rpcCodes).map(([name, code]) => [code, name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)])
);

/** One line of {@link ingestStatuses}. `retryAfterMs` absent: sending the same again cannot help. */
export interface IngestStatus {
  readonly http: number;
  readonly rpc: RpcCode;
  readonly retryAfterMs?: number;
}

const internal: IngestStatus = { http: 500, rpc: rpcCodes.internal };

/** How the codes of the store are answered to exporters. */
export const ingestStatuses: Readonly<Record<StoreErrorCode, IngestStatus>> = {
  malformed: { http: 400, rpc: rpcCodes.invalidArgument },
  limit: { http: 413, rpc: rpcCodes.resourceExhausted },
  overloaded: { http: 429, rpc: rpcCodes.resourceExhausted, retryAfterMs: 1000 },
  'disk-full': { http: 507, rpc: rpcCodes.resourceExhausted },
  'read-only': { http: 503, rpc: rpcCodes.unavailable, retryAfterMs: 30_000 },
  timeout: { http: 504, rpc: rpcCodes.unavailable, retryAfterMs: 1000 },
  cancelled: { http: 503, rpc: rpcCodes.unavailable, retryAfterMs: 1000 },
  closed: { http: 503, rpc: rpcCodes.unavailable, retryAfterMs: 1000 },
  'invalid-query': internal,
  'not-supported': internal,
  locked: internal,
  'newer-format': internal,
  unreadable: internal,
  internal,
};

/** A disk that may have room again: retention or a person can help, but not within a second. */
export const diskFullRetry: IngestStatus = { http: 503, rpc: rpcCodes.resourceExhausted, retryAfterMs: 30_000 };

/** Turns whatever the store rejected with into a refusal; what is not a {@link StoreError} is a bug. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  if (!(error instanceof StoreError)) {
    const message = 'the store failed unexpectedly; its log has the details';
    return new Refusal(500, { code: rpcCodes.internal, message }, { cause: error });
  }
  const status = statusOf(error);
  return new Refusal(
    status.http,
    {
      code: status.rpc,
      message: error.message,
      ...(status.retryAfterMs === undefined ? {} : { retryAfterMs: status.retryAfterMs }),
    },
    { cause: error }
  );
}

function statusOf(error: StoreError): IngestStatus {
  if (error.code === 'disk-full' && error.retryable) {
    return diskFullRetry;
  }
  if (error.code === 'internal' && error.retryable) {
    return ingestStatuses.closed;
  }
  return ingestStatuses[error.code];
}

const sentence = (httpStatus: number, code: RpcCode, message: string, retryAfterMs?: number) =>
  new Refusal(httpStatus, { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

/** The refusals that are decided before the store sees anything. */
export const refusals = {
  bodyTooLarge: (limit: number) =>
    sentence(
      413,
      rpcCodes.resourceExhausted,
      `the request body is larger than the limit of ${limit} bytes (--max-body-bytes); send smaller batches`
    ),
  decompressedTooLarge: (limit: number) =>
    sentence(
      413,
      rpcCodes.resourceExhausted,
      `the request decompresses to more than the limit of ${limit} bytes (--max-decompressed-bytes); send smaller batches`
    ),
  brokenCompression: (encoding: string, reason: string) =>
    sentence(400, rpcCodes.invalidArgument, `the request body is not valid ${encoding}: ${reason}`),
  unknownEncoding: (encoding: string) =>
    sentence(
      415,
      rpcCodes.unimplemented,
      `the content encoding ${JSON.stringify(encoding)} is not supported; use gzip, deflate or none`
    ),
  unknownType: (type: string) =>
    sentence(
      415,
      rpcCodes.invalidArgument,
      `the content type ${type === '' ? 'is missing' : `${JSON.stringify(type)} is not supported`}; ` +
        'use application/x-protobuf or application/json'
    ),
  malformed: (message: string) => sentence(400, rpcCodes.invalidArgument, message),
  incomplete: () => sentence(400, rpcCodes.invalidArgument, 'the request ended before its body was complete'),
  // Counted with those of the store that mean the same.
  overloaded: () =>
    toRefusal(
      new StoreError('overloaded', 'too many bytes are being received at once; try again later', { retryable: true })
    ),
  stopping: () => sentence(503, rpcCodes.unavailable, 'the store is shutting down; try again later', 1000),
  unauthenticated: () =>
    sentence(401, rpcCodes.unauthenticated, 'the store asks for credentials; send an Authorization header'),
  foreignOrigin: (origin: string) =>
    sentence(
      403,
      rpcCodes.permissionDenied,
      `a page of ${JSON.stringify(origin)} may not send spans; allow it with --otlp-cors-origin`
    ),
  otherSignal: (signal: 'metrics' | 'logs') =>
    sentence(
      404,
      rpcCodes.unimplemented,
      `Tracewell stores traces only, it takes no ${signal}; set OTEL_${signal.toUpperCase()}_EXPORTER=none ` +
        `or send ${signal} elsewhere with OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`
    ),
};

/** `google.rpc.Status` in protobuf, with RetryInfo where trying again helps. */
export function encodeRefusal({ rpc }: Refusal): Uint8Array<ArrayBuffer> {
  return encodeRpcStatus(rpc.code, rpc.message, rpc.retryAfterMs === undefined ? undefined : rpc.retryAfterMs / 1000);
}
