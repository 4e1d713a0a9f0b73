// SPDX-License-Identifier: Apache-2.0
//
// What searches and exports do alike: they walk the candidates of each block, and look at the whole of each candidate.

import type { SearchRequest, TimeRange } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { satisfies } from '../plan/requirement.ts';
import { drivingFiltersOf, type SearchPlan } from '../plan/search-plan.ts';
import type { BlockMatcher } from './block-matcher.ts';
import { createCursor, type CandidateCursor, type CursorOptions } from './candidates.ts';
import { confirmTraces, type FoundTrace } from './found-trace.ts';
import type { TraceIdHalves } from './ids.ts';
import { interpretTraces } from './interpret.ts';
import type { QueryContext } from './query-context.ts';
import { createPace, RequirementCursor } from './requirement-cursor.ts';

/** Candidates confirmed at a time: a statement per block for each. */
const CONFIRM_TRACES = 2000;

/** Cursors over the candidates of the blocks in range, in the blocks' order. */
export function candidateCursors(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  range: TimeRange,
  options: CursorOptions
): CandidateCursor[] {
  const pace = createPace(options);
  const driving = drivingFiltersOf(plan);
  // A span of a driving filter is often all that is required.
  const isEnough = driving?.every((filter) => satisfies(plan.requirement, 1 << filter)) ?? true;
  return context.blocksInRange(range).flatMap((block) => {
    const matcher = matchers.get(block);
    if (matcher === undefined) {
      return [];
    }
    return isEnough
      ? createCursor(context, matcher, range, options)
      : new RequirementCursor(context, plan, matcher, range, pace);
  });
}

/** Those of the candidates that match, a batch at a time, in no promised order. */
export async function* confirm(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  request: SearchRequest,
  candidates: readonly TraceIdHalves[]
): AsyncGenerator<readonly FoundTrace[], void, undefined> {
  for (let from = 0; from < candidates.length; from += CONFIRM_TRACES) {
    const batch = candidates.slice(from, from + CONFIRM_TRACES);
    yield plan.masks === undefined
      ? await interpretTraces(context, plan, matchers, request, batch)
      : await confirmTraces(context, plan.masks, matchers, request, batch);
  }
}
