// SPDX-License-Identifier: Apache-2.0
//
// Numbers of metrics for people, by what they count.
import { formatRate } from '../charts/rate.ts';
import { formatCount, formatDuration } from '../format/index.ts';
import type { MetricsUnit } from './metrics-query.ts';

/** A value with its unit: `1.24 s`, `41/s`, `1,204`; an en dash where there is none. */
export function formatMetric(value: number | undefined, unit: MetricsUnit): string {
  if (value === undefined) {
    return '\u2013';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '\u221e' : '-\u221e';
  }
  switch (unit) {
    case 'seconds':
      return value === 0 ? '0 s' : formatDuration(Math.round(value * 1e9));
    case 'perSecond':
      return value < 0 ? `-${formatRate(-value)}` : formatRate(value);
    case 'count':
      return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
    case 'number':
      return formatNumber(value);
  }
}

function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return value.toExponential(2);
  }
  return value.toLocaleString('en-US', { maximumSignificantDigits: size >= 1000 ? 6 : 4 });
}

/** Lengths of a step that people read easily. */
const steps = [
  ...[50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
];
const day = 86_400_000;

/** The least round step, in milliseconds, that cuts `rangeMs` into at most `most` parts. */
export function stepFor(rangeMs: number, most: number): number {
  const wanted = rangeMs / Math.max(1, most);
  return steps.find((step) => step >= wanted) ?? Math.ceil(wanted / day) * day;
}
