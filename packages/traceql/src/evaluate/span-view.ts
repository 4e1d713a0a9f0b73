// SPDX-License-Identifier: Apache-2.0
//
// What the evaluator needs to see of a span. Whoever stores spans gives a view of them; nothing is asked
// that the query does not mention, so views may decode lazily.

import type { IntrinsicName, SpansetFilter } from '../ast.ts';
import type { Value } from './value.ts';

/** Intrinsics that a span has itself (not those of its events and links, nor the parent). */
export type SpanIntrinsicName = Exclude<IntrinsicName, `event:${string}` | `link:${string}` | 'parent'>;

/** An attribute as the trace model has it; `undefined` if there is none of that name. */
export type AttributeLookup = (name: string) => unknown;

export interface EventView {
  readonly attribute: AttributeLookup;
  readonly name: string;
  /** Nanoseconds from the start of the span; negative if the event came before. */
  readonly timeSinceStart: bigint;
}

export interface LinkView {
  readonly attribute: AttributeLookup;
  /** Lower-case hex. */
  readonly traceId: string;
  /** Lower-case hex. */
  readonly spanId: string;
}

export interface SpanView {
  /** The attribute of that name in that scope, as the trace model has it, or undefined. */
  attribute(scope: 'span' | 'resource' | 'instrumentation', name: string): unknown;
  /** Ids as lower-case hex, `span:parentID` is '' for a root; undefined where the trace does not say. */
  intrinsic(name: SpanIntrinsicName): Value | undefined;
  readonly events: readonly EventView[];
  readonly links: readonly LinkView[];
  /** The parent span; undefined for a root, and where the parent is not known. Asked for `parent` only. */
  readonly parent?: SpanView | undefined;
}

/** A whole trace. */
export interface TraceView {
  readonly spans: readonly SpanView[];
  /** Position of each span's parent, `ROOT` or `ORPHAN`; without cycles. */
  readonly parents: ArrayLike<number>;
  /**
   * Whether the span at a position matches a filter of the query, for filters that somebody has decided before;
   * undefined for those that must be evaluated.
   */
  decided?(filter: SpansetFilter): ((position: number) => boolean) | undefined;
}

/** Parent of a span that has none. */
export const ROOT = -1;
/** Parent of a span whose parent is not in the trace. */
export const ORPHAN = -2;
