// SPDX-License-Identifier: Apache-2.0
//
// A search through Tempo's own endpoint, for a data source that is a Tempo. What its answer has no room for is left
// out, or said.
import type { TempoKeyValueJson, TempoSearchJson, TempoSpanSetJson, TempoTraceJson } from '@tracewell/protocols';
import type { FoundSpan, FoundTrace, HostData, SearchAnswer, SearchOrder, TypedValue } from '@tracewell/views';
import { getJson } from './http.ts';
import type { Transport } from './http.ts';
import { secondsQuery } from './time-range.ts';

/** Tempo refuses to show more spans of a trace than this, unless it was told otherwise. */
const mostSpansPerTrace = 100;

type SearchRequest = Parameters<HostData['search']>[0];

/** Searches a Tempo. Rejects as `getJson` does. */
export async function searchTempo(
  transport: Transport,
  request: SearchRequest,
  signal: AbortSignal
): Promise<SearchAnswer> {
  const answer = await getJson<Partial<TempoSearchJson>>(
    transport,
    'api/search',
    {
      q: newestFirst(request.query),
      ...secondsQuery(request.range),
      limit: request.limit,
      spss: Math.min(mostSpansPerTrace, Math.max(1, request.spansPerTrace)),
    },
    signal
  );
  const found = (answer.traces ?? []).map(toFoundTrace);
  return {
    traces: found.sort(comparators[request.order]),
    inspectedSpans: Number(answer.metrics?.inspectedSpans ?? 0),
    ...(request.order !== 'newest' && found.length >= request.limit
      ? { partial: `Tempo cannot search by this order: these are the newest ${String(found.length)} matches, sorted.` }
      : {}),
  };
}

/** Tempo answers any matches that it finds first unless it is asked for the newest (since 2.8; ignored before). */
function newestFirst(query: string): string {
  const text = query.trim() === '' ? '{}' : query;
  return /\bwith\s*\([^)]*\)\s*$/.test(text) ? text : `${text} with (most_recent=true)`;
}

const comparators: Readonly<Record<SearchOrder, (a: FoundTrace, b: FoundTrace) => number>> = {
  newest: (a, b) => compare(b.startUnixNano, a.startUnixNano),
  slowest: (a, b) => compare(b.durationNanos, a.durationNanos),
  'most-spans': (a, b) => b.spanCount - a.spanCount,
  'most-errors': (a, b) => b.errorCount - a.errorCount,
};

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toFoundTrace(trace: TempoTraceJson): FoundTrace {
  const sets: readonly TempoSpanSetJson[] = trace.spanSets ?? (trace.spanSet === undefined ? [] : [trace.spanSet]);
  const services = Object.entries(trace.serviceStats ?? {}).map(([name, stats]) => ({
    name,
    spanCount: stats.spanCount ?? 0,
    errorCount: stats.errorCount ?? 0,
  }));
  const count = (of: (service: (typeof services)[number]) => number) => services.reduce((sum, one) => sum + of(one), 0);
  return {
    traceId: trace.traceID.toLowerCase().padStart(32, '0'),
    ...(trace.rootServiceName === undefined ? {} : { rootServiceName: trace.rootServiceName }),
    ...(trace.rootTraceName === undefined ? {} : { rootTraceName: trace.rootTraceName }),
    startUnixNano: BigInt(trace.startTimeUnixNano ?? '0'),
    durationNanos: BigInt(Math.round(trace.durationMs ?? 0)) * 1_000_000n,
    spanCount: count((service) => service.spanCount),
    errorCount: count((service) => service.errorCount),
    services: services.sort((a, b) => b.spanCount - a.spanCount),
    matched: sets.reduce((sum, set) => sum + (set.matched ?? 0), 0),
    spans: sets.flatMap(toFoundSpans),
  };
}

function toFoundSpans(set: TempoSpanSetJson): FoundSpan[] {
  return (set.spans ?? []).map((span) => {
    const attributes = (span.attributes ?? []).map((attribute) => ({ key: attribute.key, value: toValue(attribute) }));
    const name = span.name ?? attributes.find(({ key }) => key === 'name')?.value.value;
    return {
      spanId: span.spanID.toLowerCase().padStart(16, '0'),
      ...(name === undefined ? {} : { name }),
      startUnixNano: BigInt(span.startTimeUnixNano ?? '0'),
      durationNanos: BigInt(span.durationNanos ?? '0'),
      attributes: attributes.filter(({ key }) => key !== 'name'),
    };
  });
}

function toValue({ key, value }: TempoKeyValueJson): TypedValue {
  if ('stringValue' in value) {
    return { type: key === 'status' || key === 'kind' ? 'keyword' : 'string', value: value.stringValue };
  }
  if ('intValue' in value) {
    return { type: 'int', value: String(value.intValue) };
  }
  if ('doubleValue' in value) {
    return { type: 'float', value: String(value.doubleValue) };
  }
  return { type: 'bool', value: String('boolValue' in value && value.boolValue) };
}
