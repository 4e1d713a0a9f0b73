// SPDX-License-Identifier: Apache-2.0
//
// Rewrites a full open block into a sealed one: a new file with the spans sorted by trace, the trace tables
// and the folded service graph; then reads it back and compares it with what it was made from. Ingest goes on in
// another block meanwhile. Nothing of the open block is touched; the caller swaps the two.

import duckdb from '@duckdb/node-bindings';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  createGraphTablesSql,
  foldServiceGraph,
  graphTableNames,
  graphTotalsSql,
  insertGraphSql,
} from '../graph/fold.ts';
import type { PendingRow } from '../graph/fold.ts';
import { dictionaryTables, sealedSpansTable, sharedSpanColumns } from '../schema/tables.ts';
import { Block, filterFileName } from './block.ts';
import { TraceFilter } from './bloom.ts';
import { writeDurably } from './data-folder.ts';
import { attachSql, execute, messageOf } from './database.ts';
import type { Log } from './log.ts';
import type { BlockSource } from './load.ts';
import type { QueryPool } from './query-pool.ts';

/** Rows that are appended before ingest, which shares this thread, gets its turn. */
const APPEND_ROWS = 4000;

const dictionaries = ['resources', 'scopes', 'shapes', 'attribute_columns'];

/** The trace table: one row a trace, in the order in which the spans are laid out. */
function tracesSql(open: string, sealed: string): string {
  return `CREATE TABLE ${sealed}.traces AS
    WITH grouped AS (
      SELECT trace_hi, trace_lo, min(start_ns) AS start_ns, max(greatest(start_ns, end_ns)) AS end_ns,
        arg_min(resource_id, (start_ns, span_id, kind, end_ns)) FILTER (WHERE parent_id = 0) AS root_resource,
        arg_min(name, (start_ns, span_id, kind, end_ns)) FILTER (WHERE parent_id = 0) AS root_name,
        count(*) AS spans, count(*) FILTER (WHERE status = 2) AS errors
      FROM ${open}.spans GROUP BY trace_hi, trace_lo
    ), placed AS (
      SELECT *, row_number() OVER place - 1 AS trace_index, sum(spans) OVER place - spans AS first_row
      FROM grouped WINDOW place AS (ORDER BY start_ns, trace_hi, trace_lo ROWS UNBOUNDED PRECEDING)
    )
    SELECT trace_index::UINTEGER AS trace_index, trace_hi, trace_lo, start_ns, end_ns, r.service AS root_service, root_name,
      spans::UINTEGER AS span_count, errors::UINTEGER AS error_count, first_row::UINTEGER AS first_row
    FROM placed LEFT JOIN ${open}.resources r ON r.resource_id = root_resource
    ORDER BY trace_index`;
}

function traceServicesSql(sealed: string): string {
  return `CREATE TABLE ${sealed}.trace_services AS
    SELECT trace_index, service, count(*)::UINTEGER AS span_count, (count(*) FILTER (WHERE status = 2))::UINTEGER AS error_count
    FROM ${sealed}.spans JOIN ${sealed}.resources USING (resource_id)
    GROUP BY trace_index, service ORDER BY trace_index, service`;
}

/** Seals `open` on a connection of its own and returns the sealed block, attached, verified and durable. */
export async function sealBlock(source: BlockSource, open: Block, connection: duckdb.Connection): Promise<Block> {
  const { folder, pool } = source;
  const sealed = new Block({
    id: open.id,
    state: 'sealed',
    attributeColumns: open.attributeColumns,
    firstArrival: open.firstArrival,
  });
  sealed.spans = open.spans;
  sealed.minTime = open.minTime;
  sealed.maxTime = open.maxTime;
  sealed.lastArrival = open.lastArrival;
  sealed.resources = open.resources;
  sealed.scopes = open.scopes;
  sealed.shapes = open.shapes;
  const path = join(folder, sealed.fileName);
  await rm(path, { force: true });
  await execute(connection, `${attachSql(path, sealed.catalog, false)}`);
  try {
    await writeTables(connection, pool, open, sealed, source.log);
    await execute(connection, `CHECKPOINT ${sealed.catalog}`);
  } finally {
    await execute(connection, `DETACH ${sealed.catalog}`);
  }
  await execute(connection, attachSql(path, sealed.catalog, true));
  try {
    await verify(pool, open, sealed);
    const ids = await pool.query(`SELECT trace_hi, trace_lo FROM ${sealed.catalog}.traces`);
    sealed.filter = TraceFilter.of(BigUint64Array.from(ids.bigints(0)), BigUint64Array.from(ids.bigints(1)));
    await writeDurably(folder, filterFileName(sealed.id), sealed.filter.bits);
    sealed.traces = ids.rowCount;
    sealed.bytes = (await stat(path)).size;
  } catch (error) {
    await execute(connection, `DETACH ${sealed.catalog}`);
    throw error;
  }
  return sealed;
}

