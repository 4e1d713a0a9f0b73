// SPDX-License-Identifier: Apache-2.0
//
// All traces that a search finds, a batch at a time, each once, in no promised order: what the export walks. Unlike a
// search nothing is kept of those that were given but their ids.

import type { SearchRequest } from '../api.ts';
import { createMatchers } from '../execute/block-matcher.ts';
import { candidateCursors, confirm } from '../execute/confirm.ts';
import type { QueryContext } from '../execute/query-context.ts';
import type { Summary } from '../execute/summaries.ts';
import type { SearchPlan } from '../plan/search-plan.ts';
import { TraceIdSet } from './trace-id-set.ts';

const PAGE = { pageRows: 16_384, everything: true };

/** The traces that `plan` finds within the request's range; its order and limit do not count. */
export async function* matchingTraces(
  context: QueryContext,
  plan: SearchPlan,
  request: SearchRequest
): AsyncGenerator<readonly Summary[], void, undefined> {
  const matchers = await createMatchers(context, plan);
  const seen = new TraceIdSet();
  for (const cursor of candidateCursors(context, plan, matchers, request, PAGE)) {
    while (cursor.bound !== undefined) {
      const fresh = (await cursor.next()).filter(({ hi, lo }) => seen.add(hi, lo));
      for await (const found of confirm(context, plan, matchers, request, fresh)) {
        yield found.map(({ summary }) => summary);
      }
    }
  }
}
