// SPDX-License-Identifier: Apache-2.0
//
// Search and tag results to Tempo's JSON. The inputs are structural, so the store's answers fit without this
// package knowing the store.

import type {
  TempoSearchJson,
  TempoSearchMetricsJson,
  TempoServiceStatsJson,
  TempoSpanJson,
  TempoSpanSetJson,
  TempoTagsV1Json,
  TempoTagsV2Json,
  TempoTagValuesV1Json,
  TempoTagValuesV2Json,
  TempoTraceJson,
} from './shapes.ts';
import { trimTraceId } from './trace-id.ts';
import { toKeyValuesJson, toPlainText, type KeyedValue, type TypedText } from './typed-value.ts';

export interface FoundSpanInput {
  readonly spanId: string;
  readonly name?: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly attributes: readonly KeyedValue[];
}

export interface FoundSpanSetInput {
  readonly spans: readonly FoundSpanInput[];
  readonly matched: number;
  readonly attributes: readonly KeyedValue[];
}

export interface FoundTraceInput {
  readonly traceId: string;
  readonly rootServiceName?: string;
  readonly rootTraceName?: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly services: readonly { readonly name: string; readonly spanCount: number; readonly errorCount: number }[];
  readonly spanSets: readonly FoundSpanSetInput[];
}

export interface SearchCostInput {
  readonly inspectedSpans: number;
  readonly inspectedTraces: number;
  readonly inspectedBytes: number;
  readonly blocks: number;
}

/** What Tempo answers while the root span of a trace is not there. */
export const ROOT_NOT_RECEIVED = '<root span not yet received>';

const MAX_UINT32 = 0xffff_ffff;

function span(found: FoundSpanInput): TempoSpanJson {
  return {
    spanID: found.spanId.padStart(16, '0'),
    ...(found.name !== undefined && found.name !== '' ? { name: found.name } : {}),
    ...(found.startUnixNano !== 0n ? { startTimeUnixNano: String(found.startUnixNano) } : {}),
    ...(found.durationNanos > 0n ? { durationNanos: String(found.durationNanos) } : {}),
    ...(found.attributes.length > 0 ? { attributes: toKeyValuesJson(found.attributes) } : {}),
  };
}

function spanSet(found: FoundSpanSetInput): TempoSpanSetJson {
  return {
    ...(found.spans.length > 0 ? { spans: found.spans.map(span) } : {}),
    ...(found.matched > 0 ? { matched: found.matched } : {}),
    ...(found.attributes.length > 0 ? { attributes: toKeyValuesJson(found.attributes) } : {}),
  };
}

/** Built with `fromEntries`, so that a service called `__proto__` is a key like any other. */
function serviceStats(services: FoundTraceInput['services']): Record<string, TempoServiceStatsJson> {
  return Object.fromEntries(
    services.map((service) => [
      service.name,
      {
        ...(service.spanCount > 0 ? { spanCount: service.spanCount } : {}),
        ...(service.errorCount > 0 ? { errorCount: service.errorCount } : {}),
      },
    ])
  );
}

/** Whole milliseconds, cut to 32 bits. */
export function toDurationMs(nanos: bigint): number {
  return nanos <= 0n ? 0 : Math.min(Number(nanos / 1_000_000n), MAX_UINT32);
}

function trace(found: FoundTraceInput): TempoTraceJson {
  const rootServiceName = found.rootServiceName ?? ROOT_NOT_RECEIVED;
  const durationMs = toDurationMs(found.durationNanos);
  const spanSets = found.spanSets.map(spanSet);
  const [first] = spanSets;
  return {
    traceID: trimTraceId(found.traceId),
    ...(rootServiceName !== '' ? { rootServiceName } : {}),
    ...(found.rootTraceName !== undefined && found.rootTraceName !== '' ? { rootTraceName: found.rootTraceName } : {}),
    ...(found.startUnixNano !== 0n ? { startTimeUnixNano: String(found.startUnixNano) } : {}),
    ...(durationMs > 0 ? { durationMs } : {}),
    ...(first !== undefined ? { spanSet: first, spanSets } : {}),
    ...(found.services.length > 0 ? { serviceStats: serviceStats(found.services) } : {}),
  };
}

/** What the answer cost, as far as Grafana's strict parser knows the fields. */
export function toSearchMetricsJson(cost: SearchCostInput): TempoSearchMetricsJson {
  return {
    ...(cost.inspectedTraces > 0 ? { inspectedTraces: cost.inspectedTraces } : {}),
    ...(cost.inspectedBytes > 0 ? { inspectedBytes: String(cost.inspectedBytes) } : {}),
    ...(cost.blocks > 0 ? { totalBlocks: cost.blocks } : {}),
    completedJobs: 1,
    totalJobs: 1,
    ...(cost.inspectedSpans > 0 ? { inspectedSpans: String(cost.inspectedSpans) } : {}),
  };
}

/** GET /api/search. Traces keep the order they are given in. */
export function encodeSearch(traces: readonly FoundTraceInput[], cost: SearchCostInput): TempoSearchJson {
  return { traces: traces.map(trace), metrics: toSearchMetricsJson(cost) };
}

type Scopes = readonly { readonly name: string; readonly tags: readonly string[] }[];

/** GET /api/search/tags: the names of all scopes, each once. */
export function encodeTagsV1(scopes: Scopes): TempoTagsV1Json {
  return { tagNames: [...new Set(scopes.flatMap((scope) => scope.tags))], metrics: {} };
}

/** GET /api/v2/search/tags */
export function encodeTagsV2(scopes: Scopes): TempoTagsV2Json {
  return {
    scopes: scopes.filter((scope) => scope.tags.length > 0).map(({ name, tags }) => ({ name, tags })),
    metrics: {},
  };
}

/** GET /api/search/tag/{name}/values: the texts of the values, each once. */
export function encodeTagValuesV1(values: readonly TypedText[]): TempoTagValuesV1Json {
  return { tagValues: [...new Set(values.map(toPlainText))], metrics: {} };
}

/** GET /api/v2/search/tag/{identifier}/values */
export function encodeTagValuesV2(values: readonly TypedText[]): TempoTagValuesV2Json {
  return { tagValues: values.map((typed) => ({ type: typed.type, value: toPlainText(typed) })), metrics: {} };
}
