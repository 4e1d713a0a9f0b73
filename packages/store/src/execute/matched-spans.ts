// SPDX-License-Identifier: Apache-2.0
//
// The spans of one block that are in the spansets of a query, as an SQL condition. For what counts spans rather
// than finds traces: rates, graphs, tag values, metrics.
//
// Where a span's own row decides (filters, `||` of spansets), the condition is the filter itself, or the rows that
// the evaluator has picked. Where the masks of the other spans of the trace decide too (`&&`), masks are read and
// combined by trace. Everything else is interpreted, a batch of whole traces at a time. In the last two, parts of
// the trace in other blocks count.

import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { satisfies } from '../plan/requirement.ts';
import { isRowWise, selectMasks, type MaskPlan, type SearchPlan } from '../plan/search-plan.ts';
import { rowsSql } from '../plan/sql-text.ts';
import { createMatchers, type BlockMatcher, type MatchedRows } from './block-matcher.ts';
import { partsSql, traceFacts } from './found-trace.ts';
import { traceIds, type TraceIdHalves } from './ids.ts';
import { interpretAll } from './interpret.ts';
import type { QueryContext } from './query-context.ts';
import type { TraceFacts } from './row-view.ts';
import { inOtherBlocks } from './requirement-cursor.ts';
import { loadSummaries, TraceMap, type Summary } from './summaries.ts';

/** Traces that are looked at together. */
const BATCH_TRACES = 4_000;

type Matchers = ReadonlyMap<BlockRef, BlockMatcher>;

/** Matchers of the queries that are running. */
const prepared = new WeakMap<QueryContext, Map<SearchPlan, Promise<Matchers>>>();

function matchersOf(context: QueryContext, plan: SearchPlan): Promise<Matchers> {
  const plans = prepared.get(context) ?? new Map<SearchPlan, Promise<Matchers>>();
  prepared.set(context, plans);
  const matchers = plans.get(plan) ?? createMatchers(context, plan);
  plans.set(plan, matchers);
  return matchers;
}

/** A condition on rows of `spans` in `block`: within `where`, and in a spanset of the plan's query. */
export async function matchingSpansSql(
  context: QueryContext,
  block: BlockRef,
  plan: SearchPlan,
  where: string
): Promise<string> {
  const matchers = await matchersOf(context, plan);
  const matcher = matchers.get(block);
  if (matcher === undefined || where === 'FALSE') {
    return 'FALSE';
  }
  const { masks } = plan;
  context.begin('spans that match');
  if (masks === undefined) {
    return sqlAnd(rowsSql(await interpretedRows(context, plan, matchers, matcher, where)), where);
  }
  if (!isRowWise(masks)) {
    return sqlAnd(rowsSql(await combinedRows(context, plan, masks, matchers, matcher, where)), where);
  }
  const possible = sqlAnd(matcher.rowWiseSql(masks), where);
  if (matcher.exact || possible === 'FALSE') {
    return possible;
  }
  const facts = plan.needsTrace ? await factsOf(context, block, possible) : undefined;
  const rows = await matcher.match(possible, (hi, lo) => facts?.(hi, lo));
  const isSelected = remembering((mask) => selectMasks(masks, [mask]).size > 0);
  const ids: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    if (isSelected(rows.masks[row] ?? 0)) {
      ids.push(rows.rowIds[row] ?? 0);
    }
  }
  return rowsSql(ids);
}

function remembering(decide: (mask: number) => boolean): (mask: number) => boolean {
  const known = new Map<number, boolean>();
  return (mask) => {
    const decided = known.get(mask) ?? decide(mask);
    known.set(mask, decided);
    return decided;
  };
}

/** What is known of the traces with rows of `spans` in `block` within `where`. */
export async function factsOf(
  context: QueryContext,
  block: BlockRef,
  where: string
): Promise<(hi: bigint, lo: bigint) => TraceFacts | undefined> {
  const { catalog } = block;
  const found = await context.query(block, `SELECT DISTINCT trace_hi, trace_lo FROM ${catalog}.spans WHERE ${where}`);
  const ids = traceIds(found.bigints('trace_hi'), found.bigints('trace_lo'));
  return factsIn(await loadSummaries(context.reader, context.blocks, ids, context.sqlOptions()));
}

function factsIn(summaries: TraceMap<Summary>): (hi: bigint, lo: bigint) => TraceFacts | undefined {
  return (hi, lo) => {
    const summary = summaries.get(hi, lo);
    return summary && traceFacts(summary);
  };
}

/** Rows of traces that have a row within `where`. */
function sameTracesSql({ catalog, state }: BlockRef, where: string): string {
  const key = state === 'sealed' ? 'trace_index' : 'trace_lo';
  return where === 'TRUE' ? where : `${key} IN (SELECT ${key} FROM ${catalog}.spans WHERE ${where})`;
}

interface CombinedTrace extends TraceIdHalves {
  /** Masks that its spans have, in any block. */
  readonly masks: Set<number>;
  readonly rows: number[];
  readonly rowMasks: number[];
}

