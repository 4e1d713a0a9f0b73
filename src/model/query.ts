// SPDX-License-Identifier: Apache-2.0
//
// What a panel, a link or Explore asks the data source for. The shape is Tempo's where the two mean the same: links of
// Prometheus send `{ query: <trace id>, queryType: 'traceql' }`, those of Loki and Elasticsearch `{ query: <trace id> }`, and
// Grafana's trace view takes a span link for one into the same trace only if the query is literally the first form.
import type { DataQuery } from '@grafana/schema';
import type { SearchOrder } from '@tracewell/views';

/**
 * - `traceql` (or nothing): `query` is a trace id, or else TraceQL: a search, or a metrics query.
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
  /** Of a metrics query: over time (if not given), or one value for the whole range. */
  metricsQueryType?: 'range' | 'instant';
  /** Of a metrics query over time: `15s`, `1m`; chosen by the range if not given. */
  step?: string;
  /** Of a metrics query over time: most exemplars; 100 if not given, 0 for none. */
  exemplars?: number;
  /** What series are called: `{{resource.service.name}} errors`. */
  legendFormat?: string;
}

export const defaultLimit = 20;
export const defaultSpansPerTrace = 3;
export const defaultExemplars = 100;

/** The trace id in `text`: 1 to 32 hex digits in any case, with dashes or without; undefined if it is something else. */
export function traceIdOf(text: string | undefined): string | undefined {
  const id = (text ?? '').trim().replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{1,32}$/.test(id) ? id : undefined;
}

/**
 * Why `text`, which somebody meant as a trace id, cannot be a whole one; undefined if it can, or is something else
 * (TraceQL, nothing).
 */
export function problemOfTraceId(text: string): string | undefined {
  const id = text.trim().replaceAll('-', '');
  if (!/^[0-9a-z]+$/i.test(id)) {
    return undefined;
  }
  const looks = 'A trace id has 32 hex digits (16 in older systems)';
  const stranger = /[^0-9a-f]/i.exec(id);
  if (stranger !== null) {
    return `${looks}; "${id}" has "${stranger[0]}" at position ${String(stranger.index + 1)}. To search, write TraceQL: { name = "${id}" }`;
  }
  if (id.length > 32) {
    return `${looks}; this has ${String(id.length)}.`;
  }
  return id.length === 32 || id.length === 16 ? undefined : `${looks}; this has ${String(id.length)}. Is it all of it?`;
}
