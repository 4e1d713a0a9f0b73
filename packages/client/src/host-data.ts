// SPDX-License-Identifier: Apache-2.0
//
// The views' data port over HTTP. A Tracewell store has an API of its own, `/tracewell/api/v1`, for what Tempo's
// has no room for; traces and tags come through Tempo's endpoints always. A Tempo has the latter only: what it lacks is
// missing in its capabilities, with the reason, and asking for it all the same is refused here.
import type {
  ExplainJson,
  RedJson,
  SearchJson,
  TempoTagsV2Json,
  ServiceGraphJson,
  TempoTagValuesV2Json,
} from '@tracewell/protocols';
import { decodeTrace, decodeTraceByIdResponse } from '@tracewell/protocols';
import { HostError } from '@tracewell/views';
import type { FoundTrace, HostData, TraceData } from '@tracewell/views';
import { getBytes, getJson } from './http.ts';
import type { Transport } from './http.ts';
import { askMetrics } from './metrics.ts';
import { askProduct, missingInTempo, tracewellApi } from './product.ts';
import type { Product } from './product.ts';
import { searchTempo } from './tempo-search.ts';
import { nanos, nanosQuery, secondsQuery } from './time-range.ts';

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

function readTrace<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new HostError('malformed', 'Expected a trace in protobuf, found something else at this address.', { cause });
  }
}

/** Who answers, asked once for all who need to know at the same time; a failure is asked again. */
function rememberProduct(transport: Transport) {
  let known: Promise<Product> | undefined;
  let underWay = false;
  const ask = () => {
    // Nobody's signal: others may wait for the same answer.
    const asked = askProduct(transport, new AbortController().signal);
    known = asked;
    underWay = true;
    asked.then(
      () => {
        underWay = false;
      },
      () => {
        underWay = false;
        known = undefined;
      }
    );
    return asked;
  };
  const of = async (asked: Promise<Product>, signal: AbortSignal) => {
    const answer = await asked;
    signal.throwIfAborted();
    return answer;
  };
  return {
    /** As it was when somebody last asked. */
    product: (signal: AbortSignal): Promise<Product> => of(known ?? ask(), signal),
    /** As it is now: how much the store holds changes. */
    productNow: (signal: AbortSignal): Promise<Product> => of(underWay && known !== undefined ? known : ask(), signal),
  };
}

/** Data from the store that `transport` reaches, be it a Tracewell or a Tempo. */
export function createHostData(transport: Transport): HostData {
  const memory = rememberProduct(transport);
  const requireTracewell = async (signal: AbortSignal) => {
    const { product } = await memory.product(signal);
    if (product === 'Tempo') {
      throw new HostError('unsupported', missingInTempo);
    }
  };

  return {
    capabilities: (signal) => memory.productNow(signal),

    async search(request, signal) {
      const { product } = await memory.product(signal);
      if (product === 'Tempo') {
        return searchTempo(transport, request, signal);
      }
      const answer = await getJson<SearchJson>(
        transport,
        `${tracewellApi}/search`,
        {
          q: request.query,
          ...nanosQuery(request.range),
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

    async trace(traceId, signal): Promise<TraceData | undefined> {
      const id = encodeURIComponent(traceId.replaceAll('-', '').trim().toLowerCase());
      const bytes = await getBytes(transport, `api/v2/traces/${id}`, {}, signal);
      if (bytes !== undefined) {
        return readTrace(() => decodeTraceByIdResponse(bytes));
      }
      // A Tempo before 2.7 has the first version of the endpoint only.
      const { product } = await memory.product(signal);
      if (product === 'Tracewell') {
        return undefined;
      }
      const first = await getBytes(transport, `api/traces/${id}`, {}, signal);
      const trace = first === undefined ? undefined : readTrace(() => decodeTrace(first));
      return trace === undefined || trace.length === 0 ? undefined : { trace };
    },

    async red(request, signal) {
      await requireTracewell(signal);
      const step = Math.max(1, Math.ceil((request.range.to - request.range.from) / request.buckets));
      const answer = await getJson<RedJson>(
        transport,
        `${tracewellApi}/red`,
        {
          q: request.query,
          ...nanosQuery(request.range),
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
      await requireTracewell(signal);
      return getJson<ServiceGraphJson>(
        transport,
        `${tracewellApi}/service-graph`,
        { q: request.query, ...nanosQuery(request.range) },
        signal
      );
    },

    async explain(request, signal) {
      await requireTracewell(signal);
      const { plan, steps, found, milliseconds, cost } = await getJson<ExplainJson>(
        transport,
        `${tracewellApi}/explain`,
        {
          q: request.query,
          ...nanosQuery(request.range),
          limit: request.limit,
          order: request.order,
          ...(request.stepMs === undefined ? {} : { step: nanos(request.stepMs) }),
        },
        signal
      );
      return { plan, steps, found, milliseconds, inspectedSpans: cost.inspectedSpans };
    },

    metrics: (request, signal) => askMetrics(transport, request, signal),

    async tagNames(range, signal) {
      const answer = await getJson<Partial<TempoTagsV2Json>>(
        transport,
        'api/v2/search/tags',
        { limit: 5000, ...secondsQuery(range) },
        signal
      );
      return (answer.scopes ?? []).map((scope) => ({ scope: scope.name, tags: scope.tags }));
    },

    async tagValues(request, signal) {
      const answer = await getJson<Partial<TempoTagValuesV2Json>>(
        transport,
        `api/v2/search/tag/${encodeURIComponent(request.tag)}/values`,
        { q: request.query, limit: 200, ...secondsQuery(request.range) },
        signal
      );
      return answer.tagValues ?? [];
    },
  };
}
