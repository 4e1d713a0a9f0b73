// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { arcPath, edgeWidth, labelScale, nodeRadius } from './map-scale.ts';

test('sizes grow with the requests and stay within bounds', () => {
  expect(nodeRadius(0, 100)).toBe(13);
  expect(nodeRadius(100, 100)).toBe(24);
  expect(nodeRadius(10, 100)).toBeGreaterThan(nodeRadius(1, 100));
  expect(nodeRadius(1, 1)).toBe(18.5);
  expect(edgeWidth(100, 100)).toBe(6);
});

test('arcs', () => {
  expect(arcPath(10, 0)).toBe('');
  expect(arcPath(10, 0.25)).toBe('M0 -10A10 10 0 0 1 10.00 -0.00');
  expect(arcPath(10, 0.75)).toContain(' 1 1 ');
  expect(arcPath(10, 1)).toBe('M0 -10A10 10 0 0 1 0 10A10 10 0 0 1 0 -10');
});

test('labels of a small map are drawn larger, and shorter', () => {
  expect(labelScale(1)).toEqual({ factor: 1, nameOnly: false });
  expect(labelScale(3)).toEqual({ factor: 1, nameOnly: false });
  const small = labelScale(0.5);
  expect(small.nameOnly).toBe(true);
  expect(small.factor * 0.5 * 12).toBeGreaterThanOrEqual(11);
});
