// SPDX-License-Identifier: Apache-2.0
//
// The tables of a sealed block, written from the rows of the blocks that it is made from: dictionaries, spans in the
// order of their traces, the trace tables and the service graph. All on one connection of its own, whose temporary
// tables translate ids.

import duckdb from '@duckdb/node-bindings';
import { setImmediate } from 'node:timers/promises';
import { StoreError } from '../api.ts';
import {
  createGraphTablesSql,
  foldServiceGraph,
  graphTableNames,
  graphTotalsSql,
  insertGraphSql,
} from '../graph/fold.ts';
import type { GraphEdgeRow, PendingRow } from '../graph/fold.ts';
import { LAST_SQL, rowsSql } from '../plan/sql-text.ts';
import { formatShape } from '../schema/shape.ts';
import {
  attributeSqlType,
  dictionaryTables,
  intrinsicColumns,
  sealedSpansTable,
  sharedSpanColumns,
  STEPPED_PARENT,
} from '../schema/tables.ts';
import type { Block } from './block.ts';
import { execute, messageOf, queryOn } from './database.ts';
import { attributeColumnRows } from './load.ts';
import type { Log } from './log.ts';
import type { QueryPool } from './query-pool.ts';
import type { AttributeColumn, ResourceEntry, ScopeEntry, Shape } from './reader.ts';
import type { IdMap, RewritePlan, SourcePlan } from './rewrite-plan.ts';

/** Rows that are appended before ingest, which shares this thread, gets its turn. */
const APPEND_ROWS = 4000;

/** Rows in a row group of DuckDB: so many are compressed, and leave memory, as soon as they are inserted. */
const ROW_GROUP = 122_880;

/** Temporary table of what moving changes in rows of the source with this index; see move-rows.ts. */
export function movedRowsTable(source: number): string {
  return `moved_${source}`;
}

