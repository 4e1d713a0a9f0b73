// SPDX-License-Identifier: Apache-2.0
//
// Whether something grows: a straight line through the samples, by least squares, without their first part, in which a
// process warms up.

export interface Trend {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  /** Per hour. */
  readonly slope: number;
  /** Half the width in which the slope lies, most likely (two standard errors), per hour. */
  readonly doubt: number;
}

/** Of the samples, left out at the beginning. */
export const warmUpShare = 0.2;
/** Growth in an hour, as a share of the mean, that is not worth a word. */
const tolerance = 0.1;

/** Undefined for fewer than three numbers. Times in seconds. */
export function trendOf(times: readonly number[], values: readonly number[]): Trend | undefined {
  const from = Math.floor(times.length * warmUpShare);
  const points = values
    .map((value, index) => ({ x: (times[index] ?? 0) / 3600, y: value, index }))
    .filter(({ y, index }) => index >= from && !Number.isNaN(y));
  const count = points.length;
  if (count < 3) {
    return undefined;
  }
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / count;
  const meanX = mean(({ x }) => x);
  const meanY = mean(({ y }) => y);
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return {
    mean: meanY,
    least: Math.min(...points.map(({ y }) => y)),
    most: Math.max(...points.map(({ y }) => y)),
    slope,
    doubt: 2 * Math.sqrt(rest / (count - 2) / spread),
  };
}

/** The least of each `length` values, in its place; NaN in all others. */
export function floorsOf(values: readonly number[], length: number): number[] {
  const floors = values.map(() => Number.NaN);
  for (let first = 0; first < values.length; first += length) {
    const group = values.slice(first, first + length).map((value) => (Number.isNaN(value) ? Infinity : value));
    const least = Math.min(...group);
    if (least < Infinity) {
      floors[first + group.indexOf(least)] = least;
    }
  }
  return floors;
}

/** In words: what grows does so more than chance and tolerance explain. */
export function verdictOf({ mean, slope, doubt }: Trend): 'flat' | 'grows' | 'falls' {
  if (Math.abs(slope) <= Math.max(doubt, tolerance * Math.abs(mean))) {
    return 'flat';
  }
  return slope > 0 ? 'grows' : 'falls';
}
