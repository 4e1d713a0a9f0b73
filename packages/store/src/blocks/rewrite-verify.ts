// SPDX-License-Identifier: Apache-2.0
//
// Compares a rewritten block, read back from its file, with what it was made from: number and contents of the spans,
// the translation of ids, and the places of the traces.

import type duckdb from '@duckdb/node-bindings';
import { formatShape } from '../schema/shape.ts';
import { sharedSpanColumns } from '../schema/tables.ts';
import { Block } from './block.ts';
import { queryOn } from './database.ts';
import { loadDictionaries } from './load.ts';
import type { BlockSource } from './load.ts';
import type { Shape } from './reader.ts';
import type { RewritePlan, SourcePlan } from './rewrite-plan.ts';
import { rowsOf, writtenRows } from './rewrite-tables.ts';

/**
 * Rejects with an Error that says what differs. `connection` has the temporary tables of what the block was written from,
 * see `rowsOf`. Sets the block's bounds.
 */
export async function verifyRewritten(
  source: BlockSource,
  connection: duckdb.Connection,
  plan: RewritePlan,
  block: Block
): Promise<void> {
  const { catalog } = block;
  const columns = sharedSpanColumns(plan.attributeColumns);
  const sumsOf = async (from: string): Promise<string> => {
    const sums = await queryOn(
      connection,
      `SELECT count(*) || ' ' || coalesce(sum(hash(${columns.join(', ')})), 0) AS sums FROM ${from}`
    );
    return sums.texts('sums')[0] ?? '';
  };
  const before = await sumsOf(`(${rowsOf(plan)})`);
  const after = await sumsOf(`(${writtenRows(catalog, columns)})`);
  if (before !== after) {
    throw new Error(`block ${block.id}: expected ${before} (spans, sum of hashes), read back ${after}`);
  }
  const expected = await Promise.all(plan.sources.map((part) => keptSpans(source, part)));
  const total = expected.reduce((sum, spans) => sum + spans, 0);
  if (total !== Number(after.split(' ')[0])) {
    throw new Error(`block ${block.id}: expected ${total} spans of its sources, read back ${after}`);
  }
  await verifyDictionaries(source, plan, block);
  const misplaced = await queryOn(
    connection,
    `SELECT count(*) FROM ${catalog}.traces t LEFT JOIN ${catalog}.spans s ON s.rowid = t.first_row
      WHERE s.trace_index IS DISTINCT FROM t.trace_index OR s.start_ns <> t.start_ns`
  );
  const wrong = misplaced.bigints(0)[0] ?? 0n;
  if (wrong !== 0n) {
    throw new Error(`block ${block.id}: ${wrong} traces are not where the trace table says`);
  }
  const bounds = await queryOn(
    connection,
    `SELECT min(start_ns) AS least, max(start_ns) AS greatest FROM ${catalog}.spans`
  );
  block.spans = total;
  block.minTime = bounds.bigints('least')[0] ?? block.minTime;
  block.maxTime = bounds.bigints('greatest')[0] ?? block.maxTime;
}

async function keptSpans({ pool }: BlockSource, { source: { block, except } }: SourcePlan): Promise<number> {
  const result = await pool.query(`SELECT count(*) FROM ${block.catalog}.spans`);
  return Number(result.bigints(0)[0] ?? 0n) - except.length;
}

/** That every id of a source means the same in the new block, as its file has it. */
async function verifyDictionaries(source: BlockSource, plan: RewritePlan, block: Block): Promise<void> {
  const written = new Block({
    id: block.id,
    state: 'sealed',
    attributeColumns: plan.attributeColumns,
    firstArrival: 0,
  });
  await loadDictionaries(source.pool, written);
  for (const { source: part, columns, resources, scopes, shapes } of plan.sources) {
    const own = part.block;
    for (const [from, to] of resources ?? own.resources.map(({ id }) => [id, id] as const)) {
      check(isEqual(own.resources[from]?.proto, written.resources[to]?.proto), block, 'resource', own, from, to);
    }
    for (const [from, to] of scopes ?? own.scopes.map(({ id }) => [id, id] as const)) {
      check(isEqual(own.scopes[from]?.proto, written.scopes[to]?.proto), block, 'scope', own, from, to);
    }
    const renamed = new Map(columns.map((column, i) => [column?.column, plan.attributeColumns[i]?.column]));
    const names = shapes === undefined ? undefined : renamed;
    for (const [from, to] of shapes ?? own.shapes.map(({ id }) => [id, id] as const)) {
      const [before, after] = [own.shapes[from], written.shapes[to]];
      const isSame = before !== undefined && after !== undefined && textOf(before, names) === formatShape(after);
      check(isSame, block, 'shape', own, from, to);
    }
  }
}

/** A shape with its columns under other names; under their own if none are given. */
function textOf(shape: Shape, names: ReadonlyMap<string | undefined, string | undefined> | undefined): string {
  if (names === undefined) {
    return formatShape(shape);
  }
  return formatShape({
    ...shape,
    attributes: shape.attributes.map(({ key, type, column }) => {
      const name = column === undefined ? undefined : names.get(column);
      return name === undefined ? { key, type } : { key, type, column: name };
    }),
  });
}

function isEqual(some: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return some !== undefined && other !== undefined && Buffer.compare(some, other) === 0;
}

function check(isGood: boolean, block: Block, what: string, source: Block, from: number, to: number): void {
  if (!isGood) {
    throw new Error(`block ${block.id}: ${what} ${to} is not what ${what} ${from} is in block ${source.id}`);
  }
}
