// SPDX-License-Identifier: Apache-2.0
//
// A disk that is full, on a real small file system, and one that cannot be written: spans are refused with an answer
// that makes exporters try again, queries go on, nothing acknowledged is lost, and when there is room again the store
// goes on by itself.
import { afterEach, describe, expect, test } from '@jest/globals';
import path from 'node:path';
import { exportBatch, traceIdOf } from '../support/export-batch.ts';
import { flatten } from '../support/official-otlp.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import { eventually, postExport, readMetrics, readTrace } from '../support/store-client.ts';
import type { ExportAnswer } from '../support/store-client.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const SPANS = 500;

let disk: SmallDisk | undefined;
let store: TracewellProcess | undefined;
afterEach(async () => {
  await store?.kill();
  disk?.close();
  store = undefined;
  disk = undefined;
});

const maybe = canMount() ? describe : describe.skip;

/** Sends traces from number `from` until one is refused, or `most` are stored; tells which were acknowledged. */
async function sendUntilRefused(
  running: TracewellProcess,
  from: number,
  most: number
): Promise<{ acknowledged: number[]; refusal: ExportAnswer | undefined }> {
  const acknowledged: number[] = [];
  for (let trace = from; trace < from + most; trace += 1) {
    const answer = await postExport(running, exportBatch(1, trace, SPANS));
    if (answer.status !== 200) {
      return { acknowledged, refusal: answer };
    }
    acknowledged.push(trace);
  }
  return { acknowledged, refusal: undefined };
}

async function expectTraces(running: TracewellProcess, traces: readonly number[]): Promise<void> {
  for (const trace of traces) {
    const spans = flatten(await readTrace(running, traceIdOf(1, trace)));
    expect({ trace, spans: spans.length }).toEqual({ trace, spans: SPANS });
  }
}

async function isSealing(running: TracewellProcess): Promise<boolean> {
  return (await readMetrics(running)).get('tracewell_store_seals_waiting') !== 0;
}

/** Sends one trace until it is taken. */
function untilTaken(running: TracewellProcess, trace: number): Promise<true> {
  return eventually(`trace ${String(trace)} is taken`, async () =>
    (await postExport(running, exportBatch(1, trace, SPANS))).status === 200 ? true : undefined
  );
}

