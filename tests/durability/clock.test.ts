// SPDX-License-Identifier: Apache-2.0
//
// A wall clock that is set while the store runs and between two runs: nothing is deleted too early, what is sent again
// is stored once, ids of blocks go up, blocks are sealed by age, and spans and queries are answered as ever.
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { exportBatch, traceIdOf } from '../support/export-batch.ts';
import { flatten } from '../support/official-otlp.ts';
import { shiftedClock } from '../support/shifted-clock.ts';
import type { ShiftedClock } from '../support/shifted-clock.ts';
import { eventually, postExport, readMetrics, readTrace } from '../support/store-client.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const SPANS = 50;
/** Blocks are full after two requests, so that there are sealed ones of each time. */
const flags = ['--min-free-disk', '0', '--block-spans', '100'];
/** Upkeep runs each second. */
const UPKEEP_MS = 1500;

let life: Life | undefined;
afterEach(async () => {
  await life?.end();
  life = undefined;
});

/** A store on a clock, and what was sent to it. */
class Life {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tracewell-clock-'));
  readonly clock: ShiftedClock;
  readonly sent: Uint8Array<ArrayBuffer>[] = [];
  private readonly flags: readonly string[];
  private running: TracewellProcess | undefined;
  private newestId = 0;

  constructor(flags: readonly string[]) {
    mkdirSync(path.join(this.folder, 'clock'));
    this.clock = shiftedClock(path.join(this.folder, 'clock'));
    this.flags = flags;
  }

  get store(): TracewellProcess {
    if (this.running === undefined) {
      throw new Error('not started');
    }
    return this.running;
  }

  async start(): Promise<void> {
    this.running = await startTracewell(path.join(this.folder, 'data'), this.flags, {
      nodeFlags: this.clock.nodeFlags,
    });
  }

  async end(): Promise<void> {
    await this.running?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async send(requests: number): Promise<void> {
    for (let i = 0; i < requests; i += 1) {
      const body = exportBatch(1, this.sent.length, SPANS);
      this.sent.push(body);
      expect(await postExport(this.store, body.slice())).toMatchObject({ status: 200 });
    }
  }

  /** Everything there, once, also when the last requests are sent again; and the store well. */
  async expectWell(): Promise<void> {
    await wait(UPKEEP_MS);
    expect((await fetch(`${this.store.http}/ready`)).status).toBe(200);
    for (const body of this.sent) {
      expect(await postExport(this.store, body.slice())).toMatchObject({ status: 200 });
    }
    for (const [trace] of this.sent.entries()) {
      const spans = flatten(await readTrace(this.store, traceIdOf(1, trace)));
      expect({ trace, spans: spans.length }).toEqual({ trace, spans: SPANS });
    }
    expect((await readMetrics(this.store)).get('tracewell_store_spans')).toBe(this.sent.length * SPANS);
    expect(this.store.output()).not.toContain('retention deletes');
    this.expectNewerIds();
  }

  /** That there is a block with an id after all those of before. */
  private expectNewerIds(): void {
    const files = readdirSync(path.join(this.folder, 'data'), { recursive: true }).map(String);
    const ids = files.flatMap((file) => /(?:open|block)-(\d+)\.duckdb$/.exec(file)?.[1] ?? []).map(Number);
    const newest = Math.max(...ids);
    expect(newest).toBeGreaterThan(this.newestId);
    this.newestId = newest;
  }
}

/** By the clock of the thread that stores. */
async function timeOf(store: TracewellProcess): Promise<number> {
  const response = await fetch(`${store.http}/tracewell/api/v1/admin/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"kind":"verify"}',
  });
  expect(response.status).toBe(202);
  return Number(((await response.json()) as { createdAt: number }).createdAt);
}

const jumps: readonly (readonly [name: string, offsetMs: number])[] = [
  ['forward by ten years', 10 * YEAR],
  ['back by five hours', -5 * HOUR],
];

describe.each(jumps)('a clock that is set %s', (_name, offsetMs) => {
  test('while the store runs, and right again', async () => {
    life = new Life(flags);
    await life.start();
    await life.send(5);
    await life.expectWell();
    life.clock.set(offsetMs);
    await life.send(5);
    expect(Math.abs((await timeOf(life.store)) - life.clock.now())).toBeLessThan(HOUR);
    await life.expectWell();
    life.clock.set(0);
    await life.send(5);
    await life.expectWell();
    expect(await life.store.stop()).toBe(0);
  }, 240_000);

  test('while it runs, with starts while it is wrong and when it is right', async () => {
    life = new Life(flags);
    await life.start();
    await life.send(5);
    await wait(UPKEEP_MS);
    life.clock.set(offsetMs);
    await life.send(5);
    expect(await life.store.stop()).toBe(0);
    await life.start();
    await life.send(3);
    await life.expectWell();
    await life.store.kill();
    await life.start();
    await life.send(3);
    await life.expectWell();
    life.clock.set(0);
    await life.send(3);
    await life.expectWell();
    expect(await life.store.stop()).toBe(0);
    await life.start();
    await life.send(3);
    await life.expectWell();
    expect(await life.store.stop()).toBe(0);
  }, 240_000);

  test.each([
    ['a stop', false],
    ['a kill', true],
  ])(
    'between two runs, after %s',
    async (_how, isKilled) => {
      life = new Life(flags);
      await life.start();
      for (const offset of [offsetMs, 0]) {
        await life.send(5);
        await life.expectWell();
        await (isKilled ? life.store.kill() : life.store.stop());
        life.clock.set(offset);
        await life.start();
      }
      await life.send(5);
      await life.expectWell();
      expect(await life.store.stop()).toBe(0);
    },
    240_000
  );

  test('blocks are sealed by age', async () => {
    life = new Life(['--min-free-disk', '0', '--block-age', '3s']);
    const { clock } = life;
    await life.start();
    let sealed = 0;
    for (const offset of [offsetMs, 0]) {
      clock.set(offset);
      await life.send(1);
      sealed += 1;
      const { store } = life;
      await eventually('the block is sealed', async () => {
        const blocks = (await readMetrics(store)).get('tracewell_store_blocks_sealed_total') ?? 0;
        return blocks >= sealed ? true : undefined;
      });
    }
    await life.expectWell();
    expect(await life.store.stop()).toBe(0);
  }, 120_000);
});
