// SPDX-License-Identifier: Apache-2.0
//
// The port through which the views reach the world: data, navigation, settings. Implemented by the
// console (HTTP and the address bar), by the app's pages in Grafana and by the panels. A view never fetches,
// never touches `window.location` and never reads storage by itself.

import type { Trace } from '@tracewell/trace';

export interface TimeRange {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** A range as the user chose it: `now-1h` to `now`, or absolute milliseconds as text. */
export interface RawTimeRange {
  readonly from: string;
  readonly to: string;
}

export type SearchOrder = 'newest' | 'slowest' | 'most-spans' | 'most-errors';

export interface TypedValue {
  readonly type: string;
  readonly value: string;
}

export interface FoundSpan {
  readonly spanId: string;
  readonly name?: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly attributes: readonly { readonly key: string; readonly value: TypedValue }[];
}

export interface FoundTrace {
  readonly traceId: string;
  readonly rootServiceName?: string;
  readonly rootTraceName?: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly { readonly name: string; readonly spanCount: number; readonly errorCount: number }[];
  /** Matched spans (of all spansets), and how many matched in all. */
  readonly spans: readonly FoundSpan[];
  readonly matched: number;
}

export interface SearchAnswer {
  readonly traces: readonly FoundTrace[];
  readonly total?: { readonly traces: number; readonly spans: number };
  readonly inspectedSpans: number;
  readonly partial?: string;
}

export interface RedSeries {
  readonly counts: readonly number[];
  readonly errors: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p90: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
}

export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly error: boolean;
  readonly service: string;
  readonly name: string;
}

export interface RedAnswer {
  /** Milliseconds. */
  readonly start: number;
  readonly stepMs: number;
  readonly total: RedSeries;
  /** Per time bucket `[cell, count, errors]`; cell c holds durations of [2^(c/4), 2^((c+1)/4)) ns. */
  readonly heatmap: readonly (readonly (readonly [number, number, number])[])[];
  readonly exemplars: readonly Exemplar[];
  readonly partial?: string;
}

/** Durations in nanoseconds, counts over the whole range. */
export interface TrafficStats {
  readonly requests: number;
  readonly errors: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What a graph that is not ours says of a node or an edge; it is shown in the place of rate, errors and latency. */
export interface GraphWords {
  /** For the map: the most important of it. */
  readonly short: string;
  readonly stats: readonly { readonly name: string; readonly text: string; readonly order?: number }[];
}

interface InGraph extends TrafficStats {
  /** With these, `requests` and `errors` count for nothing but sizes and shares. */
  readonly words?: GraphWords;
  readonly links?: readonly SpanLinkTarget[];
}

export interface ServiceNode extends InGraph {
  readonly id: string;
  readonly name: string;
  readonly kind: 'service' | 'database' | 'messaging' | 'external' | 'user';
  readonly requestsOverTime: readonly number[];
  readonly errorsOverTime: readonly number[];
}

export interface ServiceEdge extends InGraph {
  readonly client: string;
  readonly server: string;
  readonly kind: 'call' | 'database' | 'messaging' | 'external' | 'entry';
}

export interface ServiceGraph {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
  readonly partial?: string;
}

/** What a series is of: `resource.service.name` is `cart`. A `nil` value says that the spans have no such attribute. */
export interface MetricsLabel {
  /** As TraceQL writes it, or one of `__name__`, `__bucket`, `p`, `__meta_type`. */
  readonly key: string;
  readonly value: TypedValue;
}

export interface MetricsExemplar {
  readonly traceId: string;
  readonly spanId?: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** As the series measures; undefined for a span that is an example of a comparison. */
  readonly value?: number;
  readonly labels: readonly MetricsLabel[];
}

export interface MetricsSeries {
  readonly labels: readonly MetricsLabel[];
  /** One for each of the answer's times, undefined where there is no sample. Durations in seconds. */
  readonly values: readonly (number | undefined)[];
  readonly exemplars: readonly MetricsExemplar[];
}

/** Series over time, or, for an instant query, one value each. */
export interface MetricsAnswer {
  /** Ends of the steps, milliseconds since 1970, equally far apart; one for an instant query. */
  readonly times: readonly number[];
  /** Length of a step; that of the whole range for an instant query. */
  readonly stepMs: number;
  readonly series: readonly MetricsSeries[];
  readonly inspectedSpans: number;
  readonly partial?: string;
}

export interface MetricsQuestion {
  /** A TraceQL metrics query. */
  readonly query: string;
  readonly range: TimeRange;
  /** Without a step: one value for the whole range. */
  readonly stepMs?: number;
  /** Exemplars in all, before the query's own hint; 0 for none. */
  readonly exemplars: number;
}

/** How a store ran a query. */
export interface QueryPlan {
  /** Some lines for people. */
  readonly plan: string;
  /** In the order in which they were run. */
  readonly steps: readonly {
    readonly what: string;
    readonly block?: string;
    readonly sql?: string;
    /** Rows that the step gave. */
    readonly rows: number;
    readonly milliseconds: number;
  }[];
  /** Traces or series in the answer. */
  readonly found: number;
  /** In all, waiting for other queries included. */
  readonly milliseconds: number;
  readonly inspectedSpans: number;
}

/** Feature that a data source may lack (a real Tempo has none of these); views hide what is missing and say why. */
export type Capability = 'search-order' | 'search-totals' | 'red' | 'service-graph' | 'explain';

export interface Capabilities {
  readonly features: ReadonlySet<Capability>;
  /** What answers, for people: `Tracewell`, `Tempo`. */
  readonly product?: string;
  readonly version?: string;
  /** Why features are missing, as a sentence; absent if none is. */
  readonly missing?: string;
  /** Copyable lines for the empty state. */
  readonly otlpEndpoint?: string;
  readonly retentionMs?: number;
  readonly spans?: number;
  /** Why no spans are taken now, a sentence; absent while they are, or where nobody knows. */
  readonly trouble?: string;
}

/** A failure that a view can show: what happened, where in the query, whether trying again may help. */
export class HostError extends Error {
  readonly code: string;
  readonly range?: { readonly start: number; readonly end: number };
  readonly retryable: boolean;

