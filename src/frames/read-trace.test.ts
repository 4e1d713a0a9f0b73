// SPDX-License-Identifier: Apache-2.0
//
// Frames of other data sources, and frames that are short of something.
import { describe, expect, test } from '@jest/globals';
import { FieldType } from '@grafana/data';
import type { DataFrame } from '@grafana/data';
import { assertDefined } from '@tracewell/base';
import { readTraces } from './read-trace.ts';

function frameOf(columns: Readonly<Record<string, readonly unknown[]>>, meta: DataFrame['meta'] = {}): DataFrame {
  const fields = Object.entries(columns).map(([name, values]) => ({
    name,
    type: FieldType.other,
    config: {},
    values: [...values],
  }));
  return { length: Math.max(0, ...fields.map(({ values }) => values.length)), fields, meta };
}

function only(...frames: DataFrame[]) {
  const { traces } = readTraces(frames);
  expect(traces).toHaveLength(1);
  return assertDefined(traces[0], 'a trace').load();
}

const base = 1_795_236_990_340;

describe('Tempo', () => {
  const frame = frameOf({
    traceID: ['3a2b1c4d5e6f7081', '3a2b1c4d5e6f7081'],
    spanID: ['00000000000000aa', '00000000000000bb'],
    parentSpanID: ['', '00000000000000aa'],
    operationName: ['GET /', 'SELECT'],
    serviceName: ['web', 'db'],
    kind: ['server', 'client'],
    statusCode: [0, 2],
    statusMessage: ['', 'gone'],
    serviceTags: [[{ key: 'service.name', value: 'web' }], [{ key: 'service.name', value: 'db' }]],
    startTime: [base, base + 0.237],
    duration: [10.5, 2],
    logs: [null, [{ timestamp: base + 1, name: 'retry', fields: [{ key: 'n', value: 3 }] }]],
    references: [null, [{ traceID: 'ff', spanID: '1' }]],
    tags: [[{ key: 'ratio', value: 0.5 }], null],
  });

  test('its 64-bit id gets its zeros back, its numbers and its events their types', () => {
    const { trace } = only(frame);
    expect(trace.traceId).toBe('00000000000000003a2b1c4d5e6f7081');
    expect(Array.from(trace.parents)).toEqual([-1, 0]);
    expect(trace.serviceNames).toEqual(['web', 'db']);
    expect(trace.spanAt(0)).toMatchObject({ kind: 2, attributes: [{ key: 'ratio', value: 0.5 }] });
    expect(trace.spanAt(1)).toMatchObject({
      kind: 3,
      statusCode: 2,
      statusMessage: 'gone',
      startUnixNano: 1_795_236_990_340_237_000n,
      endUnixNano: 1_795_236_990_342_237_000n,
      events: [{ name: 'retry', timeUnixNano: 1_795_236_990_341_000_000n, attributes: [{ key: 'n', value: 3n }] }],
      links: [{ traceId: 'ff'.padStart(32, '0'), spanId: '1'.padStart(16, '0') }],
    });
  });

  test('the row of a span is known, whatever the order of the trace', () => {
    const reversed = frameOf(Object.fromEntries(frame.fields.map(({ name, values }) => [name, [...values].reverse()])));
    const { trace, rowOf } = only(reversed);
    expect(trace.names).toEqual(['GET /', 'SELECT']);
    expect([rowOf(0), rowOf(1)]).toEqual([1, 0]);
  });
});

const jaegerSpan = {
  traceID: 'abc',
  spanID: '1f',
  operationName: 'get',
  startTime: 1_795_236_990_340_237,
  duration: 1500,
  processID: 'p1',
  references: [],
  tags: [
    { key: 'span.kind', type: 'string', value: 'server' },
    { key: 'error', type: 'bool', value: true },
    { key: 'load', type: 'float64', value: 2 },
    { key: 'http.status_code', type: 'int64', value: 500 },
  ],
  logs: [{ timestamp: 1_795_236_990_340_500, fields: [{ key: 'event', type: 'string', value: 'timeout' }] }],
};
const jaegerTrace = {
  traceID: 'abc',
  spans: [
    jaegerSpan,
    {
      ...jaegerSpan,
      spanID: '20',
      tags: [],
      logs: [],
      references: [
        { refType: 'CHILD_OF', traceID: 'abc', spanID: '1f' },
        { refType: 'FOLLOWS_FROM', traceID: 'def', spanID: '9' },
      ],
    },
  ],
  processes: { p1: { serviceName: 'driver', tags: [{ key: 'hostname', type: 'string', value: 'a' }] } },
};

