// SPDX-License-Identifier: Apache-2.0
//
// Runs interpreted plans: candidates are loaded as whole traces, and the evaluator says which spansets they
// have.

import type { Spanset } from '@tracewell/traceql';
import type { SearchRequest } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { readsOf, type SearchPlan } from '../plan/search-plan.ts';
import type { BlockMatcher } from './block-matcher.ts';
import { isWanted, type FoundTrace } from './found-trace.ts';
import type { TraceIdHalves } from './ids.ts';
import { visitTraces, type LoadedTrace } from './loaded-trace.ts';
import type { QueryContext } from './query-context.ts';
import { loadSummaries, type Summary } from './summaries.ts';

/** Shown of a trace: by() of something unique makes a spanset of each span. */
export const MAX_SPANSETS = 1_000;

/** The candidates that match, in no order; counterpart of `confirmTraces` for mask plans. */
export async function interpretTraces(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  request: SearchRequest,
  candidates: readonly TraceIdHalves[]
): Promise<FoundTrace[]> {
  context.begin(`summaries of ${candidates.length} candidates`);
  const summaries = await loadSummaries(context.reader, context.blocks, candidates, context.sqlOptions());
  const wanted = [...summaries.values()].filter((summary) => isWanted(summary, request));
  context.countTraces(wanted.length);
  const found: FoundTrace[] = [];
  await interpretAll(context, plan, matchers, wanted, (trace, spansets) => {
    if (spansets.length > 0) {
      found.push(toFound(trace, spansets, request.spansPerSpanSet));
    }
  });
  return found;
}

/** Evaluates the query on traces, and gives each with its spansets to `visit`. */
export async function interpretAll(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  summaries: readonly Summary[],
  visit: (trace: LoadedTrace, spansets: readonly Spanset[]) => void
): Promise<void> {
  const others = readsOf(plan.interpreted);
  const options = {
    reads: (matcher: BlockMatcher) => [matcher.reads, others],
    allSpans: plan.readsAllSpans,
  };
  context.begin(`spans of ${summaries.length} traces`);
  await visitTraces(context, plan, matchers, summaries, options, (trace) => visit(trace, plan.evaluate(trace)));
}

function toFound(trace: LoadedTrace, spansets: readonly Spanset[], limit: number): FoundTrace {
  return {
    summary: trace.summary,
    matched: spansets.reduce((sum, { spans }) => sum + spans.length, 0),
    spansets: spansets.slice(0, MAX_SPANSETS).map(({ spans, attributes }) => ({
      matched: spans.length,
      spans: spans.slice(0, limit).map((position) => trace.place(position)),
      attributes,
    })),
    ...(spansets.length > MAX_SPANSETS && { isCut: true }),
  };
}
