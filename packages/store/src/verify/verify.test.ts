// SPDX-License-Identifier: Apache-2.0
//
// Verifying finds what was damaged by hand, each kind of it, and finds nothing in a folder that is whole.

import duckdb from '@duckdb/node-bindings';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { closeSync, fstatSync, openSync, readdirSync, rmSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JobStatus, Store } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';
import { runJob } from '../testing/temporary-stores.ts';

// Some of these work for seconds on a busy machine.
jest.setTimeout(120_000);

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const open = (): Promise<Store> => openStore(storeOptions(folder), { log: () => undefined });
const tenant = (): string => join(folder, 'single-tenant');

async function fill(first: number, traces: number): Promise<void> {
  const event = { timeUnixNano: 1n, name: 'exception', attributes: [], droppedAttributesCount: 0 };
  await store.ingest(
    requestOf(
      Array.from({ length: traces }, (_, trace) =>
        Array.from({ length: 10 }, (_, id) =>
          makeSpan(first + trace, id + 1, { service: `s${id % 3}`, events: id % 4 === 0 ? [event] : [] })
        )
      ).flat()
    )
  );
}

const verify = (): Promise<JobStatus> => runJob(store, { kind: 'verify' });

/** Changes the only sealed block by SQL while the store is closed. */
async function changeBlock(...statements: string[]): Promise<void> {
  await store.close();
  const name = readdirSync(tenant()).find((file) => /^block-.*\.duckdb$/.test(file)) ?? '';
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  await duckdb.query(connection, `ATTACH '${join(tenant(), name)}' AS b`);
  for (const sql of statements) {
    await duckdb.query(connection, sql);
  }
  await duckdb.query(connection, 'CHECKPOINT b');
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
  store = await open();
}

test('a folder that is whole, with sealed and open blocks', async () => {
  await fill(1, 300);
  await store.seal();
  await fill(1000, 300);
  await store.seal();
  await fill(2000, 50);
  const status = await verify();
  expect(status.result).toEqual({ blocks: 3, spans: 6500, notes: [], damaged: false });
  expect(status).toMatchObject({ state: 'done', done: 6500, total: 6500 });
});

test.each([
  ['a span that was lost', 'DELETE FROM b.spans WHERE rowid = 17', /1 traces are not what their spans say/],
  ['a count of the trace table', 'UPDATE b.traces SET span_count = 4 WHERE trace_index = 3', /1 traces are not what/],
  ['a parent', 'UPDATE b.spans SET parent_step = 40 WHERE rowid = 4', /1 spans are led to a parent that is not in/],
  ['a service', "UPDATE b.trace_services SET service = 'x' WHERE trace_index = 3", /rows of trace_services/],
  ['a dictionary', 'DELETE FROM b.scopes', /3000 spans refer to a scope that is not in the block/],
  ['the order', 'UPDATE b.spans SET start_ns = 5 WHERE rowid = 19', /spans are not in order/],
  ['a remainder', "UPDATE b.spans SET rest = '\\x4A\\xFF\\x01'::BLOB WHERE rowid = 4", /1 spans have a remainder/],
  ['a column', 'UPDATE b.spans SET a0 = NULL WHERE rowid = 4', /column a0 should be filled in/],
  ['the graph', 'UPDATE b.graph_totals SET requests = 77', /rows of graph_totals/],
])('damage is named: %s', async (_what, sql, finding) => {
  await fill(1, 300);
  await store.seal();
  await changeBlock(sql);
  const { result } = await verify();
  expect(result?.damaged).toBe(true);
  expect(result?.notes.join('\n')).toMatch(finding);
});

test('bytes that were turned over on the disk', async () => {
  await fill(1, 800);
  await store.seal();
  const name = readdirSync(tenant()).find((file) => /^block-.*\.duckdb$/.test(file)) ?? '';
  const file = openSync(join(tenant(), name), 'r+');
  // Behind the headers, in the middle of some column, or the end of a file that is smaller.
  writeSync(file, Buffer.from('damage'), 0, 6, Math.min(12_288 + 2 * 262_144 + 4000, fstatSync(file).size - 10));
  closeSync(file);
  const { result } = await verify();
  expect(result?.damaged).toBe(true);
  expect(result?.notes.join('\n')).toMatch(/checksum/);
  expect(await store.search({ query: '', limit: 1, spansPerSpanSet: 1, order: 'newest', totals: false })).toBeDefined();
});

test('files: a filter that is lost, one that nobody names, a FORMAT that was written over', async () => {
  await fill(1, 30);
  await store.seal();
  const files = readdirSync(tenant());
  unlinkSync(join(tenant(), files.find((file) => file.endsWith('.bloom')) ?? ''));
  writeFileSync(join(tenant(), 'block-77.duckdb'), 'x');
  writeFileSync(join(folder, 'FORMAT'), 'something');
  const { result } = await verify();
  const notes = result?.notes.join('\n');
  expect(notes).toMatch(/its filter of trace ids cannot be read/);
  expect(notes).toMatch(/block-77\.duckdb belongs to no block/);
  expect(notes).toMatch(/FORMAT: expected "tracewell \d+", found "something"/);
});

test('a block that has gone is no damage while somebody still reads it', async () => {
  await fill(1, 30);
  await store.seal();
  await fill(100, 30);
  await store.seal();
  const { id } = await store.openExport({ query: '' });
  await runJob(store, { kind: 'compact' });
  expect(readdirSync(tenant()).filter((file) => file.endsWith('.duckdb') && file.startsWith('block-'))).toHaveLength(3);
  expect((await verify()).result).toEqual({ blocks: 1, spans: 600, notes: [], damaged: false });
  await store.closeExport(id);
});

test('nothing is damaged while blocks are sealed and merged', async () => {
  let isSealing = true;
  const sealing = (async (): Promise<void> => {
    for (let round = 0; round < 16; round++) {
      await fill(1 + round * 100, 20);
      await store.seal();
    }
    isSealing = false;
  })();
  for (let verified = 0; isSealing || verified < 3; verified++) {
    expect((await verify()).result).toMatchObject({ notes: [], damaged: false });
  }
  await sealing;
});

test('it can be cancelled', async () => {
  await fill(1, 500);
  await store.seal();
  const { id } = await store.startJob({ kind: 'verify' });
  await store.cancelJob(id);
  const status = await verify();
  expect((await store.job(id))?.state).toBe('cancelled');
  expect(status.state).toBe('done');
});
