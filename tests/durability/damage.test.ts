// SPDX-License-Identifier: Apache-2.0
//
// Files that were damaged while the store was down: every kind of file, cut off and with bits flipped at many places,
// emptied, missing, replaced by a folder. The store opens, names what is damaged and keeps it in broken/, serves the rest
// as it was sent, and takes spans. DAMAGE_SECONDS sets the time for random damage (8 s for each kind without it),
// DAMAGE_SEED where the random numbers begin.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openStore } from '@tracewell/store';
import type { Store } from '@tracewell/store';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportBatch, traceIdOf } from '../support/export-batch.ts';
import { decodeExport, decodeTraces, flatten } from '../support/official-otlp.ts';
import type { FlatSpan } from '../support/official-otlp.ts';
import { eventually, postExport, readMetrics, readTrace } from '../support/store-client.ts';
import { startTracewell } from '../support/tracewell-process.ts';

const seconds = Number(process.env['DAMAGE_SECONDS'] ?? 8);
const firstSeed = Number(process.env['DAMAGE_SEED'] ?? 1);
const SPANS = 40;
const SEALED_TRACES = [0, 1, 2, 3, 4, 5];
/** One commit each, in this order. */
const OPEN_TRACES = [6, 7, 8, 9, 10, 11];
const NEW_TRACE = 99;

const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-damage-'));
const whole = path.join(folder, 'whole');
const copy = path.join(folder, 'copy');
const tenant = path.join(copy, 'single-tenant');

/** The same bytes each time. */
function request(trace: number): Uint8Array<ArrayBuffer> {
  return exportBatch(1, trace, SPANS, 1_700_000_000_000_000_000n + BigInt(trace) * 1_000_000n);
}

const sent = new Map<number, FlatSpan[]>(
  [...SEALED_TRACES, ...OPEN_TRACES, NEW_TRACE].map((trace) => [trace, flatten(decodeExport(request(trace)))])
);

