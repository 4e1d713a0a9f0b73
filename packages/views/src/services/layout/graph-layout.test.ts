// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { computeLayout, layoutKey, nodeBox } from './graph-layout.ts';
import type { LayoutInput } from './graph-layout.ts';

function chain(length: number): LayoutInput {
  return {
    nodes: Array.from({ length }, (_, index) => `n${String(index)}`),
    edges: Array.from({ length: length - 1 }, (_, index) => [index, index + 1] as const),
  };
}

function overlaps(result: ReturnType<typeof computeLayout>): number {
  let count = 0;
  for (let a = 0; a < result.x.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const near = Math.abs((result.x[a] ?? 0) - (result.x[b] ?? 0)) < nodeBox.width / 2;
      count += near && Math.abs((result.y[a] ?? 0) - (result.y[b] ?? 0)) < nodeBox.height / 2 ? 1 : 0;
    }
  }
  return count;
}

describe('computeLayout', () => {
  test('nothing takes no room', () => {
    expect(computeLayout({ nodes: [], edges: [] })).toEqual({ x: [], y: [], routes: [], width: 0, height: 0 });
  });

  test('a chain of calls goes from left to right', () => {
    const { x } = computeLayout(chain(4));
    expect([...x]).toEqual([...x].sort((a, b) => a - b));
  });

  test.each<[string, LayoutInput]>([
    [
      'cycles and self calls',
      {
        nodes: ['a', 'b'],
        edges: [
          [0, 1],
          [1, 0],
          [0, 0],
        ],
      },
    ],
    ['layers', chain(60)],
    ['forces', chain(120)],
  ])('%s: every node has its own place inside the picture', (_, input) => {
    const result = computeLayout(input);
    expect(overlaps(result)).toBe(0);
    expect(Math.min(...result.x, ...result.y)).toBeGreaterThan(0);
    expect(Math.max(...result.x)).toBeLessThan(result.width);
    expect(Math.max(...result.y)).toBeLessThan(result.height);
  });

  test('an edge over several layers keeps clear of the nodes in between', () => {
    const { nodes, edges } = chain(5);
    const { x, y, routes } = computeLayout({ nodes, edges: [...edges, [0, 4]] });
    const route = routes.at(-1) ?? [];
    expect(route.map((point) => point.x)).toEqual(x.slice(1, 4));
    for (const point of route) {
      x.forEach((left, node) => {
        const inside =
          Math.abs(point.x - left) < nodeBox.width / 2 &&
          Math.abs(point.y - nodeBox.rise - (y[node] ?? 0)) < nodeBox.height / 2;
        expect(inside).toBe(false);
      });
    }
  });

  test('the same graph has the same places', () => {
    expect(computeLayout(chain(120))).toEqual(computeLayout(chain(120)));
    expect(layoutKey(chain(3))).toBe(layoutKey(chain(3)));
    expect(layoutKey(chain(3))).not.toBe(layoutKey(chain(4)));
  });
});
