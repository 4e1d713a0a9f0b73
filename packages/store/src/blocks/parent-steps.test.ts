// SPDX-License-Identifier: Apache-2.0
//
// Parents in sealed blocks: whatever ids the spans of a trace have, each keeps the parent that it was sent with, through
// sealing, merging and deletion of the parent.

import duckdb from '@duckdb/node-bindings';
import { afterEach, expect, jest, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../api.ts';
import { makeSpan, requestOf } from '../testing/store-fixture.ts';
import { runJob, TemporaryStores } from '../testing/temporary-stores.ts';
import { queryOn } from './database.ts';

jest.setTimeout(60_000);

const stores = new TemporaryStores({ commitDelayMs: 1, memoryLimitBytes: 128_000_000 });

afterEach(() => stores.end());

const NOBODY = 99;

function idOf(id: number): string {
  return id === 0 ? '' : id.toString(16).padStart(16, '0');
}

/** A span that starts so many milliseconds after those of the lowest ids. */
function span(id: number, parent: number, changes: Partial<Span> = {}): Span {
  return makeSpan(1, id, { parentSpanId: idOf(parent), name: `span ${id}`, ...changes });
}

const first = [
  span(1, 0),
  span(2, 1),
  // Before its parent.
  span(3, 4),
  span(4, 1),
  // A client and a server that share an id, as Zipkin's do, and a child of one of them.
  span(5, 2, { kind: 3 }),
  span(5, 2, { kind: 2, name: 'shared' }),
  span(6, 5),
  // Its own parent, and two that are each other's.
  span(7, 7),
  span(8, 9),
  span(9, 8),
  span(10, NOBODY),
  // Its id is what stands for a parent that is in the block.
  span(11, 1),
  makeSpan(2, 1, { parentSpanId: idOf(4) }),
];
/** Of the same trace in another block. */
const second = [span(20, 4), span(21, 20), span(22, 0)];

async function expectSpans(store: Store, expected: readonly Span[]): Promise<void> {
  const found: Span[] = [];
  for (const traceId of new Set(expected.map((each) => each.traceId))) {
    const trace = await store.trace({ traceId, maxBytes: 1e8 });
    found.push(...(trace === undefined ? [] : decodeSpans(trace.bytes)));
  }
  const shown = (spans: readonly Span[]): string[] =>
    spans.map((each) => `${each.traceId} ${each.name} ${each.spanId} < ${each.parentSpanId}`).sort();
  expect(shown(found)).toEqual(shown(expected));
  for (const parent of [1, 2, 4, 5, 7, 8, NOBODY]) {
    const asked = { limit: 100, spansPerSpanSet: 100, order: 'newest', totals: false } as const;
    for (const [operator, isWanted] of [
      ['=', true],
      ['!=', false],
    ] as const) {
      const { traces } = await store.search({ ...asked, query: `{ span:parentID ${operator} "${idOf(parent)}" }` });
      const matched = traces
        .flatMap(({ spanSets }) => spanSets.flatMap(({ spans }) => spans))
        .map(({ spanId }) => spanId);
      const wanted = expected.filter((each) => (each.parentSpanId === idOf(parent)) === isWanted);
      expect([operator, parent, matched.sort()]).toEqual([operator, parent, wanted.map(({ spanId }) => spanId).sort()]);
    }
  }
}

/** What the only sealed block of a folder has of each span of trace 1: id, parent_id and parent_step. */
async function rowsIn(folder: string): Promise<string[]> {
  const tenant = join(folder, 'single-tenant');
  const [file, ...others] = readdirSync(tenant).filter((name) => /^block-\d+\.duckdb$/.test(name));
  expect(others).toEqual([]);
  const database = await duckdb.open(':memory:', duckdb.create_config());
  const connection = await duckdb.connect(database);
  await duckdb.query(connection, `ATTACH '${join(tenant, file ?? '')}' AS block (READ_ONLY)`);
  const rows = await queryOn(
    connection,
    'SELECT span_id, parent_id, parent_step FROM block.spans WHERE trace_lo = 1 ORDER BY rowid'
  );
  const [ids, parents, steps] = [rows.bigints('span_id'), rows.bigints('parent_id'), rows.integers('parent_step')];
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
  return Array.from(ids, (id, i) => `${id}: ${parents[i]} ${steps[i]}`);
}

test('spans have the parent that they were sent with', async () => {
  const folder = stores.newFolder();
  const store = await stores.open(folder);
  await store.ingest(requestOf(first));
  await expectSpans(store, first);
  await store.seal();
  await expectSpans(store, first);
  await store.close();
  expect(await rowsIn(folder)).toEqual([
    '1: 0 0',
    '2: 1 -1',
    '3: 1 1',
    '4: 1 -3',
    // Two have the id of 6's parent, and theirs is 2.
    '5: 1 -3',
    '5: 1 -4',
    '6: 5 0',
    '7: 7 0',
    '8: 1 1',
    '9: 1 -1',
    '10: 99 0',
    '11: 1 -11',
  ]);
  const again = await stores.open(folder);
  await expectSpans(again, first);
  await again.ingest(requestOf(second));
  await again.seal();
  await expectSpans(again, [...first, ...second]);
  expect(await runJob(again, { kind: 'compact' })).toMatchObject({ state: 'done', result: { blocks: 2 } });
  await expectSpans(again, [...first, ...second]);
  const verified = await runJob(again, { kind: 'verify' });
  expect(verified).toMatchObject({ state: 'done', result: { damaged: false } });
  await again.close();
  // The parent came in the block before.
  expect((await rowsIn(folder)).slice(-3)).toEqual(['20: 1 -9', '21: 1 -1', '22: 0 0']);
  expect(stores.errors).toEqual([]);
});

test('spans whose parent is deleted keep its id', async () => {
  const folder = stores.newFolder();
  const store = await stores.open(folder);
  await store.ingest(requestOf([...first, ...second]));
  await store.seal();
  const deleted = await runJob(store, {
    kind: 'delete',
    what: { query: '{ name = "span 4" || name = "span 1" }', wholeTraces: false },
  });
  expect(deleted).toMatchObject({ state: 'done', result: { spans: 2 } });
  const kept = [...first, ...second].filter(({ name }) => name !== 'span 4' && name !== 'span 1');
  await expectSpans(store, kept);
  await store.close();
  expect((await rowsIn(folder)).slice(0, 2)).toEqual(['2: 1 0', '3: 4 0']);
  expect(stores.errors).toEqual([]);
});
