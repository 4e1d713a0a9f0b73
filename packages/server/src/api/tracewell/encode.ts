// SPDX-License-Identifier: Apache-2.0
//
// Answers of the store as the JSON of /tracewell/api/v1: bigint times become decimal strings, typed arrays
// become arrays, NaN (an empty bucket) becomes null.
import type { RedJson, RedSeriesJson, SearchJson, ServiceGraphJson, TraceSummaryJson } from '@tracewell/protocols';
import type {
  RedRequest,
  RedResult,
  RedSeries,
  SearchResult,
  ServiceGraphRequest,
  ServiceGraphResult,
  TraceSummary,
} from '@tracewell/store';

/** The `partial` field, present only with a reason. */
const partialOf = ({ partial }: { readonly partial?: string }) => (partial === undefined ? {} : { partial });

/** GET search */
export function toSearchJson(result: SearchResult): SearchJson {
  return {
    traces: result.traces.map(toSummaryJson),
    ...(result.total === undefined ? {} : { total: result.total }),
    cost: result.cost,
    ...partialOf(result),
  };
}

function toSummaryJson(trace: TraceSummary): TraceSummaryJson {
  return {
    traceId: trace.traceId,
    ...(trace.rootServiceName === undefined ? {} : { rootServiceName: trace.rootServiceName }),
    ...(trace.rootTraceName === undefined ? {} : { rootTraceName: trace.rootTraceName }),
    startUnixNano: String(trace.startUnixNano),
    durationNanos: String(trace.durationNanos),
    spanCount: trace.spanCount,
    errorCount: trace.errorCount,
    services: trace.services,
    spanSets: trace.spanSets.map((set) => ({
      matched: set.matched,
      spans: set.spans.map((span) => ({
        spanId: span.spanId,
        ...(span.name === undefined ? {} : { name: span.name }),
        startUnixNano: String(span.startUnixNano),
        durationNanos: String(span.durationNanos),
        attributes: span.attributes,
      })),
    })),
  };
}

/** GET red */
export function toRedJson(request: Pick<RedRequest, 'start' | 'end' | 'step'>, result: RedResult): RedJson {
  return {
    start: String(request.start),
    end: String(request.end),
    step: String(request.step),
    total: toSeriesJson(result.total),
    groups: result.groups.map(toSeriesJson),
    heatmap: result.heatmap.map(({ cells, counts, errors }) =>
      Array.from(cells, (cell, index) => [cell, counts[index] ?? 0, errors[index] ?? 0] as const)
    ),
    exemplars: result.exemplars.map((exemplar) => ({
      ...exemplar,
      startUnixNano: String(exemplar.startUnixNano),
      durationNanos: String(exemplar.durationNanos),
    })),
    cost: result.cost,
    ...partialOf(result),
  };
}

function toSeriesJson(series: RedSeries): RedSeriesJson {
  return {
    ...(series.group === undefined ? {} : { group: series.group }),
    counts: Array.from(series.counts),
    errors: Array.from(series.errors),
    p50: Array.from(series.p50, numberOrNull),
    p90: Array.from(series.p90, numberOrNull),
    p99: Array.from(series.p99, numberOrNull),
  };
}

const numberOrNull = (value: number) => (Number.isNaN(value) ? null : value);

/** GET service-graph */
export function toServiceGraphJson(
  request: Pick<ServiceGraphRequest, 'start' | 'end'>,
  result: ServiceGraphResult
): ServiceGraphJson {
  return {
    start: String(request.start),
    end: String(request.end),
    nodes: result.nodes.map((node) => ({
      ...node,
      requestsOverTime: Array.from(node.requestsOverTime),
      errorsOverTime: Array.from(node.errorsOverTime),
    })),
    edges: result.edges,
    cost: result.cost,
    ...partialOf(result),
  };
}
