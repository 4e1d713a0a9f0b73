// SPDX-License-Identifier: Apache-2.0
//
// Self time: what a span did itself. It is the span's duration minus the union of its children's intervals, each
// clipped to the span. Never negative, and never more than the duration.

import type { Interval } from '@tracewell/base';
import type { SpanIndex, Trace } from '@tracewell/trace';
import { childrenOf } from '../children.ts';

/** The self time of every span in nanoseconds, by span index. O(n), in one pass. */
export function selfTimes(trace: Trace): Float64Array {
  const self = new Float64Array(trace.length);
  // How far each span's time is accounted for. Siblings come by start, so one position per parent is enough.
  const reached = Float64Array.from(trace.starts);
  for (let span = 0; span < trace.length; span++) {
    const parent = trace.parents[span] ?? -1;
    if (parent === -1) {
      continue;
    }
    const limit = trace.ends[parent] ?? 0;
    const position = reached[parent] ?? 0;
    const start = Math.min(trace.starts[span] ?? 0, limit);
    if (start > position) {
      self[parent] = (self[parent] ?? 0) + (start - position);
    }
    reached[parent] = Math.max(position, start, Math.min(trace.ends[span] ?? 0, limit));
  }
  for (let span = 0; span < trace.length; span++) {
    self[span] = (self[span] ?? 0) + (trace.ends[span] ?? 0) - (reached[span] ?? 0);
  }
  return self;
}

/** When the span did its own work: disjoint intervals in order of time, relative to the trace like `starts`. */
export function selfIntervals(trace: Trace, span: SpanIndex): Interval[] {
  const intervals: Interval[] = [];
  const limit = trace.ends[span] ?? 0;
  let position = trace.starts[span] ?? 0;
  for (const child of childrenOf(trace, span)) {
    const start = Math.min(trace.starts[child] ?? 0, limit);
    const end = Math.min(trace.ends[child] ?? 0, limit);
    // A child without duration interrupts nothing.
    if (start < end) {
      if (start > position) {
        intervals.push({ start: position, end: start });
      }
      position = Math.max(position, end);
    }
  }
  if (limit > position) {
    intervals.push({ start: position, end: limit });
  }
  return intervals;
}
