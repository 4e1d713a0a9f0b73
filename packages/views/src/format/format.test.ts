// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import {
  countOf,
  durationColumnUnit,
  formatDateTime,
  formatDuration,
  formatDurationIn,
  formatPeriod,
  formatRelative,
  formatShare,
  formatTime,
  formatUtcNanos,
} from './index.ts';

describe('durations', () => {
  test.each([
    [0, '0 ns'],
    [1, '1 ns'],
    [999, '999 ns'],
    [1500, '1.5 \u00b5s'],
    [860_000, '860 \u00b5s'],
    [999_600, '1 ms'],
    [1_240_000_000, '1.24 s'],
    [99_990_000, '100 ms'],
    [90_000_000_000, '1 m 30 s'],
    [7_200_000_000_000, '2 h'],
    [1_240_000_000n, '1.24 s'],
    [-1_240_000_000, '-1.24 s'],
  ])('%p is %p', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text);
  });

  test('a column has the unit of its greatest value', () => {
    const unit = durationColumnUnit([2_000_000_000, 4_000_000, 900]);
    expect([2_000_000_000, 40_000_000, 900].map((v) => formatDurationIn(v, unit))).toEqual([
      '2.00 s',
      '0.04 s',
      '<0.01 s',
    ]);
    expect(durationColumnUnit([]).symbol).toBe('ns');
  });
});

describe('times', () => {
  const time = 1_763_683_471_120_000_017n;
  test('in the zone of the host', () => {
    expect(formatDateTime(time, 'utc')).toBe('2025-11-21 00:04:31.120');
    expect(formatDateTime(time, 'America/New_York')).toBe('2025-11-20 19:04:31.120');
    expect(formatDateTime(1_763_683_471_120, 'utc')).toBe('2025-11-21 00:04:31.120');
  });
  test('the date is left out on the same day of the zone', () => {
    const later = 1_763_690_000_000;
    expect(formatTime(time, 'utc', later)).toBe('00:04:31.120');
    expect(formatTime(time, 'utc', later + 86_400_000)).toBe('2025-11-21 00:04:31.120');
  });
  test('all nanoseconds, and the ends of 64 bits', () => {
    expect(formatUtcNanos(time)).toBe('2025-11-21T00:04:31.120000017Z');
    expect(formatUtcNanos(0n)).toBe('1970-01-01T00:00:00.000000000Z');
    expect(formatUtcNanos(18_446_744_073_709_551_615n)).toBe('2554-07-21T23:34:33.709551615Z');
  });
  test('relative', () => {
    expect(formatRelative(0, 180_000)).toBe('3 min ago');
    expect(formatRelative(180_000, 0)).toBe('in 3 min');
    expect(formatRelative(500, 900)).toBe('just now');
  });
});

test.each([
  [7 * 86_400_000, '7 days'],
  [36 * 3_600_000, '1 day'],
  [12 * 3_600_000, '12 hours'],
  [60_000, '1 hour'],
])('a period of %d ms is %s', (ms, text) => {
  expect(formatPeriod(ms)).toBe(text);
});

test('counts and shares', () => {
  expect(countOf(1, 'span')).toBe('1 span');
  expect(countOf(1204, 'span')).toBe('1,204 spans');
  expect(formatShare(64, 100)).toBe('64 %');
  expect(formatShare(21, 1000)).toBe('2.1 %');
  expect(formatShare(1, 100_000)).toBe('<0.1 %');
  expect(formatShare(1, 0)).toBe('0 %');
});
