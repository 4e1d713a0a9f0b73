// SPDX-License-Identifier: Apache-2.0
//
// Walking the children of a span. A subtree is a contiguous range, so the next sibling is where a child's subtree ends.

import type { SpanIndex, Trace } from '@tracewell/trace';

/** The children of `parent` in order of start; for -1 the roots. */
export function childrenOf(trace: Trace, parent: SpanIndex): SpanIndex[] {
  const children: SpanIndex[] = [];
  const end = parent === -1 ? trace.length : (trace.subtreeEnds[parent] ?? 0);
  for (let child = parent + 1; child < end; child = trace.subtreeEnds[child] ?? end) {
    children.push(child);
  }
  return children;
}

/** A span's duration in nanoseconds. */
export function durationOf(trace: Trace, span: SpanIndex): number {
  return (trace.ends[span] ?? 0) - (trace.starts[span] ?? 0);
}

/** The name of a span's service. */
export function serviceOf(trace: Trace, span: SpanIndex): string {
  return trace.serviceNames[trace.services[span] ?? 0] ?? '';
}
