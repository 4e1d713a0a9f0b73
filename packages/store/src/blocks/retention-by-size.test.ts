// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, jest, test } from '@jest/globals';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeSpan, requestOf } from '../testing/store-fixture.ts';
import { TemporaryStores } from '../testing/temporary-stores.ts';
import { BlockSet } from './block-set.ts';

const stores = new TemporaryStores({ maxBlockAgeMs: 1e12 });
afterEach(async () => {
  jest.restoreAllMocks();
  await stores.end();
});

test('deletes no more blocks, look after look, while a query reads one that has gone', async () => {
  const start = jest.spyOn(BlockSet, 'start');
  const folder = stores.newFolder();
  const retention = { maxAgeMs: 1e12, maxBytes: 1e12 };
  const store = await stores.open(folder, { retention });
  const set = await start.mock.results[0]?.value;
  if (!(set instanceof BlockSet)) {
    throw new Error('expected a set of blocks');
  }
  // Three: four of a size would be merged.
  for (const trace of [1, 2, 3]) {
    await store.ingest(requestOf(Array.from({ length: 500 }, (_, id) => makeSpan(trace, id + 1))));
    await store.seal();
  }
  await set.removed();
  const files = (): string[] => readdirSync(join(folder, 'single-tenant'));
  const sealed = (): string[] => set.blocks.filter(({ state }) => state === 'sealed').map(({ fileName }) => fileName);
  const [oldest = 'none', ...others] = sealed();
  const reading = set.acquire();
  const bytes = files().reduce((sum, name) => sum + statSync(join(folder, 'single-tenant', name)).size, 0);
  retention.maxBytes = bytes - 1;
  try {
    for (let look = 0; look < 5; look++) {
      await set.retain();
      expect(sealed()).toEqual(others);
    }
    expect(files()).toContain(oldest);
  } finally {
    reading.release();
  }
  await set.removed();
  expect(files()).not.toContain(oldest);
  expect(files()).toEqual(expect.arrayContaining(others));
});
