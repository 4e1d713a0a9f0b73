// SPDX-License-Identifier: Apache-2.0
//
// Blocks that are rewritten, by merging and by sealing with other columns: what was in them is still there, once and
// as it was sent, whatever moment the power goes.

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../api.ts';
import type { StoreHooks } from '../store.ts';
import { makeSpan, requestOf } from '../testing/store-fixture.ts';
import { runJob, TemporaryStores } from '../testing/temporary-stores.ts';

// Whole stores, on machines that may have other work.
jest.setTimeout(120_000);

const stores = new TemporaryStores({ commitDelayMs: 1, memoryLimitBytes: 128_000_000 });

afterEach(() => stores.end());

/** Spans of traces that are in every block, of services and with attributes of their own in some. */
function spansOf(block: number, count: number): Span[] {
  return Array.from({ length: count }, (_, i) => {
    const id = block * 1000 + i + 1;
    const base = makeSpan(1 + (i % 7), id, { service: `service-${(block + i) % 4}` });
    const extra = [
      { key: `of.block.${block}`, value: `a value longer than an inline string ${id}` },
      { key: 'number', value: i % 2 === 0 ? BigInt(id) - 1000n : id / 3 },
      { key: 'flag', value: i % 3 === 0 },
      { key: 'http.route', value: 'first' },
      { key: 'http.route', value: 'second of its key' },
      { key: 'list', value: [1n, 'two'] },
    ];
    const attributes = i % 2 === 0 ? [...base.attributes, ...extra] : [...extra, ...base.attributes];
    const events = i % 5 === 0 ? [{ timeUnixNano: 5n, name: 'event', attributes: [], droppedAttributesCount: 0 }] : [];
    return { ...base, attributes, events };
  });
}

