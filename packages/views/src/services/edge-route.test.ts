// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { edgePath } from './edge-route.ts';

const end = (x: number, y: number) => ({ x, y, radius: 10 });
describe('edgePath', () => {
  test('leaves and arrives level, at the sides that face each other', () => {
    expect(edgePath(end(0, 0), end(324, 100), [])).toBe('M10.0 0.0H62.0C162.0 0.0 162.0 100.0 262.0 100.0H309.0');
    expect(edgePath(end(324, 0), end(0, 100), [])).toBe('M314.0 0.0H262.0C162.0 0.0 162.0 100.0 62.0 100.0H15.0');
  });
  test('crosses a layer level, over the whole width of its nodes', () => {
    expect(edgePath(end(0, 0), end(400, 0), [{ x: 200, y: 90 }])).toContain('138.0 90.0H262.0C');
  });
  test('is a bend without layers, and a loop for a call of itself', () => {
    expect(edgePath(end(0, 0), end(100, 0), undefined)).toBe('M10.0 0.0Q47.5 8.0 85.0 0.0');
    expect(edgePath(end(5, 5), end(5, 5), [])).toMatch(/^M-1\.0 -3\.0C/);
  });
});
