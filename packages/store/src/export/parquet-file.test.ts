// SPDX-License-Identifier: Apache-2.0
//
// The Parquet table, read back by a DuckDB of the test's own: its columns are those of docs/formats/export.md.

import duckdb from '@duckdb/node-bindings';
import { afterAll, expect, test } from '@jest/globals';
import { encodeSpans } from '@tracewell/protocols';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ResultColumns } from '../blocks/sql-result.ts';
import { makeSpan, temporaryFolder } from '../testing/store-fixture.ts';
import { openParquetFile } from './parquet-file.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

async function query(sql: string): Promise<ResultColumns> {
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  const columns = new ResultColumns(await duckdb.query(connection, sql));
  columns.columnNames.forEach((name) => columns.texts(name));
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
  return columns;
}

/** The rows of a file with every value as text. */
async function rowsOf(file: string): Promise<Record<string, string | null>[]> {
  const found = await query(`SELECT COLUMNS(*)::VARCHAR FROM '${file}'`);
  return Array.from({ length: found.rowCount }, (_, row) =>
    Object.fromEntries(found.columnNames.map((name) => [name, found.texts(name)[row] ?? null]))
  );
}

test('every field of a span, and its documented column and type', async () => {
  const file = join(folder, 'spans.parquet');
  const parquet = await openParquetFile(file);
  const start = 1_760_000_000_123_456_789n;
  await parquet.add(
    encodeSpans([
      makeSpan(1, 2, {
        startUnixNano: start,
        endUnixNano: start + 5n,
        statusCode: 2,
        statusMessage: "it's broken",
        traceState: 'a=b',
        flags: 257,
        attributes: [
          { key: 'big', value: 9_223_372_036_854_775_807n },
          { key: 'big', value: 1n },
          { key: 'list', value: [1.5, NaN, 'x', null] },
          { key: 'nested', value: { entries: [{ key: 'yes', value: true }] } },
          { key: 'bytes', value: Uint8Array.of(1, 2, 255) },
        ],
        events: [
          { timeUnixNano: start, name: 'exception', attributes: [{ key: 'a', value: 1n }], droppedAttributesCount: 2 },
        ],
        links: [
          {
            traceId: '1'.repeat(32),
            spanId: '2'.repeat(16),
            traceState: '',
            attributes: [],
            droppedAttributesCount: 0,
            flags: 1,
          },
        ],
      }),
    ])
  );
  await parquet.add(
    encodeSpans([makeSpan(1, 1, { startUnixNano: 2n ** 64n - 1n, endUnixNano: 0n, kind: 9, service: 'é' })])
  );
  await parquet.close();
  expect(readdirSync(folder)).toEqual(['spans.parquet']);

  const [first, second] = await rowsOf(file);
  expect(first).toEqual({
    trace_id: '1'.padStart(32, '0'),
    span_id: '2'.padStart(16, '0'),
    parent_span_id: '1'.padStart(16, '0'),
    name: 'GET /items/2/of/the/shop',
    kind: 'SERVER',
    service_name: 'shop',
    start_time: '2025-10-09 08:53:20.123456789',
    end_time: '2025-10-09 08:53:20.123456794',
    start_unix_nano: String(start),
    end_unix_nano: String(start + 5n),
    duration_nano: '5',
    status_code: 'ERROR',
    status_message: "it's broken",
    span_attributes: '{"big":9223372036854775807,"list":[1.5,"NaN","x",null],"nested":{"yes":true},"bytes":"AQL/"}',
    resource_attributes: '{"service.name":"shop"}',
    scope_name: 'test',
    scope_version: '1',
    scope_attributes: '{}',
    events: `[{"time_unix_nano":${start},"name":"exception","attributes":{"a":1},"dropped_attributes_count":2}]`,
    links: `[{"trace_id":"${'1'.repeat(32)}","span_id":"${'2'.repeat(16)}","trace_state":"","attributes":{},"flags":1,"dropped_attributes_count":0}]`,
    trace_state: 'a=b',
    flags: '257',
    resource_schema_url: null,
    scope_schema_url: null,
    dropped_attributes_count: '0',
    dropped_events_count: '0',
    dropped_links_count: '0',
  });
  expect(second).toMatchObject({
    parent_span_id: null,
    kind: '9',
    service_name: 'é',
    start_time: null,
    end_time: '1970-01-01 00:00:00',
    start_unix_nano: String(2n ** 64n - 1n),
    duration_nano: '0',
  });

  const types = await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${file}')`);
  const columns = types.texts('column_name').map((name, row) => `${name} ${types.texts('column_type')[row]}`);
  const page = readFileSync(join(__dirname, '../../../../docs/formats/export.md'), 'utf8');
  const documented = [...page.matchAll(/^\| ([a-z_, ]+?) +\| ([A-Z_]+) +\|/gm)].flatMap(([, names = '', type]) =>
    names.split(', ').map((name) => `${name} ${type}`)
  );
  expect(documented.sort()).toEqual(columns.sort());
});

test('a file that is discarded, or that cannot be written, leaves nothing', async () => {
  const parquet = await openParquetFile(join(folder, 'other.parquet'));
  await parquet.add(encodeSpans([makeSpan(1, 1)]));
  await parquet.discard();
  await expect(openParquetFile(join(folder, 'nowhere/x.parquet'))).rejects.toThrow(/nowhere/);
  expect(readdirSync(folder)).toEqual(['spans.parquet']);
});
