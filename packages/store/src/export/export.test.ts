// SPDX-License-Identifier: Apache-2.0
//
// Exports of a real store: whole traces, each once, whichever blocks they lie in.

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import { rmSync } from 'node:fs';
import type { ExportRequest, Store } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';
import { TraceIdSet } from './trace-id-set.ts';

// Some of these work for seconds on a busy machine.
jest.setTimeout(120_000);

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore(storeOptions(folder), { log: () => undefined });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** `trace/span` of every exported span, sorted, and the number of parts. */
async function exported(request: ExportRequest): Promise<{ spans: string[]; parts: number; traces: number }> {
  const { id } = await store.openExport(request);
  const spans: string[] = [];
  let traces = 0;
  for (let parts = 1; ; parts++) {
    const part = await store.nextExport(id);
    traces += part.traces;
    let decoded = 0;
    for (const { traceId, spanId } of spansOf(part.bytes)) {
      spans.push(`${parseInt(traceId, 16)}/${parseInt(spanId, 16)}`);
      decoded += 1;
    }
    expect(decoded).toBe(part.spans);
    if (part.isLast) {
      return { spans: spans.sort(), parts, traces };
    }
  }
}

function spansOf(bytes: Uint8Array): { traceId: string; spanId: string }[] {
  return decodeSpans(bytes).map(({ traceId, spanId }) => ({ traceId, spanId }));
}

async function ingest(traces: readonly number[], ids: readonly number[], service = 'shop'): Promise<string[]> {
  const spans = traces.flatMap((trace) => ids.map((id) => makeSpan(trace, id, { service })));
  await store.ingest(requestOf(spans));
  return traces.flatMap((trace) => ids.map((id) => `${trace}/${id}`));
}

const many = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

test('all traces come whole and once, from sealed and open blocks', async () => {
  const expected = await ingest(many(1, 900), many(1, 10));
  await store.seal();
  // Late spans of traces that are sealed already, and new ones.
  expected.push(...(await ingest(many(800, 200), many(11, 5))));
  const found = await exported({ query: '' });
  expect(found.spans).toEqual(expected.sort());
  expect(found.parts).toBeGreaterThan(1);
  expect(found.traces).toBe(999);
});

test('with a query, the traces that match, whole', async () => {
  await ingest(many(1, 50), many(1, 3));
  const expected = await ingest(many(51, 7), many(1, 3), 'cart');
  await store.seal();
  expected.push(...(await ingest(many(51, 2), many(4, 2))));
  const found = await exported({ query: '{ resource.service.name = "cart" && name =~ ".*" } | count() > 1' });
  expect(found.spans).toEqual(expected.sort());
});

test('a range narrows, an empty store gives one empty part', async () => {
  expect(await exported({ query: '' })).toEqual({ spans: [], parts: 1, traces: 0 });
  await ingest(many(1, 100), [1]);
  const first = 1_760_000_000_000_000_000n;
  const found = await exported({ query: '', start: first + 20_000_000_000n, end: first + 30_000_000_000n });
  expect(found.spans).toEqual(
    many(20, 10)
      .map((trace) => `${trace}/1`)
      .sort()
  );
});

test('a wrong query, an export that is closed, too many at once', async () => {
  await expect(store.openExport({ query: '{ what' })).rejects.toMatchObject({ code: 'invalid-query' });
  await ingest([1], [1]);
  const { id } = await store.openExport({ query: '' });
  await store.closeExport(id);
  await expect(store.nextExport(id)).rejects.toMatchObject({ code: 'closed' });
  for (let i = 0; i < 4; i++) {
    await store.openExport({ query: '' });
  }
  await expect(store.openExport({ query: '' })).rejects.toMatchObject({ code: 'overloaded', retryable: true });
});

test('an export sees the blocks that were there when it began, even when they are sealed away meanwhile', async () => {
  const expected = await ingest(many(1, 700), many(1, 10));
  const { id, spans } = await store.openExport({ query: '' });
  expect(spans).toBe(7000);
  const first = await store.nextExport(id);
  await store.seal();
  await ingest([9000], [1]);
  let rest = spansOf(first.bytes);
  for (let isLast = first.isLast; !isLast;) {
    const part = await store.nextExport(id);
    isLast = part.isLast;
    rest = [...rest, ...spansOf(part.bytes)];
  }
  expect(rest.map(({ traceId, spanId }) => `${parseInt(traceId, 16)}/${parseInt(spanId, 16)}`).sort()).toEqual(
    expected.sort()
  );
});

test('a set of trace ids tells apart what differs in one half, and grows', () => {
  const set = new TraceIdSet();
  expect([set.add(0n, 0n), set.add(0n, 0n), set.add(1n, 0n), set.add(0n, 1n), set.add(1n, 0n)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ]);
  for (let i = 2n; i < 5000n; i++) {
    expect(set.add(i, i << 40n)).toBe(true);
  }
  for (let i = 2n; i < 5000n; i++) {
    expect(set.add(i, i << 40n)).toBe(false);
  }
  expect(set.size).toBe(5001);
});
