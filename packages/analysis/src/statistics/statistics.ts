// SPDX-License-Identifier: Apache-2.0
//
// What each operation of a trace cost: spans grouped by service and name.

import { STATUS_ERROR, type SpanIndex, type Trace } from '@tracewell/trace';
import { durationOf, serviceOf } from '../children.ts';
import { selfTimes } from '../self-time/self-time.ts';

/** One service and span name. Times are nanoseconds. */
export interface OperationStatistics {
  readonly service: string;
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  /** Sum of durations; of spans that run at once it counts each. */
  readonly total: number;
  /** Sum of self times. */
  readonly self: number;
  readonly average: number;
  readonly max: number;
  /** The span that took `max`; the first of several. */
  readonly slowest: SpanIndex;
}

/** Statistics of every operation, by self time from most to least, then in order of appearance. O(n log n). */
export function operationStatistics(trace: Trace, self: Float64Array = selfTimes(trace)): OperationStatistics[] {
  interface Group {
    first: SpanIndex;
    count: number;
    errors: number;
    total: number;
    self: number;
    max: number;
    slowest: SpanIndex;
  }
  const byService: Map<string, Group>[] = trace.serviceNames.map(() => new Map<string, Group>());
  const groups: Group[] = [];
  for (let span = 0; span < trace.length; span++) {
    const name = trace.names[span] ?? '';
    const ofService = byService[trace.services[span] ?? 0];
    let group = ofService?.get(name);
    if (group === undefined) {
      group = { first: span, count: 0, errors: 0, total: 0, self: 0, max: -1, slowest: span };
      ofService?.set(name, group);
      groups.push(group);
    }
    const duration = durationOf(trace, span);
    group.count++;
    group.errors += trace.statusCodes[span] === STATUS_ERROR ? 1 : 0;
    group.total += duration;
    group.self += self[span] ?? 0;
    if (duration > group.max) {
      group.max = duration;
      group.slowest = span;
    }
  }
  return groups
    .map(({ first, ...group }) => ({
      service: serviceOf(trace, first),
      name: trace.names[first] ?? '',
      average: group.total / group.count,
      ...group,
    }))
    .sort((a, b) => b.self - a.self);
}
