// SPDX-License-Identifier: Apache-2.0
//
// Attaches the file of a block and reads its dictionaries and bounds into memory; makes the file of a new one.

import type duckdb from '@duckdb/node-bindings';
import { join } from 'node:path';
import { parseShape } from '../schema/shape.ts';
import { sqlText } from '../plan/sql-text.ts';
import { dictionaryTables, openSpansTable } from '../schema/tables.ts';
import { Block, toResourceEntry, toScopeEntry } from './block.ts';
import { syncFolder } from './data-folder.ts';
import { attachSql, execute, messageOf } from './database.ts';
import type { Log } from './log.ts';
import type { OpenRows } from './open-rows.ts';
import type { QueryPool } from './query-pool.ts';
import type { AttributeColumn, AttributeColumnType } from './reader.ts';

const columnTypes: readonly AttributeColumnType[] = ['string', 'int', 'double', 'bool'];

const LOADED_ROWS = 122_880;

/** Where blocks are read from. */
export interface BlockSource {
  readonly folder: string;
  /** For ATTACH and DDL. */
  readonly connection: duckdb.Connection;
  readonly pool: QueryPool;
  readonly log: Log;
}

/** Statements that fill a block's `attribute_columns`. */
export function attributeColumnRows(catalog: string, columns: readonly AttributeColumn[]): string[] {
  return columns.map(
    ({ column, key, type }) =>
      `INSERT INTO ${catalog}.attribute_columns VALUES (${sqlText(column)}, ${sqlText(key)}, ${sqlText(type)})`
  );
}

/** Makes the file of an open block, attached; its name is durable when this resolves. */
export async function createOpenBlock(
  source: BlockSource,
  id: string,
  attributeColumns: readonly AttributeColumn[]
): Promise<Block> {
  const block = new Block({ id, state: 'open', attributeColumns, firstArrival: Date.now() });
  const { connection, folder } = source;
  await execute(connection, attachSql(join(folder, block.fileName), block.catalog, false));
  await execute(connection, 'BEGIN TRANSACTION');
  for (const sql of [
    ...dictionaryTables(block.catalog),
    openSpansTable(block.catalog, attributeColumns),
    ...attributeColumnRows(block.catalog, attributeColumns),
  ]) {
    await execute(connection, sql);
  }
  await execute(connection, 'COMMIT');
  // The commit made the WAL file: without this a crash of the machine could lose its name.
  await syncFolder(folder);
  return block;
}

/** What the manifest says of a sealed block. */
export interface KnownBounds {
  readonly spans: number;
  readonly traces: number;
  readonly bytes: number;
  readonly minTime: bigint;
  readonly maxTime: bigint;
}

export interface LoadOptions {
  /** With them the spans are not looked at, which would cost a start with many blocks seconds. */
  readonly known?: KnownBounds;
  /** Of an open block: attach it for queries only. */
  readonly isReadOnly?: boolean;
}

/** Attaches a block that exists. Rejects with DuckDB's error if the file cannot be opened or lacks a table. */
export async function loadBlock(
  source: BlockSource,
  id: string,
  state: 'open' | 'sealed',
  { known, isReadOnly = state === 'sealed' }: LoadOptions = {}
): Promise<Block> {
  const { connection, folder, pool } = source;
  const probe = new Block({ id, state, attributeColumns: [], firstArrival: Number(id) });
  const { catalog } = probe;
  await execute(connection, attachSql(join(folder, probe.fileName), catalog, isReadOnly));
  try {
    const block = new Block({
      id,
      state,
      attributeColumns: await readAttributeColumns(pool, catalog),
      firstArrival: Number(id),
    });
    await loadDictionaries(pool, block);
    if (known === undefined) {
      await readBounds(pool, block);
    } else {
      block.spans = known.spans;
      block.traces = known.traces;
      block.minTime = known.minTime;
      block.maxTime = known.maxTime;
    }
    if (state === 'sealed') {
      block.hasParentSteps = await has(pool, `parent_step FROM ${catalog}.spans`);
      block.hasGraphTotals = await has(pool, `1 FROM ${catalog}.graph_totals`);
      block.hasGraph = block.hasGraphTotals || (await has(pool, `1 FROM ${catalog}.graph_edges`));
    }
    return block;
  } catch (error) {
    await execute(connection, `DETACH ${catalog}`);
    throw error;
  }
}

