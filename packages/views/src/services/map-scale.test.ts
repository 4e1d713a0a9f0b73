// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { arcPath, edgePath, edgeWidth, nodeRadius } from './map-scale.ts';

test('sizes grow with the requests and stay within bounds', () => {
  expect(nodeRadius(0, 100)).toBe(12);
  expect(nodeRadius(100, 100)).toBe(26);
  expect(nodeRadius(10, 100)).toBeGreaterThan(nodeRadius(1, 100));
  expect(nodeRadius(1, 1)).toBe(19);
  expect(edgeWidth(100, 100)).toBe(6);
});

test('arcs', () => {
  expect(arcPath(10, 0)).toBe('');
  expect(arcPath(10, 0.25)).toBe('M0 -10A10 10 0 0 1 10.00 -0.00');
  expect(arcPath(10, 0.75)).toContain(' 1 1 ');
  expect(arcPath(10, 1)).toMatch(/^M0 -10A10 10 0 1 1 -0\.01/);
});

test('an edge goes from rim to rim, the way back beside it, a self call in a loop', () => {
  const a = { x: 0, y: 0 };
  const b = { x: 100, y: 0 };
  expect(edgePath(a, 10, b, 10)).toBe('M10.0 0.0Q47.5 8.0 85.0 0.0');
  expect(edgePath(b, 10, a, 10)).toBe('M90.0 0.0Q52.5 -8.0 15.0 0.0');
  expect(edgePath(a, 10, a, 10)).toContain('C');
});