async function combinedRows(
  context: QueryContext,
  plan: SearchPlan,
  masks: MaskPlan,
  matchers: Matchers,
  matcher: BlockMatcher,
  where: string
): Promise<number[]> {
  const { block } = matcher;
  const near = sqlAnd(matcher.any, sameTracesSql(block, sqlAnd(matcher.any, where)));
  const facts = plan.needsTrace && !matcher.exact ? await factsOf(context, block, near) : undefined;
  const rows = await matcher.match(near, (hi, lo) => facts?.(hi, lo));
  const traces = new TraceMap<CombinedTrace>();
  for (let row = 0; row < rows.count; row++) {
    const mask = rows.masks[row] ?? 0;
    if (mask !== 0) {
      const trace = combined(traces, rows, row);
      trace.masks.add(mask);
      trace.rows.push(rows.rowIds[row] ?? 0);
      trace.rowMasks.push(mask);
    }
  }
  await addOtherBlocks(context, plan, matchers, block, traces);
  const found: number[] = [];
  for (const trace of traces.values()) {
    const selected = selectMasks(masks, trace.masks);
    trace.rowMasks.forEach((mask, i) => {
      if (selected.has(mask)) {
        found.push(trace.rows[i] ?? 0);
      }
    });
  }
  return found;
}

function combined(traces: TraceMap<CombinedTrace>, rows: MatchedRows, row: number): CombinedTrace {
  const hi = rows.traceHi[row] ?? 0n;
  const lo = rows.traceLo[row] ?? 0n;
  let trace = traces.get(hi, lo);
  if (trace === undefined) {
    trace = { hi, lo, masks: new Set(), rows: [], rowMasks: [] };
    traces.add(trace);
  }
  return trace;
}

/** Adds the masks of the spans that other blocks have of these traces. */
async function addOtherBlocks(
  context: QueryContext,
  plan: SearchPlan,
  matchers: Matchers,
  block: BlockRef,
  traces: TraceMap<CombinedTrace>
): Promise<void> {
  const others = [...matchers.values()].filter((other) => other.block !== block && other.any !== 'FALSE');
  const shared = [...traces.values()].filter(({ hi, lo }) =>
    others.some((other) => other.block.mayContainTrace(hi, lo))
  );
  for (let from = 0; from < shared.length; from += BATCH_TRACES) {
    const batch = shared.slice(from, from + BATCH_TRACES);
    const summaries = await loadSummaries(context.reader, context.blocks, batch, context.sqlOptions());
    const facts = factsIn(summaries);
    for (const other of others) {
      const where = partsSql(other.block, [...summaries.values()]);
      if (where !== 'FALSE') {
        const rows = await other.match(where, (hi, lo) => (plan.needsTrace ? facts(hi, lo) : undefined));
        for (let row = 0; row < rows.count; row++) {
          const mask = rows.masks[row] ?? 0;
          if (mask !== 0) {
            traces.get(rows.traceHi[row] ?? 0n, rows.traceLo[row] ?? 0n)?.masks.add(mask);
          }
        }
      }
    }
  }
}

async function interpretedRows(
  context: QueryContext,
  plan: SearchPlan,
  matchers: Matchers,
  matcher: BlockMatcher,
  where: string
): Promise<number[]> {
  const { block } = matcher;
  const candidates = await candidatesOf(context, plan, matchers, matcher, where);
  const found: number[] = [];
  for (let from = 0; from < candidates.length; from += BATCH_TRACES) {
    const batch = candidates.slice(from, from + BATCH_TRACES);
    context.begin(`summaries of ${batch.length} candidates`);
    const summaries = await loadSummaries(context.reader, context.blocks, batch, context.sqlOptions());
    const traces: Summary[] = [...summaries.values()];
    context.countTraces(traces.length);
    await interpretAll(context, plan, matchers, traces, (trace, spansets) => {
      for (const { spans } of spansets) {
        for (const position of spans) {
          const place = trace.place(position);
          if (place.block === block) {
            found.push(place.rowId);
          }
        }
      }
    });
  }
  return found;
}

/** Traces with a span within `where` that may be in a spanset, and with what the query requires. */
async function candidatesOf(
  context: QueryContext,
  plan: SearchPlan,
  matchers: Matchers,
  { block, any, known, possibleMask }: BlockMatcher,
  where: string
): Promise<TraceIdHalves[]> {
  const { catalog } = block;
  const rows = plan.findsOnlyMatches ? any : known;
  if (rows === 'FALSE') {
    return [];
  }
  const bits = `bit_or((${possibleMask})::INTEGER) AS bits`;
  const having = where === 'TRUE' ? '' : `HAVING bool_or(${where})`;
  const result = await context.query(
    block,
    block.state === 'sealed'
      ? `SELECT trace_hi, trace_lo, bits FROM ${catalog}.traces JOIN (SELECT trace_index, ${bits} FROM ${catalog}.spans
        WHERE ${rows} GROUP BY trace_index ${having}) USING (trace_index) ORDER BY trace_index`
      : `SELECT trace_hi, trace_lo, ${bits} FROM ${catalog}.spans WHERE ${rows} GROUP BY trace_hi, trace_lo ${having}`
  );
  const high = result.bigints('trace_hi');
  const low = result.bigints('trace_lo');
  const masks = result.integers('bits');
  const others = [...matchers.keys()].filter((other) => other !== block);
  const complete: TraceIdHalves[] = [];
  const partial: TraceIdHalves[] = [];
  high.forEach((hi, i) => {
    (satisfies(plan.requirement, masks[i] ?? 0) ? complete : partial).push({ hi, lo: low[i] ?? 0n });
  });
  return [...complete, ...(await inOtherBlocks(context, others, partial))];
}
