// SPDX-License-Identifier: Apache-2.0
//
// What flows through a pipeline.

import type { TraceView } from './span-view.ts';
import type { Value } from './value.ts';

/** What a stage says about a spanset: `by(name)`, `count()`. */
export interface SpansetAttribute {
  readonly name: string;
  readonly value: Value | undefined;
}

export interface Spanset {
  /** Positions in the trace, ascending. */
  readonly spans: readonly number[];
  readonly attributes: readonly SpansetAttribute[];
}

/** A part of a pipeline: what it makes of the spansets of a trace. */
export type Transform = (spansets: readonly Spanset[], trace: TraceView) => readonly Spanset[];
