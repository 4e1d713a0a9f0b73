// SPDX-License-Identifier: Apache-2.0
//
// JSON of Tempo's query API, as Grafana 12.4's strict parser knows it: a field that is not here breaks it. Zero
// values are left out, 64-bit integers are text.

/** An OTLP AnyValue in JSON; search answers only these four. */
export type TempoValueJson =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: TempoNumberJson }
  | { readonly boolValue: boolean };

export interface TempoKeyValueJson {
  readonly key: string;
  readonly value: TempoValueJson;
}

export interface TempoSpanJson {
  /** 16 hex digits. */
  readonly spanID: string;
  readonly name?: string;
  readonly startTimeUnixNano?: string;
  readonly durationNanos?: string;
  readonly attributes?: readonly TempoKeyValueJson[];
}

export interface TempoSpanSetJson {
  readonly spans?: readonly TempoSpanJson[];
  readonly matched?: number;
  readonly attributes?: readonly TempoKeyValueJson[];
}

export interface TempoServiceStatsJson {
  readonly spanCount?: number;
  readonly errorCount?: number;
}

export interface TempoTraceJson {
  /** Hex without leading zeros. */
  readonly traceID: string;
  readonly rootServiceName?: string;
  readonly rootTraceName?: string;
  readonly startTimeUnixNano?: string;
  readonly durationMs?: number;
  /** The first of `spanSets`, for older clients. */
  readonly spanSet?: TempoSpanSetJson;
  readonly spanSets?: readonly TempoSpanSetJson[];
  readonly serviceStats?: Readonly<Record<string, TempoServiceStatsJson>>;
}

export interface TempoSearchMetricsJson {
  readonly inspectedTraces?: number;
  readonly inspectedBytes?: string;
  readonly totalBlocks?: number;
  readonly completedJobs?: number;
  readonly totalJobs?: number;
  readonly totalBlockBytes?: string;
  readonly inspectedSpans?: string;
}

/** GET /api/search */
export interface TempoSearchJson {
  readonly traces: readonly TempoTraceJson[];
  readonly metrics: TempoSearchMetricsJson;
}

/** protobuf's JSON writes the numbers that JSON lacks as text. */
export type TempoNumberJson = number | 'NaN' | 'Infinity' | '-Infinity';

export interface TempoSampleJson {
  readonly timestampMs: string;
  readonly value: TempoNumberJson;
}

export interface TempoExemplarJson {
  /** `trace:id` and `span:id` are among them. */
  readonly labels: readonly TempoKeyValueJson[];
  readonly value: TempoNumberJson;
  readonly timestampMs: string;
}

export interface TempoTimeSeriesJson {
  readonly labels?: readonly TempoKeyValueJson[];
  readonly samples: readonly TempoSampleJson[];
  readonly exemplars?: readonly TempoExemplarJson[];
}

/** GET /api/metrics/query_range */
export interface TempoQueryRangeJson {
  readonly series: readonly TempoTimeSeriesJson[];
  readonly metrics: TempoSearchMetricsJson;
  readonly status?: 'PARTIAL';
  readonly message?: string;
}

export interface TempoInstantSeriesJson {
  readonly labels?: readonly TempoKeyValueJson[];
  readonly value: TempoNumberJson;
}

/** GET /api/metrics/query */
export interface TempoQueryInstantJson {
  readonly series: readonly TempoInstantSeriesJson[];
  readonly metrics: TempoSearchMetricsJson;
  readonly status?: 'PARTIAL';
  readonly message?: string;
}

/** GET /api/search/tags */
export interface TempoTagsV1Json {
  readonly tagNames: readonly string[];
  readonly metrics: TempoSearchMetricsJson;
}

/** GET /api/v2/search/tags */
export interface TempoTagsV2Json {
  readonly scopes: readonly { readonly name: string; readonly tags: readonly string[] }[];
  readonly metrics: TempoSearchMetricsJson;
}

/** GET /api/search/tag/{name}/values */
export interface TempoTagValuesV1Json {
  readonly tagValues: readonly string[];
  readonly metrics: TempoSearchMetricsJson;
}

/** GET /api/v2/search/tag/{identifier}/values */
export interface TempoTagValuesV2Json {
  readonly tagValues: readonly { readonly type: string; readonly value: string }[];
  readonly metrics: TempoSearchMetricsJson;
}

/** GET /api/status/buildinfo */
export interface TempoBuildInfoJson {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  readonly goVersion: string;
}
