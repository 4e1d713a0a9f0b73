// SPDX-License-Identifier: Apache-2.0
//
// Sends requests as fast as they are acknowledged, with a fixed number in flight, or at a fixed rate, and measures the
// receiver.
import { setTimeout as sleep } from 'node:timers/promises';
import { spansPerRequest } from './generate.ts';
import type { Generator } from './generate.ts';
import { cpuSeconds, peakMemory, quantile } from './process-cost.ts';
import type { Sender } from './senders.ts';
import { inFlight } from './senders.ts';

export interface IngestFigures {
  readonly spans: number;
  readonly seconds: number;
  readonly cpuPerMillion: number;
  /** The same with what the receiver still does afterwards, until it is quiet. */
  readonly cpuPerMillionInAll: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly slowest: number;
  readonly peakMemory: number;
}

/** How much is sent: a number of spans, or for a time. */
export interface Amount {
  readonly spans?: number;
  readonly seconds?: number;
}

/** Longest wait for a receiver to finish what it does in the background. */
const quietWithinSeconds = 180;
/** A receiver that uses less than this share of a core is quiet. */
const quietShare = 0.1;

/** Sends that much, the newest span now, spread over `hours` before that; then waits until the receiver is quiet. */
export async function ingest(
  sender: Sender,
  pid: number,
  generator: Generator,
  { spans = Infinity, seconds = Infinity }: Amount,
  hours: number
): Promise<IngestFigures> {
  const requests = Math.ceil(spans / spansPerRequest);
  const waits: number[] = [];
  const last = BigInt(Date.now()) * 1_000_000n;
  const before = cpuSeconds(pid);
  const begin = performance.now();
  const share = () => (performance.now() - begin) / 1000 / seconds;
  let next = 0;
  const work = async () => {
    for (;;) {
      const number = next;
      const done = Math.max(number / requests, share());
      if (done >= 1) {
        return;
      }
      next += 1;
      const body = generator.request(number, last - BigInt(Math.floor((1 - done) * hours * 3600e9)));
      const start = performance.now();
      await sender.send(body);
      waits.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const took = (performance.now() - begin) / 1000;
  const sent = waits.length * spansPerRequest;
  const perMillion = () => ((cpuSeconds(pid) - before) / sent) * 1e6;
  const cpuPerMillion = perMillion();
  await untilQuiet(pid);
  return {
    spans: sent,
    seconds: took,
    cpuPerMillion,
    cpuPerMillionInAll: perMillion(),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    p99: quantile(waits, 0.99),
    slowest: quantile(waits, 1),
    peakMemory: peakMemory(pid),
  };
}

/** Waits until the process has nothing to do for three seconds, or for three minutes. */
async function untilQuiet(pid: number): Promise<void> {
  let last = cpuSeconds(pid);
  for (let second = 0, quiet = 0; second < quietWithinSeconds && quiet < 3; second += 1) {
    await sleep(1000);
    const now = cpuSeconds(pid);
    quiet = now - last < quietShare ? quiet + 1 : 0;
    last = now;
  }
}

export interface Stream {
  /** Ends it; the rate that was reached, in spans a second. */
  stop(): Promise<number>;
}

/** Sends at a fixed rate (0: as fast as possible), with times of now, until it is stopped. */
export function stream(sender: Sender, generator: Generator, spansPerSecond: number): Stream {
  const begin = performance.now();
  let next = 0;
  let stopped = false;
  const work = async () => {
    while (!stopped) {
      const number = next;
      next += 1;
      const due = spansPerSecond === 0 ? 0 : (number * spansPerRequest * 1000) / spansPerSecond;
      const wait = begin + due - performance.now();
      if (wait > 1) {
        await sleep(wait);
      }
      await sender.send(generator.request(number, BigInt(Date.now()) * 1_000_000n));
    }
  };
  const workers = Promise.all(Array.from({ length: inFlight }, work));
  // Refusals are told by stop().
  workers.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await workers;
      return (next * spansPerRequest * 1000) / (performance.now() - begin);
    },
  };
}
