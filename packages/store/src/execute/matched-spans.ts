// SPDX-License-Identifier: Apache-2.0
//
// The spans of one block that match a single filter, as an SQL condition: the filter itself where SQL decides
// it, else the rows that the evaluator has picked. For what counts spans rather than finds traces.

import { StoreError } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import type { SearchPlan } from '../plan/search-plan.ts';
import { rowsSql } from '../plan/sql-text.ts';
import { BlockMatcher } from './block-matcher.ts';
import type { TraceIdHalves } from './ids.ts';
import type { QueryContext } from './query-context.ts';
import type { TraceFacts } from './row-view.ts';
import { loadSummaries, TraceMap, type Summary } from './summaries.ts';

/** Rows that are picked one by one: the evaluator has looked at each. */
const MAX_LISTED_ROWS = 300_000;

/** A condition on rows of `spans` in `block`: within `where`, and matching the plan's only filter. */
export async function matchingSpansSql(
  context: QueryContext,
  block: BlockRef,
  plan: SearchPlan,
  where: string
): Promise<string> {
  const matcher = await BlockMatcher.create(context, block, plan, [0]);
  const possible = sqlAnd(matcher.any, where);
  if (matcher.exact || possible === 'FALSE') {
    return possible;
  }
  const facts = plan.needsTrace ? await factsOf(context, block, possible) : undefined;
  const rows = await matcher.match(where, (hi, lo) => facts?.get(hi, lo)?.facts);
  const ids: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (rows.masks[row] !== 0) {
      ids.push(rows.rowIds[row] ?? 0);
    }
  }
  if (ids.length > MAX_LISTED_ROWS) {
    throw new StoreError(
      'limit',
      `the filter needs more than ${MAX_LISTED_ROWS} spans of a block to be looked at one by one; narrow it or the time range`
    );
  }
  return rowsSql(ids);
}

interface Facts extends TraceIdHalves {
  readonly facts: TraceFacts;
}

async function factsOf(context: QueryContext, block: BlockRef, where: string): Promise<TraceMap<Facts>> {
  const { catalog } = block;
  const found = await context.query(block, `SELECT DISTINCT trace_hi, trace_lo FROM ${catalog}.spans WHERE ${where}`);
  const high = found.bigints('trace_hi');
  const low = found.bigints('trace_lo');
  const ids = Array.from(high, (hi, i) => ({ hi, lo: low[i] ?? 0n }));
  const summaries = await loadSummaries(context.reader, context.blocks, ids, context.sqlOptions());
  const map = new TraceMap<Facts>();
  for (const summary of summaries.values()) {
    map.add({ hi: summary.hi, lo: summary.lo, facts: toFacts(summary) });
  }
  return map;
}

function toFacts({ start, end, rootName, rootService }: Summary): TraceFacts {
  return { durationNanos: end > start ? end - start : 0n, rootName, rootService };
}
