// SPDX-License-Identifier: Apache-2.0
//
// The store on a worker thread behaves like the one in this thread: answers, errors with their codes, cancelling.

import { afterAll, expect, jest, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { openStoreWorker } from './client.ts';
import { requestMemory } from './request-memory.ts';
import { bundleForTest } from './testing/bundle.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from './testing/store-fixture.ts';

const folder = temporaryFolder();
const bundle = bundleForTest('worker.ts');
const workerUrl = pathToFileURL(bundle);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(bundle, { force: true });
});

test('answers, refuses, cancels and closes over messages', async () => {
  const store = await openStoreWorker(workerUrl, storeOptions(folder));
  const spans = Array.from({ length: 20 }, (_, i) => makeSpan(1, i + 1));
  const request = requestOf(spans);
  // A view into a larger buffer, as a socket gives it: the rest must stay usable.
  const larger = new Uint8Array(request.length + 100);
  larger.set(request, 50);
  expect((await store.ingest(larger.subarray(50, 50 + request.length))).acceptedSpans).toBe(20);
  expect(larger.length).toBe(request.length + 100);
  expect((await store.ingest(request)).duplicateSpans).toBe(20);
  // Memory that was taken for a request comes back with the answer, and is there for the next.
  const give = jest.spyOn(requestMemory, 'give');
  const many = requestOf(Array.from({ length: 100 }, (_, i) => makeSpan(2, i + 1)));
  const lent = requestMemory.take(many.length);
  lent.set(many);
  const { byteLength } = lent.buffer;
  expect((await store.ingest(lent)).acceptedSpans).toBe(100);
  expect(lent).toHaveLength(0);
  expect(give.mock.lastCall?.[0].byteLength).toBe(byteLength);
  const traceId = spans[0]?.traceId ?? '';
  const found = await store.trace({ traceId, maxBytes: 1e6 });
  expect(decodeSpans(found?.bytes ?? new Uint8Array(0))).toHaveLength(20);
  expect(await store.trace({ traceId: 'ab', maxBytes: 1e6 })).toBeUndefined();
  await store.seal();
  expect((await store.status()).blocks.map(({ state }) => state)).toContain('sealed');

  await expect(store.ingest(new Uint8Array([0xff, 0xff]))).rejects.toMatchObject({
    code: 'malformed',
    retryable: false,
  });
  await expect(openStoreWorker(workerUrl, storeOptions(folder))).rejects.toMatchObject({ code: 'locked' });
  const controller = new AbortController();
  const cancelled = store.trace({ traceId, maxBytes: 1e6 }, { signal: controller.signal });
  controller.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  await expect(store.trace({ traceId, maxBytes: 1e6 }, { signal: controller.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  await Promise.all([store.close(), store.close()]);
  await expect(store.status()).rejects.toMatchObject({ code: 'closed' });
}, 60_000);
