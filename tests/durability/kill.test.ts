// SPDX-License-Identifier: Apache-2.0
//
// What was acknowledged is there after a kill -9, and there once. The store is a process of its own; this one keeps
// the acknowledgements, sends again what was not acknowledged (as every exporter does), and counts.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportBatch, spanIdOf, traceIdOf } from '../support/export-batch.ts';
import { decodeTraceById, flatten, hexId } from '../support/official-otlp.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const rounds = 10;
const spansPerTrace = 25;
const senders = 6;

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-kill-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** The same bytes each time, as an exporter's retry has them. */
function bodyOf(run: number, trace: number): Uint8Array<ArrayBuffer> {
  return exportBatch(run, trace, spansPerTrace, 1_700_000_000_000_000_000n + BigInt(trace) * 1_000_000n);
}

async function post(store: TracewellProcess, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const response = await fetch(`${store.otlpHttp}/v1/traces`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-protobuf' },
    });
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Sends until the store dies; returns the numbers of the traces that were acknowledged, and those that were not. */
async function load(store: TracewellProcess, run: number): Promise<{ acknowledged: number[]; open: number[] }> {
  const acknowledged: number[] = [];
  const open: number[] = [];
  let next = 0;
  let alive = true;
  const sender = async () => {
    while (alive) {
      const trace = next;
      next += 1;
      if (await post(store, bodyOf(run, trace))) {
        acknowledged.push(trace);
      } else {
        open.push(trace);
        alive = false;
      }
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, sender));
  // Not always at the same point of a group commit.
  await new Promise((resolve) => setTimeout(resolve, 400 + ((run * 137) % 300)));
  await store.kill();
  await sending;
  return { acknowledged, open };
}

async function spansOf(store: TracewellProcess, run: number, trace: number): Promise<string[]> {
  const response = await fetch(`${store.http}/api/v2/traces/${traceIdOf(run, trace)}`, {
    headers: { Accept: 'application/protobuf' },
  });
  const message = decodeTraceById(new Uint8Array(await response.arrayBuffer()));
  return flatten(message).map(hexId);
}

/** Expects every span of the traces once; returns how many there were. */
async function checkTraces(store: TracewellProcess, run: number, traces: readonly number[]): Promise<number> {
  const waiting = [...traces];
  const checker = async () => {
    for (let trace = waiting.pop(); trace !== undefined; trace = waiting.pop()) {
      const expected = Array.from({ length: spansPerTrace }, (_, index) => spanIdOf(trace ?? 0, index + 1));
      expect(await spansOf(store, run, trace)).toEqual(expected);
    }
  };
  await Promise.all(Array.from({ length: senders }, checker));
  return traces.length * spansPerTrace;
}

describe('kill -9 under load', () => {
  test(`${String(rounds)} rounds: every acknowledged span is there, once`, async () => {
    let checked = 0;
    for (let run = 1; run <= rounds; run += 1) {
      const { acknowledged, open } = await load(await startTracewell(dataDir), run);
      expect(acknowledged.length).toBeGreaterThan(0);
      const store = await startTracewell(dataDir);
      // What was not acknowledged is sent again: whether it had been stored or not, it is there once.
      for (const trace of open) {
        expect(await post(store, bodyOf(run, trace))).toBe(true);
      }
      checked += await checkTraces(store, run, [...acknowledged, ...open]);
      expect(await store.stop()).toBe(0);
    }
    process.stdout.write(
      `kill -9: ${String(rounds)} rounds, ${String(checked)} acknowledged spans, none lost, none twice\n`
    );
  }, 300_000);

  test('the same request sent twice is stored once', async () => {
    const store = await startTracewell(dataDir);
    const body = () => bodyOf(999, 1);
    expect(await post(store, body())).toBe(true);
    expect(await post(store, body())).toBe(true);
    await store.kill();
    const again = await startTracewell(dataDir);
    expect(await post(again, body())).toBe(true);
    expect(await spansOf(again, 999, 1)).toHaveLength(spansPerTrace);
    const found = (await (
      await fetch(
        `${again.http}/api/search?q=${encodeURIComponent(`{ trace:id = "${traceIdOf(999, 1)}" }`)}&start=1699999999&end=1700000010`
      )
    ).json()) as { traces: { spanSets: { matched: number }[] }[] };
    expect(found.traces[0]?.spanSets[0]?.matched).toBe(spansPerTrace);
    await again.stop();
  }, 60_000);
});
