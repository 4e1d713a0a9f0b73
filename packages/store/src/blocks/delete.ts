// SPDX-License-Identifier: Apache-2.0
//
// Which rows of which sealed blocks a deletion takes: decided for all blocks before the first is rewritten, because a
// query may look at whole traces. The rows are kept in temporary tables, since there can be many.

import type duckdb from '@duckdb/node-bindings';
import type { DeleteTarget } from '../api.ts';
import { StoreError } from '../api.ts';
import { parseTraceId } from '../execute/ids.ts';
import { matchingSpansSql } from '../execute/matched-spans.ts';
import { QueryContext } from '../execute/query-context.ts';
import type { JobControl } from '../jobs/job-control.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { planSearch, toQueryError } from '../plan/search-plan.ts';
import { sqlInteger } from '../plan/sql-text.ts';
import type { Block } from './block.ts';
import { execute, queryOn } from './database.ts';
import type { BlockSource } from './load.ts';
import type { BlockReader } from './reader.ts';

const ROWS = 'temp.main.doomed_rows';
const TRACES = 'temp.main.doomed_traces';

/** Rows that are to be deleted. */
export interface DoomedRows {
  count(block: Block): number;
  rows(block: Block): Promise<readonly number[]>;
}

/**
 * The rows that `target` means. `connection` gets the temporary tables. The blocks are leased. Rejects with StoreError
 * 'invalid-query', 'malformed', 'cancelled'.
 */
export async function findDoomedRows(
  source: BlockSource,
  connection: duckdb.Connection,
  blocks: readonly Block[],
  target: DeleteTarget,
  control: JobControl
): Promise<DoomedRows> {
  await execute(connection, `CREATE TEMP TABLE doomed_rows (block UINTEGER, row_id UINTEGER)`);
  const collect = (block: Block, rows: string): Promise<void> =>
    execute(
      connection,
      `INSERT INTO ${ROWS} SELECT ${blocks.indexOf(block)}, s.rowid FROM ${block.catalog}.spans s ${rows}`
    );
  if ('traceId' in target) {
    const id = parseTraceId(target.traceId);
    if (id === undefined) {
      const found = JSON.stringify(target.traceId);
      throw new StoreError('malformed', `a trace id is 1 to 32 hex digits, found ${found}`);
    }
    const where = `trace_hi = ${sqlInteger(id.hi, 'UBIGINT')} AND trace_lo = ${sqlInteger(id.lo, 'UBIGINT')}`;
    for (const block of blocks.filter((candidate) => candidate.mayContainTrace(id.hi, id.lo))) {
      await collect(
        block,
        `JOIN ${block.catalog}.traces t USING (trace_index) WHERE ${where.replaceAll('trace_', 't.trace_')}`
      );
    }
  } else {
    await collectMatches(source, connection, blocks, target, control, collect);
  }
  const counted = await queryOn(connection, `SELECT block, count(*)::DOUBLE AS spans FROM ${ROWS} GROUP BY block`);
  const indexes = counted.integers('block');
  const counts = new Map(Array.from(counted.numbers('spans'), (spans, i) => [indexes[i] ?? 0, spans]));
  return {
    count: (block) => counts.get(blocks.indexOf(block)) ?? 0,
    rows: async (block) => {
      const rows = await queryOn(connection, `SELECT row_id FROM ${ROWS} WHERE block = ${blocks.indexOf(block)}`);
      return Array.from(rows.integers('row_id'));
    },
  };
}

async function collectMatches(
  source: BlockSource,
  connection: duckdb.Connection,
  blocks: readonly Block[],
  target: Exclude<DeleteTarget, { readonly traceId: string }>,
  control: JobControl,
  collect: (block: Block, rows: string) => Promise<void>
): Promise<void> {
  const reader: BlockReader = {
    acquire: () => ({ blocks, release: () => undefined }),
    query: (sql, params, options) => source.pool.query(sql, params, options),
  };
  try {
    const plan = planSearch(target.query);
    const context = new QueryContext(reader, blocks, { signal: control.signal });
    await execute(connection, `CREATE TEMP TABLE doomed_traces (trace_hi UBIGINT, trace_lo UBIGINT)`);
    const where = startsWithin(target.start, target.end);
    for (const [i, block] of context.blocks.entries()) {
      control.report(`searching block ${i + 1} of ${context.blocks.length}`, 0, 0);
      const rows = await matchingSpansSql(context, block, plan, where);
      const { catalog } = block;
      if (target.wholeTraces) {
        const ids = `SELECT DISTINCT trace_hi, trace_lo FROM ${catalog}.spans WHERE ${rows}`;
        await execute(connection, `INSERT INTO ${TRACES} ${ids}`);
      } else {
        await collect(
          blocks.find((candidate) => candidate.catalog === catalog) ?? missing(catalog),
          `WHERE s.rowid IN (SELECT rowid FROM ${catalog}.spans WHERE ${rows})`
        );
      }
    }
    if (target.wholeTraces) {
      for (const block of blocks) {
        await collect(block, `SEMI JOIN ${TRACES} d ON d.trace_lo = s.trace_lo AND d.trace_hi = s.trace_hi`);
      }
    }
  } catch (error) {
    throw toQueryError(error);
  }
}

function missing(catalog: string): never {
  throw new Error(`a query knows block ${catalog}, which it was not given`);
}

function startsWithin(start: bigint | undefined, end: bigint | undefined): string {
  return sqlAnd(
    start === undefined ? 'TRUE' : `start_ns >= ${sqlInteger(start, 'UBIGINT')}`,
    end === undefined ? 'TRUE' : `start_ns < ${sqlInteger(end, 'UBIGINT')}`
  );
}
