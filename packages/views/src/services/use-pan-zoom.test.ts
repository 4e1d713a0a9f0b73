// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { fitView, zoomView } from './use-pan-zoom.ts';

test('fitView shows all of it, centred, and does not enlarge', () => {
  expect(fitView({ width: 100, height: 100 }, { width: 200, height: 100 })).toEqual({ scale: 0.5, x: 0, y: 25 });
  expect(fitView({ width: 100, height: 100 }, { width: 50, height: 50 })).toEqual({ scale: 1, x: 25, y: 25 });
  expect(fitView({ width: 0, height: 0 }, { width: 50, height: 50 })).toEqual({ scale: 1, x: 0, y: 0 });
});

test('zoomView keeps the point under the pointer', () => {
  const view = zoomView({ x: 10, y: 20, scale: 1 }, 2, 110, 120);
  expect(view).toEqual({ scale: 2, x: -90, y: -80 });
  // The point (100, 100) of the picture was and is at (110, 120).
  expect(view.x + 100 * view.scale).toBe(110);
  expect(zoomView(view, 1000, 0, 0).scale).toBe(3);
});
