// SPDX-License-Identifier: Apache-2.0
//
// Search: which traces match, in the order asked for. Newest first stops early (candidates.ts); other orders and
// totals look at all matching spans, where a span's own row decides the filters (full-scan.ts). Queries that do not
// follow from masks of filters are interpreted, trace by trace (interpret.ts).

import type { QueryOptions, SearchRequest, SearchResult, TraceSummary } from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import { describePlan, planSearch, type SearchPlan } from '../plan/search-plan.ts';
import { createMatchers, type BlockMatcher } from './block-matcher.ts';
import type { CandidateCursor } from './candidates.ts';
import { candidateCursors, confirm } from './confirm.ts';
import { compareTraces, traceDuration, type FoundTrace } from './found-trace.ts';
import { scanAll } from './full-scan.ts';
import { traceIdText, type TraceIdHalves } from './ids.ts';
import { MAX_SPANSETS } from './interpret.ts';
import { withContext, type QueryContext } from './query-context.ts';
import { loadShownSpans, toTypedValue } from './shown-spans.ts';
import { loadServices, TraceMap } from './summaries.ts';

const MIN_PAGE_ROWS = 128;

/** See `Store.search`. */
export async function executeSearch(
  reader: BlockReader,
  request: SearchRequest,
  options: QueryOptions = {}
): Promise<SearchResult> {
  const plan = planSearch(request.query);
  return withContext(reader, options, async (context) => {
    const ordered = plan.order === undefined ? request : { ...request, order: plan.order };
    return new Search(context, plan, ordered).run();
  });
}

class Search {
  private readonly context: QueryContext;
  private readonly plan: SearchPlan;
  private readonly request: SearchRequest;

  constructor(context: QueryContext, plan: SearchPlan, request: SearchRequest) {
    this.context = context;
    this.plan = plan;
    this.request = request;
  }

  async run(): Promise<SearchResult> {
    const { context, plan, request } = this;
    context.recorder?.plan(describePlan(plan));
    const matchers = await createMatchers(context, plan);
    const everything = request.totals || request.order !== 'newest';
    const decidable = [...matchers.values()].every((matcher) => matcher.exact || matcher.decidable);
    let found: FoundTrace[];
    let total: SearchResult['total'];
    if (everything && decidable && plan.masks !== undefined) {
      context.begin('matching spans by trace');
      const scan = await scanAll(context, plan.masks, matchers, request);
      found = await this.confirm(matchers, scan.best);
      total = { traces: scan.traces, spans: scan.spans };
    } else {
      const search = await this.newestFirst(matchers, everything);
      found = search.found;
      total = { traces: search.traces, spans: search.spans };
    }
    const compare = compareTraces(request.order);
    found.sort((a, b) => compare(a.summary, b.summary));
    const shown = found.slice(0, request.limit);
    const traces = await this.toSummaries(matchers, shown);
    return {
      traces,
      ...(request.totals && { total }),
      cost: context.cost(),
      ...(shown.some(({ isCut }) => isCut) && {
        partial: `only the first ${MAX_SPANSETS} spansets of a trace are shown`,
      }),
      ...context.explained(),
    };
  }

  private async confirm(
    matchers: ReadonlyMap<BlockRef, BlockMatcher>,
    candidates: readonly TraceIdHalves[]
  ): Promise<FoundTrace[]> {
    const { context, plan, request } = this;
    const found: FoundTrace[] = [];
    for await (const batch of confirm(context, plan, matchers, request, candidates)) {
      for (const trace of batch) {
        found.push(trace);
      }
    }
    return found;
  }

  /** Walks the candidates of all blocks, newest first; to the end if `everything`. Keeps the best. */
  private async newestFirst(
    matchers: ReadonlyMap<BlockRef, BlockMatcher>,
    everything: boolean
  ): Promise<{ found: FoundTrace[]; traces: number; spans: number }> {
    const { context, plan, request } = this;
    const { limit } = request;
    const pageRows = everything ? 65_536 : Math.max(MIN_PAGE_ROWS, limit * 4);
    const cursors = candidateCursors(context, plan, matchers, request, { pageRows, everything });
    const compare = compareTraces(request.order);
    const seen = new TraceMap<TraceIdHalves>();
    let found: FoundTrace[] = [];
    let traces = 0;
    let spans = 0;
    for (;;) {
      const cursor = cursors.reduce<CandidateCursor | undefined>(
        (best, other) => (other.bound !== undefined && (best?.bound ?? -1n) < other.bound ? other : best),
        undefined
      );
      const bound = cursor?.bound;
      if (cursor === undefined || bound === undefined) {
        return { found, traces, spans };
      }
      const last = found[limit - 1];
      if (!everything && last !== undefined && last.summary.start > bound) {
        return { found, traces, spans };
      }
      context.begin('candidates, newest first');
      const fresh = (await cursor.next()).filter(({ hi, lo }) => {
        const isNew = seen.get(hi, lo) === undefined;
        if (isNew) {
          seen.add({ hi, lo });
        }
        return isNew;
      });
      const confirmed = await this.confirm(matchers, fresh);
      traces += confirmed.length;
      spans += confirmed.reduce((sum, { matched }) => sum + matched, 0);
      found = [...found, ...confirmed].sort((a, b) => compare(a.summary, b.summary)).slice(0, limit);
    }
  }

  private async toSummaries(
    matchers: ReadonlyMap<BlockRef, BlockMatcher>,
    found: readonly FoundTrace[]
  ): Promise<TraceSummary[]> {
    const { context, plan } = this;
    context.begin('services of the traces found');
    await loadServices(
      context.reader,
      found.map(({ summary }) => summary),
      context.sqlOptions()
    );
    context.begin('spans to show');
    const shown = await loadShownSpans(context, plan, matchers, found);
    return found.map(({ summary, spansets }) => ({
      traceId: traceIdText(summary.hi, summary.lo),
      ...(summary.rootService !== undefined && { rootServiceName: summary.rootService }),
      ...(summary.rootName !== undefined && { rootTraceName: summary.rootName }),
      startUnixNano: summary.start,
      durationNanos: traceDuration(summary),
      spanCount: summary.spans,
      errorCount: summary.errors,
      services: [...summary.services]
        .map(([name, counts]) => ({ name, spanCount: counts.spans, errorCount: counts.errors }))
        .sort((a, b) => b.spanCount - a.spanCount || (a.name < b.name ? -1 : 1)),
      spanSets: spansets.map(({ matched, spans, attributes }) => ({
        spans: spans.flatMap(({ block, rowId }) => shown.get(block)?.get(rowId) ?? []),
        matched,
        attributes: attributes.map(({ name, value }) => ({
          key: name,
          value: toTypedValue(value) ?? { type: 'string', value: 'nil' },
        })),
      })),
    }));
  }
}
