// SPDX-License-Identifier: Apache-2.0
//
// Deletion for privacy: what was named is gone from every answer and from every file, and nothing else is.

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeleteTarget, JobStatus, Store } from '../api.ts';
import { makeSpan, requestOf } from '../testing/store-fixture.ts';
import { runJob, TemporaryStores } from '../testing/temporary-stores.ts';

// Whole stores, on machines that may have other work.
jest.setTimeout(120_000);

const stores = new TemporaryStores({ commitDelayMs: 1, memoryLimitBytes: 128_000_000 });

afterEach(() => stores.end());

function deleteSpans(store: Store, what: DeleteTarget): Promise<JobStatus> {
  return runJob(store, { kind: 'delete', what });
}

const NAME = 'Ada Lovelace of 12 St. James Square';

/** A span that says who the customer is, in every place where a span can say something. */
function personal(trace: number, id: number): Span {
  const customer = [{ key: 'customer.name', value: NAME }];
  return {
    ...makeSpan(trace, id, { service: 'accounts of Lovelace' }),
    name: `hello ${NAME}`,
    attributes: [...customer, { key: `of ${NAME}`, value: 1n }],
    statusMessage: NAME,
    events: [{ timeUnixNano: 1n, name: `event ${NAME}`, attributes: customer, droppedAttributesCount: 0 }],
    scope: { name: NAME, version: '', attributes: [], droppedAttributesCount: 0, schemaUrl: '' },
  };
}

function plain(trace: number, from: number, count: number): Span[] {
  return Array.from({ length: count }, (_, i) => makeSpan(trace, from + i));
}

async function send(store: Store, spans: readonly Span[]): Promise<void> {
  const { acceptedSpans } = await store.ingest(requestOf(spans));
  expect(acceptedSpans).toBe(spans.length);
}

async function spanIds(store: Store, trace: number): Promise<string[]> {
  const found = await store.trace({ traceId: trace.toString(16).padStart(32, '0'), maxBytes: 1e7 });
  return (found === undefined ? [] : decodeSpans(found.bytes)).map(({ spanId }) => spanId).sort();
}

const idsOf = (spans: readonly Span[]): string[] => spans.map(({ spanId }) => spanId).sort();

/** Files of the folder that have the name in them. */
function filesWithName(folder: string, text = NAME): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      try {
        return readFileSync(path).includes(text);
      } catch {
        // Files come and go.
        return false;
      }
    });
}

