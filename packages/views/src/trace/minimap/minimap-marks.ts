// SPDX-License-Identifier: Apache-2.0
//
// What the minimap draws: a trace of any size as few boxes. Each line of pixels stands for some spans; of these the
// longest few are drawn, and everything with an error, so that a map of 250,000 spans costs little more than one of 100.

import { STATUS_ERROR, type Trace } from '@tracewell/trace';

export interface MinimapMark {
  /** Pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Index into `serviceNames`. */
  readonly service: number;
  readonly error: boolean;
}

const PER_LINE = 6;
const ERRORS_PER_LINE = 6;

/** Marks of a trace on a map of `width` by `height` pixels. O(spans). */
export function minimapMarks(trace: Trace, width: number, height: number): MinimapMark[] {
  const n = trace.length;
  if (n === 0 || width <= 0 || trace.duration <= 0) return [];
  const scale = width / trace.duration;
  const lines = Math.min(n, Math.max(1, Math.floor(height / 2)));
  const lineHeight = Math.min(6, height / lines);
  const marks: MinimapMark[] = [];
  const mark = (span: number, line: number, error: boolean): void => {
    const start = trace.starts[span] ?? 0;
    const x = Math.min(start * scale, width - 1);
    marks.push({
      x,
      y: line * lineHeight,
      width: Math.max(error ? 3 : 1, ((trace.ends[span] ?? 0) - start) * scale),
      height: Math.max(1, lineHeight - (lineHeight > 2 ? 1 : 0)),
      service: trace.services[span] ?? 0,
      error,
    });
  };
  for (let line = 0; line < lines; line++) {
    const from = Math.floor((line * n) / lines);
    const to = Math.floor(((line + 1) * n) / lines);
    const longest: number[] = [];
    let errors = 0;
    const failed: number[] = [];
    for (let span = from; span < to; span++) {
      if (trace.statusCodes[span] === STATUS_ERROR && errors < ERRORS_PER_LINE) {
        failed.push(span);
        errors++;
      }
      const duration = (trace.ends[span] ?? 0) - (trace.starts[span] ?? 0);
      const shortest = longest.at(-1);
      if (longest.length === PER_LINE && shortest !== undefined && duration <= durationOf(trace, shortest)) continue;
      let place = longest.length;
      while (place > 0 && durationOf(trace, longest[place - 1] ?? 0) < duration) place--;
      longest.splice(place, 0, span);
      if (longest.length > PER_LINE) longest.pop();
    }
    for (const span of longest) mark(span, line, false);
    for (const span of failed) mark(span, line, true);
  }
  return marks;
}

function durationOf(trace: Trace, span: number): number {
  return (trace.ends[span] ?? 0) - (trace.starts[span] ?? 0);
}
