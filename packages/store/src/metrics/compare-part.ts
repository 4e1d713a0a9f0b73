// SPDX-License-Identifier: Apache-2.0
//
// For compare(): what its steps share.

import type { CompareFunction, Comparison, MetricsWindow, Side } from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import type { QueryContext } from '../execute/query-context.ts';

/** The matching spans of one block. */
export interface ComparePart {
  readonly block: BlockRef;
  /** Condition on rows of `spans`. */
  readonly where: string;
  /** 1 for the selection, 0 for the baseline. */
  readonly side: string;
  readonly overflow: boolean;
}

export interface Comparing {
  readonly context: QueryContext;
  readonly measure: CompareFunction;
  readonly window: MetricsWindow;
  readonly comparison: Comparison;
}

export const SIDES: readonly Side[] = ['baseline', 'selection'];

/** The side that a row of a {@link ComparePart} is on. */
export function sideOfCode(code: number | undefined): Side {
  return SIDES[code ?? 0] ?? 'baseline';
}
