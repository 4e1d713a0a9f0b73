// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import { selfIntervals, selfTimes } from './self-time.ts';

const MS = 1e6;

/** The root is drawn first and is 20 ms long; expected are the times of its own work. */
const cases: [string, string, string][] = [
  ['a leaf', '', '0-20'],
  ['one child', '    |---|', '0-4 8-20'],
  ['two children apart', '  |-|   |-|', '0-2 4-8 10-20'],
  ['two that touch', '  |-|-|', '0-2 6-20'],
  ['two that overlap', '  |-----|\nx    y       |------|', '0-2 11-20'],
  ['one inside another', '  |-------|\nx    y     |-|', '0-2 10-20'],
  ['past the end', '               |----------|', '0-15'],
  ['after the end', '                         |--|', '0-20'],
  ['at the end', '                    |--|', '0-20'],
  ['from the start', '|---|', '4-20'],
  ['two from the start, one past the end', '|---|\nx    y   |------------------------|', ''],
  ['all of it', '|-------------------|', ''],
  ['no duration', '     |', '0-20'],
];

describe('own work of a span with', () => {
  test.each(cases)('%s', (_, child, expected) => {
    const drawn = child === '' ? '' : `x    y   ${child}`;
    const { trace } = traceFromText(`x  root  |-------------------|\n${drawn}`);
    const intervals = selfIntervals(trace, 0);
    expect(intervals.map(({ start, end }) => `${start / MS}-${end / MS}`).join(' ')).toBe(expected);
    expect(selfTimes(trace)[0]).toBe(intervals.reduce((sum, { start, end }) => sum + end - start, 0));
  });

  test('a child that starts first', () => {
    const { trace } = traceFromText(`
      x  root      |---------|
      x    child |----|
    `);
    expect(selfIntervals(trace, 0)).toEqual([{ start: 5 * MS, end: 12 * MS }]);
    expect([...selfTimes(trace)]).toEqual([7 * MS, 5 * MS]);
  });

  test('grandchildren, which do not count', () => {
    const { trace } = traceFromText(`
      x  root      |---------|
      x    child     |----|
      x      grandchild   |------|
    `);
    expect([...selfTimes(trace)]).toEqual([5 * MS, 5 * MS, 7 * MS]);
  });
});
