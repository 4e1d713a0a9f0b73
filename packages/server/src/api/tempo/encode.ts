// SPDX-License-Identifier: Apache-2.0
//
// Answers of the store in Tempo's JSON, exactly the fields that Grafana 12.4 parses strictly: 64-bit
// numbers are strings, zero values are left out, nothing of our own is added.
import type {
  FoundSpan,
  FoundSpanSet,
  QueryCost,
  SearchResult,
  TagNamesResult,
  TagScope,
  TagValuesResult,
  TraceSummary,
  TypedValue,
} from '@tracewell/store';

/** What Tempo says where the root span of a trace is not known. */
export const ROOT_NOT_RECEIVED = '<root span not yet received>';

/** GET /api/search */
export function toTempoSearch({ traces, cost }: SearchResult): object {
  return { traces: traces.map(toTempoTrace), metrics: toTempoMetrics(cost) };
}

/** Cost in Tempo's `SearchMetrics`. One job: there is no fan-out to count. */
export function toTempoMetrics(cost: QueryCost): object {
  return {
    ...(cost.inspectedTraces === 0 ? {} : { inspectedTraces: cost.inspectedTraces }),
    ...(cost.inspectedBytes === 0 ? {} : { inspectedBytes: String(cost.inspectedBytes) }),
    ...(cost.blocks === 0 ? {} : { totalBlocks: cost.blocks }),
    completedJobs: 1,
    totalJobs: 1,
    ...(cost.inspectedSpans === 0 ? {} : { inspectedSpans: String(cost.inspectedSpans) }),
  };
}

function toTempoTrace(trace: TraceSummary): object {
  const spanSets = trace.spanSets.map(toTempoSpanSet);
  const durationMs = Number(trace.durationNanos / 1_000_000n);
  const [spanSet] = spanSets;
  return {
    traceID: trace.traceId.replace(/^0+(?=.)/, ''),
    rootServiceName: trace.rootServiceName ?? ROOT_NOT_RECEIVED,
    ...(trace.rootTraceName === undefined ? {} : { rootTraceName: trace.rootTraceName }),
    startTimeUnixNano: String(trace.startUnixNano),
    // uint32 in the protocol.
    ...(durationMs === 0 ? {} : { durationMs: Math.min(durationMs, 0xffff_ffff) }),
    ...(spanSet === undefined ? {} : { spanSet }),
    spanSets,
    serviceStats: Object.fromEntries(
      trace.services.map(({ name, spanCount, errorCount }) => [
        name,
        { spanCount, ...(errorCount === 0 ? {} : { errorCount }) },
      ])
    ),
  };
}

function toTempoSpanSet(set: FoundSpanSet): object {
  return {
    spans: set.spans.map(toTempoSpan),
    matched: set.matched,
    ...(set.attributes.length === 0 ? {} : { attributes: set.attributes.map(toKeyValue) }),
  };
}

function toTempoSpan(span: FoundSpan): object {
  return {
    spanID: span.spanId,
    ...(span.name === undefined ? {} : { name: span.name }),
    startTimeUnixNano: String(span.startUnixNano),
    ...(span.durationNanos === 0n ? {} : { durationNanos: String(span.durationNanos) }),
    ...(span.attributes.length === 0 ? {} : { attributes: span.attributes.map(toKeyValue) }),
  };
}

function toKeyValue({ key, value }: { readonly key: string; readonly value: TypedValue }): object {
  return { key, value: toAnyValue(value) };
}

/** OTLP's `AnyValue` as Tempo fills it: keywords and durations are text. */
function toAnyValue({ type, value }: TypedValue): object {
  switch (type) {
    case 'int':
      return { intValue: value };
    case 'float':
      return { doubleValue: Number.isFinite(Number(value)) ? Number(value) : value };
    case 'bool':
      return { boolValue: value === 'true' };
    case 'duration':
      return { stringValue: formatGoDuration(BigInt(value)) };
    case 'string':
    case 'keyword':
      return { stringValue: value };
  }
}

/** Nanoseconds as Go prints a duration: `1h2m3.5s`, `2ms`, `1.5µs`. */
export function formatGoDuration(nanos: bigint): string {
  if (nanos === 0n) {
    return '0s';
  }
  const sign = nanos < 0n ? '-' : '';
  const absolute = nanos < 0n ? -nanos : nanos;
  const decimal = (unit: bigint, name: string) => {
    const fraction = String(absolute % unit)
      .padStart(String(unit).length - 1, '0')
      .replace(/0+$/, '');
    return `${sign}${absolute / unit}${fraction === '' ? '' : `.${fraction}`}${name}`;
  };
  if (absolute < 1000n) {
    return `${sign}${absolute}ns`;
  }
  if (absolute < 1_000_000n) {
    return decimal(1000n, '\u00b5s');
  }
  if (absolute < 1_000_000_000n) {
    return decimal(1_000_000n, 'ms');
  }
  const totalSeconds = absolute / 1_000_000_000n;
  const hours = totalSeconds / 3600n;
  const minutes = (totalSeconds / 60n) % 60n;
  const fraction = String(absolute % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const seconds = `${totalSeconds % 60n}${fraction === '' ? '' : `.${fraction}`}s`;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${totalSeconds >= 60n ? `${minutes}m` : ''}${seconds}`;
}

/** GET /api/v2/search/tags; the intrinsic scope is last and complete. */
export function toTempoScopes(result: TagNamesResult): object {
  return { scopes: result.scopes.map(({ name, tags }) => ({ name, tags })), metrics: {} };
}

/** GET /api/search/tags: all names once, without intrinsics unless they were asked for. */
export function toTempoTagNames(result: TagNamesResult, scope: TagScope | undefined): object {
  const names = new Set<string>();
  for (const { name, tags } of result.scopes) {
    if (name !== 'intrinsic' || scope === 'intrinsic') {
      for (const tag of tags) {
        names.add(tag);
      }
    }
  }
  return { tagNames: [...names], metrics: {} };
}

/** GET /api/v2/search/tag/{name}/values */
export function toTempoTagValues(result: TagValuesResult): object {
  return { tagValues: result.values.map(toTagValue), metrics: {} };
}

/** GET /api/search/tag/{name}/values */
export function toTempoTagValueTexts(result: TagValuesResult): object {
  return { tagValues: [...new Set(result.values.map((value) => toTagValue(value).value))], metrics: {} };
}

function toTagValue({ type, value }: TypedValue): { type: string; value: string } {
  return { type, value: type === 'duration' ? formatGoDuration(BigInt(value)) : value };
}
