// SPDX-License-Identifier: Apache-2.0
//
// What the store can be asked, as messages: every request and answer is plain data that survives a
// structured clone, so the store can run on a worker thread (one thread owns DuckDB) or in this one
// without anybody noticing. Times are nanoseconds since 1970 as bigint; ids are lower-case hex, 32 and
// 16 digits; TraceQL travels as text and is parsed by the store.

/** Codes of {@link StoreError}; `docs/errors.md` lists them, and each API maps them to its own status. */
export const storeErrorCodes = [
  'invalid-query',
  'not-supported',
  'malformed',
  'limit',
  'overloaded',
  'disk-full',
  'read-only',
  'timeout',
  'cancelled',
  'closed',
  'locked',
  'newer-format',
  'unreadable',
  'internal',
] as const;
export type StoreErrorCode = (typeof storeErrorCodes)[number];

/**
 * Expected failures. `retryable` says whether sending the same again later can help. `range` is where in the
 * query text the trouble is (UTF-16 offsets, half-open), for 'invalid-query' and 'not-supported'.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly retryable: boolean;
  readonly range?: { readonly start: number; readonly end: number };
  constructor(
    code: StoreErrorCode,
    message: string,
    options: { retryable?: boolean; cause?: unknown; range?: { readonly start: number; readonly end: number } } = {}
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    if (options.range !== undefined) {
      this.range = options.range;
    }
  }
}

export interface IngestLimits {
  readonly maxSpansPerRequest: number;
  /** Bytes of one attribute value (of any scope). A span with a larger one is rejected. */
  readonly maxAttributeBytes: number;
  /** Bytes of one encoded span. */
  readonly maxSpanBytes: number;
}

/** The answer to one export request, given after its spans are committed and synced. */
export interface IngestResult {
  readonly acceptedSpans: number;
  /** Already stored (a client's retry); counted as accepted by the protocol. */
  readonly duplicateSpans: number;
  readonly rejectedSpans: number;
  /** Why spans were rejected, or a warning about accepted ones; '' if there is nothing to say. */
  readonly message: string;
}

/** Half-open range of time a query looks at; absent ends are open. */
export interface TimeRange {
  readonly start?: bigint;
  readonly end?: bigint;
}

/** Bounds of one query, and whether it is to say how it was run. */
export interface QueryOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** The result carries an `explanation`. */
  readonly explain?: boolean;
}

export type SearchOrder = 'newest' | 'slowest' | 'most-spans' | 'most-errors';

export interface SearchRequest extends TimeRange {
  /** TraceQL; '' means `{}`. */
  readonly query: string;
  readonly limit: number;
  readonly spansPerSpanSet: number;
  readonly order: SearchOrder;
  /** Count all matching traces too (costs a full scan of the range). */
  readonly totals: boolean;
  /** Bounds on the whole trace's duration, nanoseconds. */
  readonly minDuration?: bigint;
  readonly maxDuration?: bigint;
}

/** A typed value as TraceQL shows it. Durations are `duration` with nanoseconds as text. */
export interface TypedValue {
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'duration' | 'keyword';
  readonly value: string;
}

export interface FoundSpan {
  readonly spanId: string;
  /** Present only if the query mentions or selects the name. */
  readonly name?: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  /** What the query mentions or selects, keyed by the bare attribute name. */
  readonly attributes: readonly { readonly key: string; readonly value: TypedValue }[];
}

export interface FoundSpanSet {
  readonly spans: readonly FoundSpan[];
  /** Spans that matched, before the cut to `spansPerSpanSet`. */
  readonly matched: number;
  readonly attributes: readonly { readonly key: string; readonly value: TypedValue }[];
}

export interface TraceSummary {
  readonly traceId: string;
  /** Undefined while no root span has arrived. */
  readonly rootServiceName?: string;
  readonly rootTraceName?: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly { readonly name: string; readonly spanCount: number; readonly errorCount: number }[];
  readonly spanSets: readonly FoundSpanSet[];
}

export interface QueryCost {
  readonly inspectedSpans: number;
  readonly inspectedTraces: number;
  /** Always 0: the engine does not say what it reads of a block's columns. */
  readonly inspectedBytes: number;
  readonly blocks: number;
}

/** One step of an executed query, for its explanation. */
export interface QueryStep {
  /** For people: `candidates, newest first`, `spans of 20 traces`. */
  readonly what: string;
  readonly block?: string;
  readonly sql?: string;
  /** Rows that the step gave. */
  readonly rows: number;
  readonly milliseconds: number;
}

