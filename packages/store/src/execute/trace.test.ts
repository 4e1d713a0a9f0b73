// SPDX-License-Identifier: Apache-2.0
//
// Traces put together again, from blocks of either state and from several. The store's own tests cover what
// ingest does; here it is order, grouping, duplicates and the limit.

import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { AttributeValue, Span } from '@tracewell/trace';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import type { Store } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

async function open(): Promise<Store> {
  const dataDir = temporaryFolder();
  const store = await openStore(storeOptions(dataDir), { log: () => undefined });
  closers.push(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return store;
}

async function read(store: Store, trace: number): Promise<Span[]> {
  const result = await store.trace({ traceId: trace.toString(16), maxBytes: 10_000_000 });
  return result === undefined ? [] : decodeSpans(result.bytes).sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constantFrom<AttributeValue>(
    null,
    ['a', 1n, [true]],
    { entries: [{ key: 'k', value: null }] },
    new Uint8Array([1, 0, 255])
  )
);
const keys = fc.constantFrom('http.request.method', 'http.response.status_code', 'http.route', 'x', 'y', '');

describe('trace by id', () => {
  test('keeps attributes in the order they were sent, in columns or not', async () => {
    const store = await open();
    let trace = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ key: keys, value }), { maxLength: 8 }), async (attributes) => {
        trace += 1;
        const spans = [makeSpan(trace, 1, { attributes }), makeSpan(trace, 2)];
        await store.ingest(requestOf(spans));
        expect(await read(store, trace)).toEqual(spans);
      }),
      { numRuns: 60 }
    );
    await store.seal();
    expect(await read(store, 1)).toHaveLength(2);
  }, 60_000);

  test('joins the parts of several blocks and groups them by resource', async () => {
    const store = await open();
    const spans = Array.from({ length: 12 }, (_, i) => makeSpan(3, i + 1));
    await store.ingest(requestOf(spans.slice(0, 5)));
    await store.seal();
    await store.ingest(requestOf(spans.slice(5, 9)));
    await store.seal();
    await store.ingest(requestOf(spans.slice(9)));
    expect(await read(store, 3)).toEqual(spans.sort((a, b) => (a.spanId < b.spanId ? -1 : 1)));
    const result = await store.trace({ traceId: '3', maxBytes: 10_000_000 });
    const [tag, length] = result?.bytes ?? [];
    // One ResourceSpans that fills the message: a tag, a length of two bytes, and the rest.
    expect(tag).toBe(0x0a);
    expect(((length ?? 0) & 0x7f) + ((result?.bytes[2] ?? 0) << 7)).toBe((result?.bytes.length ?? 0) - 3);
  });

  test('says when a trace is too large, and refuses what is no id', async () => {
    const store = await open();
    await store.ingest(requestOf(Array.from({ length: 50 }, (_, i) => makeSpan(4, i + 1))));
    const result = await store.trace({ traceId: '4', maxBytes: 2_000 });
    expect(result?.bytes.length).toBeLessThanOrEqual(2_000);
    expect(result?.spanCount).toBeGreaterThan(5);
    expect(result?.partial).toBe(`the trace is larger than 2000 bytes: ${result?.spanCount} of 50 spans are returned`);
    expect(await store.trace({ traceId: 'ff', maxBytes: 2_000 })).toBeUndefined();
    await expect(store.trace({ traceId: 'xyz', maxBytes: 2_000 })).rejects.toMatchObject({ code: 'malformed' });
  });
});
