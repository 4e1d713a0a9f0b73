// SPDX-License-Identifier: Apache-2.0
//
// From times to pixels: the runs of a bar. Runs that touch or are closer than a pixel are drawn as one, so that a
// row costs as much as its width and not as much as its span has children.

import type { SpanIndex, Trace } from '@tracewell/trace';
import type { Viewport } from './viewport.ts';

/** Alternating starts and ends, in nanoseconds, ascending and disjoint. */
export type Intervals = ArrayLike<number>;

/** Pixels from the left of the time column; clipped to it. */
export interface Run {
  readonly left: number;
  readonly width: number;
}

/** The times within a span at which none of its children ran: its own work. O(children). */
export function ownWork(trace: Trace, span: SpanIndex): number[] {
  const start = trace.starts[span] ?? 0;
  const end = trace.ends[span] ?? 0;
  const after = trace.subtreeEnds[span] ?? span + 1;
  const own: number[] = [];
  // Siblings are ordered by their start, so what is covered grows to the right.
  let covered = start;
  for (let child = span + 1; child < after && covered < end; child = trace.subtreeEnds[child] ?? after) {
    const from = trace.starts[child] ?? 0;
    if (from > covered) own.push(covered, Math.min(from, end));
    covered = Math.max(covered, Math.min(end, trace.ends[child] ?? 0));
  }
  if (covered < end || after === span + 1) own.push(covered, end);
  return own;
}

/**
 * Intervals as pixel runs of a column `width` pixels wide. A run that is on screen is at least `least` pixels wide;
 * runs less than one pixel apart become one.
 */
export function toRuns(intervals: Intervals, viewport: Viewport, width: number, least = 1): Run[] {
  const scale = width / (viewport.to - viewport.from);
  const runs: { left: number; width: number }[] = [];
  let last: { left: number; width: number } | undefined;
  for (let k = 0; k + 1 < intervals.length; k += 2) {
    const from = intervals[k] ?? 0;
    const to = intervals[k + 1] ?? 0;
    if (to < viewport.from || from > viewport.to) continue;
    const left = Math.max(0, (from - viewport.from) * scale);
    const right = Math.min(width, Math.max((to - viewport.from) * scale, left + least));
    const start = Math.min(left, width - least);
    if (last !== undefined && start - (last.left + last.width) < 1) {
      last.width = Math.max(last.width, right - last.left);
    } else {
      last = { left: start, width: Math.max(least, right - start) };
      runs.push(last);
    }
  }
  return runs;
}

/**
 * Intervals as runs that cover as much of the width as the intervals cover of the time, also where they are thinner than
 * a pixel: two hundred slivers of work become a hatching of the right density and not one solid box. Each pixel is on or off; what
 * was rounded is carried to the next. Where the whole bar (`whole`) is hardly wider than a pixel it is all on.
 */
export function shadedRuns(intervals: Intervals, viewport: Viewport, width: number, whole: readonly Run[]): Run[] {
  const first = whole[0];
  const last = whole.at(-1);
  if (first === undefined || last === undefined || intervals.length === 0) return [];
  if (last.left + last.width - first.left <= 3) return [...whole];
  const scale = width / (viewport.to - viewport.from);
  const from = Math.floor(first.left);
  const covered = new Float64Array(Math.ceil(last.left + last.width) - from + 1);
  for (let k = 0; k + 1 < intervals.length; k += 2) {
    const left = Math.max(first.left, ((intervals[k] ?? 0) - viewport.from) * scale) - from;
    const right = Math.min(last.left + last.width, ((intervals[k + 1] ?? 0) - viewport.from) * scale) - from;
    for (let pixel = Math.floor(Math.max(0, left)); pixel < right; pixel++) {
      covered[pixel] = (covered[pixel] ?? 0) + Math.min(right, pixel + 1) - Math.max(left, pixel);
    }
  }
  const runs: { left: number; width: number }[] = [];
  let carried = 0;
  let run: { left: number; width: number } | undefined;
  for (let pixel = 0; pixel < covered.length; pixel++) {
    carried += covered[pixel] ?? 0;
    if (carried < 0.5) {
      run = undefined;
      continue;
    }
    carried -= 1;
    if (run === undefined) runs.push((run = { left: from + pixel, width: 1 }));
    else run.width++;
  }
  return runs;
}

/** Intervals in any order, overlapping or not, as ascending disjoint ones. O(n log n). */
export function mergeIntervals(intervals: Intervals): number[] {
  const order = Array.from({ length: intervals.length >> 1 }, (_, k) => k * 2);
  order.sort((a, b) => (intervals[a] ?? 0) - (intervals[b] ?? 0));
  const merged: number[] = [];
  for (const k of order) {
    const from = intervals[k] ?? 0;
    const to = intervals[k + 1] ?? 0;
    const end = merged.at(-1);
    if (end !== undefined && from <= end) merged[merged.length - 1] = Math.max(end, to);
    else merged.push(from, to);
  }
  return merged;
}

/** Runs as an SVG path of boxes, `height` pixels high from `top`; figures rounded to a tenth of a pixel. */
export function boxPath(runs: readonly Run[], top: number, height: number): string {
  let path = '';
  for (const run of runs) {
    path += `M${round(run.left)} ${top}h${round(run.width)}v${height}h-${round(run.width)}z`;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
