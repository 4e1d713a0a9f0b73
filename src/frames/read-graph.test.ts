// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { FieldType } from '@grafana/data';
import type { DataFrame, FieldConfig } from '@grafana/data';
import type { ServiceGraph } from '@tracewell/views';
import { toGraphFrames } from './graph-frames.ts';
import { readGraph } from './read-graph.ts';

type Column = readonly [name: string, values: readonly unknown[], config?: FieldConfig];

function frameOf(name: string, columns: readonly Column[]): DataFrame {
  const fields = columns.map(([field, values, config = {}]) => ({
    name: field,
    type: FieldType.other,
    config,
    values: [...values],
  }));
  return { name, length: columns[0]?.[1].length ?? 0, fields, meta: { preferredVisualisationType: 'nodeGraph' } };
}

const ours: ServiceGraph = {
  nodes: [
    {
      id: 'service/web',
      name: 'web',
      kind: 'service',
      requests: 900,
      errors: 7,
      p50: 1234567,
      p95: 22345678,
      p99: 33345678,
      requestsOverTime: [400, 500],
      errorsOverTime: [0, 7],
    },
    {
      id: 'database/shop',
      name: 'shop',
      kind: 'database',
      requests: 0,
      errors: 0,
      p50: 0,
      p95: 0,
      p99: 0,
      requestsOverTime: [],
      errorsOverTime: [],
    },
  ],
  edges: [
    {
      client: 'service/web',
      server: 'database/shop',
      kind: 'database',
      requests: 30,
      errors: 1,
      p50: 1,
      p95: 2,
      p99: 3,
    },
  ],
};

test('our own frames carry the graph as it is, and the length of its range', () => {
  const frames = toGraphFrames(ours, { refId: 'A', seconds: 300, datasourceUid: 'x', datasourceName: 'X' });
  const { graph, seconds, problem } = readGraph(frames, 3600);
  const plain: unknown = JSON.parse(
    JSON.stringify(graph, (key, value: unknown) => (key === 'links' ? undefined : value))
  );
  expect([plain, seconds, problem]).toEqual([ours, 300, undefined]);
});

describe('graphs of others', () => {
  const nodes = frameOf('nodes', [
    ['id', ['a', 'b', null, 'a']],
    ['title', ['web', '', 'x', 'again']],
    ['mainStat', [12.5, Number.NaN, 1, 1], { unit: 'ms/r', displayName: 'Average response time' }],
    ['secondaryStat', [3, Number.NaN, 1, 1], { unit: 'r/sec', displayName: 'Requests per second' }],
    ['arc__success', [0.75, 1, 1, 1]],
    ['arc__failed', [0.25, 0, 0, 0], { displayName: 'Failed' }],
    ['icon', ['', 'database', '', '']],
  ]);
  const edges = frameOf('edges', [
    ['id', ['1', '2', '3']],
    ['source', ['a', 'a', null]],
    ['target', ['b', 'c', 'a']],
    ['mainstat', [5, 'slow', 1]],
  ]);

  test('a rate and a share of failures are taken, everything else stays in its own words', () => {
    const { graph } = readGraph([nodes, edges], 100);
    expect(graph.nodes.map(({ id, name, kind, requests, errors }) => [id, name, kind, requests, errors])).toEqual([
      ['a', 'web', 'service', 300, 75],
      ['b', 'b', 'database', 0, 0],
      // Only an edge names it.
      ['c', 'c', 'service', 1, 0],
    ]);
    expect(graph.nodes[0]?.words).toEqual({
      short: '12.5 \u00b7 3',
      stats: [
        { name: 'Average response time', text: '12.5', order: 12.5 },
        { name: 'Requests per second', text: '3', order: 3 },
        { name: 'success', text: '75 %', order: 0.75 },
        { name: 'Failed', text: '25 %', order: 0.25 },
      ],
    });
    expect(graph.nodes[1]?.words?.short).toBe('');
    expect(graph.edges.map(({ client, server, words }) => [client, server, words?.short])).toEqual([
      ['a', 'b', '5'],
      ['a', 'c', 'slow'],
    ]);
  });

  test('edges alone are a graph', () => {
    expect(readGraph([edges], 100).graph.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('links are those of the row, resolved when somebody looks', () => {
    let asked = 0;
    const [first, ...rest] = edges.fields;
    const link = {
      href: '/explore',
      title: 'Show',
      target: '_blank' as const,
      origin: edges.fields[0] ?? { name: 'id', type: FieldType.string, config: {}, values: [] },
    };
    const linked: DataFrame = {
      ...edges,
      fields: [
        {
          ...(first ?? { name: 'id', type: FieldType.string, values: [] }),
          config: { links: [{ title: 'Show', url: '/x' }] },
          getLinks: ({ valueRowIndex }) => {
            asked += 1;
            return [{ ...link, title: `Show ${String(valueRowIndex)}` }];
          },
        },
        ...rest,
      ],
    };
    const { graph } = readGraph([nodes, linked], 100);
    expect(asked).toBe(0);
    expect(graph.edges[1]?.links).toEqual([{ title: 'Show 1', href: '/explore', target: '_blank' }]);
  });
});

test('a table is named by its columns', () => {
  const table: DataFrame = {
    ...frameOf('', [
      ['Time', [1]],
      ['Value', [2]],
    ]),
    meta: {},
  };
  expect(readGraph([table], 60).problem).toContain('found a table with Time, Value');
  expect(readGraph([], 60).problem).toBeUndefined();
});
