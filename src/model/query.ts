// SPDX-License-Identifier: Apache-2.0
//
// What a panel, a link or Explore asks the data source for. The shape is Tempo's where the two mean the same: links of
// Prometheus send `{ query: <trace id>, queryType: 'traceql' }`, those of Loki and Elasticsearch `{ query: <trace id> }`, and
// Grafana's trace view takes a span link for one into the same trace only if the query is literally the first form.
import type { DataQuery } from '@grafana/schema';
import type { SearchOrder } from '@tracewell/views';

/**
 * - `traceql` (or nothing): `query` is a trace id, or else TraceQL to search with.
 * - `match`: one trace, the first match of the TraceQL filter in `query` in the given `order`.
 * - `serviceGraph`: who calls whom among the spans that match `query`.
 */
export type TracewellQueryType = 'traceql' | 'match' | 'serviceGraph';

export interface TracewellQuery extends DataQuery {
  queryType?: TracewellQueryType;
  query?: string;
  /** Traces of a search; 20 if not given. */
  limit?: number;
  /** Matched spans per trace of a search; 3 if not given. */
  spss?: number;
  order?: SearchOrder;
  /** What a search's rows are. */
  tableType?: 'traces' | 'spans';
}

/** The trace id in `text`: 1 to 32 hex digits in any case, with dashes or without; undefined if it is something else. */
export function traceIdOf(text: string | undefined): string | undefined {
  const id = (text ?? '').trim().replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{1,32}$/.test(id) ? id : undefined;
}
