// SPDX-License-Identifier: Apache-2.0
//
// GET explain: runs a query of either kind and answers how it was run instead of what it found.
import type { ExplainJson } from '@tracewell/protocols';
import type { MetricsRequest, QueryOptions, SearchRequest, Store } from '@tracewell/store';
import { tryParseQuery } from '@tracewell/traceql';
import type { Config } from '../../config/options.ts';
import { integerParameter, queryParameter, requiredRange } from '../parameters.ts';
import { badParameter } from '../query-error.ts';

const MAX_BUCKETS = 10_000n;
const MAX_SERIES = 1000;

/** A query of one of the two kinds. */
export type ExplainRequest =
  | { readonly kind: 'search'; readonly request: SearchRequest }
  | { readonly kind: 'metrics'; readonly request: MetricsRequest };

/** What the query string asks for; `parseSearch` reads what it has in common with a search. */
export function parseExplain(
  query: URLSearchParams,
  config: Config,
  parseSearch: (query: URLSearchParams, config: Config) => SearchRequest
): ExplainRequest {
  const text = queryParameter(query, config.maxQueryBytes);
  // A query with a mistake counts as a search; the store says what is wrong with it.
  if ((tryParseQuery(text)?.body.kind ?? 'pipeline') === 'pipeline') {
    return { kind: 'search', request: parseSearch(query, config) };
  }
  const range = requiredRange(query);
  const step = BigInt(integerParameter(query, 'step', { least: 1, most: 1e15 - 1, otherwise: 0 }));
  if (step > 0n && (range.end - range.start) / step > MAX_BUCKETS) {
    throw badParameter(
      `invalid step: ${step} ns makes more than ${MAX_BUCKETS} buckets; ` +
        `expected at least ${(range.end - range.start) / MAX_BUCKETS} ns`
    );
  }
  return {
    kind: 'metrics',
    request: { query: text, ...range, ...(step > 0n ? { step } : {}), exemplars: 0, maxSeries: MAX_SERIES },
  };
}

/** Runs it. */
export async function explain(asked: ExplainRequest, store: Store, bounds: QueryOptions): Promise<ExplainJson> {
  const startedAt = performance.now();
  const options = { ...bounds, explain: true };
  const { kind } = asked;
  const found =
    kind === 'search' ? await store.search(asked.request, options) : await store.metrics(asked.request, options);
  return {
    kind,
    plan: found.explanation?.plan ?? '',
    steps: found.explanation?.steps ?? [],
    found: 'traces' in found ? found.traces.length : found.series.length,
    milliseconds: performance.now() - startedAt,
    cost: found.cost,
    ...(found.partial === undefined ? {} : { partial: found.partial }),
  };
}
