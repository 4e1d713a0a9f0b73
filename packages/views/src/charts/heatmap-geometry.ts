// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of the duration heatmap. Cell c holds durations of [2^(c/4), 2^((c+1)/4)) nanoseconds, so on a
// logarithmic axis all cells are equally high; the axis counts in cells (position 4 * log2(ns)).

const cellsPerDoubling = 4;

/** Position on the axis, in cells, of a duration in nanoseconds; durations below 1 ns are at 0. */
export function cellPosition(nanos: number): number {
  return nanos < 1 ? 0 : cellsPerDoubling * Math.log2(nanos);
}

/** Duration in nanoseconds at a position on the axis. */
export function cellNanos(position: number): number {
  return 2 ** (position / cellsPerDoubling);
}

export type HeatmapColumn = readonly (readonly [number, number, number])[];

/** Smallest and largest position that the data use, with room around; two decades around 10 ms where there are none. */
export function cellRange(columns: readonly HeatmapColumn[]): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const column of columns) {
    for (const [cell] of column) {
      min = Math.min(min, cell);
      max = Math.max(max, cell + 1);
    }
  }
  if (min > max) {
    return { min: Math.floor(cellPosition(1e6)), max: Math.ceil(cellPosition(1e8)) };
  }
  return { min: Math.max(0, min - 1), max: max + 1 };
}

const roundDurations = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 6e10, 6e11, 3.6e12, 3.6e13, 8.64e13];

/** Positions of round durations within the range, thinned to at most `most`. */
export function durationTicks(range: { min: number; max: number }, most: number): number[] {
  const inside = roundDurations.map(cellPosition).filter((position) => position >= range.min && position <= range.max);
  const every = Math.max(1, Math.ceil(inside.length / Math.max(1, most)));
  return inside.filter((_, index) => index % every === 0);
}

/** How strongly a cell is painted, 0.15 to 1: logarithmic, so that one slow request is still seen beside thousands. */
export function cellOpacity(count: number, greatest: number): number {
  if (count <= 0) {
    return 0;
  }
  return greatest <= 1 ? 0.6 : 0.15 + 0.85 * (Math.log(1 + count) / Math.log(1 + greatest));
}

/** The greatest count of any cell, 0 for an empty heatmap. */
export function greatestCount(columns: readonly HeatmapColumn[]): number {
  let greatest = 0;
  for (const column of columns) {
    for (const [, count] of column) {
      greatest = Math.max(greatest, count);
    }
  }
  return greatest;
}

/** A dot with its place in pixels. */
export interface PlacedDot<T> {
  readonly item: T;
  readonly left: number;
  readonly top: number;
}

/**
 * The dots that leave the cells below them readable: `dots` come most important first, one nearer than `distance` to
 * another before it is left out, and `most` are enough.
 */
export function thinDots<T>(dots: readonly PlacedDot<T>[], distance: number, most: number): readonly PlacedDot<T>[] {
  const kept: PlacedDot<T>[] = [];
  for (const dot of dots) {
    if (kept.length >= most) {
      break;
    }
    if (kept.every(({ left, top }) => Math.hypot(left - dot.left, top - dot.top) >= distance)) {
      kept.push(dot);
    }
  }
  return kept;
}

/** What a drag over the heatmap chose: milliseconds since 1970 and nanoseconds. */
export interface HeatmapBox {
  readonly from: number;
  readonly to: number;
  readonly minNanos: number;
  readonly maxNanos: number;
}

/** A duration as a TraceQL literal with three significant figures, rounded down or up so that the box only grows. */
export function durationLiteral(nanos: number, round: 'down' | 'up'): string {
  const units: readonly [string, number][] = [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
    ['ns', 1],
  ];
  const [symbol, size] = units.find(([, unit]) => nanos >= unit) ?? ['ns', 1];
  const value = nanos / size;
  if (symbol === 'ns') {
    return `${String(round === 'down' ? Math.floor(value) : Math.ceil(value))}ns`;
  }
  const scale = 10 ** Math.max(0, 2 - Math.floor(Math.log10(value)));
  const rounded = (round === 'down' ? Math.floor(value * scale) : Math.ceil(value * scale)) / scale;
  return `${String(rounded)}${symbol}`;
}
