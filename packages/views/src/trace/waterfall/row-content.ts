// SPDX-License-Identifier: Apache-2.0
//
// What one row of the waterfall draws in its time column, as plain figures: pure, so that it can be tested, and so
// that the component only puts it on screen.

import { STATUS_ERROR, type SpanIndex, type Trace } from '@tracewell/trace';
import { formatDuration } from '../../format/index.ts';
import type { TraceAnalysis } from '../analysis/trace-analysis.ts';
import { boxPath, mergeIntervals, ownWork, shadedRuns, toRuns } from '../layout/bars.ts';
import type { Viewport } from '../layout/viewport.ts';

export interface RowBar {
  /** Path of the whole bar (light). */
  readonly whole: string;
  /** Path of the span's own work (solid). */
  readonly own: string;
  /** Path of the critical path's sections (a line under the bar). */
  readonly critical: string;
  readonly label: string;
  /** Where the label stands, in pixels from the left. */
  readonly labelLeft: number;
  /** Path of a box under the label where it lies on the bar for want of room; '' elsewhere. */
  readonly labelBack: string;
  /** Centre of the error sign after the label. */
  readonly errorAt: number;
}

/** The room of a row: what is on screen, on how many pixels, and how many more there are for labels. */
export interface RowRoom {
  readonly viewport: Viewport;
  readonly width: number;
  readonly gutter: number;
}

const BAR_TOP = 6;
const BAR_HEIGHT = 12;
const LINE_TOP = 19;
const LINE_HEIGHT = 2;
/** Least width of a bar: what is too short to see should still be seen. */
const LEAST = 2;
// Figures of 12 px text; an estimate is enough to decide on which side of the bar there is room.
const CHARACTER = 7;
const ERROR_ICON = 16;

interface Shape {
  readonly whole: readonly number[];
  readonly own: readonly number[];
}

function shapeOf(trace: Trace, members: ArrayLike<SpanIndex>): Shape {
  const whole: number[] = [];
  const own: number[] = [];
  for (let k = 0; k < members.length; k++) {
    const span = members[k] ?? 0;
    whole.push(trace.starts[span] ?? 0, trace.ends[span] ?? 0);
    for (const time of ownWork(trace, span)) own.push(time);
  }
  return { whole: mergeIntervals(whole), own: mergeIntervals(own) };
}

/** The bar of one span. `leaf`: nothing of its subtree has a row (collapsed), so its line shows all of the subtree. */
export function spanBar(
  trace: Trace,
  analysis: TraceAnalysis,
  span: SpanIndex,
  collapsed: boolean,
  room: RowRoom
): RowBar {
  const start = trace.starts[span] ?? 0;
  const end = trace.ends[span] ?? 0;
  const critical = collapsed ? analysis.criticalWithin(span) : analysis.criticalOf(span);
  const label = formatDuration(end - start);
  return layoutBar(
    { whole: [start, end], own: ownWork(trace, span) },
    critical,
    label,
    trace.statusCodes[span] === STATUS_ERROR,
    room
  );
}

/** The bars of a fold's members in one row; the label is the time that they cover together. */
export function foldBar(trace: Trace, analysis: TraceAnalysis, members: ArrayLike<SpanIndex>, room: RowRoom): RowBar {
  const shape = shapeOf(trace, members);
  const critical: number[] = [];
  let error = false;
  for (let k = 0; k < members.length; k++) {
    const within = analysis.criticalWithin(members[k] ?? 0);
    for (let s = 0; s < within.length; s++) critical.push(within[s] ?? 0);
    error ||= trace.statusCodes[members[k] ?? 0] === STATUS_ERROR;
  }
  let covered = 0;
  for (let k = 0; k + 1 < shape.whole.length; k += 2) covered += (shape.whole[k + 1] ?? 0) - (shape.whole[k] ?? 0);
  return layoutBar(shape, mergeIntervals(critical), formatDuration(covered), error, room);
}

function layoutBar(
  shape: Shape,
  critical: ArrayLike<number>,
  duration: string,
  error: boolean,
  { viewport, width, gutter }: RowRoom
): RowBar {
  const whole = toRuns(shape.whole, viewport, width, LEAST);
  const line = toRuns(critical, viewport, width, 1);
  const first = whole[0];
  const last = whole.at(-1);
  const start = shape.whole[0] ?? 0;
  // Off screen: the label stands at the edge behind which the bar lies, and says so.
  const label = first !== undefined ? duration : start > viewport.to ? `${duration} \u203a` : `\u2039 ${duration}`;
  const text = Math.ceil(label.length * CHARACTER);
  const needed = text + (error ? ERROR_ICON : 0) + 10;
  let left: number;
  let inside = false;
  if (first === undefined || last === undefined) {
    left = start > viewport.to ? width + gutter - needed : 4;
  } else if (last.left + last.width + needed <= width + gutter) {
    left = last.left + last.width + 5;
  } else if (first.left >= needed) {
    left = first.left - needed + 5;
  } else {
    left = width + gutter - needed;
    inside = true;
  }
  left = Math.round(left);
  return {
    whole: boxPath(whole, BAR_TOP, BAR_HEIGHT),
    own: boxPath(shadedRuns(shape.own, viewport, width, whole), BAR_TOP, BAR_HEIGHT),
    critical: boxPath(line, LINE_TOP, LINE_HEIGHT),
    label,
    labelLeft: left,
    labelBack: inside ? boxPath([{ left: left - 4, width: needed }], 4, 16) : '',
    errorAt: left + text + 10,
  };
}

/** Path of small ticks at the given times (nanoseconds from the trace's start). */
export function tickPath(times: readonly number[], viewport: Viewport, width: number): string {
  const scale = width / (viewport.to - viewport.from);
  const runs = times
    .filter((time) => time >= viewport.from && time <= viewport.to)
    .map((time) => ({ left: Math.min(width - 2, Math.max(0, (time - viewport.from) * scale - 1)), width: 2 }));
  return boxPath(runs, 3, 18);
}

/** Times of a span's events, nanoseconds from the trace's start. */
export function eventTimes(trace: Trace, span: SpanIndex): number[] {
  return trace.spanAt(span).events.map((event) => Number(event.timeUnixNano - trace.startUnixNano));
}
