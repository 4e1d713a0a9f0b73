// SPDX-License-Identifier: Apache-2.0
//
// A client of `tempopb.StreamingQuerier` made of grpc-js and protobufjs over a description of Tempo's messages:
// nothing of our own codec takes part.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import path from 'node:path';
import protobuf from 'protobufjs';

const root = new protobuf.Root().loadSync(
  path.join(__dirname, '../../../protocols/testing/proto/tempo/streaming.proto')
);
const service = root.lookupService('tempopb.StreamingQuerier');

/** What a stream brought: packets as plain objects (64-bit numbers as text), and how it ended. */
export interface Streamed {
  readonly packets: readonly Record<string, unknown>[];
  /** Bytes of each packet. */
  readonly sizes: readonly number[];
  readonly error?: ServiceError;
}

/** Calls a method at the host and port of `url`. */
export function stream(
  url: string,
  method: string,
  request: Readonly<Record<string, unknown>>,
  options: {
    readonly metadata?: Readonly<Record<string, string>>;
    readonly authority?: string;
    readonly cancelAfterMs?: number;
  } = {}
): Promise<Streamed> {
  const described = service.methods[method];
  described?.resolve();
  const { resolvedRequestType = null, resolvedResponseType = null } = described ?? {};
  if (!resolvedRequestType || !resolvedResponseType) {
    throw new Error(`expected a method of StreamingQuerier, found ${method}`);
  }
  const client = new Client(new URL(url).host, credentials.createInsecure(), {
    ...(options.authority === undefined ? {} : { 'grpc.default_authority': options.authority }),
  });
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    metadata.set(key, value);
  }
  const packets: Record<string, unknown>[] = [];
  const sizes: number[] = [];
  return new Promise((resolve) => {
    const call = client.makeServerStreamRequest(
      `/tempopb.StreamingQuerier/${method}`,
      (value: Uint8Array) => Buffer.from(value),
      (bytes: Buffer) => bytes,
      resolvedRequestType.encode(resolvedRequestType.fromObject(request)).finish(),
      metadata
    );
    const finish = (error?: ServiceError): void => {
      client.close();
      resolve({ packets, sizes, ...(error === undefined ? {} : { error }) });
    };
    call.on('data', (bytes: Buffer) => {
      sizes.push(bytes.length);
      packets.push(resolvedResponseType.toObject(resolvedResponseType.decode(bytes), { longs: String, enums: String }));
    });
    call.on('error', (error: ServiceError) => finish(error));
    call.on('end', () => finish());
    if (options.cancelAfterMs !== undefined) {
      setTimeout(() => call.cancel(), options.cancelAfterMs);
    }
  });
}
