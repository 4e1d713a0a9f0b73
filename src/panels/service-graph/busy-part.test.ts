// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { ServiceGraph } from '@tracewell/views';
import { busyPart, nodeNamed } from './busy-part.ts';

const stats = { errors: 0, p50: 0, p95: 0, p99: 0 };
const node = (id: string) =>
  ({
    id,
    name: id.toUpperCase(),
    kind: 'service',
    requests: 1,
    requestsOverTime: [],
    errorsOverTime: [],
    ...stats,
  }) as const;
const edge = (client: string, server: string, requests: number) =>
  ({ client, server, kind: 'call', requests, ...stats }) as const;
const graph: ServiceGraph = {
  nodes: ['a', 'b', 'c', 'alone'].map(node),
  edges: [edge('a', 'b', 100), edge('b', 'c', 5)],
};

test('rare calls leave, and services that have no other', () => {
  const part = busyPart(graph, 10, 1);
  expect(part.edges.map(({ server }) => server)).toEqual(['b']);
  expect(part.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'alone']);
});

test('no limit, and graphs without rates, leave everything', () => {
  expect(busyPart(graph, 10, 0)).toBe(graph);
  const words = { short: '', stats: [] };
  const foreign = { ...graph, edges: [{ ...edge('a', 'b', 1), words }] };
  expect(busyPart(foreign, 10, 5)).toBe(foreign);
});

test('a focus is a name or an id', () => {
  expect([nodeNamed(graph, ' B '), nodeNamed(graph, ''), nodeNamed(graph, 'nobody')]).toEqual([
    'b',
    undefined,
    undefined,
  ]);
});
