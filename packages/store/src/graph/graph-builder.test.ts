// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { GraphEdgeRow } from './fold.ts';
import { GraphBuilder } from './graph-builder.ts';

function graphOf(edges: readonly GraphEdgeRow[]) {
  const builder = new GraphBuilder({ start: 0n, end: 3_600_000_000_000n, query: '' });
  builder.addEdges(edges);
  const { nodes, edges: built } = builder.build();
  return {
    nodes: nodes.map(({ id }) => id).sort(),
    edges: built.map(
      ({ client, server, kind, requests, errors }) => `${client} ${kind} ${server} ${requests} ${errors}`
    ),
  };
}

const row = { minute: 1, cell: 80, requests: 4, errors: 0 };

test('an address with the name of a service is that service', () => {
  expect(
    graphOf([
      { ...row, client: 'web', server: 'cart', kind: 'call' },
      { ...row, client: 'web', server: 'external:cart', kind: 'external', requests: 1, errors: 1 },
      { ...row, client: 'jobs', server: 'external:cart', kind: 'external' },
    ])
  ).toEqual({ nodes: ['cart', 'jobs', 'web'], edges: ['web call cart 5 1', 'jobs call cart 4 0'] });
});

test('any other address is a node of its own', () => {
  expect(graphOf([{ ...row, client: 'payment', server: 'external:acquirer.example', kind: 'external' }])).toEqual({
    nodes: ['external:acquirer.example', 'payment'],
    edges: ['payment external external:acquirer.example 4 0'],
  });
});
