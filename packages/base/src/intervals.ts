// SPDX-License-Identifier: Apache-2.0
//
// Half-open intervals on a number line, and how much of it they cover together.

export interface Interval {
  readonly start: number;
  /** Not before `start`. */
  readonly end: number;
}

/** The union of `intervals` as intervals that are sorted and touch nowhere. Empty ones vanish. O(n log n). */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  let last: { start: number; end: number } | undefined;
  for (const { start, end } of sorted) {
    if (last === undefined || start > last.end) {
      last = { start, end };
      merged.push(last);
    } else if (end > last.end) {
      last.end = end;
    }
  }
  return merged;
}

/** Length of the union of `intervals`: what several cover at once counts once. */
export function unionLength(intervals: readonly Interval[]): number {
  return mergeIntervals(intervals).reduce((total, { start, end }) => total + (end - start), 0);
}
