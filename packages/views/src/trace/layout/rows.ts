// SPDX-License-Identifier: Apache-2.0
//
// Which spans have a row, and in which order. Computed once per change of folding, collapsing or filtering, in time
// linear in the number of spans, into typed arrays; the waterfall then only asks for the few rows on screen.
//
// A fold is a group of similar siblings that shares one row. The row stands where its first visible member would;
// when it is open its members follow directly below, one level deeper, also where other siblings lay in between.

import type { SpanIndex, Trace } from '@tracewell/trace';

/** Similar siblings: at least two, in index order, with one parent. */
export interface Fold {
  readonly members: Uint32Array;
}

/** All folds of a trace, and for each span the fold that it belongs to (-1: none). */
export interface Folding {
  readonly folds: readonly Fold[];
  readonly foldOfSpan: Int32Array;
}

export interface RowInput {
  readonly trace: Trace;
  readonly folding: Folding;
  /** Per span: not 0 = its children are hidden. */
  readonly collapsed: Uint8Array;
  /** Folds that are open. */
  readonly openFolds: ReadonlySet<number>;
  /** Per span: 0 = has no row. A hidden span's descendants may be visible only if all its ancestors are. */
  readonly visible?: Uint8Array | undefined;
}

export interface Rows {
  readonly length: number;
  /** Span of a row; of a fold's row its first visible member. */
  readonly spans: Uint32Array;
  /** Fold whose row this is, or -1 for a row of one span. */
  readonly folds: Int32Array;
  /** Depth on screen: depth in the tree plus one for each open fold around. */
  readonly levels: Uint32Array;
  /** Row of a span, or -1; members of a closed fold have the fold's row. */
  readonly rowOfSpan: Int32Array;
  /** Row of a fold, or -1 where it has none. */
  readonly rowOfFold: Int32Array;
}

/** No folds at all. */
export function noFolding(trace: Trace): Folding {
  return { folds: [], foldOfSpan: new Int32Array(trace.length).fill(-1) };
}

/** Lays the rows out. O(spans). */
export function layoutRows(input: RowInput): Rows {
  const { trace, folding, collapsed, openFolds, visible } = input;
  const n = trace.length;
  // Every span has at most one row, every fold one more.
  const room = n + folding.folds.length;
  const spans = new Uint32Array(room);
  const folds = new Int32Array(room);
  const levels = new Uint32Array(room);
  const rowOfSpan = new Int32Array(n).fill(-1);
  const rowOfFold = new Int32Array(folding.folds.length).fill(-1);
  let length = 0;

  // Ranges of spans still to be laid out: the whole trace, and the subtrees of an open fold's members. A stack and
  // not recursion: folds may lie within folds as deep as the trace is.
  const stack: { at: number; end: number; extra: number; member: boolean }[] = [
    { at: 0, end: n, extra: 0, member: false },
  ];
  for (let range = stack.at(-1); range !== undefined; range = stack.at(-1)) {
    if (range.at >= range.end) {
      stack.pop();
      continue;
    }
    const i = range.at;
    const after = trace.subtreeEnds[i] ?? n;
    if (visible !== undefined && visible[i] === 0) {
      range.at = after;
      continue;
    }
    const foldIndex = range.member ? -1 : (folding.foldOfSpan[i] ?? -1);
    range.member = false;
    const fold = folding.folds[foldIndex];
    if (fold === undefined) {
      rowOfSpan[i] = length;
      spans[length] = i;
      folds[length] = -1;
      levels[length] = (trace.depths[i] ?? 0) + range.extra;
      length++;
      range.at = collapsed[i] === 0 ? i + 1 : after;
      continue;
    }
    range.at = after;
    if ((rowOfFold[foldIndex] ?? -1) >= 0) continue;
    rowOfFold[foldIndex] = length;
    spans[length] = i;
    folds[length] = foldIndex;
    levels[length] = (trace.depths[i] ?? 0) + range.extra;
    if (openFolds.has(foldIndex)) {
      for (let k = fold.members.length - 1; k >= 0; k--) {
        const member = fold.members[k] ?? 0;
        stack.push({ at: member, end: trace.subtreeEnds[member] ?? member, extra: range.extra + 1, member: true });
      }
    } else {
      for (const member of fold.members) if (visible?.[member] !== 0) rowOfSpan[member] = length;
    }
    length++;
  }
  return {
    length,
    spans: spans.subarray(0, length),
    folds: folds.subarray(0, length),
    levels: levels.subarray(0, length),
    rowOfSpan,
    rowOfFold,
  };
}

/**
 * Marks (1) the chosen spans and all their ancestors, so that the chosen keep their place in the tree. O(spans).
 */
export function withAncestors(trace: Trace, chosen: Uint8Array): Uint8Array {
  const visible = Uint8Array.from(chosen);
  // Children have greater indexes than their parents: one sweep from the end carries the mark up.
  for (let i = trace.length - 1; i > 0; i--) {
    const parent = trace.parents[i] ?? -1;
    if (visible[i] === 1 && parent >= 0) visible[parent] = 1;
  }
  return visible;
}

/** Row that shows the span or, where it is hidden in a collapsed ancestor, that ancestor's row; -1 if filtered out. */
export function rowShowing(trace: Trace, rows: Rows, span: SpanIndex): number {
  for (let i = span; i >= 0; i = trace.parents[i] ?? -1) {
    const row = rows.rowOfSpan[i] ?? -1;
    if (row >= 0) return row;
  }
  return -1;
}
