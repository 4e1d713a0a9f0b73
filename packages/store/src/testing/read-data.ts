// SPDX-License-Identifier: Apache-2.0
//
// Reads what a data folder holds without the store's own reading code: attaches copies of nothing, the store
// must be closed.

import duckdb from '@duckdb/node-bindings';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attachSql } from '../blocks/database.ts';
import { ResultColumns } from '../blocks/sql-result.ts';

/** How often each span is stored, by `trace_lo/span_id` in decimal, over all blocks of the folder. */
export async function countSpans(dataDir: string): Promise<Map<string, number>> {
  const folder = join(dataDir, 'single-tenant');
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  const counts = new Map<string, number>();
  const files = readdirSync(folder).filter((name) => name.endsWith('.duckdb'));
  for (const [i, name] of files.entries()) {
    await duckdb.query(connection, attachSql(join(folder, name), `b${i}`, false));
    const result = new ResultColumns(
      await duckdb.query(
        connection,
        `SELECT trace_lo || '/' || span_id AS id, count(*) AS n FROM b${i}.spans GROUP BY id`
      )
    );
    const times = result.numbers('n');
    result.texts('id').forEach((id, row) => {
      counts.set(id ?? '', (counts.get(id ?? '') ?? 0) + (times[row] ?? 0));
    });
  }
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
  return counts;
}