/** How a query was run; present if it was asked for with `explain`. */
export interface QueryExplanation {
  /** For people, some lines: how the query was understood, and what decides it. */
  readonly plan: string;
  /** In the order in which they were run. */
  readonly steps: readonly QueryStep[];
}

export interface SearchResult {
  readonly traces: readonly TraceSummary[];
  /** All matching traces and spans; present if totals were asked for. */
  readonly total?: { readonly traces: number; readonly spans: number };
  readonly cost: QueryCost;
  /** Why the answer may be incomplete. */
  readonly partial?: string;
  readonly explanation?: QueryExplanation;
}

export interface TraceRequest extends TimeRange {
  readonly traceId: string;
  readonly maxBytes: number;
}

export interface TraceResult {
  /** OTLP `TracesData` in protobuf, spans grouped by resource and scope, duplicates removed. */
  readonly bytes: Uint8Array;
  readonly spanCount: number;
  readonly partial?: string;
}

export type TagScope = 'resource' | 'span' | 'event' | 'link' | 'instrumentation' | 'intrinsic';

export interface TagNamesRequest extends TimeRange {
  readonly scope?: TagScope;
  readonly query?: string;
  readonly limit: number;
}

export interface TagNamesResult {
  /** Most frequent first within a scope. */
  readonly scopes: readonly { readonly name: TagScope; readonly tags: readonly string[] }[];
}

export interface TagValuesRequest extends TimeRange {
  /** A TraceQL identifier: `.foo`, `resource.service.name`, `name`, `span:kind`. */
  readonly tag: string;
  readonly query?: string;
  readonly limit: number;
}

export interface TagValuesResult {
  /** Most frequent first. */
  readonly values: readonly TypedValue[];
}

/** Rates, errors and durations of the spans that match, over time. */
export interface RedRequest extends TimeRange {
  readonly start: bigint;
  readonly end: bigint;
  /** TraceQL, any search; '' = all. Counted are the spans of its spansets. */
  readonly query: string;
  /** Count only root spans: one per trace. */
  readonly rootsOnly: boolean;
  /** Nanoseconds; the answer has ceil((end - start) / step) buckets, at most 1,000. */
  readonly step: bigint;
  /** Exemplars per cell of the heatmap, 0 for none. */
  readonly exemplarsPerCell: number;
  /** Also group by this TraceQL identifier (top 20 groups by count). */
  readonly by?: string;
}

export interface RedExemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly startUnixNano: bigint;
  readonly durationNanos: bigint;
  readonly error: boolean;
  readonly service: string;
  readonly name: string;
}

export interface RedSeries {
  /** The group's value; undefined for the whole. */
  readonly group?: string;
  /** Spans that start in bucket i, [start + i * step, start + (i + 1) * step). */
  readonly counts: Float64Array;
  readonly errors: Float64Array;
  /** Nanoseconds; NaN where the bucket is empty. Exact, not estimated from the histogram. */
  readonly p50: Float64Array;
  readonly p90: Float64Array;
  readonly p99: Float64Array;
}

export interface RedResult {
  readonly buckets: number;
  readonly total: RedSeries;
  readonly groups: readonly RedSeries[];
  /**
   * Durations on a logarithmic scale, four cells per power of two: cell c holds durations in
   * [2^(c/4), 2^((c+1)/4)) ns; cell 0 also holds 0. `heatmap[i]` lists the cells of bucket i that are not empty.
   */
  readonly heatmap: readonly {
    readonly cells: Uint16Array;
    readonly counts: Float64Array;
    readonly errors: Float64Array;
  }[];
  readonly exemplars: readonly RedExemplar[];
  readonly cost: QueryCost;
  readonly partial?: string;
  readonly explanation?: QueryExplanation;
}

/** A TraceQL metrics query over a range that the caller has aligned as it wants. */
export interface MetricsRequest {
  readonly query: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  /**
   * Nanoseconds. Bucket i holds the spans that start in (start + i * step, start + (i + 1) * step]. Absent for an
   * instant query: one bucket, [start, end].
   */
  readonly step?: bigint;
  /** Exemplars in all, before the query's own hint; 0 for none. */
  readonly exemplars: number;
  /** Series beyond which the answer is cut and called partial. */
  readonly maxSeries: number;
}

export interface MetricsLabel {
  /** As the query writes it, normalised (`resource.service.name`, `name`), or one of `__name__`, `__bucket`, `p`, `__meta_type`. */
  readonly key: string;
  readonly value: TypedValue;
}

export interface MetricsExemplar {
  /** What the query looks at of this span. */
  readonly labels: readonly MetricsLabel[];
  readonly traceId: string;
  readonly spanId: string;
  readonly timestampNanos: bigint;
  /** As the series measures; durations in seconds. */
  readonly value: number;
}

