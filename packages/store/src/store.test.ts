// SPDX-License-Identifier: Apache-2.0
//
// The store on a real folder: what was acknowledged is there, once, whatever happens in between.

import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { rm } from 'node:fs/promises';
import { openStore } from './store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from './testing/store-fixture.ts';
import type { Store, StoreOptions } from './api.ts';

const folders: string[] = [];
const stores: Store[] = [];

function newFolder(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
}

async function open(folder: string, changes: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(storeOptions(folder, changes), { log: () => undefined });
  stores.push(store);
  return store;
}

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function traceOf(store: Store, trace: number): Promise<Span[]> {
  const traceId = trace.toString(16).padStart(32, '0');
  const result = await store.trace({ traceId, maxBytes: 100_000_000 });
  const spans = result === undefined ? [] : decodeSpans(result.bytes);
  return spans.sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

describe('ingest', () => {
  test('gives back what was sent, before and after sealing and after a restart', async () => {
    const folder = newFolder();
    let store = await open(folder);
    const spans = numbers(1, 30).map((id) => makeSpan(7, id, { statusMessage: id === 3 ? 'it broke, badly' : '' }));
    const result = await store.ingest(requestOf(spans));
    expect(result).toEqual({ acceptedSpans: 30, duplicateSpans: 0, rejectedSpans: 0, message: '' });
    expect(await traceOf(store, 7)).toEqual(spans);
    await store.seal();
    expect((await store.status()).blocks.filter((block) => block.spans > 0).map((block) => block.state)).toEqual(['sealed']);
    expect(await traceOf(store, 7)).toEqual(spans);
    await store.close();
    store = await open(folder);
    expect(await traceOf(store, 7)).toEqual(spans);
    expect((await store.status()).spans).toBe(30);
  });
});
