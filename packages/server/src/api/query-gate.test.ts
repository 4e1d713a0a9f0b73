// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { StoreError, type QueryOptions, type SearchRequest, type SearchResult, type Store } from '@tracewell/store';
import { createFakeStore } from '../testing/fake-store.ts';
import { limitQueries } from './query-gate.ts';

const cost = { inspectedSpans: 0, inspectedTraces: 0, inspectedBytes: 0, blocks: 0 };
const request: SearchRequest = { query: '{}', limit: 1, spansPerSpanSet: 1, order: 'newest', totals: false };

/** A store whose searches end when the test says so, behind a gate for two of them. */
function gate(waiting = 10, overrides: Partial<Store> = {}) {
  const running: { readonly options: QueryOptions; end(): void; fail(error: Error): void }[] = [];
  const store = limitQueries(
    createFakeStore({
      search: (_request, options = {}) =>
        new Promise<SearchResult>((resolve, reject) => {
          running.push({ options, end: () => resolve({ traces: [], cost }), fail: reject });
        }),
      ...overrides,
    }),
    { running: 2, waiting }
  );
  return { store, running };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  test('lets in as many as may run, the rest in the order of arrival', async () => {
    const { store, running } = gate();
    const ended: number[] = [];
    const all = [0, 1, 2, 3].map((id) => store.search(request).then(() => ended.push(id)));
    await settled();
    expect(running).toHaveLength(2);
    running[1]?.end();
    await settled();
    expect(running).toHaveLength(3);
    running[0]?.fail(new Error('broken'));
    await settled();
    expect(running).toHaveLength(4);
    running[2]?.end();
    running[3]?.end();
    await expect(all[0]).rejects.toThrow('broken');
    await Promise.all(all.slice(1));
    expect(ended).toEqual([1, 2, 3]);
    const last = store.search(request);
    await settled();
    expect(running).toHaveLength(5);
    running[4]?.end();
    await last;
  });

  test('refuses those for whom there is no room to wait', async () => {
    const { store, running } = gate(1);
    const first = [store.search(request), store.search(request), store.search(request)];
    await expect(store.search(request)).rejects.toMatchObject({
      code: 'overloaded',
      message: expect.stringContaining('too many queries at once: 2 run and 1 wait (--max-queries'),
    });
    await settled();
    running[0]?.end();
    await settled();
    running[1]?.end();
    running[2]?.end();
    await Promise.all(first);
  });

  test('a client that goes away leaves the line', async () => {
    const { store, running } = gate();
    const first = [store.search(request), store.search(request)];
    const controller = new AbortController();
    const gone = store.search(request, { signal: controller.signal });
    const next = store.search(request);
    controller.abort();
    await expect(gone).rejects.toMatchObject({ code: 'cancelled' });
    await expect(store.search(request, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    running[0]?.end();
    await settled();
    expect(running).toHaveLength(3);
    running[1]?.end();
    running[2]?.end();
    await Promise.all([...first, next]);
  });

  test('waiting counts against the time limit', async () => {
    const { store, running } = gate();
    const first = [store.search(request, { timeoutMs: 60_000 }), store.search(request)];
    await expect(store.search(request, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('waited 20 ms for others'),
    });
    expect(running[0]?.options.timeoutMs).toBeLessThanOrEqual(60_000);
    running[0]?.end();
    running[1]?.end();
    await Promise.all(first);
  });

  test('opening a trace and completing attributes have a lane of their own; ingest has no gate', async () => {
    const { store, running } = gate(0);
    const first = [store.search(request), store.search(request)];
    await expect(store.search(request)).rejects.toThrow(StoreError);
    const range = { start: 0n, end: 1n };
    await expect(store.metrics({ ...range, query: '', exemplars: 0, maxSeries: 1 })).rejects.toThrow(StoreError);
    await expect(store.serviceGraph({ ...range, query: '' })).rejects.toThrow(StoreError);
    const red = { ...range, query: '', rootsOnly: false, step: 1n, exemplarsPerCell: 0 };
    await expect(store.red(red)).rejects.toThrow(StoreError);
    expect(await store.trace({ traceId: '0'.repeat(32), maxBytes: 1 })).toBeUndefined();
    expect(await store.tagNames({ limit: 1 })).toEqual({ scopes: [] });
    expect(await store.tagValues({ tag: 'name', limit: 1 })).toEqual({ values: [] });
    expect((await store.ingest(new Uint8Array(0))).acceptedSpans).toBe(1);
    expect((await store.status()).spans).toBe(0);
    await store.seal();
    running[0]?.end();
    running[1]?.end();
    await Promise.all(first);
    await store.close();
  });
});