maybe('a full disk', () => {
  test('above the floor spans are refused, queries go on, and with room again spans are taken again', async () => {
    disk = await mountSmallDisk(100);
    const dataDir = path.join(disk.folder, 'data');
    store = await disk.start(dataDir, ['--min-free-disk', '60MiB', '--block-spans', '5000']);
    disk.run(`head -c 20M /dev/zero > ${disk.folder}/ballast`);
    const { acknowledged, refusal } = await sendUntilRefused(store, 0, 2000);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(refusal?.status).toBe(503);
    expect(Number(refusal?.retryAfter)).toBeGreaterThan(0);
    expect(refusal?.text).toContain('less than the floor');
    await expectTraces(store, acknowledged.slice(-10));
    expect(store.output()).toContain('disk-full');
    disk.run(`rm ${disk.folder}/ballast`);
    await untilTaken(store, 5000);
    await expectTraces(store, [...acknowledged.slice(0, 10), 5000]);
    expect(await store.stop()).toBe(0);
  }, 180_000);

  test('without a floor a commit fails in earnest: what was acknowledged is there, and the process goes on', async () => {
    disk = await mountSmallDisk(24);
    const dataDir = path.join(disk.folder, 'data');
    const flags = ['--min-free-disk', '0', '--block-spans', '1000000'];
    store = await disk.start(dataDir, flags);
    const { pid } = store;
    disk.run(`head -c 18M /dev/zero > ${disk.folder}/ballast`);
    const { acknowledged, refusal } = await sendUntilRefused(store, 0, 2000);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(refusal?.status).toBe(503);
    expect(refusal?.text).toMatch(/No space left/);
    const running = store;
    await eventually('queries are answered again', () =>
      expectTraces(running, acknowledged.slice(-3)).then(
        () => true as const,
        () => undefined
      )
    );
    // Still full: refused again, and again nothing is lost.
    const again = await sendUntilRefused(store, 3000, 500);
    expect(again.refusal?.status).toBeGreaterThanOrEqual(429);
    await eventually('queries are answered again', () =>
      expectTraces(running, [...acknowledged, ...again.acknowledged]).then(
        () => true as const,
        () => undefined
      )
    );
    disk.run(`rm ${disk.folder}/ballast`);
    await untilTaken(store, 5000);
    expect(store.pid).toBe(pid);
    await store.kill();
    store = await disk.start(dataDir, flags);
    await expectTraces(store, [...acknowledged, ...again.acknowledged, 5000]);
    expect(await store.stop()).toBe(0);
  }, 180_000);

  test('without a floor retention makes room where nothing at all can be written', async () => {
    disk = await mountSmallDisk(60);
    const dataDir = path.join(disk.folder, 'data');
    const flags = ['--min-free-disk', '0', '--block-spans', '5000'];
    store = await disk.start(dataDir, [...flags, '--retention-age', '20s']);
    await sendUntilRefused(store, 0, 40);
    const running = store;
    const sealed = async () => (await readMetrics(running)).get('tracewell_store_blocks{state="sealed"}');
    await eventually(
      'blocks are sealed',
      async () => (((await sealed()) ?? 0) > 0 && !(await isSealing(running))) || undefined
    );
    // Again and again: whatever else gives up a little room must not be what the manifest gets.
    const fill = () => disk?.run(`head -c 100M /dev/zero >> ${disk.folder}/ballast || true`);
    await eventually(
      'old blocks are gone',
      async () => {
        fill();
        return (await sealed()) === 0 ? true : undefined;
      },
      90_000
    );
    disk.run(`rm ${disk.folder}/ballast`);
    await untilTaken(store, 5000);
    await store.kill();
    store = await disk.start(dataDir, flags);
    await expectTraces(store, [5000]);
    expect(store.output()).not.toContain('manifest is damaged');
    expect(await store.stop()).toBe(0);
  }, 180_000);

  test('a seal that finds no room waits, and is done when there is some', async () => {
    disk = await mountSmallDisk(40);
    const dataDir = path.join(disk.folder, 'data');
    store = await disk.start(dataDir, ['--min-free-disk', '0', '--block-spans', '20000']);
    const { acknowledged } = await sendUntilRefused(store, 0, 38);
    disk.run(`head -c 60M /dev/zero > ${disk.folder}/ballast || true; truncate -s -400K ${disk.folder}/ballast`);
    // Full by spans: the next block takes over, and this one should be sealed.
    const more = await sendUntilRefused(store, 100, 4);
    const running = store;
    await eventually('the seal has found no room', () => (/seal/.test(running.output()) ? true : undefined), 60_000);
    disk.run(`rm ${disk.folder}/ballast`);
    await eventually(
      'the block is sealed',
      async () => ((await readMetrics(running)).get('tracewell_store_blocks{state="sealed"}') === 1 ? true : undefined),
      120_000
    );
    await expectTraces(store, [...acknowledged, ...more.acknowledged]);
    expect(await store.stop()).toBe(0);
  }, 240_000);

  test('a store is opened on a full disk, for queries', async () => {
    disk = await mountSmallDisk(30);
    const dataDir = path.join(disk.folder, 'data');
    const flags = ['--min-free-disk', '0'];
    store = await disk.start(dataDir, flags);
    const { acknowledged } = await sendUntilRefused(store, 0, 10);
    await store.kill();
    disk.run(`cat /dev/zero > ${disk.folder}/ballast || true`);
    store = await disk.start(dataDir, flags);
    await expectTraces(store, acknowledged);
    expect((await postExport(store, exportBatch(1, 100, SPANS))).status).toBeGreaterThanOrEqual(429);
    await expectTraces(store, acknowledged);
    disk.run(`rm ${disk.folder}/ballast`);
    await untilTaken(store, 101);
    await expectTraces(store, [...acknowledged, 101]);
    expect(await store.stop()).toBe(0);
  }, 120_000);

  test('retention by size makes room before spans are refused', async () => {
    disk = await mountSmallDisk(100);
    const dataDir = path.join(disk.folder, 'data');
    store = await disk.start(dataDir, [
      ...['--min-free-disk', '20MiB', '--retention-bytes', '30MB', '--block-spans', '5000'],
    ]);
    const { refusal } = await sendUntilRefused(store, 0, 600);
    expect(refusal).toBeUndefined();
    await expectTraces(store, [599]);
    expect(await store.stop()).toBe(0);
  }, 240_000);
});

maybe('a disk that cannot be written', () => {
  test('at the start: a clear sentence, and exit code 1', async () => {
    disk = await mountSmallDisk(30);
    disk.run(`mkdir ${disk.folder}/data && mount -o remount,ro ${disk.folder}`);
    const started = disk.start(path.join(disk.folder, 'data'), []);
    await expect(started).rejects.toThrow(/ended with 1 before it was ready[^]*EROFS/);
    await expect(started).rejects.not.toThrow(/at .*\.js:\d+/);
  }, 60_000);

  test('while it runs: spans are refused, queries go on, and when it can be written again spans are taken', async () => {
    disk = await mountSmallDisk(60);
    const dataDir = path.join(disk.folder, 'data');
    store = await disk.start(dataDir, ['--min-free-disk', '0']);
    const { acknowledged } = await sendUntilRefused(store, 0, 10);
    disk.run(`mount --bind ${disk.folder} ${disk.folder} && mount -o remount,bind,ro ${disk.folder}`);
    const running = store;
    const refusal = await eventually('spans are refused', async () => {
      const answer = await postExport(running, exportBatch(1, 100, SPANS));
      return answer.status === 200 ? undefined : answer;
    });
    expect(refusal.status).toBe(503);
    expect(Number(refusal.retryAfter)).toBeGreaterThan(0);
    expect(refusal.text).toContain('EROFS');
    await expectTraces(store, acknowledged);
    disk.run(`umount ${disk.folder}`);
    await untilTaken(store, 101);
    await expectTraces(store, [...acknowledged, 101]);
    expect(await store.stop()).toBe(0);
  }, 60_000);
});
