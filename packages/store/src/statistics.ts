// SPDX-License-Identifier: Apache-2.0
//
// What the store holds, counted for people: services, what columns cost on disk, what was set aside. Bytes of
// columns come from where DuckDB has put their segments: the distance to the next one in the same page. The last one
// of several in a page is taken to be like the others, what is alone in a page to have all of it.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnStatistics, StoreStatistics } from './api.ts';
import type { BlockReader, BlockRef } from './blocks/reader.ts';

const TABLES = ['spans', 'traces', 'trace_services', 'resources', 'scopes', 'shapes', 'graph_edges', 'graph_nodes'];

/** See `Store.statistics`. `folder` is the tenant's. */
export async function readStatistics(reader: BlockReader, folder: string): Promise<StoreStatistics> {
  const lease = reader.acquire();
  try {
    const services = new Map<string, { name: string; spans: number; errors: number }>();
    const columns = new Map<string, { name: string; type?: string; bytes: number; blocks: number }>();
    const pages = await pageSizes(reader);
    for (const block of lease.blocks) {
      await addServices(reader, block, services);
      if (block.state === 'sealed') {
        await addColumns(reader, block, pages.get(block.catalog) ?? 0, columns);
      }
    }
    const sortedColumns: ColumnStatistics[] = [...columns.values()].sort((a, b) => b.bytes - a.bytes);
    return {
      services: [...services.values()].sort((a, b) => b.spans - a.spans || (a.name < b.name ? -1 : 1)),
      columns: sortedColumns,
      setAside: await setAsideFiles(join(folder, 'broken')),
    };
  } finally {
    lease.release();
  }
}

async function addServices(
  reader: BlockReader,
  { catalog, state }: BlockRef,
  services: Map<string, { name: string; spans: number; errors: number }>
): Promise<void> {
  const rows = await reader.query(
    state === 'sealed'
      ? `SELECT service, sum(span_count)::BIGINT AS spans, sum(error_count)::BIGINT AS errors FROM ${catalog}.trace_services GROUP BY service`
      : `SELECT service, count(*) AS spans, count(*) FILTER (WHERE status = 2) AS errors
          FROM ${catalog}.spans JOIN ${catalog}.resources USING (resource_id) GROUP BY service`
  );
  const spans = rows.numbers('spans');
  const errors = rows.numbers('errors');
  rows.texts('service').forEach((text, row) => {
    const name = text ?? '';
    const entry = services.get(name) ?? { name, spans: 0, errors: 0 };
    entry.spans += spans[row] ?? 0;
    entry.errors += errors[row] ?? 0;
    services.set(name, entry);
  });
}

/** Bytes of a page by database: blocks of older versions have larger ones. */
async function pageSizes(reader: BlockReader): Promise<ReadonlyMap<string, number>> {
  const found = await reader.query('SELECT database_name, block_size::DOUBLE AS bytes FROM pragma_database_size()');
  const bytes = found.numbers('bytes');
  return new Map(found.texts('database_name').map((name, row) => [name ?? '', bytes[row] ?? 0]));
}

async function addColumns(
  reader: BlockReader,
  { catalog, attributeColumns }: BlockRef,
  pageBytes: number,
  columns: Map<string, { name: string; type?: string; bytes: number; blocks: number }>
): Promise<void> {
  const present = await reader.query('SELECT table_name FROM duckdb_tables() WHERE database_name = ?', [catalog]);
  const tables = TABLES.filter((table) => present.texts(0).includes(table));
  const segments = tables.map(
    (
      table
    ) => `SELECT '${table}' AS table_name, column_name, block_id, block_offset, len(additional_block_ids) AS further
      FROM pragma_storage_info('${catalog}.${table}') WHERE persistent AND block_id >= 0`
  );
  const page = 'OVER (PARTITION BY block_id ORDER BY block_offset)';
  const sizes = await reader.query(
    `SELECT table_name, column_name, sum(further * ${pageBytes} + CASE
        WHEN next IS NOT NULL THEN next - block_offset
        WHEN segments = 1 THEN ${pageBytes}
        ELSE least(${pageBytes} - block_offset, block_offset / (segments - 1)) END)::DOUBLE AS bytes
      FROM (SELECT *, lead(block_offset) ${page} AS next, count(*) OVER (PARTITION BY block_id) AS segments
        FROM (${segments.join(' UNION ALL ')})) GROUP BY ALL`
  );
  const attributes = new Map(attributeColumns.map((column) => [column.column, column]));
  const bytes = sizes.numbers('bytes');
  const names = sizes.texts('column_name');
  sizes.texts('table_name').forEach((table, row) => {
    const column = names[row] ?? '';
    const attribute = table === 'spans' ? attributes.get(column) : undefined;
    const name = `${table ?? ''}.${attribute === undefined ? column : `@${attribute.key}`}`;
    const key = `${name} ${attribute?.type ?? ''}`;
    const entry = columns.get(key) ?? { name, ...(attribute && { type: attribute.type }), bytes: 0, blocks: 0 };
    entry.bytes += bytes[row] ?? 0;
    entry.blocks += 1;
    columns.set(key, entry);
  });
}

async function setAsideFiles(folder: string): Promise<StoreStatistics['setAside']> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.map(async (name) => ({
      name,
      bytes: await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0
      ),
    }))
  );
}
