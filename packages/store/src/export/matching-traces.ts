// SPDX-License-Identifier: Apache-2.0
//
// All traces that a search finds, a batch at a time, each once, in no promised order: what the export walks. Unlike a
// search nothing is kept of those that were given but their ids.

import type { SearchRequest } from '../api.ts';
import { createMatchers } from '../execute/block-matcher.ts';
import { createCursor, type CandidateCursor } from '../execute/candidates.ts';
import { confirmTraces } from '../execute/found-trace.ts';
import type { TraceIdHalves } from '../execute/ids.ts';
import { interpretTraces } from '../execute/interpret.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { createPace, RequirementCursor } from '../execute/requirement-cursor.ts';
import type { Summary } from '../execute/summaries.ts';
import { satisfies } from '../plan/requirement.ts';
import { drivingFiltersOf, type SearchPlan } from '../plan/search-plan.ts';
import { TraceIdSet } from './trace-id-set.ts';

const PAGE = { pageRows: 16_384, everything: true };
/** Candidates confirmed at a time: a statement per block for each. */
const CONFIRM_TRACES = 2000;

/** The traces that `plan` finds within the request's range; its order and limit do not count. */
export async function* matchingTraces(
  context: QueryContext,
  plan: SearchPlan,
  request: SearchRequest
): AsyncGenerator<readonly Summary[], void, undefined> {
  const matchers = await createMatchers(context, plan);
  const pace = createPace(PAGE);
  const driving = drivingFiltersOf(plan);
  const isEnough = driving?.every((filter) => satisfies(plan.requirement, 1 << filter)) ?? true;
  const seen = new TraceIdSet();
  for (const block of context.blocksInRange(request)) {
    const matcher = matchers.get(block);
    if (matcher === undefined) {
      continue;
    }
    const cursor: CandidateCursor = isEnough
      ? createCursor(context, matcher, request, PAGE)
      : new RequirementCursor(context, plan, matcher, request, pace);
    while (cursor.bound !== undefined) {
      const fresh: TraceIdHalves[] = (await cursor.next()).filter(({ hi, lo }) => seen.add(hi, lo));
      for (let from = 0; from < fresh.length; from += CONFIRM_TRACES) {
        const batch = fresh.slice(from, from + CONFIRM_TRACES);
        const found =
          plan.masks === undefined
            ? await interpretTraces(context, plan, matchers, request, batch)
            : await confirmTraces(context, plan.masks, matchers, request, batch);
        yield found.map(({ summary }) => summary);
      }
    }
  }
}
