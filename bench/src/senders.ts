// SPDX-License-Identifier: Apache-2.0
//
// Sends export requests by OTLP over HTTP or gRPC, a request at a time for each caller, on connections that are kept.
import { Client, credentials } from '@grpc/grpc-js';
import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';

export type Protocol = 'http' | 'grpc';

/** Where a receiver listens. */
export interface OtlpAddresses {
  /** Base URL, without /v1/traces. */
  readonly http: string;
  /** Host and port. */
  readonly grpc: string;
}

export interface Sender {
  /** Resolves when the request is acknowledged, rejects when it is refused. */
  send(body: Uint8Array): Promise<void>;
  close(): void;
}

/** At most this many requests are in flight, however many callers there are. */
export const inFlight = 8;
const grpcConnections = 2;
const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** `gzip` packs each body before it is sent; over HTTP only. */
export function createSender(protocol: Protocol, addresses: OtlpAddresses, gzip = false): Sender {
  return protocol === 'http' ? httpSender(`${addresses.http}/v1/traces`, gzip) : grpcSender(addresses.grpc);
}

function httpSender(url: string, gzip: boolean): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const post = (body: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(url, {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-protobuf',
          'content-length': body.length,
          ...(gzip && { 'content-encoding': 'gzip' }),
        },
      });
      request.on('error', (error) => {
        // The server closes connections that were idle for a while, perhaps just now.
        if (request.reusedSocket && 'code' in error && error.code === 'ECONNRESET') {
          resolve(post(body));
        } else {
          reject(error);
        }
      });
      request.on('response', (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 200) {
            resolve();
          } else {
            reject(new Error(`${url} answered ${String(response.statusCode)}`));
          }
        });
      });
      request.end(body);
    });
  return {
    close: () => agent.destroy(),
    send: (plain) => post(gzip ? gzipSync(plain, { level: 1 }) : plain),
  };
}

function grpcSender(address: string): Sender {
  const clients = Array.from(
    { length: grpcConnections },
    () =>
      new Client(address, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
        'grpc.max_send_message_length': -1,
      })
  );
  let next = 0;
  return {
    close: () => clients.forEach((client) => client.close()),
    send: (body) =>
      new Promise((resolve, reject) => {
        const client = clients[(next += 1) % clients.length];
        client?.makeUnaryRequest(
          exportPath,
          (value: Uint8Array) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
          (bytes: Buffer) => bytes,
          body,
          (error) => {
            if (error === null) {
              resolve();
            } else {
              reject(error);
            }
          }
        );
      }),
  };
}