beforeAll(async () => {
  // Three sealed blocks of two traces each, and an open one as kill -9 leaves it.
  const flags = ['--block-spans', String(SPANS * 2), '--min-free-disk', '0'];
  let store = await startTracewell(whole, flags);
  for (const [index, trace] of SEALED_TRACES.entries()) {
    expect((await postExport(store, request(trace))).status).toBe(200);
    if (index % 2 === 1) {
      await eventually('the block is sealed', async () =>
        (await readMetrics(store)).get('tracewell_store_blocks{state="sealed"}') === (index + 1) / 2 ? true : undefined
      );
    }
  }
  await store.stop();
  store = await startTracewell(whole, ['--min-free-disk', '0']);
  for (const trace of OPEN_TRACES) {
    expect((await postExport(store, request(trace))).status).toBe(200);
  }
  await store.kill();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function names(pattern: RegExp): string[] {
  return readdirSync(path.join(whole, 'single-tenant'))
    .filter((name) => pattern.test(name))
    .sort();
}

/** A fresh copy of the folder. */
function renew(): void {
  rmSync(copy, { recursive: true, force: true });
  cpSync(whole, copy, { recursive: true });
}

interface Opened {
  readonly store: Store;
  readonly log: string[];
}

async function open(): Promise<Opened> {
  const log: string[] = [];
  const store = await openStore(
    {
      dataDir: copy,
      retention: { maxAgeMs: 1e13, maxBytes: 1e13 },
      limits: { maxSpansPerRequest: 1e6, maxAttributeBytes: 1e6, maxSpanBytes: 1e6 },
      memoryLimitBytes: 256e6,
      threads: 1,
      maxBlockSpans: 1e6,
      maxBlockAgeMs: 1e13,
      commitSpans: 2000,
      commitDelayMs: 1,
      maxPendingSpans: 50_000,
      minFreeDiskBytes: 0,
    },
    { log: (level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`) }
  );
  return { store, log };
}

async function traceOf(store: Store, trace: number): Promise<FlatSpan[]> {
  const found = await store.trace({ traceId: traceIdOf(1, trace), maxBytes: 1e9 });
  return found === undefined ? [] : flatten(decodeTraces(found.bytes));
}

/**
 * What must hold whatever was damaged: traces come back as they were sent or not at all, and if not, the damage has a
 * name; queries answer; new spans are taken. Returns the traces that are there.
 */
async function check({ store }: Opened, what: string, added = 0): Promise<number[]> {
  const range = { start: 1_600_000_000_000_000_000n, end: 1_800_000_000_000_000_000n };
  const search = {
    query: '{ name =~ "operation.*" }',
    limit: 100,
    spansPerSpanSet: 3,
    order: 'newest',
    totals: true,
    ...range,
  } as const;
  // Damage that shows only in reading is found by these; what they find is not there afterwards.
  await store.serviceGraph({ query: '', ...range });
  await store.metrics({ query: '{} | rate() by (name)', ...range, exemplars: 5, maxSeries: 100 });
  await store.tagValues({ tag: '.http.request.method', limit: 100, ...range });
  await store.search(search);
  for (const trace of [...SEALED_TRACES, ...OPEN_TRACES]) {
    await traceOf(store, trace);
  }
  const there: number[] = [];
  for (const trace of [...SEALED_TRACES, ...OPEN_TRACES]) {
    const spans = await traceOf(store, trace);
    if (spans.length > 0) {
      expect({ what, trace, spans }).toEqual({ what, trace, spans: sent.get(trace) });
      there.push(trace);
    }
  }
  const found = await store.search(search);
  expect({ what, traces: found.total?.traces }).toEqual({ what, traces: there.length + added });
  const { broken } = await store.status();
  if (!what.startsWith('torn') && there.length < SEALED_TRACES.length + OPEN_TRACES.length) {
    expect({ what, broken }).not.toEqual({ what, broken: [] });
  }
  return there;
}

/** Opens the damaged folder twice: what was mended or set aside stays so, and new spans stay. */
async function openDamaged(what: string): Promise<{ there: number[]; log: string[] }> {
  const first = await open().catch((error: unknown) => {
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  });
  const there = await check(first, what);
  expect((await first.store.ingest(request(NEW_TRACE))).acceptedSpans).toBe(SPANS);
  await first.store.close();
  const second = await open();
  expect(await check(second, `${what}, second start`, 1)).toEqual(there);
  expect(await traceOf(second.store, NEW_TRACE)).toEqual(sent.get(NEW_TRACE));
  await second.store.close();
  return { there, log: first.log };
}

const isSealed = (trace: number) => SEALED_TRACES.includes(trace);

/** Numbers from 0 to below 1, the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs random damages until the time is over; at least eight. */
async function forAWhile(what: string, damage: (random: () => number) => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  for (let seed = firstSeed; runs < 8 || performance.now() < end; seed += 1) {
    renew();
    await damage(randomNumbers(seed)).catch((error: unknown) => {
      throw new Error(`${what}, DAMAGE_SEED=${String(seed)}: ${String(error)}`, { cause: error });
    });
    runs += 1;
  }
  process.stdout.write(`${what}: ${String(runs)} damaged folders opened\n`);
}

function flipBits(file: string, random: () => number): string {
  const bytes = readFileSync(file);
  const flips = 1 + Math.floor(random() * 3);
  const places = Array.from({ length: flips }, () => {
    // Half of them near the start, where the heads of files are.
    const near = random() < 0.5 ? Math.min(bytes.length, 16_384) : bytes.length;
    const at = Math.floor(random() * near);
    const bit = 1 << Math.floor(random() * 8);
    bytes[at] = (bytes[at] ?? 0) ^ bit;
    return `${String(at)}^${String(bit)}`;
  });
  writeFileSync(file, bytes);
  return `${path.basename(file)} flipped at ${places.join(', ')} of ${String(bytes.length)}`;
}

const LONG = seconds * 1000 + 120_000;

describe('random damage', () => {
  test(
    'the log of the open block, cut off anywhere: what was committed before the cut is there',
    async () => {
      const [wal = ''] = names(/^open-.*\.wal$/);
      const size = statSync(path.join(whole, 'single-tenant', wal)).size;
      const commit = Buffer.from('0500000000000000e7fe7d722fed3d5e640064ffff', 'hex');
      const log = readFileSync(path.join(whole, 'single-tenant', wal));
      const ends: number[] = [];
      for (let at = log.indexOf(commit); at >= 0; at = log.indexOf(commit, at + 1)) {
        ends.push(at + commit.length);
      }
      // The first commit made the tables.
      expect(ends).toHaveLength(OPEN_TRACES.length + 1);
      await forAWhile('logs cut off', async (random) => {
        const length = Math.floor(random() * size);
        const isZeroed = random() < 0.5;
        const rest = isZeroed ? Buffer.alloc(Math.floor(random() * 5000)) : Buffer.alloc(0);
        writeFileSync(path.join(tenant, wal), Buffer.concat([log.subarray(0, length), rest]));
        const { there } = await openDamaged(`torn log, cut at ${String(length)}, ${String(rest.length)} zeros`);
        const committed = ends.filter((end) => end <= length).length - 1;
        expect(there).toEqual([...SEALED_TRACES, ...OPEN_TRACES.slice(0, Math.max(0, committed))]);
      });
    },
    LONG
  );

  test(
    'the log of the open block, with bits flipped: all before the damage is there',
    async () => {
      const [wal = ''] = names(/^open-.*\.wal$/);
      await forAWhile('logs with flipped bits', async (random) => {
        const { there } = await openDamaged(flipBits(path.join(tenant, wal), random));
        expect(there.filter(isSealed)).toEqual(SEALED_TRACES);
        const open = there.filter((trace) => !isSealed(trace));
        expect(open).toEqual(OPEN_TRACES.slice(0, open.length));
      });
    },
    LONG
  );

  test(
    'the file of the open block: its spans are in its log, nothing is lost',
    async () => {
      const [name = ''] = names(/^open-.*\.duckdb$/);
      await forAWhile('open files', async (random) => {
        const file = path.join(tenant, name);
        const bytes = readFileSync(file);
        const isCut = random() < 0.4;
        const what = isCut ? `${name} cut off` : flipBits(file, random);
        if (isCut) {
          writeFileSync(file, bytes.subarray(0, Math.floor(random() * bytes.length)));
        }
        expect((await openDamaged(what)).there).toEqual([...SEALED_TRACES, ...OPEN_TRACES]);
      });
    },
    LONG
  );

  test(
    'sealed blocks: the others are served',
    async () => {
      const blocks = names(/^block-.*\.duckdb$/);
      expect(blocks).toHaveLength(3);
      await forAWhile('sealed blocks', async (random) => {
        const index = Math.floor(random() * blocks.length);
        const file = path.join(tenant, blocks[index] ?? '');
        const bytes = readFileSync(file);
        const isCut = random() < 0.4;
        const what = isCut ? `${blocks[index] ?? ''} cut off` : flipBits(file, random);
        if (isCut) {
          writeFileSync(file, bytes.subarray(0, Math.floor(random() * bytes.length)));
        }
        const { there } = await openDamaged(what);
        const own = SEALED_TRACES.slice(index * 2, index * 2 + 2);
        expect(there.filter((trace) => !own.includes(trace))).toEqual(
          [...SEALED_TRACES, ...OPEN_TRACES].filter((trace) => !own.includes(trace))
        );
      });
    },
    LONG
  );

  test(
    'small files: nothing is lost',
    async () => {
      const small = ['manifest.json', ...names(/\.(?:bloom|hashes)$/)];
      await forAWhile('small files', async (random) => {
        const name = small[Math.floor(random() * small.length)] ?? '';
        const file = path.join(tenant, name);
        const bytes = readFileSync(file);
        const isCut = random() < 0.4;
        const what = isCut ? `${name} cut off` : flipBits(file, random);
        if (isCut) {
          writeFileSync(file, bytes.subarray(0, Math.floor(random() * bytes.length)));
        }
        expect((await openDamaged(what)).there).toEqual([...SEALED_TRACES, ...OPEN_TRACES]);
      });
    },
    LONG
  );
});

describe.each(['emptied', 'missing', 'a folder'])('%s', (how) => {
  function damage(file: string): void {
    rmSync(file, { recursive: true, force: true });
    if (how === 'emptied') {
      writeFileSync(file, '');
    } else if (how === 'a folder') {
      mkdirSync(path.join(file, 'with something in it'), { recursive: true });
    }
  }

  test.each(['manifest.json', 'bloom', 'hashes', 'FORMAT', 'LOCK'])(
    '%s: nothing is lost',
    async (kind) => {
      renew();
      const files =
        kind === 'FORMAT' || kind === 'LOCK'
          ? [path.join(copy, kind)]
          : readdirSync(tenant)
              .filter((name) => name.endsWith(kind))
              .map((name) => path.join(tenant, name));
      files.forEach(damage);
      expect((await openDamaged(`${kind} ${how}`)).there).toEqual([...SEALED_TRACES, ...OPEN_TRACES]);
    },
    60_000
  );

  test('a sealed block: the others are served', async () => {
    renew();
    const [name = ''] = names(/^block-.*\.duckdb$/);
    damage(path.join(tenant, name));
    const { there, log } = await openDamaged(`${name} ${how}`);
    expect(there).toEqual([...SEALED_TRACES.slice(2), ...OPEN_TRACES]);
    expect(log.join('\n')).toContain(name);
    if (how === 'missing') {
      // Somebody brings the file back.
      cpSync(path.join(whole, 'single-tenant', name), path.join(tenant, name));
      const { store } = await open();
      expect(await check({ store, log: [] }, 'brought back', 1)).toEqual([...SEALED_TRACES, ...OPEN_TRACES]);
      await store.close();
    }
  }, 60_000);

  test('the file of the open block: nothing is lost', async () => {
    renew();
    const [name = ''] = names(/^open-.*\.duckdb$/);
    damage(path.join(tenant, name));
    expect((await openDamaged(`${name} ${how}`)).there).toEqual([...SEALED_TRACES, ...OPEN_TRACES]);
  }, 60_000);

  test('the log of the open block: the others are served', async () => {
    renew();
    const [name = ''] = names(/^open-.*\.wal$/);
    damage(path.join(tenant, name));
    const opened = await open();
    for (const trace of SEALED_TRACES) {
      expect(await traceOf(opened.store, trace)).toEqual(sent.get(trace));
    }
    expect((await opened.store.ingest(request(NEW_TRACE))).acceptedSpans).toBe(SPANS);
    await opened.store.close();
  }, 60_000);
});

test('damage that shows only in reading: the answer is that of the other blocks, and says so', async () => {
  const [name = ''] = names(/^block-.*\.duckdb$/);
  const range = { start: 1_600_000_000_000_000_000n, end: 1_800_000_000_000_000_000n };
  let partial: string | undefined;
  for (let seed = 1; partial === undefined && seed < 60; seed += 1) {
    renew();
    const random = randomNumbers(seed);
    const bytes = readFileSync(path.join(tenant, name));
    const at = 16_384 + Math.floor(random() * (bytes.length - 16_384));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path.join(tenant, name), bytes);
    const { store } = await open();
    const before = await store.status();
    const found = await store.search({
      query: '{ .test.index >= 0 }',
      limit: 100,
      spansPerSpanSet: 3,
      order: 'newest',
      totals: true,
      ...range,
    });
    if (before.broken.length === 0 && found.partial !== undefined) {
      ({ partial } = found);
      expect(found.total?.traces).toBe(SEALED_TRACES.length + OPEN_TRACES.length - 2);
      expect((await store.status()).broken.join()).toContain(name);
    }
    await store.close();
  }
  expect(partial).toMatch(/block \d+ is damaged and was set aside/);
}, 120_000);

test('the process says what is damaged: in its log, on /status and in a metric', async () => {
  renew();
  const [block = ''] = names(/^block-.*\.duckdb$/);
  const bytes = readFileSync(path.join(tenant, block));
  // Nothing but the headers is left. DuckDB opens half a file, and chooses where in it lies what is read at the start.
  writeFileSync(path.join(tenant, block), bytes.subarray(0, 16_384));
  writeFileSync(path.join(tenant, 'manifest.json'), '{"blocks": 7');
  const store = await startTracewell(copy, ['--min-free-disk', '0']);
  const status = await (await fetch(`${store.http}/status`)).text();
  for (const name of [block, 'manifest.json']) {
    expect(store.output()).toContain(name);
    expect(status).toContain(name);
  }
  const metrics = await readMetrics(store);
  expect([...metrics].filter(([name]) => name.includes('blocks_broken')).map(([, value]) => value)).toEqual([2]);
  for (const trace of [...SEALED_TRACES.slice(2), ...OPEN_TRACES]) {
    expect(flatten(await readTrace(store, traceIdOf(1, trace)))).toEqual(sent.get(trace));
  }
  expect((await postExport(store, request(NEW_TRACE))).status).toBe(200);
  expect(await store.stop()).toBe(0);
}, 60_000);
