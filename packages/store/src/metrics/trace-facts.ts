// SPDX-License-Identifier: Apache-2.0
//
// What the spans of a metric have from their traces: duration and root, over all blocks.

import type { Reference } from '@tracewell/traceql';
import { traceFacts } from '../execute/found-trace.ts';
import { traceIds } from '../execute/ids.ts';
import type { QueryContext } from '../execute/query-context.ts';
import type { TraceFacts } from '../execute/row-view.ts';
import type { SpanColumns } from '../execute/span-columns.ts';
import { loadSummaries } from '../execute/summaries.ts';

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
  context.begin('traces of the spans');
  const ids = traceIds(rows.traceHi, rows.traceLo);
  const summaries = await loadSummaries(context.reader, context.blocks, ids, context.sqlOptions());
  return (hi, lo) => {
    const summary = summaries.get(hi, lo);
    return summary && traceFacts(summary);
  };
}