export interface MetricsSeries {
  readonly labels: readonly MetricsLabel[];
  /** One per bucket; NaN where there is no sample. Durations in seconds. */
  readonly values: Float64Array;
  readonly exemplars: readonly MetricsExemplar[];
}

export interface MetricsResult {
  readonly buckets: number;
  /** Sorted by labels; series without any sample are left out. */
  readonly series: readonly MetricsSeries[];
  readonly cost: QueryCost;
  readonly partial?: string;
  readonly explanation?: QueryExplanation;
}

export interface ServiceGraphRequest extends TimeRange {
  readonly start: bigint;
  readonly end: bigint;
  /** TraceQL, any search, on the server or client side of an edge; '' = all. */
  readonly query: string;
}

export type ServiceNodeKind = 'service' | 'database' | 'messaging' | 'external' | 'user';
export type EdgeKind = 'call' | 'database' | 'messaging' | 'external' | 'entry';

/** Durations in nanoseconds; counts over the whole range. */
export interface TrafficStats {
  readonly requests: number;
  readonly errors: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface ServiceNode extends TrafficStats {
  /** Unique: the name, with the kind in front for what is not an instrumented service (`database:shop-db`). */
  readonly id: string;
  readonly name: string;
  readonly kind: ServiceNodeKind;
  /** Requests per bucket of a sixtieth of the range, for a sparkline. */
  readonly requestsOverTime: Float64Array;
  readonly errorsOverTime: Float64Array;
}

export interface ServiceEdge extends TrafficStats {
  readonly client: string;
  readonly server: string;
  readonly kind: EdgeKind;
}

export interface ServiceGraphResult {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
  readonly cost: QueryCost;
  readonly partial?: string;
  readonly explanation?: QueryExplanation;
}

/**
 * Work on the whole store that takes long. One job runs at a time, in the background; others wait their turn. Jobs
 * are forgotten when the store ends, and what they have finished by then stays.
 */
export type JobRequest =
  /** Seals what is open, and merges small blocks as far as they can be merged. */
  | { readonly kind: 'compact' }
  /** Deletes what was accepted before the job began: one trace, or the spans that a search selects, or their traces. */
  | { readonly kind: 'delete'; readonly what: DeleteTarget }
  /** Reads everything back and compares it with what the blocks and the manifest say of themselves. */
  | { readonly kind: 'verify' };

export type DeleteTarget =
  { readonly traceId: string } | ({ readonly query: string; readonly wholeTraces: boolean } & TimeRange);

/** What a job has done so far, or in all. */
export interface JobResult {
  /** Blocks that were looked at, written, or found good. */
  readonly blocks: number;
  /** Spans deleted, rewritten or verified. */
  readonly spans: number;
  /** One line each, for people: damage that was found, blocks that were merged. At most 1,000. */
  readonly notes: readonly string[];
  /** Damage was found; only of 'verify'. */
  readonly damaged?: boolean;
}

export interface JobStatus {
  readonly id: string;
  readonly request: JobRequest;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  /** For people: what it is doing. */
  readonly what: string;
  /** Spans; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly result?: JobResult;
  readonly error?: { readonly code: StoreErrorCode; readonly message: string };
}

/** What an export gives: the traces that a search finds, whole; '' means all. */
export interface ExportRequest extends TimeRange {
  readonly query: string;
}

export interface OpenedExport {
  readonly id: string;
  /** Spans in the blocks that are looked at: all that the export can have. */
  readonly spans: number;
}

/** Some whole traces of an export. */
export interface ExportPart {
  /** OTLP `TracesData` in protobuf, some megabytes unless one trace has more; may be empty. */
  readonly bytes: Uint8Array;
  readonly traces: number;
  readonly spans: number;
  /** There is nothing after this part; the export is closed. */
  readonly isLast: boolean;
}

/** What the store holds, counted: costs a pass over the blocks' smaller tables. */
export interface StoreStatistics {
  /** Most spans first. */
  readonly services: readonly { readonly name: string; readonly spans: number; readonly errors: number }[];
  /** What the columns of sealed blocks take on disk, largest first, as DuckDB lays them out. */
  readonly columns: readonly ColumnStatistics[];
  /** Files of blocks that were set aside because they could not be used. */
  readonly setAside: readonly { readonly name: string; readonly bytes: number }[];
}

export interface ColumnStatistics {
  /** `spans.name`; an attribute is `spans.@http.route`, with its type. */
  readonly name: string;
  readonly type?: string;
  readonly bytes: number;
  /** Sealed blocks that have it. */
  readonly blocks: number;
}

export interface BlockStatus {
  readonly id: string;
  readonly state: 'open' | 'sealing' | 'sealed';
  readonly spans: number;
  readonly traces?: number;
  readonly bytes: number;
  /** Span times, not arrival times. */
  readonly minTime: bigint;
  readonly maxTime: bigint;
}

/** What the store can do now. */
export interface StoreHealth {
  /**
   * 'disk-full' and 'read-only': spans are refused, queries go on. 'behind': spans are refused until sealing has caught
   * up. While the database is opened anew there is no status; `status` rejects with 'overloaded' then.
   */
  readonly state: 'ok' | 'disk-full' | 'read-only' | 'behind';
  /** For people; '' if all is well. */
  readonly reason: string;
  readonly canIngest: boolean;
}

export interface StoreStatus {
  readonly health: StoreHealth;
  /** Names in broken/: files that could not be used and were set aside. */
  readonly broken: readonly string[];
  readonly formatVersion: number;
  readonly dataDir: string;
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly blocks: readonly BlockStatus[];
  readonly spans: number;
  readonly bytes: number;
  readonly oldest?: bigint;
  readonly newest?: bigint;
  readonly freeDiskBytes: number;
  /** Counters since the start, by Prometheus-style name. */
  readonly counters: Readonly<Record<string, number>>;
  /** What is now, by Prometheus-style name: queues, memory, file handles. */
  readonly gauges?: Readonly<Record<string, number>>;
  /** Distributions since the start, by Prometheus-style name. */
  readonly histograms?: Readonly<Record<string, HistogramStatus>>;
}

/** `counts[i]` of what was measured is at most `bounds[i]` and above the bound before; the last count has no bound. */
export interface HistogramStatus {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface StoreOptions {
  readonly dataDir: string;
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly limits: IngestLimits;
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** A block is full at this many spans ... */
  readonly maxBlockSpans: number;
  /** ... or at this age, whichever comes first. */
  readonly maxBlockAgeMs: number;
  /** Commit when this many spans wait, or when the oldest has waited this long. */
  readonly commitSpans: number;
  readonly commitDelayMs: number;
  /** Spans waiting for a commit beyond which ingest answers 'overloaded'. */
  readonly maxPendingSpans: number;
  readonly minFreeDiskBytes: number;
}

/** The store. All methods reject with {@link StoreError} for what can be expected to go wrong. */
export interface Store {
  /**
   * Stores one OTLP `ExportTraceServiceRequest` (protobuf, not compressed). Resolves after the spans are
   * committed and synced. The buffer is taken over (it may be transferred to another thread).
   */
  ingest(request: Uint8Array<ArrayBuffer>): Promise<IngestResult>;
  /** Undefined if the store has no span of this trace. */
  trace(request: TraceRequest, options?: QueryOptions): Promise<TraceResult | undefined>;
  search(request: SearchRequest, options?: QueryOptions): Promise<SearchResult>;
  tagNames(request: TagNamesRequest, options?: QueryOptions): Promise<TagNamesResult>;
  tagValues(request: TagValuesRequest, options?: QueryOptions): Promise<TagValuesResult>;
  red(request: RedRequest, options?: QueryOptions): Promise<RedResult>;
  metrics(request: MetricsRequest, options?: QueryOptions): Promise<MetricsResult>;
  serviceGraph(request: ServiceGraphRequest, options?: QueryOptions): Promise<ServiceGraphResult>;
  status(): Promise<StoreStatus>;
  statistics(): Promise<StoreStatistics>;
  /** Queues a job. Rejects with 'overloaded' if too many wait, 'invalid-query' for a query that does not parse. */
  startJob(request: JobRequest): Promise<JobStatus>;
  /** Undefined if there is no such job, or it was forgotten. */
  job(id: string): Promise<JobStatus | undefined>;
  /** Newest first. */
  jobs(): Promise<readonly JobStatus[]>;
  /** Asks a job to end. It is 'cancelled' once its work has stopped. */
  cancelJob(id: string): Promise<JobStatus | undefined>;
  /**
   * Begins an export of what is stored now. It keeps its blocks from being deleted until it is closed, has given
   * its last part, or nobody has asked for a part for a minute.
   */
  openExport(request: ExportRequest): Promise<OpenedExport>;
  /** Rejects with 'closed' if the export is closed. One call at a time. */
  nextExport(id: string): Promise<ExportPart>;
  closeExport(id: string): Promise<void>;
  /** Seals the open block now (tests, benchmarks, admin). Resolves when it is sealed and named in the manifest. */
  seal(): Promise<void>;
  close(): Promise<void>;
}