/** Appends rows to a table, with a pause now and then. */
async function appendRows<T>(
  connection: duckdb.Connection,
  [catalog, table]: readonly [catalog: string, table: string],
  rows: readonly T[],
  append: (appender: duckdb.Appender, row: T) => void
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  await execute(connection, 'BEGIN TRANSACTION');
  const appender = duckdb.appender_create_ext(connection, catalog, 'main', table);
  try {
    for (let from = 0; from < rows.length; from += APPEND_ROWS) {
      for (const row of rows.slice(from, from + APPEND_ROWS)) {
        append(appender, row);
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

/** Makes the temporary tables that {@link rowsOf} joins. */
export async function createIdMaps(connection: duckdb.Connection, { sources }: RewritePlan): Promise<void> {
  for (const [i, { resources, scopes, shapes, moved }] of sources.entries()) {
    for (const [name, map] of Object.entries({ resources, scopes, shapes, moved_shapes: moved })) {
      if (map !== undefined && (map !== moved || map.size > 0)) {
        await execute(connection, `CREATE TEMP TABLE ${name}_${i} (from_id UINTEGER, to_id UINTEGER)`);
        await appendRows(connection, ['temp', `${name}_${i}`], [...map], (appender, [from, to]) => {
          duckdb.append_uint32(appender, from);
          duckdb.append_uint32(appender, to);
        });
      }
    }
  }
}

/** Rows of a source, both ends included. */
interface RowRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A SELECT of the rows of the new block, with the columns that open and sealed blocks share, in their order, then
 * `source` and `source_row` for where each comes from. Of all rows, or of those in `ranges`, by source.
 */
export function rowsOf({ attributeColumns, sources }: RewritePlan, ranges?: ReadonlyMap<number, RowRange>): string {
  const parts = sources.flatMap((plan, source) => {
    const range = ranges?.get(source);
    if (ranges !== undefined && range === undefined) {
      return [];
    }
    const where = range === undefined ? 'TRUE' : `s.rowid >= ${range.first} AND s.rowid <= ${range.last}`;
    const copied = `${sourceRows(plan, source, attributeColumns)} WHERE ${where}`;
    return plan.moved.size === 0 ? [copied] : [copied, movedRows(plan, source, attributeColumns, where)];
  });
  return parts.join(' UNION ALL ');
}

const PARENT_ID = '(CASE WHEN s.parent_step = 0 THEN s.parent_id ELSE parent.span_id END) AS parent_id';

/** For {@link PARENT_ID}, after rows `s` of a sealed block with steps. */
function joinParents(catalog: string): string {
  return `LEFT JOIN ${catalog}.spans parent ON parent.rowid = s.rowid + nullif(s.parent_step, 0)`;
}

/** A SELECT of some of the columns that open and sealed blocks share, from a block with steps. */
export function writtenRows(catalog: string, columns: readonly string[]): string {
  const selected = columns.map((column) => (column === 'parent_id' ? PARENT_ID : `s.${column}`));
  return `SELECT ${selected.join(', ')} FROM ${catalog}.spans s ${joinParents(catalog)}`;
}

/** The rows of a source that are kept, moved ones included, as they are, with `rowid`. */
export function keptRows({ block, except }: SourcePlan['source']): string {
  const { catalog } = block;
  return except.length === 0
    ? `${catalog}.spans`
    : `(SELECT *, rowid FROM ${catalog}.spans WHERE NOT ${rowsSql(except)})`;
}

/** A SELECT of the moved rows of a source as they are in the new block; `where` chooses among them by `s.rowid`. */
export function movedRows(
  plan: SourcePlan,
  index: number,
  attributeColumns: readonly AttributeColumn[],
  where = 'TRUE'
): string {
  return `${sourceRows(plan, index, attributeColumns, gainedColumns(plan, attributeColumns))} WHERE ${where}`;
}

/** Columns of the new block that moving fills: those that some moved shape of the source did not have in a column. */
export function gainedColumns(
  { source: { block }, moved }: SourcePlan,
  attributeColumns: readonly AttributeColumn[]
): AttributeColumn[] {
  const inRemainder = new Set<string>();
  for (const id of moved.keys()) {
    for (const { key, type, column } of block.shapes[id]?.attributes ?? []) {
      if (column === undefined) {
        inRemainder.add(`${type} ${key}`);
      }
    }
  }
  return attributeColumns.filter(({ key, type }) => inRemainder.has(`${type} ${key}`));
}

/** Rows that are copied; with `gained`, those that are moved. */
function sourceRows(
  plan: SourcePlan,
  index: number,
  attributeColumns: readonly AttributeColumn[],
  gained?: readonly AttributeColumn[]
): string {
  const joins: string[] = [];
  const translated = (table: string, column: string, map: IdMap): string => {
    if (map === undefined) {
      return `s.${column}`;
    }
    joins.push(`JOIN temp.main.${table}_${index} ${table} ON ${table}.from_id = s.${column}`);
    return `${table}.to_id AS ${column}`;
  };
  const isMoved = gained !== undefined;
  const ids: Record<string, string> = {
    resource_id: translated('resources', 'resource_id', plan.resources),
    scope_id: translated('scopes', 'scope_id', plan.scopes),
    shape_id: translated(isMoved ? 'moved_shapes' : 'shapes', 'shape_id', isMoved ? plan.moved : plan.shapes),
  };
  if (isMoved) {
    joins.push(`JOIN temp.main.${movedRowsTable(index)} m ON m.row_id = s.rowid`);
  }
  const attributes = attributeColumns.map((column, i) => {
    const own = plan.columns[i];
    const places = [
      ...(gained?.includes(column) === true ? [`m.${column.column}`] : []),
      ...(own === undefined ? [] : [`s.${own.column}`]),
    ];
    const value = places.length > 1 ? `coalesce(${places.join(', ')})` : places[0];
    return `${value ?? `NULL::${attributeSqlType(column.type)}`} AS ${column.column}`;
  });
  const { catalog, hasParentSteps } = plan.source.block;
  if (hasParentSteps) {
    // The row that it leads to may be one that is left out.
    joins.push(joinParents(catalog));
    ids.parent_id = PARENT_ID;
  }
  const columns = [
    ...intrinsicColumns.map(([name]) => ids[name] ?? `s.${name}`),
    ...attributes,
    isMoved ? 'm.rest' : 's.rest',
    `${index}::UINTEGER AS source`,
    's.rowid::BIGINT AS source_row',
  ];
  return `SELECT ${columns.join(', ')} FROM ${keptRows(plan.source)} s ${joins.join(' ')}`;
}

/** Makes the tables of dictionaries in `catalog` and fills them. */
export async function writeDictionaries(
  connection: duckdb.Connection,
  catalog: string,
  attributeColumns: readonly AttributeColumn[],
  resources: readonly ResourceEntry[],
  scopes: readonly ScopeEntry[],
  shapes: readonly Shape[]
): Promise<void> {
  for (const sql of [...dictionaryTables(catalog), ...attributeColumnRows(catalog, attributeColumns)]) {
    await execute(connection, sql);
  }
  await appendRows(connection, [catalog, 'resources'], resources, (appender, { id, service, proto }) => {
    duckdb.append_uint32(appender, id);
    duckdb.append_varchar(appender, service);
    duckdb.append_blob(appender, proto);
  });
  await appendRows(connection, [catalog, 'scopes'], scopes, (appender, { id, proto }) => {
    duckdb.append_uint32(appender, id);
    duckdb.append_blob(appender, proto);
  });
  await appendRows(connection, [catalog, 'shapes'], shapes.slice(1), (appender, shape) => {
    duckdb.append_uint32(appender, shape.id);
    duckdb.append_varchar(appender, formatShape(shape));
  });
}

/**
 * Writes spans and trace tables. The dictionaries are there. Rows are put into their order by their keys first, and then
 * copied a row group at a time: whole rows of a block do not fit into the memory that a sort of them has.
 */
export async function writeSpans(connection: duckdb.Connection, catalog: string, plan: RewritePlan): Promise<void> {
  const { attributeColumns } = plan;
  await execute(connection, sealedSpansTable(catalog, attributeColumns));
  await execute(connection, tracesSql(catalog, rowsOf(plan)));
  const count = await placeRows(connection, catalog, rowsOf(plan));
  const columns = sharedSpanColumns(attributeColumns).map((column) =>
    column === 'parent_id' ? `CASE WHEN p.parent_step = 0 THEN s.parent_id ELSE ${STEPPED_PARENT} END` : `s.${column}`
  );
  const insert = (rows: string, places: string): Promise<void> =>
    execute(
      connection,
      `INSERT INTO ${catalog}.spans SELECT ${columns.join(', ')}, p.trace_index, p.parent_step
        FROM (${rows}) s JOIN ${places} p ON p.source_row = s.source_row AND p.source = s.source ORDER BY p.row`
    );
  if (count <= ROW_GROUP) {
    await insert(rowsOf(plan), 'temp.main.places');
  } else {
    // One transaction: a commit of each would sync the file as often, beside the log of what comes in.
    await execute(connection, 'BEGIN TRANSACTION');
    for (let first = 0; first < count; first += ROW_GROUP) {
      const slice = `row >= ${first} AND row < ${first + ROW_GROUP}`;
      await insert(rowsOf(plan, await rangesOf(connection, slice)), `(SELECT * FROM temp.main.places WHERE ${slice})`);
    }
    await execute(connection, 'COMMIT');
    await execute(connection, 'DROP TABLE temp.main.places');
  }
  await execute(connection, traceServicesSql(catalog));
}

/**
 * Makes the temporary table `places`: for each row, by `source` and `source_row`, its `row` in the new block, its
 * trace's index there, and the rows from it to its parent; 0 where the parent is not in the block, and where several spans
 * of the trace have its id. Returns the number of rows.
 */
async function placeRows(connection: duckdb.Connection, catalog: string, rows: string): Promise<number> {
  // Rows of this table are numbered in its order, as those of `spans` will be.
  await execute(
    connection,
    `CREATE TEMP TABLE ordered AS SELECT source, source_row, span_id, parent_id, t.trace_index
      FROM (${rows}) s JOIN ${catalog}.traces t ON s.trace_hi = t.trace_hi AND s.trace_lo = t.trace_lo
      ORDER BY t.trace_index, s.start_ns, s.span_id`
  );
  // A condition on the child alone would have to be nullif() too: beside the equality DuckDB compares all pairs for it.
  const placed = (parents: string): string =>
    `CREATE OR REPLACE TEMP TABLE places AS
      SELECT c.source, c.source_row, c.rowid AS row, c.trace_index, coalesce(p.row - c.rowid, 0)::INTEGER AS parent_step
      FROM temp.main.ordered c LEFT JOIN (${parents}) p
        ON p.trace_index = c.trace_index AND p.span_id = nullif(c.parent_id, 0)`;
  await execute(connection, placed('SELECT trace_index, span_id, rowid AS row FROM temp.main.ordered'));
  const counted = await queryOn(
    connection,
    'SELECT (SELECT count(*) FROM temp.main.ordered) AS rows, (SELECT count(*) FROM temp.main.places) AS places'
  );
  const count = counted.numbers('rows')[0] ?? 0;
  if (counted.numbers('places')[0] !== count) {
    // A child has found several. That is rare, and looking for ids that come again costs as much as all the rest.
    const single = `SELECT trace_index, span_id, min(rowid) AS row FROM temp.main.ordered GROUP BY trace_index, span_id HAVING count(*) = 1`;
    await execute(connection, placed(single));
  }
  if (count > ROW_GROUP) {
    await execute(connection, 'DROP TABLE temp.main.ordered');
  }
  return count;
}

/** Where in their sources the rows of a slice of `places` lie. */
async function rangesOf(connection: duckdb.Connection, slice: string): Promise<Map<number, RowRange>> {
  const found = await queryOn(
    connection,
    `SELECT source, min(source_row) AS first, max(source_row) AS last FROM temp.main.places WHERE ${slice} GROUP BY source`
  );
  const sources = found.integers('source');
  const firsts = found.numbers('first');
  const lasts = found.numbers('last');
  return new Map(Array.from(sources, (source, i) => [source, { first: firsts[i] ?? 0, last: lasts[i] ?? 0 }]));
}

/** The trace table: one row a trace, in the order in which the spans are laid out. */
function tracesSql(catalog: string, rows: string): string {
  return `CREATE TABLE ${catalog}.traces AS
    WITH grouped AS (
      SELECT trace_hi, trace_lo, min(start_ns) AS start_ns, max(${LAST_SQL}) AS end_ns,
        arg_min(resource_id, (start_ns, span_id, kind, end_ns)) FILTER (WHERE parent_id = 0) AS root_resource,
        arg_min(name, (start_ns, span_id, kind, end_ns)) FILTER (WHERE parent_id = 0) AS root_name,
        count(*) AS spans, count(*) FILTER (WHERE status = 2) AS errors
      FROM (${rows}) GROUP BY trace_hi, trace_lo
    ), placed AS (
      SELECT *, row_number() OVER place - 1 AS trace_index, sum(spans) OVER place - spans AS first_row
      FROM grouped WINDOW place AS (ORDER BY start_ns, trace_hi, trace_lo ROWS UNBOUNDED PRECEDING)
    )
    SELECT trace_index::UINTEGER AS trace_index, trace_hi, trace_lo, start_ns, end_ns, r.service AS root_service, root_name,
      spans::UINTEGER AS span_count, errors::UINTEGER AS error_count, first_row::UINTEGER AS first_row
    FROM placed LEFT JOIN ${catalog}.resources r ON r.resource_id = root_resource
    ORDER BY trace_index`;
}

function traceServicesSql(catalog: string): string {
  return `CREATE TABLE ${catalog}.trace_services AS
    SELECT trace_index, service, count(*)::UINTEGER AS span_count, (count(*) FILTER (WHERE status = 2))::UINTEGER AS error_count
    FROM ${catalog}.spans JOIN ${catalog}.resources USING (resource_id)
    GROUP BY trace_index, service ORDER BY trace_index, service`;
}

/**
 * Folds and writes the service graph of a block whose other tables are there. A graph that cannot be folded (too little
 * memory, say) must not keep the block from being made: it then has none, and is folded when it is asked.
 */
export async function writeGraph(
  connection: duckdb.Connection,
  pool: QueryPool,
  block: Block,
  log: Log
): Promise<void> {
  const { catalog } = block;
  try {
    const graph = await foldServiceGraph(block, (sql, params, options) => pool.query(sql, params, options));
    for (const sql of [...createGraphTablesSql(catalog), ...insertGraphSql(catalog, graph)]) {
      await execute(connection, sql);
    }
    // As SQL text these rows cost forty times as much: under load a block is a few seconds, and every call is near its ends.
    await appendRows(connection, [catalog, 'graph_edges'], graph.edges, appendEdge);
    await appendRows(connection, [catalog, 'graph_pending'], graph.pending, appendPending);
    await execute(connection, `CREATE TABLE ${catalog}.graph_totals AS ${graphTotalsSql(catalog, 'UINTEGER')}`);
    block.hasGraph = true;
    block.hasGraphTotals = true;
  } catch (error) {
    if (isClosing(error)) {
      // The store is closing. A block without its graph would be one for good; so it is made at the next start.
      throw error;
    }
    log('error', 'the service graph of a block could not be folded', { block: block.id, error: messageOf(error) });
    block.hasGraph = false;
    block.hasGraphTotals = false;
    for (const table of graphTableNames) {
      await execute(connection, `DROP TABLE IF EXISTS ${catalog}.${table}`);
    }
  }
}

function isClosing(error: unknown): boolean {
  return (error instanceof StoreError && error.code === 'closed') || messageOf(error).includes('INTERRUPT');
}

function appendEdge(appender: duckdb.Appender, row: GraphEdgeRow): void {
  duckdb.append_uint32(appender, row.minute);
  duckdb.append_varchar(appender, row.client);
  duckdb.append_varchar(appender, row.server);
  duckdb.append_varchar(appender, row.kind);
  duckdb.append_uint8(appender, row.cell);
  duckdb.append_uint32(appender, row.requests);
  duckdb.append_uint32(appender, row.errors);
}

function appendPending(appender: duckdb.Appender, row: PendingRow): void {
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
}
