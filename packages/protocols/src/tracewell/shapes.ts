// SPDX-License-Identifier: Apache-2.0
//
// JSON of Tracewell's own API, `/tracewell/api/v1`: what Tempo's strict JSON has no room for. Times and
// durations in nanoseconds are decimal strings where they are absolute or exact, numbers where they are
// statistics. Query parameters are named beside each answer; `start` and `end` are nanoseconds or, with
// at most ten digits, seconds since 1970.

/** GET capabilities */
export interface CapabilitiesJson {
  readonly product: 'tracewell';
  readonly version: string;
  readonly formatVersion: number;
  readonly features: readonly ('search-order' | 'search-totals' | 'red' | 'service-graph' | 'explain')[];
  readonly limits: { readonly maxQueryBytes: number; readonly maxSearchLimit: number; readonly queryTimeoutMs: number };
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  /** Nanoseconds of the oldest and newest span; absent while the store is empty. */
  readonly oldest?: string;
  readonly newest?: string;
  readonly spans: number;
  /** Why the store takes no spans now, a sentence; absent while it does. */
  readonly trouble?: string;
  /** Where exporters send to, for the "how to get data" hint. */
  readonly otlp: { readonly http: string; readonly grpc: string };
}

export interface TypedValueJson {
  readonly type: string;
  readonly value: string;
}

export interface SpanSetJson {
  readonly matched: number;
  readonly spans: readonly {
    readonly spanId: string;
    readonly name?: string;
    readonly startUnixNano: string;
    readonly durationNanos: string;
    readonly attributes: readonly { readonly key: string; readonly value: TypedValueJson }[];
  }[];
}

export interface TraceSummaryJson {
  readonly traceId: string;
  readonly rootServiceName?: string;
  readonly rootTraceName?: string;
  readonly startUnixNano: string;
  readonly durationNanos: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly { readonly name: string; readonly spanCount: number; readonly errorCount: number }[];
  readonly spanSets: readonly SpanSetJson[];
}

export interface CostJson {
  readonly inspectedSpans: number;
  readonly inspectedTraces: number;
  readonly inspectedBytes: number;
  readonly blocks: number;
}

/** GET search?q&start&end&limit&spss&order=newest|slowest|most-spans|most-errors&totals=true|false */
export interface SearchJson {
  readonly traces: readonly TraceSummaryJson[];
  readonly total?: { readonly traces: number; readonly spans: number };
  readonly cost: CostJson;
  readonly partial?: string;
}

export interface RedSeriesJson {
  readonly group?: string;
  readonly counts: readonly number[];
  readonly errors: readonly number[];
  /** Nanoseconds; null where the bucket is empty. */
  readonly p50: readonly (number | null)[];
  readonly p90: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

/** GET red?q&start&end&step(ns)&roots=true|false&exemplars=N&by= */
export interface RedJson {
  readonly start: string;
  readonly end: string;
  readonly step: string;
  readonly total: RedSeriesJson;
  readonly groups: readonly RedSeriesJson[];
  /** `[cell, count, errors]` of each time bucket; cell c = [2^(c/4), 2^((c+1)/4)) ns. */
  readonly heatmap: readonly (readonly (readonly [number, number, number])[])[];
  readonly exemplars: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly startUnixNano: string;
    readonly durationNanos: string;
    readonly error: boolean;
    readonly service: string;
    readonly name: string;
  }[];
  readonly cost: CostJson;
  readonly partial?: string;
}

/** Durations in nanoseconds. */
export interface TrafficStatsJson {
  readonly requests: number;
  readonly errors: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface ServiceNodeJson extends TrafficStatsJson {
  readonly id: string;
  readonly name: string;
  readonly kind: 'service' | 'database' | 'messaging' | 'external' | 'user';
  readonly requestsOverTime: readonly number[];
  readonly errorsOverTime: readonly number[];
}

export interface ServiceEdgeJson extends TrafficStatsJson {
  readonly client: string;
  readonly server: string;
  readonly kind: 'call' | 'database' | 'messaging' | 'external' | 'entry';
}

/** GET service-graph?q&start&end */
export interface ServiceGraphJson {
  readonly start: string;
  readonly end: string;
  readonly nodes: readonly ServiceNodeJson[];
  readonly edges: readonly ServiceEdgeJson[];
  readonly cost: CostJson;
  readonly partial?: string;
}

/**
 * GET explain?q&start&end&step(ns)&limit&spss&order: runs the query and says how. A metrics query needs start and end,
 * and without a step it is asked for one value.
 */
export interface ExplainJson {
  readonly kind: 'search' | 'metrics';
  /** For people, some lines: how the query was understood, and what decides it. */
  readonly plan: string;
  /** In the order in which they were run. */
  readonly steps: readonly {
    readonly what: string;
    readonly block?: string;
    readonly sql?: string;
    readonly rows: number;
    readonly milliseconds: number;
  }[];
  /** Traces or series in the answer. */
  readonly found: number;
  /** From the question to the answer, waiting for other queries included. */
  readonly milliseconds: number;
  readonly cost: CostJson;
  readonly partial?: string;
}

/** POST admin/jobs: what to do. Times are nanoseconds since 1970, as text. */
export type AdminJobRequestJson =
  | { readonly kind: 'compact' | 'verify' }
  | { readonly kind: 'delete'; readonly traceId: string }
  | {
      readonly kind: 'delete';
      readonly query: string;
      readonly wholeTraces: boolean;
      readonly start?: string;
      readonly end?: string;
    };

/** The answer to POST admin/jobs, GET admin/jobs/ID and DELETE admin/jobs/ID; GET admin/jobs has a list of them. */
export interface AdminJobJson {
  readonly id: string;
  readonly request: AdminJobRequestJson;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly what: string;
  /** Spans; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly result?: {
    readonly blocks: number;
    readonly spans: number;
    readonly notes: readonly string[];
    readonly damaged?: boolean;
  };
  readonly error?: { readonly code: string; readonly message: string };
}

/** GET admin/stats. Times are nanoseconds since 1970, as text. */
export interface AdminStatsJson {
  readonly formatVersion: number;
  readonly dataDir: string;
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly spans: number;
  /** Traces of sealed blocks; one that lies in several is counted in each. */
  readonly traces: number;
  readonly bytes: number;
  readonly freeDiskBytes: number;
  readonly oldest?: string;
  readonly newest?: string;
  readonly blocks: readonly {
    readonly id: string;
    readonly state: 'open' | 'sealing' | 'sealed';
    readonly spans: number;
    readonly traces?: number;
    readonly bytes: number;
    readonly minTime: string;
    readonly maxTime: string;
  }[];
  readonly services: readonly { readonly name: string; readonly spans: number; readonly errors: number }[];
  readonly columns: readonly {
    readonly name: string;
    readonly type?: string;
    readonly bytes: number;
    readonly blocks: number;
  }[];
  readonly setAside: readonly { readonly name: string; readonly bytes: number }[];
}

/** Any 4xx or 5xx of this API. */
export interface ErrorJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** Where in the query, for TraceQL errors. */
    readonly range?: { readonly start: number; readonly end: number };
  };
}