async function readAttributeColumns(pool: QueryPool, catalog: string): Promise<AttributeColumn[]> {
  const columns = await pool.query(`SELECT column_name, key, type FROM ${catalog}.attribute_columns ORDER BY rowid`);
  const keys = columns.texts('key');
  const types = columns.texts('type');
  return columns.texts('column_name').map((column, i) => ({
    column: safeColumn(column),
    key: keys[i] ?? '',
    type: columnTypes.find((known) => known === types[i]) ?? 'string',
  }));
}

/** Asks for the table or column itself: DuckDB's list is that of all blocks, which a start would read once for each. */
async function has(pool: QueryPool, selected: string): Promise<boolean> {
  try {
    await pool.query(`SELECT ${selected} LIMIT 0`);
    return true;
  } catch (error) {
    if (/does not exist|not found in FROM clause/i.test(messageOf(error))) {
      return false;
    }
    throw error;
  }
}

async function readBounds(pool: QueryPool, block: Block): Promise<void> {
  const { catalog } = block;
  const bounds = await pool.query(
    `SELECT min(start_ns) AS least, max(start_ns) AS greatest, count(*) AS spans FROM ${catalog}.spans`
  );
  block.spans = Number(bounds.bigints('spans')[0] ?? 0n);
  if (block.rows !== undefined) {
    await loadRows(pool, block, block.rows);
    // Every row is appended by one writer and none is ever deleted, so rows are numbered from 0. Should they not be, do without.
    block.rows = block.rows.count === block.spans ? block.rows : undefined;
  }
  if (block.spans > 0) {
    block.minTime = bounds.bigints('least')[0] ?? block.minTime;
    block.maxTime = bounds.bigints('greatest')[0] ?? block.maxTime;
  }
  if (block.state === 'sealed') {
    const traces = await pool.query(`SELECT count(*) FROM ${catalog}.traces`);
    block.traces = Number(traces.bigints(0)[0] ?? 0n);
  }
}

/** Column names go into SQL as they are, so a file may not bring others than ours. */
function safeColumn(name: string | null): string {
  if (name === null || !/^a\d{1,3}$/.test(name)) {
    throw new Error(`attribute_columns: expected a name like a0, found ${JSON.stringify(name)}`);
  }
  return name;
}

async function loadRows(pool: QueryPool, { catalog, spans }: Block, rows: OpenRows): Promise<void> {
  for (let from = 0; from < spans; from += LOADED_ROWS) {
    const found = await pool.query(
      `SELECT trace_hi, trace_lo, start_ns FROM ${catalog}.spans WHERE rowid >= ${from} AND rowid < ${from + LOADED_ROWS} ORDER BY rowid`
    );
    const words = (column: string): Uint32Array => new Uint32Array(found.bigints(column).buffer);
    rows.add(words('trace_hi'), words('trace_lo'), words('start_ns'), found.rowCount);
  }
}

/** Reads the dictionaries of an attached block into memory, in one statement: starts with hundreds of blocks wait for statements. */
export async function loadDictionaries(pool: QueryPool, block: Block): Promise<void> {
  const { catalog } = block;
  const entries = await pool.query(
    `SELECT 'resource' AS kind, resource_id AS id, proto, NULL AS shape FROM ${catalog}.resources
    UNION ALL SELECT 'scope', scope_id, proto, NULL FROM ${catalog}.scopes
    UNION ALL SELECT 'shape', shape_id, NULL, shape FROM ${catalog}.shapes WHERE shape_id > 0
    ORDER BY kind, id`
  );
  const kinds = entries.texts('kind');
  const ids = entries.integers('id');
  const protos = entries.blobs('proto');
  const shapes = entries.texts('shape');
  block.resources = [];
  block.scopes = [];
  kinds.forEach((kind, row) => {
    const proto = protos[row] ?? new Uint8Array(0);
    if (kind === 'resource') {
      block.resources.push(toResourceEntry(block.resources.length, proto));
    } else if (kind === 'scope') {
      block.scopes.push(toScopeEntry(block.scopes.length, proto));
    } else {
      const id = ids[row] ?? 0;
      block.shapes[id] = parseShape(id, shapes[row] ?? '{}');
    }
  });
}
