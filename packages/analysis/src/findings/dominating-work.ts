// SPDX-License-Identifier: Apache-2.0
//
// One span that does most of the trace's work itself. What waits for a callee outside the trace is not its own work;
// the rule of silent dependencies speaks about that.

import type { SpanIndex, Trace } from '@tracewell/trace';
import type { DominatingWorkFinding } from './finding.ts';

/** From half of the trace on, one span is the answer to "why was this slow". */
const LEAST_SHARE = 0.5;
/** In smaller traces everybody sees it. */
const LEAST_SPANS = 3;

/** One finding, or none. `silent` are spans that another finding has explained. */
export function findDominatingWork(
  trace: Trace,
  self: Float64Array,
  silent: ReadonlySet<SpanIndex>
): DominatingWorkFinding[] {
  let most = -1;
  for (let span = 0; span < trace.length; span++) {
    if (!silent.has(span) && (self[span] ?? 0) > (self[most] ?? 0)) {
      most = span;
    }
  }
  const time = self[most] ?? 0;
  if (trace.length < LEAST_SPANS || time === 0 || time < LEAST_SHARE * trace.duration) {
    return [];
  }
  return [{ kind: 'dominating-work', severity: 'info', spans: [most], time, share: time / trace.duration }];
}
