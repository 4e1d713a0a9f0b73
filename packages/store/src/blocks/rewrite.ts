// SPDX-License-Identifier: Apache-2.0
//
// The one way in which sealed blocks come into being: from an open block (sealing), from several small ones (merging),
// from one without some of its spans (deletion). A new file is written under another name, with the spans sorted
// by trace, the trace tables and the folded service graph; it is read back and compared with what it was made
// from, and only then gets its name. The sources are not touched; the caller swaps them for the new block in the
// manifest. Ingest and queries go on meanwhile: this has a connection of its own.

import type duckdb from '@duckdb/node-bindings';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OVERFLOW_SHAPE_ID } from './reader.ts';
import { Block, filterFileName } from './block.ts';
import { deleteBlockFiles, makingFileName } from './block-files.ts';
import { TraceFilter } from './bloom.ts';
import { syncFolder, writeDurably } from './data-folder.ts';
import { attachSql, createSealedSql, execute, messageOf, queryOn } from './database.ts';
import type { BlockSource } from './load.ts';
import { moveRows } from './move-rows.ts';
import { createOriginSql, readOrigin } from './origin.ts';
import { planRewrite } from './rewrite-plan.ts';
import type { RewritePlan, RewriteSource, SourceUsage } from './rewrite-plan.ts';
import { createIdMaps, keptRows, writeDictionaries, writeGraph, writeSpans } from './rewrite-tables.ts';
import { verifyRewritten } from './rewrite-verify.ts';

/** Steps between which a crash must lose nothing, in order; those after 'named' are the caller's. */
export type RewriteStep = 'begun' | 'written' | 'verified' | 'renamed' | 'swapped' | 'removed';

export interface RewriteOptions {
  /** Of the new block; no other block ever had it, except the open block that is sealed. */
  readonly id: string;
  /** With nothing else on it while this runs, and closed afterwards: temporary tables stay behind. */
  readonly connection: duckdb.Connection;
  /** For tests: told of each step when it is done; what it throws ends the work as a crash would. */
  readonly reach?: (step: RewriteStep) => void;
}

/**
 * Writes what is kept of the sources into one new sealed block, and returns it: attached, verified, durable, and named
 * by nobody yet. Undefined if nothing is kept. Rejects with the error of DuckDB or of the file system, or an Error
 * that says what verification found; no file is left then. The caller holds leases on the sources.
 */
export async function rewriteBlocks(
  source: BlockSource,
  sources: readonly RewriteSource[],
  { id, connection, reach = () => undefined }: RewriteOptions
): Promise<Block | undefined> {
  const usages = await Promise.all(sources.map((part) => usageOf(source, part)));
  const plan = planRewrite(sources.map((part, i) => ({ ...part, usage: usages[i] ?? noUsage })));
  if (usages.every(({ shapes }) => shapes.size === 0)) {
    return undefined;
  }
  const block = newBlock(id, sources, plan);
  const making = join(source.folder, makingFileName(id));
  await removeMade(making);
  // Of an earlier attempt whose outcome was uncertain; its file is replaced by the rename.
  await execute(connection, `DETACH DATABASE IF EXISTS ${block.catalog}`);
  try {
    // Even this one may have made the file when it is interrupted.
    await execute(connection, createSealedSql(making, block.catalog));
    reach('begun');
    await createIdMaps(connection, plan);
    await moveRows(connection, plan);
    const { attributeColumns, resources, scopes, shapes } = plan;
    await writeDictionaries(connection, block.catalog, attributeColumns, resources, scopes, shapes);
    await writeSpans(connection, block.catalog, plan);
    await writeGraph(connection, source.pool, block, source.log);
    await execute(connection, createOriginSql(block.catalog, await originOf(source, sources, block)));
    await execute(connection, `CHECKPOINT ${block.catalog}`);
    await reattach(source, connection, block, making);
    reach('written');
    await verifyRewritten(source, connection, plan, block);
    const ids = await queryOn(connection, `SELECT trace_hi, trace_lo FROM ${block.catalog}.traces`);
    block.filter = TraceFilter.of(BigUint64Array.from(ids.bigints(0)), BigUint64Array.from(ids.bigints(1)));
    block.traces = ids.rowCount;
    await writeDurably(source.folder, filterFileName(id), block.filter.bits);
    reach('verified');
    await reattach(source, connection, block, making, join(source.folder, block.fileName));
    reach('renamed');
    block.bytes = (await stat(join(source.folder, block.fileName))).size;
    return block;
  } catch (error) {
    // In the middle of a transaction nothing can be detached.
    await execute(connection, 'ROLLBACK').catch(() => undefined);
    await discard(source, connection, block);
    throw error;
  }
}

