// SPDX-License-Identifier: Apache-2.0
//
// One gRPC call with raw bytes, for tests.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

/** What came back: an answer or an error. */
export interface GrpcOutcome {
  readonly error?: ServiceError;
  readonly answer?: Buffer;
}

export const traceExport = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** Calls `path` at the host and port of `url`. */
export function callGrpc(
  url: string,
  path: string,
  body: Uint8Array,
  options: { readonly metadata?: Readonly<Record<string, string>>; readonly gzip?: boolean } = {}
): Promise<GrpcOutcome> {
  const client = new Client(new URL(url).host, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': options.gzip === true ? 2 : 0,
  });
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    metadata.set(key, value);
  }
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (value: Uint8Array) => Buffer.from(value),
      (bytes: Buffer) => bytes,
      body,
      metadata,
      (error, answer) => {
        client.close();
        resolve({ ...(error === null ? {} : { error }), ...(answer === undefined ? {} : { answer }) });
      }
    );
  });
}