describe('Jaeger', () => {
  test.each([
    ['a trace', jaegerTrace],
    ['the answer of its API', { data: [jaegerTrace] }],
    ['text', JSON.stringify(jaegerTrace)],
  ])('one field with %s', (_, blob) => {
    const { trace } = only(frameOf({ trace: [blob] }));
    expect(trace.traceId).toBe('abc'.padStart(32, '0'));
    expect(Array.from(trace.parents)).toEqual([-1, 0]);
    expect(trace.spanAt(0)).toMatchObject({
      kind: 2,
      statusCode: 2,
      startUnixNano: 1_795_236_990_340_237_000n,
      endUnixNano: 1_795_236_990_341_737_000n,
      events: [{ name: 'timeout', timeUnixNano: 1_795_236_990_340_500_000n }],
      resource: {
        attributes: [
          { key: 'service.name', value: 'driver' },
          { key: 'hostname', value: 'a' },
        ],
      },
    });
    expect(trace.spanAt(0).attributes).toContainEqual({ key: 'load', value: 2 });
    expect(trace.spanAt(0).attributes).toContainEqual({ key: 'http.status_code', value: 500n });
    expect(trace.spanAt(1).links).toMatchObject([{ traceId: 'def'.padStart(32, '0') }]);
  });

  test('its columns have neither kind nor status; warnings and stacks are kept', () => {
    const { trace } = only(
      frameOf({
        traceID: ['a'],
        spanID: ['1'],
        operationName: ['x'],
        serviceName: ['s'],
        startTime: [base],
        duration: [1],
        tags: [jaegerSpan.tags],
        warnings: [['clock skew']],
        stackTraces: [['at main']],
      })
    );
    expect(trace.spanAt(0)).toMatchObject({
      kind: 2,
      statusCode: 2,
      events: [{ name: 'exception', attributes: [{ key: 'exception.stacktrace', value: 'at main' }] }],
    });
    expect(trace.spanAt(0).attributes).toContainEqual({ key: 'warnings', value: ['clock skew'] });
  });
});

test("Zipkin's error says what went wrong", () => {
  const { trace } = only(
    frameOf({
      traceID: ['a'],
      spanID: ['1'],
      operationName: ['x'],
      startTime: [base],
      tags: [[{ key: 'error', value: 'no route' }]],
    })
  );
  expect(trace.spanAt(0)).toMatchObject({ statusCode: 2, statusMessage: 'no route' });
});

describe('what is missing or wrong', () => {
  test('no frames and empty frames are no traces and no problem', () => {
    expect(readTraces([])).toEqual({ traces: [] });
    expect(readTraces([frameOf({ traceID: [], spanID: [], operationName: [], startTime: [] })])).toEqual({
      traces: [],
    });
  });
  test('a table is named by its columns', () => {
    const { problem } = readTraces([frameOf({ Time: [1], Value: [2] })]);
    expect(problem).toContain('found a table with Time, Value');
  });
  test('a search result has span ids and is still no trace', () => {
    const search = frameOf({ traceID: ['a'], spanID: ['1'], startTime: [base], duration: [1], name: ['x'] });
    expect(readTraces([search]).problem).toBeDefined();
  });
  test('several traces, in one frame and in several', () => {
    const two = frameOf({
      traceID: ['a', 'b', null],
      spanID: ['1', '2', '3'],
      operationName: ['x', 'y', 'z'],
      startTime: [base, base, base],
    });
    const { traces } = readTraces([two, two]);
    expect(traces.map(({ traceId, spans }) => [traceId.slice(-1), spans])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
  test('cycles, unknown parents, repeated ids and spans without a start all stay', () => {
    const { trace, note } = only(
      frameOf({
        traceID: Array.from({ length: 6 }, () => 'a'),
        spanID: ['1', '2', '3', '3', '', null],
        parentSpanID: ['2', '1', '77', '1', null, undefined],
        operationName: [null, 'b', 'c', 'd', 'e', 'f'],
        startTime: [base, base, base, base, null, 0],
        duration: [1, null, -4, 1, 1, 1],
        tags: ['no list', '[{"key":"a","value":"b"}]', [null, 7, { key: 3 }], {}, undefined, []],
      })
    );
    expect(trace.length).toBe(6);
    expect(trace.problems.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['cycle', 'missing-parent', 'duplicate-span-id'])
    );
    expect(note).toBe('2 of 6 spans say no start; they are drawn at the left.');
    expect(trace.duration).toBe(1_000_000);
    expect(trace.spanAt(trace.indexOf('2'.padStart(16, '0'))).attributes).toEqual([{ key: 'a', value: 'b' }]);
  });
  test('why a data source calls it partial', () => {
    const frame = frameOf(
      { traceID: ['a'], spanID: ['1'], operationName: ['x'], startTime: [base] },
      { custom: { partial: true, message: 'too large' } }
    );
    expect(only(frame).note).toBe('too large');
  });
});