function sorted(spans: readonly Span[]): Span[] {
  return [...spans].sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

/** All spans of the store, by trace; and that every way to count them gives the same. */
async function expectSpans(store: Store, expected: readonly Span[]): Promise<void> {
  const found: Span[] = [];
  for (const traceId of new Set(expected.map((span) => span.traceId))) {
    const trace = await store.trace({ traceId, maxBytes: 1e8 });
    found.push(...(trace === undefined ? [] : decodeSpans(trace.bytes)));
  }
  expect(sorted(found)).toEqual(sorted(expected));
  expect((await store.status()).spans).toBe(expected.length);
  const search = { query: '{}', limit: 1, spansPerSpanSet: 1, order: 'newest', totals: true } as const;
  const { total } = await store.search(search);
  expect(total?.spans ?? 0).toBe(expected.length);
}

async function fill(store: Store, blocks: number, count: number, first = 0): Promise<Span[]> {
  const all: Span[] = [];
  for (let block = first; block < first + blocks; block++) {
    const spans = spansOf(block, count);
    await store.ingest(requestOf(spans));
    await store.seal();
    all.push(...spans);
  }
  return all;
}

async function sealedBlocks(store: Store): Promise<number> {
  return (await store.status()).blocks.filter(({ state }) => state === 'sealed').length;
}

describe('merging', () => {
  test('compacts small blocks into one, with what they held, and deletes their files', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    const spans = await fill(store, 3, 40);
    expect(await sealedBlocks(store)).toBe(3);
    const job = await runJob(store, { kind: 'compact' });
    expect(job).toMatchObject({ state: 'done', result: { blocks: 3, spans: 120 } });
    expect(await sealedBlocks(store)).toBe(1);
    await expectSpans(store, spans);
    await store.close();
    const files = readdirSync(join(folder, 'single-tenant')).filter((name) => name.startsWith('block-'));
    expect(files.filter((name) => name.endsWith('.duckdb'))).toHaveLength(1);
    await expectSpans(await stores.open(folder), spans);
    expect(stores.errors).toEqual([]);
  });

  test('merges in the background, and says so', async () => {
    const store = await stores.open(stores.newFolder());
    const spans = await fill(store, 4, 20);
    for (let i = 0; i < 600 && (await sealedBlocks(store)) > 1; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await expectSpans(store, spans);
    expect(await sealedBlocks(store)).toBe(1);
    expect((await store.status()).counters).toMatchObject({
      merges_total: 1,
      merged_blocks_total: 4,
      merged_spans_total: 80,
    });
    expect(stores.errors).toEqual([]);
  });

  test('joins the halves of a call that lay in two blocks', async () => {
    const store = await stores.open(stores.newFolder());
    const client = makeSpan(1, 1, { service: 'front', kind: 3 });
    const server = makeSpan(1, 2, { service: 'back', kind: 2, parentSpanId: client.spanId });
    await store.ingest(requestOf([client]));
    await store.seal();
    await store.ingest(requestOf([server]));
    const graph = async (): Promise<unknown> => {
      const range = { start: client.startUnixNano - 1_000_000_000n, end: client.startUnixNano + 60_000_000_000n };
      const { edges } = await store.serviceGraph({ ...range, query: '' });
      return edges.map((edge) => [edge.client, edge.server, edge.requests]);
    };
    const before = await graph();
    expect(before).toEqual([['service:front', 'service:back', 1]].map((row) => expect.arrayContaining([row[2]])));
    expect(await runJob(store, { kind: 'compact' })).toMatchObject({ state: 'done' });
    expect(await sealedBlocks(store)).toBe(1);
    expect(await graph()).toEqual(before);
  });

  test('a query that began before goes on with the blocks that it has', async () => {
    const store = await stores.open(stores.newFolder());
    const spans = await fill(store, 2, 40);
    const opened = await store.openExport({ query: '' });
    await runJob(store, { kind: 'compact' });
    let exported = 0;
    for (let isLast = false; !isLast;) {
      const part = await store.nextExport(opened.id);
      exported += part.spans;
      isLast = part.isLast;
    }
    expect(exported).toBe(spans.length);
    await expectSpans(store, spans);
  });
});

describe('a crash', () => {
  test.each(['with its manifest', 'and the loss of the manifest'])(
    'between any two steps %s loses nothing',
    async (how) => {
      const folder = stores.newFolder();
      const copies: { readonly path: string; readonly step: string; readonly spans: readonly Span[] }[] = [];
      let sent: readonly Span[] = [];
      let onRemoved: () => void = () => undefined;
      const removed = new Promise<void>((resolve) => (onRemoved = resolve));
      const store = await stores.open(
        folder,
        {},
        {
          reach: (step) => {
            copies.push({ path: stores.killed(folder), step: `${copies.length} ${step}`, spans: sent });
            if (step === 'removed') {
              onRemoved();
            }
          },
        }
      );
      sent = spansOf(0, 30);
      await store.ingest(requestOf(sent));
      await store.seal();
      // No step may fall between what is said to be sent and its acknowledgement.
      await removed;
      sent = [...sent, ...spansOf(1, 30)];
      await store.ingest(requestOf(spansOf(1, 30)));
      await store.seal();
      await runJob(store, { kind: 'compact' });
      await store.close();
      const steps = copies.map(({ step }) => step.split(' ')[1]);
      expect(new Set(steps)).toEqual(new Set(['begun', 'written', 'verified', 'renamed', 'swapped', 'removed']));
      for (const { path, spans } of copies) {
        if (how !== 'with its manifest') {
          await rm(join(path, 'single-tenant', 'manifest.json'), { force: true });
        }
        const again = await stores.open(path);
        await expectSpans(again, spans);
        await again.close();
        const left = readdirSync(join(path, 'single-tenant')).filter((name) => name.startsWith('making-'));
        expect(left).toEqual([]);
      }
      expect(stores.errors).toEqual([]);
    },
    120_000
  );

  test('while a block is rewritten leaves the store as it was', async () => {
    const folder = stores.newFolder();
    let failing = '';
    const hooks: StoreHooks = {
      reach: (step) => {
        if (step === failing) {
          throw new Error(`power cut after '${step}'`);
        }
      },
    };
    const store = await stores.open(folder, {}, hooks);
    const spans = await fill(store, 2, 30);
    for (failing of ['begun', 'written', 'verified', 'renamed']) {
      expect(await runJob(store, { kind: 'compact' })).toMatchObject({ state: 'failed' });
      await expectSpans(store, spans);
    }
    failing = '';
    expect(await runJob(store, { kind: 'compact' })).toMatchObject({ state: 'done' });
    await expectSpans(store, spans);
    await mkdir(join(folder, 'single-tenant', 'broken'), { recursive: true });
  });
});

describe('columns', () => {
  test('follow what the block holds when it is sealed, and nothing changes for who reads it', async () => {
    const store = await stores.open(stores.newFolder());
    const spans = Array.from({ length: 1500 }, (_, i) => ({
      ...makeSpan(1 + (i % 7), i + 1),
      attributes: [
        { key: 'list', value: [1n] },
        { key: 'app.text', value: i % 4 === 0 ? '' : `text ${i} that is not short` },
        { key: 'app.int', value: -BigInt(i) * 2n ** 40n },
        { key: 'http.route', value: `/route/${i % 3}` },
        { key: 'app.double', value: i % 3 === 0 ? -0 : i / 7 },
        { key: 'app.bool', value: i % 2 === 0 },
        { key: 'app.text', value: 'again' },
        { key: 'empty', value: null },
        ...(i === 7 ? [{ key: 'rare', value: '\ufeffbyte order mark' }] : []),
      ],
      traceState: i % 2 === 0 ? 'a=b' : '',
      kind: i % 100 === 0 ? 300 : 3,
      statusCode: i % 100 === 1 ? 301 : 2,
      statusMessage: i % 3 === 0 ? 'said' : '',
    }));
    await store.ingest(requestOf(spans));
    await store.seal();
    await expectSpans(store, spans);
    const { columns } = await store.statistics();
    const names = columns.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['spans.@app.text', 'spans.@app.int', 'spans.@app.bool']));
    expect(names).not.toContain('spans.@db.system');
    const found = await store.search({
      query: '{ span.app.int = -1099511627776 }',
      limit: 5,
      spansPerSpanSet: 5,
      order: 'newest',
      totals: true,
    });
    expect(found.total).toEqual({ traces: 1, spans: 1 });
    expect(stores.errors).toEqual([]);
  });

  test('beyond forty give way to the remainder', async () => {
    const store = await stores.open(stores.newFolder());
    const all: Span[] = [];
    for (let block = 0; block < 3; block++) {
      const spans = Array.from({ length: 1200 }, (_, i) => ({
        ...makeSpan(1 + (i % 7), block * 10_000 + i + 1),
        attributes: Array.from({ length: 20 }, (_unused, k) => ({
          key: `key.${block}.${k}`,
          value: `value ${i} of ${k}`,
        })),
      }));
      await store.ingest(requestOf(spans));
      await store.seal();
      all.push(...spans);
    }
    expect(await runJob(store, { kind: 'compact' })).toMatchObject({ state: 'done' });
    expect(await sealedBlocks(store)).toBe(1);
    await expectSpans(store, all);
    const { columns } = await store.statistics();
    expect(columns.filter(({ name }) => name.startsWith('spans.@'))).toHaveLength(40);
    expect(stores.errors).toEqual([]);
  }, 60_000);
});
