// SPDX-License-Identifier: Apache-2.0
//
// A client that has lost an answer sends the same request again, at once or minutes later: its spans are there once, in
// traces and in counts, whatever has happened to the store meanwhile.

import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../api.ts';
import { QueryPool } from '../blocks/query-pool.ts';
import { makeSpan, requestOf } from '../testing/store-fixture.ts';
import { TemporaryStores } from '../testing/temporary-stores.ts';

const stores = new TemporaryStores({ commitDelayMs: 1, memoryLimitBytes: 128_000_000 });

afterEach(() => {
  jest.restoreAllMocks();
  return stores.end();
});

const SPANS = 20;
/** A request with one span that is refused each time. */
const request = (trace: number): Uint8Array<ArrayBuffer> =>
  requestOf([
    ...Array.from({ length: SPANS }, (_, i) => makeSpan(trace, i + 1)),
    makeSpan(trace, 99, { spanId: '0000000000000000' }),
  ]);

const again = { acceptedSpans: 0, duplicateSpans: SPANS, rejectedSpans: 1 };

async function send(store: Store, trace: number): Promise<void> {
  expect(await store.ingest(request(trace))).toMatchObject({ acceptedSpans: SPANS, rejectedSpans: 1 });
}

async function expectOnce(store: Store, traces: number): Promise<void> {
  expect((await store.status()).spans).toBe(traces * SPANS);
  const found = await store.trace({ traceId: '1'.padStart(32, '0'), maxBytes: 1e7 });
  expect(found?.spanCount).toBe(SPANS);
}

/** Seals, and closes the store when the new block is there and the hashes of its spans are about to be kept. */
async function closeAtHashes(store: Store): Promise<void> {
  const query = jest.spyOn(QueryPool.prototype, 'query');
  const close = jest.spyOn(QueryPool.prototype, 'close');
  // A spy begins as what it stands for.
  const [reallyQuery, reallyClose] = [query.getMockImplementation(), close.getMockImplementation()];
  if (reallyQuery === undefined || reallyClose === undefined) {
    throw new Error('a spy that calls nothing');
  }
  let closing: Promise<void> | undefined;
  const isClosed = new Promise<void>((resolve) => {
    close.mockImplementation(function (this: QueryPool) {
      const closed = reallyClose.call(this);
      resolve();
      return closed;
    });
  });
  query.mockImplementation(async function (this: QueryPool, ...args) {
    if (args[0].startsWith('SELECT content_hash FROM')) {
      closing ??= store.close();
      await isClosed;
    }
    return reallyQuery.apply(this, args);
  });
  await store.seal().catch(() => undefined);
  expect(closing).toBeDefined();
  await closing;
  jest.restoreAllMocks();
}

/** The request of trace 1 comes again after each of these. */
const lives: Readonly<Record<string, (store: Store, folder: string) => Promise<Store>>> = {
  nothing: (store) => Promise.resolve(store),
  'a seal': async (store) => {
    await store.seal();
    return store;
  },
  'three seals': async (store) => {
    for (const trace of [2, 3, 4]) {
      await send(store, trace);
      await store.seal();
    }
    return store;
  },
  'a restart': async (store, folder) => {
    await store.close();
    return stores.open(folder);
  },
  'a seal and a restart': async (store, folder) => {
    await store.seal();
    await store.close();
    return stores.open(folder);
  },
  'a seal and kill -9': async (store, folder) => {
    await store.seal();
    return stores.open(stores.killed(folder));
  },
  'a seal, a restart and two seals': async (store, folder) => {
    await store.seal();
    await store.close();
    const next = await stores.open(folder);
    for (const trace of [2, 3]) {
      await send(next, trace);
      await next.seal();
    }
    return next;
  },
  'kill -9, and a restart just when a block has been sealed': async (store, folder) => {
    // Which requests there were a kill takes from memory; the hashes of their spans are left.
    const killed = stores.killed(folder);
    const next = await stores.open(killed);
    await closeAtHashes(next);
    return stores.open(killed);
  },
  'three seals and a restart': async (store, folder) => {
    for (const trace of [2, 3, 4]) {
      await send(store, trace);
      await store.seal();
    }
    await store.close();
    return stores.open(folder);
  },
};

describe('a request that comes again is known', () => {
  test.each(Object.keys(lives))('after %s', async (life) => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    await send(store, 1);
    const later = await lives[life]?.(store, folder);
    if (later === undefined) {
      throw new Error(`there is no life ${life}`);
    }
    const before = (await later.status()).spans;
    expect(await later.ingest(request(1))).toMatchObject(again);
    await expectOnce(later, before / SPANS);
  });

  test('only if it is the same: a part of it, or more, is stored as far as it is new', async () => {
    const store = await stores.open(stores.newFolder());
    await send(store, 1);
    for (const trace of [2, 3]) {
      await send(store, trace);
      await store.seal();
    }
    const more = [...Array.from({ length: SPANS }, (_, i) => makeSpan(3, i + 1)), makeSpan(3, SPANS + 1)];
    expect(await store.ingest(requestOf(more))).toMatchObject({ acceptedSpans: 1, duplicateSpans: SPANS });
  });

  test('also when the file of hashes is damaged, as far as it is still in memory, and nothing breaks', async () => {
    const folder = stores.newFolder();
    const store = await stores.open(folder);
    await send(store, 1);
    await store.seal();
    await store.close();
    truncateSync(join(folder, 'single-tenant', 'sent.hashes'), 30);
    rmSync(join(folder, 'single-tenant', 'sent.requests'), { force: true });
    const next = await stores.open(folder);
    expect(await next.ingest(request(1))).toMatchObject({ acceptedSpans: SPANS });
    expect(await next.ingest(request(1))).toMatchObject(again);
  });
});
