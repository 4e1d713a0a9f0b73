// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { DataFrame } from '@grafana/data';
import { traceFromText } from '@tracewell/trace';
import type { FoundTrace, ServiceGraph, ServiceNode } from '@tracewell/views';
import { toGraphFrames } from './graph-frames.ts';
import { toSpansFrame, toTracesFrame } from './search-frames.ts';
import { toSpanGraphFrames } from './span-graph-frames.ts';
import { toTraceFrame } from './trace-frame.ts';

const target = { refId: 'B', datasourceUid: 'uid-1', datasourceName: 'Traces' };

const valuesOf = (frame: DataFrame | undefined, name: string): unknown[] => {
  const field = frame?.fields.find((one) => one.name === name);
  if (field === undefined) {
    throw new Error(`expected a field ${name}, found ${frame?.fields.map((one) => one.name).join(', ') ?? 'no frame'}`);
  }
  return field.values;
};
const linkOf = (frame: DataFrame | undefined, name: string) =>
  frame?.fields.find((one) => one.name === name)?.config.links?.[0];

const found: FoundTrace = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  rootServiceName: 'web',
  rootTraceName: 'GET /cart',
  startUnixNano: 1_795_236_952_323_456_789n,
  durationNanos: 4_500_000n,
  spanCount: 4,
  errorCount: 1,
  services: [
    { name: 'web', spanCount: 3, errorCount: 1 },
    { name: 'cart', spanCount: 1, errorCount: 0 },
  ],
  matched: 2,
  spans: [
    {
      spanId: '00f067aa0ba902b7',
      name: 'GET',
      startUnixNano: 1_795_236_952_324_000_000n,
      durationNanos: 1_000n,
      attributes: [
        { key: 'service.name', value: { type: 'string', value: 'cart' } },
        { key: 'http.response.status_code', value: { type: 'int', value: '500' } },
        { key: 'mixed', value: { type: 'int', value: '1' } },
      ],
    },
    {
      spanId: '00f067aa0ba902b8',
      startUnixNano: 1_795_236_952_325_000_000n,
      durationNanos: 2_000n,
      attributes: [{ key: 'mixed', value: { type: 'string', value: 'two' } }],
    },
  ],
};
const answer = { traces: [found], inspectedSpans: 9 };

describe('a table of traces', () => {
  test('has one row for each, and its ids open the trace', () => {
    const frame = toTracesFrame(answer, target);
    expect(frame).toMatchObject({ refId: 'B', length: 1, meta: { preferredVisualisationType: 'table' } });
    expect(valuesOf(frame, 'traceID')).toEqual([found.traceId]);
    expect(valuesOf(frame, 'startTime')[0]).toBeCloseTo(1_795_236_952_323.4568, 3);
    expect(valuesOf(frame, 'duration')).toEqual([4_500_000]);
    expect(valuesOf(frame, 'matched')).toEqual([2]);
    expect(valuesOf(frame, 'services')).toEqual(['web 3, cart 1']);
    expect(linkOf(frame, 'traceID')).toMatchObject({
      title: 'Open trace',
      internal: {
        datasourceUid: 'uid-1',
        datasourceName: 'Traces',
        query: { queryType: 'traceql', query: '${__value.raw}' },
      },
    });
  });

  test('says when it is not complete', () => {
    expect(toTracesFrame({ ...answer, partial: 'timeout' }, target).meta?.notices).toEqual([
      { severity: 'warning', text: 'timeout' },
    ]);
  });
});

test('a table of spans has a column for each attribute, typed where the types agree', () => {
  const frame = toSpansFrame(answer, target);
  expect(frame.length).toBe(2);
  expect(valuesOf(frame, 'service')).toEqual(['cart', '']);
  expect(valuesOf(frame, 'http.response.status_code')).toEqual([500, undefined]);
  expect(valuesOf(frame, 'mixed')).toEqual(['1', 'two']);
  expect(frame.fields.map(({ name }) => name)).not.toContain('service.name');
  expect(linkOf(frame, 'spanID')?.internal).toMatchObject({
    query: { query: '${__data.fields["traceID"]}' },
    panelsState: { trace: { spanId: '${__value.raw}' } },
  });
});

