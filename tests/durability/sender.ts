// SPDX-License-Identifier: Apache-2.0
//
// An exporter in a process of its own, which outlives the store: it sends numbered requests over HTTP and gRPC, several at
// a time, sends again what was not acknowledged, as often as it takes, and writes the number of each request to a file
// when it has been acknowledged. Arguments: the file, the start of the requests in time, and where to send.
import { Client, credentials, status as grpcStatus } from '@grpc/grpc-js';
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { bytesOfRequest } from './numbered-request.ts';

const [file = '', base = '0', http = '', grpc = ''] = process.argv.slice(2);
const lanes = 8;
const retryMs = 25;
const deadlineMs = 20_000;
const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** What OTLP tells exporters to send again. */
const retryableStatuses = [429, 502, 503, 504];
const retryableCodes: number[] = [
  grpcStatus.UNAVAILABLE,
  grpcStatus.CANCELLED,
  grpcStatus.DEADLINE_EXCEEDED,
  grpcStatus.ABORTED,
  grpcStatus.RESOURCE_EXHAUSTED,
];

let paused = true;
let next = 0;
let inFlight = 0;
let retries = 0;
const resumed = new Set<() => void>();

/** Whether it was acknowledged; throws if sending again cannot help. */
async function sendByHttp(body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(`${http}/v1/traces`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-protobuf' },
      signal: AbortSignal.timeout(deadlineMs),
    });
    const answer = await response.arrayBuffer();
    if (response.status === 200 && answer.byteLength > 0) {
      throw new RangeError('partial success');
    }
  } catch (error) {
    if (error instanceof RangeError) {
      throw error;
    }
    return false;
  }
  if (response.status !== 200 && !retryableStatuses.includes(response.status)) {
    throw new Error(`HTTP status ${String(response.status)}`);
  }
  return response.status === 200;
}

function sendByGrpc(client: Client, body: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (value: Uint8Array) => Buffer.from(value),
      (bytes: Buffer) => bytes,
      body,
      { deadline: Date.now() + deadlineMs },
      (error, answer) => {
        if (error === null) {
          if ((answer?.length ?? 0) > 0) {
            reject(new Error('partial success'));
          }
          resolve(true);
        } else if (retryableCodes.includes(error.code)) {
          resolve(false);
        } else {
          reject(new Error(`gRPC status ${String(error.code)}: ${error.details}`));
        }
      }
    );
  });
}

async function lane(isGrpc: boolean): Promise<void> {
  const connect = () => new Client(new URL(grpc).host, credentials.createInsecure());
  let client = connect();
  for (;;) {
    if (paused) {
      await new Promise<void>((resolve) => resumed.add(resolve));
    }
    const number = next;
    next += 1;
    inFlight += 1;
    const body = bytesOfRequest(number, BigInt(base));
    // The store may take over the buffer of a request; the next attempt has its own.
    while (!(await (isGrpc ? sendByGrpc(client, body.slice()) : sendByHttp(body.slice())))) {
      retries += 1;
      await wait(retryMs);
      if (isGrpc) {
        client.close();
        client = connect();
      }
    }
    appendFileSync(file, `${String(number)}\n`);
    inFlight -= 1;
    tellIfIdle();
  }
}

function tellIfIdle(): void {
  if (paused && inFlight === 0) {
    process.send?.({ kind: 'paused', retries });
  }
}

process.on('message', (message: 'go' | 'pause') => {
  paused = message === 'pause';
  if (paused) {
    tellIfIdle();
  } else {
    const waiting = [...resumed];
    resumed.clear();
    waiting.forEach((resolve) => resolve());
  }
});
process.once('disconnect', () => process.exit());
for (let index = 0; index < lanes; index += 1) {
  lane(index % 2 === 1).catch((error: unknown) => {
    process.send?.({ kind: 'refused', why: String(error) });
    process.exitCode = 1;
  });
}
