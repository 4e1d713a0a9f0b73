// SPDX-License-Identifier: Apache-2.0
//
// Confirms candidates: loads the whole trace's summary, runs the filters on its spans in every block that has
// some, and combines the spans into the trace's spanset.

import type { SpansetAttribute } from '@tracewell/traceql';
import type { SearchOrder, SearchRequest } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { selectMasks, type MaskPlan } from '../plan/search-plan.ts';
import type { BlockMatcher, MatchedRows } from './block-matcher.ts';
import type { TraceIdHalves } from './ids.ts';
import type { QueryContext } from './query-context.ts';
import type { TraceFacts } from './row-view.ts';
import { loadSummaries, openTracesSql, traceIndexesSql, TraceMap, type Summary } from './summaries.ts';

/** A span to show. */
export interface MatchedSpan {
  readonly block: BlockRef;
  readonly rowId: number;
  readonly start: bigint;
  readonly spanId: bigint;
}

/** A trace that matches. */
export interface FoundTrace {
  readonly summary: Summary;
  /** Spans in all its spansets. */
  readonly matched: number;
  readonly spansets: readonly FoundSpanset[];
  /** There are more spansets than are shown. */
  readonly isCut?: boolean;
}

export interface FoundSpanset {
  readonly matched: number;
  /** The first ones by start, at most as many as are shown. */
  readonly spans: readonly MatchedSpan[];
  readonly attributes: readonly SpansetAttribute[];
}

interface Gathered extends TraceIdHalves {
  readonly summary: Summary;
  readonly parts: { readonly block: BlockRef; readonly rows: MatchedRows; readonly row: number }[];
}

export function traceDuration({ start, end }: Summary): bigint {
  return end > start ? end - start : 0n;
}

/** What the spans of a trace know of it. */
export function traceFacts(summary: Summary): TraceFacts {
  const { rootName, rootService } = summary;
  return { durationNanos: traceDuration(summary), rootName, rootService };
}

/** Whether the whole trace is within what the request asks of traces. */
export function isWanted(summary: Summary, request: SearchRequest): boolean {
  const duration = traceDuration(summary);
  return (
    (request.end === undefined || summary.start < request.end) &&
    (request.start === undefined || summary.end >= request.start) &&
    (request.minDuration === undefined || duration >= request.minDuration) &&
    (request.maxDuration === undefined || duration <= request.maxDuration)
  );
}

/** Order of the result; ties go by start, newest first, then by id. */
export function compareTraces(order: SearchOrder): (a: Summary, b: Summary) => number {
  const newest = (a: Summary, b: Summary): number =>
    descending(a.start, b.start) || -descending(a.hi, b.hi) || -descending(a.lo, b.lo);
  switch (order) {
    case 'newest':
      return newest;
    case 'slowest':
      return (a, b) => descending(traceDuration(a), traceDuration(b)) || newest(a, b);
    case 'most-spans':
      return (a, b) => b.spans - a.spans || newest(a, b);
    case 'most-errors':
      return (a, b) => b.errors - a.errors || newest(a, b);
  }
}

function descending(a: bigint, b: bigint): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

/** The candidates that match, in no order. */
export async function confirmTraces(
  context: QueryContext,
  plan: MaskPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  request: SearchRequest,
  candidates: readonly TraceIdHalves[]
): Promise<FoundTrace[]> {
  context.begin(`spans of ${candidates.length} candidates`);
  const summaries = await loadSummaries(context.reader, context.blocks, candidates, context.sqlOptions());
  const gathered = new TraceMap<Gathered>();
  for (const summary of summaries.values()) {
    if (isWanted(summary, request)) {
      gathered.add({ hi: summary.hi, lo: summary.lo, summary, parts: [] });
    }
  }
  context.countTraces(gathered.size);
  const facts = (hi: bigint, lo: bigint): TraceFacts | undefined => {
    const summary = gathered.get(hi, lo)?.summary;
    return summary && traceFacts(summary);
  };
  for (const [block, matcher] of matchers) {
    const where = partsSql(
      block,
      [...gathered.values()].map(({ summary }) => summary)
    );
    if (where === 'FALSE' || matcher.any === 'FALSE') {
      continue;
    }
    const rows = await matcher.match(where, facts);
    for (let row = 0; row < rows.count; row++) {
      if (rows.masks[row] !== 0) {
        gathered.get(rows.traceHi[row] ?? 0n, rows.traceLo[row] ?? 0n)?.parts.push({ block, rows, row });
      }
    }
  }
  return [...gathered.values()].flatMap((entry) => toFound(plan, entry, request.spansPerSpanSet) ?? []);
}

/** The rows of these traces in a block; FALSE if it has none. */
export function partsSql(block: BlockRef, summaries: readonly Summary[]): string {
  const here = summaries.filter(({ places }) => places.has(block));
  return block.state === 'sealed'
    ? traceIndexesSql(here.map(({ places }) => places.get(block) ?? 0))
    : openTracesSql(block, here);
}

function toFound(plan: MaskPlan, { summary, parts }: Gathered, limit: number): FoundTrace | undefined {
  const maskOf = ({ rows, row }: Gathered['parts'][number]): number => rows.masks[row] ?? 0;
  const selected = selectMasks(plan, new Set(parts.map(maskOf)));
  const matching = parts.filter((part) => selected.has(maskOf(part)));
  if (matching.length === 0) {
    return undefined;
  }
  const spans = matching.map(({ block, rows, row }) => ({
    block,
    rowId: rows.rowIds[row] ?? 0,
    start: rows.starts[row] ?? 0n,
    spanId: rows.spanIds[row] ?? 0n,
  }));
  spans.sort((a, b) => descending(b.start, a.start) || descending(b.spanId, a.spanId));
  const matched = matching.length;
  return { summary, matched, spansets: [{ matched, spans: spans.slice(0, limit), attributes: [] }] };
}