describe('a service graph', () => {
  const node = (id: string, kind: ServiceNode['kind'], requests: number, errors: number): ServiceNode => ({
    ...{ id, name: id.replace(/^.*:/, ''), kind, requests, errors, p50: 1e6, p95: 2e6, p99: 3e6 },
    requestsOverTime: [requests],
    errorsOverTime: [errors],
  });
  const stats = { requests: 600, errors: 60, p50: 1e6, p95: 2_500_000, p99: 3e6 };
  const graph: ServiceGraph = {
    nodes: [node('web', 'service', 0, 0), node('cart "1"', 'service', 600, 60), node('database:db', 'database', 5, 0)],
    edges: [
      { client: 'web', server: 'cart "1"', kind: 'call', ...stats },
      { client: 'web', server: 'cart "1"', kind: 'messaging', ...stats, errors: 0 },
      { client: 'web', server: 'gone', kind: 'call', ...stats },
    ],
  };
  const [nodes, edges] = toGraphFrames(graph, { ...target, seconds: 60 });

  test('rings show the share that failed; a node that nobody calls has no numbers', () => {
    expect(valuesOf(nodes, 'arc__error')).toEqual([0, 0.1, 0]);
    expect(valuesOf(nodes, 'arc__success')).toEqual([1, 0.9, 1]);
    expect(valuesOf(nodes, 'mainstat')).toEqual(['', '2 ms', '2 ms']);
    expect(valuesOf(nodes, 'secondarystat')).toEqual(['', '10/s', '5/min']);
    expect(valuesOf(nodes, 'p95')).toEqual([2e6, 2e6, 2e6]);
  });

  test('edges have ids of their own and lead to nodes that are there', () => {
    expect(edges?.length).toBe(2);
    expect(new Set(valuesOf(edges, 'id')).size).toBe(2);
    expect(valuesOf(edges, 'target')).toEqual(['cart "1"', 'cart "1"']);
  });

  test('nodes and edges lead to their traces', () => {
    expect(valuesOf(nodes, 'search')[1]).toBe('{ resource.service.name = "cart \\"1\\"" }');
    expect(linkOf(edges, 'search')?.internal?.query).toMatchObject({ query: '${__value.raw}' });
  });
});

describe('a trace', () => {
  const drawn = traceFromText(`
    web  GET /cart    |----------|
    api    GET          |------|
    api      query         |-|
  `);

  test('answers the query that it was asked by, with the links of its spans', () => {
    const links = [{ title: 'Open', url: '/a/x?span=${__data.fields.spanID}' }];
    const frame = toTraceFrame(drawn.trace, { refId: 'B', spanLinks: links, partial: 'too large' });
    expect(frame.refId).toBe('B');
    expect(frame.meta).toMatchObject({
      preferredVisualisationType: 'trace',
      custom: { traceFormat: 'otlp', partial: true, message: 'too large' },
    });
    expect(linkOf(frame, 'traceID')).toEqual(links[0]);
    expect(valuesOf(frame, 'spanID')).toHaveLength(3);
  });

  test('as a node graph has an edge from each parent in it', () => {
    const [nodes, edges] = toSpanGraphFrames(drawn.trace, 'B');
    const ids = valuesOf(nodes, 'id');
    expect(new Set(ids).size).toBe(drawn.trace.length);
    expect(valuesOf(nodes, 'mainstat')).toEqual(['11 ms', '7 ms', '2 ms']);
    expect(valuesOf(edges, 'source')).toEqual(ids.slice(0, 2));
    expect(valuesOf(edges, 'target')).toEqual(ids.slice(1));
  });
});
