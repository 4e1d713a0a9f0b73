// SPDX-License-Identifier: Apache-2.0
//
// Search: which traces match, in the order asked for. Newest first stops early (candidates.ts); other orders and
// totals look at all matching spans, which SQL counts where it decides the filters (full-scan.ts).

import type { QueryOptions, SearchRequest, SearchResult, TraceSummary } from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import { drivingFilters, planSearch, toQueryError, type SearchPlan } from '../plan/search-plan.ts';
import { BlockMatcher } from './block-matcher.ts';
import { createCursor } from './candidates.ts';
import { compareTraces, confirmTraces, traceDuration, type FoundTrace } from './found-trace.ts';
import { scanAll } from './full-scan.ts';
import { traceIdText, type TraceIdHalves } from './ids.ts';
import { QueryContext } from './query-context.ts';
import { loadShownSpans } from './shown-spans.ts';
import { loadServices, TraceMap } from './summaries.ts';

const MIN_PAGE_ROWS = 128;
/** Candidates confirmed at a time: a statement per block for each. */
const CONFIRM_TRACES = 2_000;

/** See `Store.search`. */
export async function executeSearch(
  reader: BlockReader,
  request: SearchRequest,
  options: QueryOptions = {}
): Promise<SearchResult> {
  const plan = planSearch(request.query);
  const lease = reader.acquire();
  try {
    const context = new QueryContext(reader, lease.blocks, options);
    return await new Search(context, plan, request).run();
  } catch (error) {
    throw toQueryError(error);
  } finally {
    lease.release();
  }
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
    const matchers = new Map<BlockRef, BlockMatcher>();
    const driving = drivingFilters(plan);
    for (const block of context.blocks) {
      matchers.set(block, await BlockMatcher.create(context, block, plan, driving));
    }
    const everything = request.totals || request.order !== 'newest';
    const exact = [...matchers.values()].every((matcher) => matcher.exact);
    let found: FoundTrace[];
    let total: SearchResult['total'];
    if (everything && exact) {
      const scan = await scanAll(context, plan, matchers, request);
      found = await this.confirm(matchers, scan.best);
      total = { traces: scan.traces, spans: scan.spans };
    } else {
      const search = await this.newestFirst(matchers, everything);
      found = search.found;
      total = { traces: search.traces, spans: search.spans };
    }
    const compare = compareTraces(request.order);
    found.sort((a, b) => compare(a.summary, b.summary));
    const traces = await this.toSummaries(found.slice(0, request.limit));
    return { traces, ...(request.totals && { total }), cost: context.cost() };
  }

  private async confirm(
    matchers: ReadonlyMap<BlockRef, BlockMatcher>,
    candidates: readonly TraceIdHalves[]
  ): Promise<FoundTrace[]> {
    const found: FoundTrace[] = [];
    for (let from = 0; from < candidates.length; from += CONFIRM_TRACES) {
      const batch = candidates.slice(from, from + CONFIRM_TRACES);
      for (const trace of await confirmTraces(this.context, this.plan, matchers, this.request, batch)) {
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
    const { context, request } = this;
    const { limit } = request;
    const pageRows = everything ? 65_536 : Math.max(MIN_PAGE_ROWS, limit * 4);
    const cursors = context
      .blocksInRange(request)
      .flatMap((block) => matchers.get(block) ?? [])
      .map((matcher) => createCursor(context, matcher, request, { pageRows, everything }));
    const compare = compareTraces(request.order);
    const seen = new TraceMap<TraceIdHalves>();
    let found: FoundTrace[] = [];
    let traces = 0;
    let spans = 0;
    for (;;) {
      const cursor = cursors.reduce<(typeof cursors)[number] | undefined>(
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

  private async toSummaries(found: readonly FoundTrace[]): Promise<TraceSummary[]> {
    const { context, plan } = this;
    await loadServices(
      context.reader,
      found.map(({ summary }) => summary),
      context.sqlOptions()
    );
    const shown = await loadShownSpans(context, plan, found);
    return found.map(({ summary, matched, spans }) => ({
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
      spanSets: [
        {
          spans: spans.flatMap(({ block, rowId }) => shown.get(block)?.get(rowId) ?? []),
          matched,
          attributes: [],
        },
      ],
    }));
  }
}
