// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import { largeTrace } from '../testing/shop-trace.ts';
import { minimapMarks } from './minimap-marks.ts';

test('a small trace has a mark for each span, and one more for each error', () => {
  const { trace } = traceFromText(`
    web   GET /     |--------|
    cart    GetCart     |----|  [status=error]
  `);
  const marks = minimapMarks(trace, 90, 48);
  expect(marks.map(({ x, width, error }) => [Math.round(x), Math.round(width), error])).toEqual([
    [0, 90, false],
    [40, 50, false],
    [40, 50, true],
  ]);
});

test('a large trace has few marks, all on the map', () => {
  const marks = minimapMarks(largeTrace(20_000), 1000, 48);
  expect(marks.length).toBeLessThan(48 * 12);
  expect(marks.some((mark) => mark.error)).toBe(true);
  for (const mark of marks) {
    expect(mark.x).toBeLessThan(1000);
    expect(mark.y + mark.height).toBeLessThanOrEqual(49);
  }
});
