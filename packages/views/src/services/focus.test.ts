// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { ServiceEdge, ServiceGraph, ServiceNode } from '../host.ts';
import { edgeQuery, errorShare, focusGraph, neighbours, nodeQuery } from './focus.ts';

const stats = { requests: 1, errors: 0, p50: 1, p95: 1, p99: 1 };
function node(name: string, kind: ServiceNode['kind'] = 'service'): ServiceNode {
  return { ...stats, id: name, name, kind, requestsOverTime: [], errorsOverTime: [] };
}
function edge(client: string, server: string, requests = 1): ServiceEdge {
  return { ...stats, requests, client, server, kind: 'call' };
}
const graph: ServiceGraph = {
  nodes: ['a', 'b', 'c', 'd'].map((name) => node(name)),
  edges: [edge('a', 'b'), edge('b', 'c', 5), edge('c', 'd'), edge('b', 'a', 9)],
};

describe('focusGraph', () => {
  test.each([
    [undefined, 1, 'abcd'],
    ['nobody', 1, 'abcd'],
    ['a', 1, 'ab'],
    ['b', 1, 'abc'],
    ['a', 2, 'abc'],
  ])('focus %s, %d hops: %s', (focus, hops, expected) => {
    const focused = focusGraph(graph, focus, hops);
    expect(focused.nodes.map(({ id }) => id).join('')).toBe(expected);
    expect(focused.edges.every(({ client, server }) => expected.includes(client) && expected.includes(server))).toBe(
      true
    );
  });
});

test('neighbours, busiest first', () => {
  const { callers, callees } = neighbours(graph, 'b');
  expect(callers.map(({ client }) => client)).toEqual(['a']);
  expect(callees.map(({ server }) => server)).toEqual(['a', 'c']);
});

test('errorShare', () => {
  expect(errorShare({ requests: 0, errors: 0 })).toBe(0);
  expect(errorShare({ requests: 4, errors: 1 })).toBe(0.25);
});

test('queries quote what they are given', () => {
  expect(nodeQuery(node('a "b"'))).toBe('{ resource.service.name = "a \\"b\\"" }');
  expect(edgeQuery(node('a'), node('b'))).toBe('{ resource.service.name = "a" } && { resource.service.name = "b" }');
  expect(edgeQuery(node('user', 'user'), node('web'))).toBe('{ nestedSetParent < 0 && resource.service.name = "web" }');
  expect(edgeQuery(node('a'), node('q', 'external'))).toBe(
    '{ resource.service.name = "a" && (span.peer.service = "q" || span.server.address = "q" || span.net.peer.name = "q") }'
  );
});