  /** By name: in Grafana the error may come from another plugin's bundle, which has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): value is HostError {
    return value instanceof Error && value.name === 'HostError';
  }

  constructor(
    code: string,
    message: string,
    options: { range?: { start: number; end: number }; retryable?: boolean; cause?: unknown } = {}
  ) {
    super(message, { cause: options.cause });
    this.name = 'HostError';
    this.code = code;
    this.range = options.range;
    this.retryable = options.retryable ?? false;
  }
}

export interface TraceData {
  readonly trace: Trace;
  readonly partial?: string;
}

export interface HostData {
  capabilities(signal: AbortSignal): Promise<Capabilities>;
  search(
    request: { query: string; range: TimeRange; limit: number; order: SearchOrder; spansPerTrace: number },
    signal: AbortSignal
  ): Promise<SearchAnswer>;
  /** Undefined if there is no such trace. The id may have upper case or dashes. */
  trace(traceId: string, signal: AbortSignal): Promise<TraceData | undefined>;
  red(
    request: { query: string; range: TimeRange; buckets: number; rootsOnly: boolean; exemplars: number },
    signal: AbortSignal
  ): Promise<RedAnswer>;
  serviceGraph(request: { query: string; range: TimeRange }, signal: AbortSignal): Promise<ServiceGraph>;
  metrics(request: MetricsQuestion, signal: AbortSignal): Promise<MetricsAnswer>;
  /** Runs a query, a search or a metrics query, and says how; a metrics query without a step is asked for one value. */
  explain(
    request: { query: string; range: TimeRange; limit: number; order: SearchOrder; stepMs?: number },
    signal: AbortSignal
  ): Promise<QueryPlan>;
  /** Attribute names by scope (`span`, `resource`, `event`, ..., `intrinsic`), most frequent first. */
  tagNames(range: TimeRange, signal: AbortSignal): Promise<readonly { scope: string; tags: readonly string[] }[]>;
  /** Values of a TraceQL identifier among the spans that match `query`, most frequent first. */
  tagValues(
    request: { tag: string; query?: string; range: TimeRange },
    signal: AbortSignal
  ): Promise<readonly TypedValue[]>;
}

/**
 * Where a view is, as a location with a query string. The host keeps it in the address bar (console, app) or in
 * memory (panel). `replace` does not make a step for Back.
 */
export interface HostNavigation {
  /** Query parameters of the present page. */
  readonly params: URLSearchParams;
  setParams(params: Readonly<Record<string, string | undefined>>, options?: { replace?: boolean }): void;
  /** Address of a page for an `<a href>`; a plain click on such a link is handled by the host. */
  href(page: 'search' | 'trace' | 'services', params?: Readonly<Record<string, string | undefined>>): string;
  go(page: 'search' | 'trace' | 'services', params?: Readonly<Record<string, string | undefined>>): void;
}

export interface HostTime {
  readonly raw: RawTimeRange;
  /** `raw` resolved when it was last set or refreshed. */
  readonly range: TimeRange;
  readonly set: (raw: RawTimeRange) => void;
  readonly refresh: () => void;
  /** IANA zone or 'browser' or 'utc'. */
  readonly timeZone: string;
}

/** Small settings that outlive the page (column width, folding); values are JSON. */
export interface HostSettings {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/** A link that the host adds to a span (its logs, its metrics). */
export interface SpanLinkTarget {
  readonly title: string;
  readonly href: string;
  /** Instead of following the address, with a plain click (Explore opens a pane beside). */
  readonly onClick?: (event: unknown) => void;
  readonly target?: '_blank' | '_self';
  readonly icon?: 'logs' | 'metrics' | 'external';
}

export interface Host {
  readonly data: HostData;
  readonly navigation: HostNavigation;
  readonly time: HostTime;
  readonly settings: HostSettings;
  /** Links of the span at `index`; none in the console unless configured. */
  spanLinks?(trace: Trace, index: number): readonly SpanLinkTarget[];
  /** Starts `services/layout/layout-worker.ts`, which every host bundles its own way; without it layouts run in this thread. */
  readonly createLayoutWorker?: () => Worker;
  /** The host draws its own time picker (Grafana does); otherwise the view draws one. */
  readonly hasTimePicker: boolean;
}
