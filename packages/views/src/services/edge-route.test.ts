// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { edgePath } from './edge-route.ts';

const end = (x: number, y: number) => ({ x, y, radius: 10 });
const numbers = (path: string) => path.match(/-?[\d.]+/g)?.map(Number) ?? [];

describe('edgePath', () => {
  test('leaves and arrives level, at the sides that face each other', () => {
    const path = edgePath(end(0, 0), end(400, 100), [{ x: 200, y: 80 }]);
    expect(path).toMatch(/^M10\.0 0\.0H62\.0C/);
    expect(path).toMatch(/338\.0 100\.0H385\.0$/);
    expect(edgePath(end(400, 0), end(0, 100), [{ x: 200, y: 80 }])).toMatch(/^M390\.0 0\.0H338\.0C.*H15\.0$/);
  });
  test('goes through the points in between and not beyond them', () => {
    const path = edgePath(end(0, 0), end(600, 0), [
      { x: 200, y: 90 },
      { x: 400, y: 90 },
    ]);
    expect(path).toContain('200.0 90.0');
    expect(path).toContain('400.0 90.0');
    const heights = [...path.matchAll(/C([^CH]*)/g)].flatMap(([, curve = '']) =>
      numbers(curve).filter((_, index) => index % 2 === 1)
    );
    expect(Math.max(...heights)).toBe(90);
    expect(Math.min(...heights)).toBe(0);
  });
  test('is a bend without layers, and a loop for a call of itself', () => {
    expect(edgePath(end(0, 0), end(100, 0), [])).toBe('M10.0 0.0Q47.5 8.0 85.0 0.0');
    expect(edgePath(end(5, 5), end(5, 5), [])).toMatch(/^M-1\.0 -3\.0C/);
  });
});
