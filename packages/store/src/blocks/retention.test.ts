// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { RetentionClock, chooseExpired } from './retention.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 1_760_000_000_000;
const part = (name: string, lastArrival: number, bytes = 100) => ({ name, bytes, lastArrival });
const names = (parts: readonly { readonly name: string }[]): string[] => parts.map(({ name }) => name);

test('age counts from arrival, to the millisecond', () => {
  const parts = [part('older', NOW - 7 * DAY - 1), part('just so old', NOW - 7 * DAY), part('fresh', NOW - DAY)];
  expect(names(chooseExpired(parts, { maxAgeMs: 7 * DAY, maxBytes: 1e9 }, 0, NOW))).toEqual(['older']);
});

test('beyond the size the earliest arrived go, and what cannot be deleted counts', () => {
  const parts = [part('c', 3), part('a', 1), part('b', 2)];
  const retention = { maxAgeMs: 1e15, maxBytes: 250 };
  expect(names(chooseExpired(parts, retention, 0, NOW))).toEqual(['a']);
  expect(names(chooseExpired(parts, retention, 60, NOW))).toEqual(['a', 'b']);
  expect(names(chooseExpired(parts, retention, 1000, NOW))).toEqual(['a', 'b', 'c']);
});

test('what was set aside goes by size, in its turn, and never by age', () => {
  const parts = [part('block', 2), { ...part('set aside', 1), isSetAside: true }, part('young', NOW)];
  expect(names(chooseExpired(parts, { maxAgeMs: DAY, maxBytes: 1000 }, 0, NOW))).toEqual(['block']);
  expect(names(chooseExpired(parts, { maxAgeMs: 1e15, maxBytes: 250 }, 0, NOW))).toEqual(['set aside']);
});

describe('the clock of retention', () => {
  const at = (steps: readonly (readonly [wall: number, monotonic: number])[], newest?: number): number[] => {
    const clock = new RetentionClock(7 * DAY, newest, steps[0]?.[0] ?? 0, steps[0]?.[1] ?? 0);
    return steps.map(([wall, monotonic]) => clock.now(wall, monotonic));
  };

  test('goes with the wall clock as long as that goes with time, corrections included', () => {
    expect(
      at([
        [NOW, 0],
        [NOW + 1000, 1000],
        [NOW + 32_000, 2000],
        [NOW + 30_000, 3000],
      ])
    ).toEqual([NOW, NOW + 1000, NOW + 32_000, NOW + 30_000]);
  });

  test('does not believe a jump of a year for an hour, and does so afterwards', () => {
    const year = 365 * DAY;
    expect(
      at([
        [NOW, 0],
        [NOW + year, 1000],
        [NOW + year + HOUR - 1000, HOUR],
        [NOW + year + HOUR, HOUR + 1000],
      ])
    ).toEqual([NOW, NOW + 1000, NOW + HOUR, NOW + year + HOUR]);
  });

  test('forgets a jump that was taken back', () => {
    const far = NOW + 1000 * DAY;
    expect(
      at([
        [NOW, 0],
        [far, 1000],
        [NOW + 2000, 2000],
        [far, HOUR],
        [NOW + HOUR + 1, HOUR + 1],
      ])
    ).toEqual([NOW, NOW + 1000, NOW + 2000, NOW + HOUR, NOW + HOUR + 1]);
  });

  test('believes a jump back at once', () => {
    expect(
      at([
        [NOW, 0],
        [NOW - 5 * HOUR, 1000],
      ])
    ).toEqual([NOW, NOW - 5 * HOUR]);
  });

  test('starts at the last arrival, if the wall clock is far ahead of it', () => {
    expect(
      at(
        [
          [NOW, 0],
          [NOW + 10, 10],
          [NOW + HOUR, HOUR],
        ],
        NOW - 9 * DAY
      )
    ).toEqual([NOW - 9 * DAY, NOW - 9 * DAY + 10, NOW + HOUR]);
  });
});
