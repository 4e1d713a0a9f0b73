// SPDX-License-Identifier: Apache-2.0
//
// A range of time as the two APIs take it.
import type { TimeRange } from '@tracewell/views';

/** Milliseconds as nanoseconds in decimal. */
export function nanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

/** For Tracewell's own endpoints: nanoseconds. */
export function nanosQuery(range: TimeRange): { start: string; end: string } {
  return { start: nanos(range.from), end: nanos(range.to) };
}

/** Tempo's endpoints take whole seconds; rounded outwards so that nothing of the range is lost. */
export function secondsQuery(range: TimeRange): { start: number; end: number } {
  return { start: Math.floor(range.from / 1000), end: Math.ceil(range.to / 1000) };
}
