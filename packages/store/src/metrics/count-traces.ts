// SPDX-License-Identifier: Apache-2.0
//
// Counts the matching spans of whole traces, for functions that look at a span's place in its trace (number of children,
// parent, nested sets).

import { bucketOf, type SpanView } from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import { createMatchers, type BlockMatcher } from '../execute/block-matcher.ts';
import { traceIds, type TraceIdHalves } from '../execute/ids.ts';
import { visitTraces } from '../execute/loaded-trace.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { durationOf } from '../execute/row-view.ts';
import { loadSummaries } from '../execute/summaries.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { readsOf, type SearchPlan } from '../plan/search-plan.ts';
import { packPicks } from './exemplars.ts';
import { measureOf, referencesOf, type Counting } from './measure-span.ts';

/** Adds the spans in the query's spansets that start in the window, of all blocks. */
export async function countTraces(
  context: QueryContext,
  counting: Counting,
  plan: SearchPlan,
  blocks: readonly BlockRef[],
  within: string
): Promise<void> {
  const { groups, measure, picker, window } = counting;
  const matchers = await createMatchers(context, plan);
  const candidates: TraceIdHalves[] = [];
  context.begin('traces with spans in the range');
  for (const block of blocks) {
    const matcher = matchers.get(block);
    const where = matcher === undefined ? 'FALSE' : sqlAnd(within, matcher.known);
    if (where === 'FALSE') {
      continue;
    }
    const result = await context.query(
      block,
      `SELECT DISTINCT trace_hi, trace_lo FROM ${block.catalog}.spans WHERE ${where}`
    );
    for (const id of traceIds(result.bigints('trace_hi'), result.bigints('trace_lo'))) {
      candidates.push(id);
    }
  }
  const summaries = await loadSummaries(context.reader, context.blocks, candidates, context.sqlOptions());
  const evaluate = measureOf(counting);
  const others = [readsOf(plan.interpreted), readsOf(referencesOf(measure))];
  const options = { reads: (matcher: BlockMatcher) => [matcher.reads, ...others], allSpans: true };
  context.begin('whole traces');
  await visitTraces(context, plan, matchers, [...summaries.values()], options, (trace) => {
    for (const position of new Set(plan.evaluate(trace).flatMap(({ spans }) => spans))) {
      const span: SpanView | undefined = trace.spans[position];
      const { block, rowId, start } = trace.place(position);
      const bucket = bucketOf(window, start);
      const found = span === undefined || bucket === undefined ? undefined : evaluate(span);
      if (found === undefined || bucket === undefined) {
        continue;
      }
      groups.tally(found.group)?.add(bucket, found.added, 1);
      if (picker.isActive) {
        const end = trace.part(position).columns.end[trace.row(position)] ?? 0n;
        const { slowest, other } = packPicks(durationOf(start, end), start, rowId);
        picker.offer({ block, bucket, measured: found }, slowest, other);
      }
    }
  });
}
