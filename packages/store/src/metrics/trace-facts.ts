// SPDX-License-Identifier: Apache-2.0
//
// What the spans of a metric have from their traces: duration and root, over all blocks.

import type { Reference } from '@tracewell/traceql';
import { traceDuration } from '../execute/found-trace.ts';
import type { TraceIdHalves } from '../execute/ids.ts';
import type { QueryContext } from '../execute/query-context.ts';
import type { TraceFacts } from '../execute/row-view.ts';
import type { SpanColumns } from '../execute/span-columns.ts';
import { loadSummaries, TraceMap } from '../execute/summaries.ts';

/** Whether a reference is the same for all spans of a trace, and not the trace's id. */
export function isOfTrace(reference: Reference): boolean {
  if (reference.kind !== 'intrinsic') {
    return false;
  }
  const { name } = reference;
  return name === 'trace:duration' || name === 'trace:rootName' || name === 'trace:rootService';
}

/** What is known of the traces of these rows. */
export async function loadTraceFacts(
  context: QueryContext,
  rows: SpanColumns
): Promise<(hi: bigint, lo: bigint) => TraceFacts | undefined> {
  const ids = new TraceMap<TraceIdHalves>();
  for (let row = 0; row < rows.rowCount; row++) {
    const hi = rows.traceHi[row] ?? 0n;
    const lo = rows.traceLo[row] ?? 0n;
    if (ids.get(hi, lo) === undefined) {
      ids.add({ hi, lo });
    }
  }
  context.begin('traces of the spans');
  const summaries = await loadSummaries(context.reader, context.blocks, [...ids.values()], context.sqlOptions());
  return (hi, lo) => {
    const summary = summaries.get(hi, lo);
    return (
      summary && {
        durationNanos: traceDuration(summary),
        rootName: summary.rootName,
        rootService: summary.rootService,
      }
    );
  };
}