async function writeTables(
  connection: duckdb.Connection,
  pool: QueryPool,
  open: Block,
  sealed: Block,
  log: Log
): Promise<void> {
  const from = open.catalog;
  const to = sealed.catalog;
  for (const sql of [...dictionaryTables(to), sealedSpansTable(to, open.attributeColumns)]) {
    await execute(connection, sql);
  }
  for (const table of dictionaries) {
    await execute(connection, `INSERT INTO ${to}.${table} SELECT * FROM ${from}.${table} ORDER BY 1`);
  }
  await execute(connection, tracesSql(from, to));
  const columns = sharedSpanColumns(open.attributeColumns).map((column) => `s.${column}`);
  await execute(
    connection,
    `INSERT INTO ${to}.spans SELECT ${columns.join(', ')}, t.trace_index
      FROM ${from}.spans s JOIN ${to}.traces t ON s.trace_hi = t.trace_hi AND s.trace_lo = t.trace_lo
      ORDER BY t.trace_index, s.start_ns, s.span_id`
  );
  await execute(connection, traceServicesSql(to));
  sealed.hasGraph = await writeGraph(connection, pool, sealed, log);
}

/** A graph that cannot be folded (too little memory, say) must not keep the block from being sealed. */
async function writeGraph(connection: duckdb.Connection, pool: QueryPool, sealed: Block, log: Log): Promise<boolean> {
  try {
    const graph = await foldServiceGraph(sealed, (sql, params, options) => pool.query(sql, params, options));
    const { catalog } = sealed;
    for (const sql of [...createGraphTablesSql(catalog), ...insertGraphSql(catalog, { ...graph, pending: [] })]) {
      await execute(connection, sql);
    }
    await appendPending(connection, catalog, graph.pending);
    await execute(connection, `CREATE TABLE ${catalog}.graph_totals AS ${graphTotalsSql(catalog, 'UINTEGER')}`);
    sealed.hasGraphTotals = true;
    return true;
  } catch (error) {
    if (messageOf(error).startsWith('INTERRUPT')) {
      // The store is closing. A block without its graph would be one for good; so it is sealed at the next start.
      throw error;
    }
    log('error', 'the service graph of a block could not be folded', { block: sealed.id, error: messageOf(error) });
    sealed.hasGraphTotals = false;
    for (const table of graphTableNames) {
      await execute(connection, `DROP TABLE IF EXISTS ${sealed.catalog}.${table}`);
    }
    return false;
  }
}

/** As SQL text these rows cost forty times as much: under load a block is a few seconds, and every call is near its ends. */
async function appendPending(
  connection: duckdb.Connection,
  catalog: string,
  rows: readonly PendingRow[]
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  await execute(connection, 'BEGIN TRANSACTION');
  const appender = duckdb.appender_create_ext(connection, catalog, 'main', 'graph_pending');
  try {
    for (let from = 0; from < rows.length; from += APPEND_ROWS) {
      for (const row of rows.slice(from, from + APPEND_ROWS)) {
        duckdb.append_uint64(appender, row.traceHi);
        duckdb.append_uint64(appender, row.traceLo);
        duckdb.append_uint64(appender, row.spanId);
        duckdb.append_varchar(appender, row.role);
        duckdb.append_uint32(appender, row.minute);
        duckdb.append_varchar(appender, row.service);
        duckdb.append_uint8(appender, row.cell);
        duckdb.append_bool(appender, row.error);
        duckdb.append_varchar(appender, row.peer);
        duckdb.append_varchar(appender, row.peerKind);
        duckdb.appender_end_row(appender);
      }
      duckdb.appender_flush_sync(appender);
      await setImmediate();
    }
  } finally {
    duckdb.appender_close_sync(appender);
  }
  await execute(connection, 'COMMIT');
}

/** Compares the sealed file, read back, with the open block: number and contents of the spans, and the trace table. */
async function verify(pool: QueryPool, open: Block, sealed: Block): Promise<void> {
  const columns = sharedSpanColumns(open.attributeColumns).join(', ');
  const [before, after] = await Promise.all(
    [open, sealed].map(async ({ catalog }) => {
      const sums = await pool.query(
        `SELECT count(*) || ' ' || coalesce(sum(hash(${columns})), 0) AS sums FROM ${catalog}.spans`
      );
      return sums.texts('sums')[0];
    })
  );
  if (before !== after) {
    throw new Error(`sealing block ${open.id}: expected ${before} (spans, sum of hashes), read back ${after}`);
  }
  const { catalog } = sealed;
  const misplaced = await pool.query(
    `SELECT count(*) FROM ${catalog}.traces t LEFT JOIN ${catalog}.spans s ON s.rowid = t.first_row
      WHERE s.trace_index IS DISTINCT FROM t.trace_index OR s.start_ns <> t.start_ns`
  );
  const wrong = misplaced.bigints(0)[0] ?? 0n;
  if (wrong !== 0n) {
    throw new Error(`sealing block ${open.id}: ${wrong} traces are not where the trace table says`);
  }
}
