// SPDX-License-Identifier: Apache-2.0
//
// What flows through a pipeline.

import type { Range } from '../ast.ts';
import { TraceQlError } from '../error.ts';
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

/** All lists in one, ascending, without repetition. */
export function united(...lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** The spans of an operand, which must not be in groups: a TraceQlError at `range` of `source` if they are. */
export function spansOf(spansets: readonly Spanset[], source: string, range: Range): readonly number[] {
  if (spansets.length > 1) {
    const message = 'spanset operators are not supported for multiple spansets per trace. consider using coalesce()';
    throw new TraceQlError(source, { code: 'type', message, range });
  }
  return spansets[0]?.spans ?? [];
}
