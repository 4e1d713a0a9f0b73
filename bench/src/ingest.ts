// SPDX-License-Identifier: Apache-2.0
//
// Sends requests as fast as they are acknowledged, with a fixed number in flight, and measures the receiver.
import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { spansPerRequest } from './generate.ts';
import type { Generator } from './generate.ts';
import { cpuSeconds, peakMemory, quantile } from './process-cost.ts';

export interface IngestFigures {
  readonly spans: number;
  readonly seconds: number;
  readonly cpuPerMillion: number;
  readonly p50: number;
  readonly p99: number;
  readonly peakMemory: number;
}

const inFlight = 8;

/** Sends `spans` spans, the newest now, spread over `hours` before that. */
export async function ingest(
  url: string,
  pid: number,
  generator: Generator,
  spans: number,
  hours: number,
  gzip: boolean
): Promise<IngestFigures> {
  const requests = Math.ceil(spans / spansPerRequest);
  const last = BigInt(Date.now()) * 1_000_000n;
  const step = BigInt(Math.floor((hours * 3600e9) / requests));
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const waits: number[] = [];
  const cpuBefore = cpuSeconds(pid);
  const begin = performance.now();
  let next = 0;
  const sender = async () => {
    while (next < requests) {
      const number = next;
      next += 1;
      const plain = generator.request(number, last - BigInt(requests - number) * step);
      const body = gzip ? gzipSync(plain, { level: 1 }) : plain;
      const start = performance.now();
      await post(agent, url, body, gzip);
      waits.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  const seconds = (performance.now() - begin) / 1000;
  agent.destroy();
  return {
    spans: requests * spansPerRequest,
    seconds,
    cpuPerMillion: ((cpuSeconds(pid) - cpuBefore) / (requests * spansPerRequest)) * 1e6,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    peakMemory: peakMemory(pid),
  };
}

function post(agent: Agent, url: string, body: Uint8Array, gzip: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-length': body.length,
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      },
    });
    request.on('error', reject);
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
}
