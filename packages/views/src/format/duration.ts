// SPDX-License-Identifier: Apache-2.0
//
// Durations for people: three significant figures and one unit. In a column every cell has the same unit, so that
// numbers can be compared by their length; the unit is chosen from the greatest value.

import { countOf } from './number.ts';

// A duration by itself, in its own unit, is the domain's wording: `1.24 s`, `2 m 5 s`.
export { formatDuration } from '@tracewell/trace';

export interface DurationUnit {
  readonly symbol: string;
  readonly nanos: number;
}

const units: readonly DurationUnit[] = [
  { symbol: 'ns', nanos: 1 },
  { symbol: '\u00b5s', nanos: 1e3 },
  { symbol: 'ms', nanos: 1e6 },
  { symbol: 's', nanos: 1e9 },
  { symbol: 'min', nanos: 60e9 },
  { symbol: 'h', nanos: 3600e9 },
  { symbol: 'd', nanos: 86_400e9 },
];
const nanosecond: DurationUnit = { symbol: 'ns', nanos: 1 };

function toNumber(nanos: number | bigint): number {
  return typeof nanos === 'bigint' ? Number(nanos) : nanos;
}

/** The unit in which the given duration (nanoseconds) has its first figures before the point. */
export function durationUnit(nanos: number | bigint): DurationUnit {
  const size = Math.abs(toNumber(nanos));
  let chosen = nanosecond;
  for (const unit of units) {
    // 999.6 us would be rounded to "1000 us": it is 1 ms.
    if (size >= unit.nanos * 0.9995) chosen = unit;
  }
  return chosen;
}

/** The unit for a column of durations: that of the greatest; 'ns' for an empty column. */
export function durationColumnUnit(values: Iterable<number | bigint>): DurationUnit {
  let greatest = 0;
  for (const value of values) greatest = Math.max(greatest, Math.abs(toNumber(value)));
  return durationUnit(greatest);
}

/** The number of a duration in a unit, three significant figures at most, `<0.01` for what would be rounded to 0. */
export function durationFigure(nanos: number | bigint, unit: DurationUnit): string {
  const value = toNumber(nanos) / unit.nanos;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (unit.nanos === 1) return String(Math.round(value));
  if (size < 0.005) return value < 0 ? '>-0.01' : '<0.01';
  if (size >= 99.95) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** A duration in the given unit, `1.24 s`; to be used with {@link durationColumnUnit} in columns. */
export function formatDurationIn(nanos: number | bigint, unit: DurationUnit): string {
  return `${durationFigure(nanos, unit)} ${unit.symbol}`;
}

/** How long a store keeps spans, in whole days, or hours if it is less than one: `7 days`, `12 hours`. `ms` is milliseconds. */
export function formatPeriod(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days >= 1 ? countOf(days, 'day') : countOf(Math.max(1, Math.floor(ms / 3_600_000)), 'hour');
}

/** A duration with every nanosecond, for hovering: `1,240,000,017 ns`. */
export function formatExactNanos(nanos: number | bigint): string {
  return `${nanos.toLocaleString('en-US')} ns`;
}