describe('deletion', () => {
  test('of a trace takes it out of all blocks, open ones too, and lets it be sent again', async () => {
    const store = await stores.open(stores.newFolder());
    const [first, second] = [plain(1, 1, 20), plain(1, 101, 20)];
    const others = plain(2, 1, 20);
    await send(store, [...first, ...others]);
    await store.seal();
    await send(store, second);
    const job = await deleteSpans(store, { traceId: '1' });
    expect(job).toMatchObject({ state: 'done', result: { blocks: 2, spans: 40 } });
    expect(await spanIds(store, 1)).toEqual([]);
    expect(await spanIds(store, 2)).toEqual(idsOf(others));
    expect((await store.status()).spans).toBe(20);
    await send(store, second);
    expect(await spanIds(store, 1)).toEqual(idsOf(second));
    expect(stores.errors).toEqual([]);
  });

  test('of matching spans leaves nothing of them: no span, tag, service, edge, and no byte in any file', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    const kept = [...plain(1, 1, 30), ...plain(3, 1, 30)];
    await send(store, [...plain(1, 1, 30), personal(1, 900), personal(2, 901)]);
    await store.seal();
    await send(store, [...plain(3, 1, 30), personal(3, 902)]);
    expect(filesWithName(folder).length).toBeGreaterThan(0);
    const job = await deleteSpans(store, { query: '{ span.customer.name =~ "Ada.*" }', wholeTraces: false });
    expect(job).toMatchObject({ state: 'done', result: { spans: 3 } });
    expect([...(await spanIds(store, 1)), ...(await spanIds(store, 3))].sort()).toEqual(idsOf(kept));
    expect(await spanIds(store, 2)).toEqual([]);
    const range = { start: 0n, end: 2n ** 63n };
    const { scopes } = await store.tagNames({ limit: 1000 });
    expect(scopes.flatMap(({ tags }) => tags)).not.toContain('customer.name');
    const services = await store.tagValues({ tag: 'resource.service.name', limit: 100 });
    expect(services.values.map(({ value }) => value)).toEqual(['shop']);
    const graph = await store.serviceGraph({ ...range, query: '' });
    expect(JSON.stringify(graph.nodes.map(({ name }) => name))).not.toContain('Lovelace');
    expect(filesWithName(folder)).toEqual([]);
    expect(filesWithName(folder, 'Lovelace')).toEqual([]);
    await store.close();
    const again = await stores.open(folder);
    expect((await again.status()).spans).toBe(60);
    expect(stores.errors).toEqual([]);
  });

  test('of whole traces takes all spans of the traces that match, wherever they lie', async () => {
    const store = await stores.open(stores.newFolder());
    await send(store, [...plain(1, 1, 10), ...plain(2, 1, 10)]);
    await store.seal();
    await send(store, [personal(1, 900), ...plain(3, 1, 10)]);
    const job = await deleteSpans(store, {
      query: `{ statusMessage = "${NAME}" }`,
      wholeTraces: true,
    });
    expect(job).toMatchObject({ state: 'done', result: { spans: 11 } });
    expect(await spanIds(store, 1)).toEqual([]);
    expect([...(await spanIds(store, 2)), ...(await spanIds(store, 3))]).toHaveLength(20);
  });

  test('decides on whole traces before it takes the first span', async () => {
    const store = await stores.open(stores.newFolder());
    const root = makeSpan(1, 1, { service: 'front' });
    const leaf = makeSpan(1, 2, { service: 'back', parentSpanId: root.spanId });
    await send(store, [root]);
    await store.seal();
    await send(store, [leaf]);
    const query = '{ resource.service.name = "front" } &>> { resource.service.name = "back" }';
    const job = await deleteSpans(store, { query, wholeTraces: false });
    expect(job).toMatchObject({ state: 'done', result: { spans: 2 } });
    expect((await store.status()).spans).toBe(0);
  });

  test('within a range takes spans that start in it', async () => {
    const store = await stores.open(stores.newFolder());
    const spans = plain(1, 1, 10);
    await send(store, spans);
    const start = spans[3]?.startUnixNano ?? 0n;
    const end = spans[6]?.startUnixNano ?? 0n;
    await deleteSpans(store, { query: '', wholeTraces: false, start, end });
    const kept = spans.filter(({ startUnixNano }) => startUnixNano < start || startUnixNano >= end);
    expect(await spanIds(store, 1)).toEqual(idsOf(kept));
  });

  test('of nothing changes nothing, and what cannot be searched is said', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    await send(store, plain(1, 1, 10));
    const broken = join(folder, 'single-tenant', 'broken');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'block-1.duckdb'), 'was a block');
    const job = await deleteSpans(store, { query: '{ name = "no such name" }', wholeTraces: true });
    expect(job).toMatchObject({ state: 'done', result: { blocks: 0, spans: 0 } });
    expect(job.result?.notes.join()).toMatch(/broken\/.*block-1\.duckdb/);
    expect(await spanIds(store, 1)).toHaveLength(10);
  });

  test('that is cut off has deleted all or nothing', async () => {
    const folder = stores.newFolder();
    const copies: { readonly path: string; readonly step: string }[] = [];
    let isCopying = false;
    const store = await stores.open(
      folder,
      {},
      {
        reach: (step) => {
          if (isCopying) {
            copies.push({ path: stores.killed(folder), step });
          }
        },
      }
    );
    await send(store, [...plain(1, 1, 10), ...plain(2, 1, 10)]);
    await store.seal();
    await send(store, [...plain(1, 101, 10), ...plain(3, 1, 10)]);
    await store.seal();
    isCopying = true;
    await deleteSpans(store, { traceId: '1' });
    await store.close();
    expect(copies.length).toBeGreaterThan(8);
    const swapped = copies.findIndex(({ step }) => step === 'swapped');
    for (const [i, { path }] of copies.entries()) {
      const again = await stores.open(path);
      expect(await spanIds(again, 1)).toHaveLength(i < swapped ? 20 : 0);
      expect((await again.status()).spans).toBe(i < swapped ? 40 : 20);
      await again.close();
      expect(
        readdirSync(join(path, 'single-tenant')).filter((name) => name.endsWith('.duckdb') && name.startsWith('block'))
          .length
      ).toBe(2);
    }
    expect(stores.errors).toEqual([]);
  }, 60_000);
});
