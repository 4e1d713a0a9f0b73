// SPDX-License-Identifier: Apache-2.0
//
// The views' data port over the store's HTTP API: `/tracewell/api/v1` for what Tempo's API has no room for, Tempo's
// own endpoints for traces and tags.
import type {
  CapabilitiesJson,
  RedJson,
  SearchJson,
  TempoTagsV2Json,
  ServiceGraphJson,
  TempoTagValuesV2Json,
} from '@tracewell/protocols';
import { decodeTraceByIdResponse } from '@tracewell/protocols';
import type { Capability, FoundTrace, HostData, TimeRange } from '@tracewell/views';
import { getBytes, getJson } from './http.ts';
import type { Transport } from './http.ts';

const tracewell = 'tracewell/api/v1';

/** Milliseconds as nanoseconds in decimal. */
function nanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

function rangeQuery(range: TimeRange): { start: string; end: string } {
  return { start: nanos(range.from), end: nanos(range.to) };
}

/** Tempo's endpoints take whole seconds; rounded outwards so that nothing of the range is lost. */
function secondsQuery(range: TimeRange): { start: number; end: number } {
  return { start: Math.floor(range.from / 1000), end: Math.ceil(range.to / 1000) };
}

function toFoundTrace(trace: SearchJson['traces'][number]): FoundTrace {
  return {
    traceId: trace.traceId,
    ...(trace.rootServiceName === undefined ? {} : { rootServiceName: trace.rootServiceName }),
    ...(trace.rootTraceName === undefined ? {} : { rootTraceName: trace.rootTraceName }),
    startUnixNano: BigInt(trace.startUnixNano),
    durationNanos: BigInt(trace.durationNanos),
    spanCount: trace.spanCount,
    errorCount: trace.errorCount,
    services: trace.services,
    matched: trace.spanSets.reduce((sum, set) => sum + set.matched, 0),
    spans: trace.spanSets.flatMap((set) =>
      set.spans.map((span) => ({
        ...span,
        startUnixNano: BigInt(span.startUnixNano),
        durationNanos: BigInt(span.durationNanos),
      }))
    ),
  };
}

/** Data from the store that `transport` reaches. */
export function createHostData(transport: Transport): HostData {
  return {
    async capabilities(signal) {
      const answer = await getJson<CapabilitiesJson>(transport, `${tracewell}/capabilities`, {}, signal);
      return {
        features: new Set<Capability>(answer.features),
        otlpEndpoint: answer.otlp.http,
        retentionMs: answer.retention.maxAgeMs,
        spans: answer.spans,
      };
    },

    async search(request, signal) {
      const answer = await getJson<SearchJson>(
        transport,
        `${tracewell}/search`,
        {
          q: request.query,
          ...rangeQuery(request.range),
          limit: request.limit,
          spss: request.spansPerTrace,
          order: request.order,
          totals: true,
        },
        signal
      );
      return {
        traces: answer.traces.map(toFoundTrace),
        inspectedSpans: answer.cost.inspectedSpans,
        ...(answer.total === undefined ? {} : { total: answer.total }),
        ...(answer.partial === undefined ? {} : { partial: answer.partial }),
      };
    },

    async trace(traceId, signal) {
      const id = traceId.replaceAll('-', '').trim().toLowerCase();
      const bytes = await getBytes(transport, `api/v2/traces/${encodeURIComponent(id)}`, {}, signal);
      return bytes === undefined ? undefined : decodeTraceByIdResponse(bytes);
    },

    async red(request, signal) {
      const step = Math.max(1, Math.ceil((request.range.to - request.range.from) / request.buckets));
      const answer = await getJson<RedJson>(
        transport,
        `${tracewell}/red`,
        {
          q: request.query,
          ...rangeQuery(request.range),
          step: nanos(step),
          roots: request.rootsOnly,
          exemplars: request.exemplars,
        },
        signal
      );
      return {
        start: request.range.from,
        stepMs: step,
        total: answer.total,
        heatmap: answer.heatmap,
        exemplars: answer.exemplars.map((exemplar) => ({
          ...exemplar,
          startUnixNano: BigInt(exemplar.startUnixNano),
          durationNanos: BigInt(exemplar.durationNanos),
        })),
        ...(answer.partial === undefined ? {} : { partial: answer.partial }),
      };
    },

    async serviceGraph(request, signal) {
      return getJson<ServiceGraphJson>(
        transport,
        `${tracewell}/service-graph`,
        { q: request.query, ...rangeQuery(request.range) },
        signal
      );
    },

    async tagNames(range, signal) {
      const answer = await getJson<TempoTagsV2Json>(
        transport,
        'api/v2/search/tags',
        { limit: 5000, ...secondsQuery(range) },
        signal
      );
      return answer.scopes.map((scope) => ({ scope: scope.name, tags: scope.tags }));
    },

    async tagValues(request, signal) {
      const answer = await getJson<TempoTagValuesV2Json>(
        transport,
        `api/v2/search/tag/${encodeURIComponent(request.tag)}/values`,
        { q: request.query, limit: 200, ...secondsQuery(request.range) },
        signal
      );
      return answer.tagValues;
    },
  };
}
