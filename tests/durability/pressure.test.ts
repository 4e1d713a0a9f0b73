// SPDX-License-Identifier: Apache-2.0
//
// More spans than the store can take: it refuses in words that make exporters try again, counts what it refused, holds
// no more than its bounds, loses nothing that was acknowledged, and goes on by itself when the peak is over. And queries
// that need more memory than there is, which is not to end what is sent beside them.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportBatch, traceIdOf } from '../support/export-batch.ts';
import { flatten } from '../support/official-otlp.ts';
import { eventually, postExport, readMetrics, readTrace } from '../support/store-client.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';
import { startTracewell } from '../support/tracewell-process.ts';

const SPANS = 500;
/** What is sent again is the same again. */
const START = BigInt(Date.now()) * 1_000_000n;
const REFUSED = 'tracewell_ingest_refused_total{reason="overloaded"}';
const WAITING = 'tracewell_store_seals_waiting';
/** Of the store: beyond four seals that wait nothing is taken; those that were on their way are. */
const MOST_WAITING = 4 + 2;

let folder = '';
let store: TracewellProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-pressure-'));
});
afterEach(async () => {
  await store?.kill();
  store = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** What exporters saw. */
interface Sent {
  refused: number;
  /** Connections that broke, with or without an answer on its way. */
  broken: number;
  /** Of refusals: what each says, without its numbers. */
  readonly sentences: Set<string>;
}

/** Which traces to send, and with how much text in each span. */
interface Sending {
  readonly first?: number;
  readonly noteBytes?: number;
  /** Statuses of a refusal that asks for another try. */
  readonly refusals?: readonly number[];
}

/** Sends traces to `end`, `lanes` at a time, each until it is taken. Fails at a refusal that asks for no other try. */
async function sendAll(running: TracewellProcess, end: number, lanes: number, sending: Sending = {}): Promise<Sent> {
  const { first = 0, noteBytes = 0, refusals = [429] } = sending;
  const sent: Sent = { refused: 0, broken: 0, sentences: new Set() };
  let next = first;
  let isOver = false;
  const lane = async (): Promise<void> => {
    while (!isOver && next < end) {
      const trace = next;
      next += 1;
      const body = exportBatch(1, trace, SPANS, START, noteBytes);
      // When one lane fails so does the test, and then there is no store any more for the others.
      while (!isOver) {
        const { status, retryAfter, text } = await postExport(running, body.slice());
        if (status === 200) {
          break;
        }
        if (status === 0) {
          sent.broken += 1;
        } else {
          expect(refusals).toContain(status);
          expect(retryAfter).toBe('1');
          sent.refused += 1;
          sent.sentences.add(text.replaceAll(/[^ -~]/g, '').replaceAll(/\d+/g, 'N'));
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    isOver = true;
  }
  return sent;
}

async function expectTraces(running: TracewellProcess, traces: number): Promise<void> {
  for (let trace = 0; trace < traces; trace += 1) {
    const spans = flatten(await readTrace(running, traceIdOf(1, trace)));
    expect({ trace, spans: spans.length }).toEqual({ trace, spans: SPANS });
  }
}

async function metric(running: TracewellProcess, name: string): Promise<number> {
  return (await readMetrics(running)).get(name) ?? NaN;
}

function peakMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1000;
}

describe('sealing that cannot follow', () => {
  test('blocks of 500 spans: refused with 429, nothing is lost, and it recovers', async () => {
    const traces = 60;
    const running = await startTracewell(path.join(folder, 'data'), ['--block-spans', String(SPANS)]);
    store = running;
    let most = 0;
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        most = Math.max(most, await metric(running, WAITING));
      }
    })();
    const { refused, sentences } = await sendAll(running, traces, 8).finally(() => {
      isOver = true;
    });
    await watch;
    expect(refused).toBeGreaterThan(0);
    expect([...sentences].join()).toMatch(/blocks wait to be sealed: spans come faster than they can be sorted/);
    expect(await metric(running, REFUSED)).toBe(refused);
    expect(most).toBeLessThanOrEqual(MOST_WAITING);
    await eventually(
      'everything is sealed',
      async () => ((await metric(running, WAITING)) === 0 ? true : undefined),
      60_000
    );
    expect((await fetch(`${running.http}/ready`)).status).toBe(200);
    await expectTraces(running, traces);
    expect(await metric(running, 'tracewell_store_spans')).toBe(traces * SPANS);
    expect(await running.stop()).toBe(0);
  }, 180_000);
});

describe('commits that cannot follow', () => {
  test('--max-pending-spans: refused with 429 while the group waits, nothing is lost', async () => {
    const traces = 100;
    // A group waits for a tenth of a second, and there is room for two requests in it.
    const flags = ['--max-pending-spans', String(SPANS), '--commit-delay', '100ms', '--commit-spans', '100000'];
    const running = await startTracewell(path.join(folder, 'data'), flags);
    store = running;
    const { refused, sentences } = await sendAll(running, traces, 16);
    expect(refused).toBeGreaterThan(0);
    expect([...sentences].join()).toMatch(/more than N spans wait to be written; send again later/);
    expect(await metric(running, REFUSED)).toBe(refused);
    expect(await metric(running, 'tracewell_store_pending_spans')).toBe(0);
    await expectTraces(running, traces);
    expect(await running.stop()).toBe(0);
  }, 180_000);

  test('a store whose disk stands still takes no more than its bound, and goes on where it was', async () => {
    const traces = 150;
    const bound = 5000;
    const running = await startTracewell(path.join(folder, 'data'), ['--max-pending-spans', String(bound)]);
    store = running;
    await sendAll(running, 1, 1);
    const before = peakMegabytes(running.pid);
    // Its threads are all halted, as by a disk that does not answer; exporters wait, in sockets.
    execFileSync('kill', ['-STOP', String(running.pid)]);
    const sending = sendAll(running, traces, 100);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    execFileSync('kill', ['-CONT', String(running.pid)]);
    const { refused, broken } = await sending;
    expect(refused).toBeGreaterThan(0);
    const counted = await metric(running, REFUSED);
    expect(counted).toBeGreaterThanOrEqual(refused);
    expect(counted).toBeLessThanOrEqual(refused + broken);
    expect(peakMegabytes(running.pid)).toBeLessThan(before + 300);
    await expectTraces(running, traces);
    expect(
      readdirSync(path.join(folder, 'data', 'single-tenant')).filter((name) => name.startsWith('open-'))
    ).toHaveLength(2);
    expect(await running.stop()).toBe(0);
  }, 180_000);
});

/** Asks each question again and again until `isOver`: what was answered, by status, without the texts of 200. */
async function askAll(
  running: TracewellProcess,
  questions: readonly string[],
  isOver: () => boolean
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const answers = new Map<number, Set<string>>();
  const ask = async (question: string): Promise<void> => {
    while (!isOver()) {
      const response = await fetch(running.http + question);
      const text = await response.text();
      const texts = answers.get(response.status) ?? new Set();
      texts.add(response.status === 200 ? '' : text);
      answers.set(response.status, texts);
    }
  };
  await Promise.all(questions.map(ask));
  return answers;
}

describe('queries that need more memory than there is', () => {
  test('64 MiB: they fail with a sentence, and what is sent beside them is taken, at the latest when sent again', async () => {
    const traces = 100;
    const running = await startTracewell(path.join(folder, 'data'), ['--memory-limit', '64MiB']);
    store = running;
    // All different, 50 MB of them: each question has to hold them all.
    const noteBytes = 1000;
    const seconds = Number(START / 1_000_000_000n);
    const range = `start=${String(seconds - 60)}&end=${String(seconds + 60)}`;
    const questions = [
      `/api/metrics/query_range?step=1&q=${encodeURIComponent('{ } | rate() by (span.test.note)')}&${range}`,
      `/api/v2/search/tag/span.test.note/values?${range}`,
      `/api/search?limit=1000&spss=100&q=${encodeURIComponent('{ } | select(span.test.note)')}&${range}`,
    ];
    // 503: a commit found no memory, as it may even with no query beside it when the open block is as large as this; 429
    // while the database is opened anew then.
    const refusals = [429, 503];
    await sendAll(running, traces - 20, 4, { noteBytes, refusals });
    let isOver = false;
    const asking = askAll(running, [...questions, ...questions], () => isOver);
    await sendAll(running, traces, 4, { first: traces - 20, noteBytes, refusals }).finally(() => {
      isOver = true;
    });
    const answers = await asking;
    expect([200, 422, ...refusals]).toEqual(expect.arrayContaining([...answers.keys()]));
    const sentence =
      /^query: it needs more memory than the store has for it \(.* used\); narrow the time range or the filter$/;
    expect([...(answers.get(422) ?? ['no query failed'])].filter((text) => !sentence.test(text))).toEqual([]);
    await expectTraces(running, traces);
    expect(await metric(running, 'tracewell_store_spans')).toBe(traces * SPANS);
    expect(await running.stop()).toBe(0);
  }, 180_000);
});
