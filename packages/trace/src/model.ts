// SPDX-License-Identifier: Apache-2.0
//
// The trace model: what a span is, and a trace as a table of spans.
//
// Every value is kept as it was sent (OTLP 1.x, `opentelemetry/proto/trace/v1/trace.proto`): 64-bit
// times and integers are `bigint`, so nothing is rounded; attribute lists keep their order and their
// duplicates. What is derived (tree, relative times, problems) sits beside the spans in typed arrays,
// because a trace may have hundreds of thousands of them.

/**
 * An attribute's value. The JavaScript type says which OTLP type it was: `string`, `boolean`,
 * `bigint` = int64, `number` = double, `Uint8Array` = bytes, array = ArrayValue, `KeyValueList` =
 * kvlist, `null` = a value that was present but empty.
 */
export type AttributeValue =
  string | boolean | bigint | number | Uint8Array | readonly AttributeValue[] | KeyValueList | null;

/** A nested key-value list. Wrapped, so that it can be told from an array. */
export interface KeyValueList {
  readonly entries: readonly Attribute[];
}

export interface Attribute {
  readonly key: string;
  readonly value: AttributeValue;
}

/** OTLP `Span.SpanKind`. */
export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
/** Index into {@link spanKinds}; other numbers can be sent and are kept. */
export type SpanKindCode = number;

/** OTLP `Status.StatusCode`: 0 unset, 1 ok, 2 error. */
export const statusCodes = ['unset', 'ok', 'error'] as const;
export const STATUS_ERROR = 2;

export interface Resource {
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
  readonly schemaUrl: string;
}

export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  /** Lower-case hex. */
  readonly traceId: string;
  /** Lower-case hex. */
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or '' for a root span. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: SpanKindCode;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly resource: Resource;
  readonly scope: Scope;
}

/** Something odd about a trace that a reader should know before trusting its picture. */
export type TraceProblem =
  | { readonly kind: 'missing-parent'; readonly span: SpanIndex; readonly parentSpanId: string }
  | { readonly kind: 'duplicate-span-id'; readonly span: SpanIndex; readonly first: SpanIndex }
  | { readonly kind: 'cycle'; readonly span: SpanIndex }
  | { readonly kind: 'end-before-start'; readonly span: SpanIndex }
  | { readonly kind: 'time-out-of-range'; readonly span: SpanIndex };

/** Position of a span in a {@link Trace}: 0 to `length - 1`, in pre-order of the tree. */
export type SpanIndex = number;

/**
 * One trace as a table, ordered as a reader sees it: pre-order (a parent before its children; siblings and
 * roots by start time, then by span id), so `index` order is display order and a subtree is the
 * contiguous range `[i, subtreeEnd[i])`. A parent's index is always smaller than its children's.
 *
 * Times in typed arrays are nanoseconds relative to `startUnixNano`; they are exact up to 2^53 ns
 * (104 days) and saturate there, which is told by a `time-out-of-range` problem.
 */
export interface Trace {
  readonly traceId: string;
  readonly length: number;
  /** Earliest start of any span, nanoseconds since 1970. */
  readonly startUnixNano: bigint;
  /** Latest end of any span, nanoseconds since 1970; never before `startUnixNano`. */
  readonly endUnixNano: bigint;
  /** `endUnixNano - startUnixNano`, saturating. */
  readonly duration: number;

  /** The whole span; decoded on demand where the source is bytes, and cached. */
  spanAt(index: SpanIndex): Span;
  /** Index of the span with this id (16 hex digits), or -1. With duplicate ids, the earliest; with an id that a client and a server share, the client. */
  indexOf(spanId: string): SpanIndex;

  readonly spanIds: readonly string[];
  readonly names: readonly string[];
  readonly kinds: Uint8Array;
  readonly statusCodes: Uint8Array;
  /** Index into `serviceNames`. */
  readonly services: Uint32Array;
  /** Distinct `service.name`s in order of first appearance; 'unknown_service' where none was sent. */
  readonly serviceNames: readonly string[];
  readonly starts: Float64Array;
  /** Never smaller than `starts` (a span that ends before it starts has no duration here). */
  readonly ends: Float64Array;

  /** Parent's index, or -1 for roots and for spans whose parent is missing. */
  readonly parents: Int32Array;
  readonly depths: Uint16Array | Uint32Array;
  /** One past the last descendant. */
  readonly subtreeEnds: Uint32Array;
  readonly childCounts: Uint32Array;
  /** Indexes of all spans without a parent in this trace, in order. */
  readonly roots: readonly SpanIndex[];
  readonly problems: readonly TraceProblem[];
}
