// SPDX-License-Identifier: Apache-2.0
//
// A damaged block that a job comes upon: it is set aside and named, and the job does not fail on it for ever.

import duckdb from '@duckdb/node-bindings';
import { afterEach, expect, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DeleteTarget, Store } from '../api.ts';
import { makeSpan, requestOf } from '../testing/store-fixture.ts';
import { runJob, TemporaryStores } from '../testing/temporary-stores.ts';
import { attachSql, SEALED_PAGE_BYTES } from './database.ts';
import { ResultColumns } from './sql-result.ts';

const HEADERS = 12_288;
const SPANS = 4000;

const stores = new TemporaryStores();
afterEach(() => stores.end());

/** Three sealed blocks of a trace each, the second damaged where only its spans are. */
async function openWithDamage(): Promise<{ store: Store; damaged: string }> {
  const folder = stores.newFolder();
  const first = await stores.open(folder);
  for (const trace of [1, 2, 3]) {
    await first.ingest(requestOf(Array.from({ length: SPANS }, (_, i) => makeSpan(trace, i + 1))));
    await first.seal();
  }
  await first.close();
  const tenant = join(folder, 'single-tenant');
  const names = readdirSync(tenant)
    .filter((name) => /^block-.*\.duckdb$/.test(name))
    .sort();
  const damaged = names[1] ?? '';
  await damageSpans(join(tenant, damaged));
  return { store: await stores.open(folder), damaged: damaged.replace(/^block-|\.duckdb$/g, '') };
}

/** Turns bytes over in a page of a closed block that holds spans alone: opening the block does not read it. */
async function damageSpans(path: string): Promise<void> {
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  await duckdb.query(connection, attachSql(path, 'b', true));
  const pages = new ResultColumns(
    await duckdb.query(connection, `SELECT max(block_id)::INTEGER AS page FROM pragma_storage_info('b.spans')`)
  );
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
  const page = pages.integers('page')[0];
  if (page === undefined || page < 0) {
    throw new Error('the spans have no page of their own');
  }
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from('damage'), 0, 6, HEADERS + page * SEALED_PAGE_BYTES + 4000);
  closeSync(file);
}

/** Spans of each trace that are found. */
async function sizes(store: Store): Promise<number[]> {
  const found = await Promise.all(
    [1, 2, 3].map((trace) => store.trace({ traceId: trace.toString(16).padStart(32, '0'), maxBytes: 1e8 }))
  );
  return found.map((trace) => (trace === undefined ? 0 : decodeSpans(trace.bytes).length));
}

test('compacting merges the others', async () => {
  const { store, damaged } = await openWithDamage();
  expect((await store.status()).broken).toEqual([]);
  const job = await runJob(store, { kind: 'compact' });
  expect(job).toMatchObject({ state: 'done', result: { blocks: 2, spans: 2 * SPANS } });
  expect(job.result?.notes).toContain(`damaged, and set aside in broken/: block ${damaged}`);
  expect((await store.status()).broken).toContain(`block-${damaged}.duckdb`);
  expect(stores.errors.filter((line) => line.includes('is damaged and is set aside'))).toHaveLength(1);
  expect(await sizes(store)).toEqual([SPANS, 0, SPANS]);
});

test('a deletion says so, and can be started again', async () => {
  const { store, damaged } = await openWithDamage();
  // Carts 1, 10 to 19, 100 to 199, 1000 to 1999: the rest of a block has to be written anew.
  const doomed = 1111;
  const what: DeleteTarget = { query: '{ span.app.cart =~ "cart-1.*" }', wholeTraces: false };
  const job = await runJob(store, { kind: 'delete', what });
  expect(job).toMatchObject({ state: 'failed' });
  expect(job.error?.message).toContain(`block ${damaged}; start the deletion again`);
  const again = await runJob(store, { kind: 'delete', what });
  expect(again).toMatchObject({ state: 'done', result: { spans: 2 * doomed } });
  expect(again.result?.notes.join()).toContain(damaged);
  expect(await sizes(store)).toEqual([SPANS - doomed, 0, SPANS - doomed]);
});