/** Takes back a block that is not to be named after all. */
export async function discard(source: BlockSource, connection: duckdb.Connection, block: Block): Promise<void> {
  source.pool.forget(block.catalog);
  await execute(connection, `DETACH DATABASE IF EXISTS ${block.catalog}`).catch((error: unknown) => {
    source.log('warn', 'a block that is not needed cannot be detached', { block: block.id, error: messageOf(error) });
  });
  await removeMade(join(source.folder, makingFileName(block.id)));
  await deleteBlockFiles(source.folder, block.id, 'sealed');
}

const noUsage: SourceUsage = {
  resources: new Map(),
  scopes: new Map(),
  shapes: new Map(),
  overflowColumns: new Map(),
};

async function removeMade(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.wal`, { force: true });
}

/** Closes the file of a block, gives it its name if there is one to give, and opens it for reading. */
async function reattach(
  source: BlockSource,
  connection: duckdb.Connection,
  block: Block,
  path: string,
  name?: string
): Promise<void> {
  source.pool.forget(block.catalog);
  await execute(connection, `DETACH ${block.catalog}`);
  if (name !== undefined) {
    await rename(path, name);
    await syncFolder(source.folder);
  }
  await execute(connection, attachSql(name ?? path, block.catalog, true));
}

function newBlock(id: string, sources: readonly RewriteSource[], plan: RewritePlan): Block {
  const blocks = sources.map((part) => part.block);
  const block = new Block({
    id,
    state: 'sealed',
    attributeColumns: plan.attributeColumns,
    firstArrival: Math.min(...blocks.map(({ firstArrival }) => firstArrival)),
  });
  block.hasParentSteps = true;
  block.lastArrival = Math.max(...blocks.map(({ lastArrival }) => lastArrival));
  block.resources = [...plan.resources];
  block.scopes = [...plan.scopes];
  block.shapes = [...plan.shapes];
  return block;
}

/** Counts of the dictionaries' ids over the rows that are kept. */
async function usageOf({ pool }: BlockSource, part: RewriteSource): Promise<SourceUsage> {
  const { block } = part;
  const rows = keptRows(part);
  const count = async (column: string): Promise<Map<number, number>> => {
    const result = await pool.query(`SELECT ${column}, count(*)::DOUBLE AS spans FROM ${rows} GROUP BY ${column}`);
    const ids = result.integers(0);
    const spans = result.numbers(1);
    return new Map(Array.from({ length: result.rowCount }, (_, i) => [ids[i] ?? 0, spans[i] ?? 0]));
  };
  const shapes = await count('shape_id');
  const overflowColumns = new Map<string, number>();
  if (shapes.has(OVERFLOW_SHAPE_ID) && block.attributeColumns.length > 0) {
    const counts = block.attributeColumns.map(({ column }) => `count(${column})::DOUBLE AS ${column}`);
    const result = await pool.query(`SELECT ${counts.join(', ')} FROM ${rows} WHERE shape_id = ${OVERFLOW_SHAPE_ID}`);
    block.attributeColumns.forEach(({ column }) => overflowColumns.set(column, result.numbers(column)[0] ?? 0));
  }
  return { resources: await count('resource_id'), scopes: await count('scope_id'), shapes, overflowColumns };
}

/** What the new block replaces: its sources, and what they have replaced, should a file of that still be there. */
async function originOf(
  { pool }: BlockSource,
  sources: readonly RewriteSource[],
  { firstArrival, lastArrival }: Block
): Promise<Parameters<typeof createOriginSql>[1]> {
  const replaces = new Set<string>();
  for (const { block } of sources) {
    if (block.state === 'sealed') {
      replaces.add(block.id);
      (await readOrigin(pool, block.catalog))?.replaces.forEach((id) => replaces.add(id));
    }
  }
  return { replaces: [...replaces], firstArrival, lastArrival };
}
