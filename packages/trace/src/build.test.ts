// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace } from './build.ts';
import type { Span, Trace } from './model.ts';
import { spansFromText, traceFromText } from './notation.ts';
import type { SpanSource } from './span-source.ts';

/** One word per span: depth as dots, then the name. */
function outline(trace: Trace): string {
  return trace.names.map((name, i) => '.'.repeat(trace.depths[i] ?? 0) + name).join(' ');
}

/** Spans given as `name:parent@start`, each lasting 1 ns; the id of a span is its name's first letter. */
function spansFrom(text: string): Span[] {
  const [template] = spansFromText('service  name  |-|');
  return text.split(' ').map((word) => {
    const [, name = '', parent = '', start = '0'] = /^(\w+):(\w*)@(\d+)$/.exec(word) ?? [];
    const idOf = (label: string): string => (label === '' ? '' : label.charCodeAt(0).toString(16).padStart(16, '0'));
    const startUnixNano = BigInt(start);
    const ids = { spanId: idOf(name), parentSpanId: idOf(parent) };
    return { ...(template as Span), ...ids, name, startUnixNano, endUnixNano: startUnixNano + 1n };
  });
}

const build = (text: string): Trace => buildTrace('aa', spansFrom(text));

describe('order', () => {
  test.each([
    ['one span', 'a:@0', 'a'],
    ['children before their parent', 'c:b@2 b:a@1 a:@0', 'a .b ..c'],
    ['siblings by start', 'a:@0 c:a@5 b:a@3 d:a@4', 'a .b .d .c'],
    ['siblings of one start by id', 'a:@0 c:a@1 b:a@1', 'a .b .c'],
    ['several roots by start', 'b:@5 a:@1 c:b@6', 'a b .c'],
    ['a missing parent makes a root', 'a:@0 c:x@1 d:c@2', 'a c .d'],
    ['a child that starts before its parent', 'a:@5 b:a@1', 'a .b'],
    ['uncles after nephews', 'a:@0 b:a@1 c:b@2 d:a@3', 'a .b ..c .d'],
  ])('%s', (_, given, expected) => {
    expect(outline(build(given))).toBe(expected);
  });

  test('of nothing', () => {
    const trace = buildTrace('aa', []);
    expect(trace).toMatchObject({ traceId: 'aa', length: 0, startUnixNano: 0n, endUnixNano: 0n, duration: 0 });
    expect(trace.roots).toEqual([]);
    expect(trace.indexOf('00')).toBe(-1);
    expect(() => trace.spanAt(0)).toThrow('span index should be 0 to -1, found 0');
  });
});

describe('columns', () => {
  const { trace, span } = traceFromText(`
    frontend  GET /cart    |--------------------|  [kind=server]
    cart        GetCart       |-----------|        [kind=client status=error]
    redis         HGETALL       |--|  |--|
    frontend    render                     |--|
  `);

  test('are in display order', () => {
    expect(outline(trace)).toBe('GET /cart .GetCart ..HGETALL ..HGETALL .render');
    expect([...trace.parents]).toEqual([-1, 0, 1, 1, 0]);
    expect([...trace.subtreeEnds]).toEqual([5, 4, 3, 4, 5]);
    expect([...trace.childCounts]).toEqual([2, 2, 0, 0, 0]);
    expect(trace.roots).toEqual([0]);
    expect(trace.serviceNames).toEqual(['frontend', 'cart', 'redis']);
    expect([...trace.services]).toEqual([0, 1, 2, 2, 0]);
    expect([...trace.kinds]).toEqual([2, 3, 0, 0, 0]);
    expect([...trace.statusCodes]).toEqual([0, 2, 0, 0, 0]);
    expect([...trace.starts]).toEqual([0, 3e6, 5e6, 11e6, 16e6]);
    expect([...trace.ends]).toEqual([21e6, 15e6, 8e6, 14e6, 19e6]);
    expect(trace.duration).toBe(21e6);
    expect(trace.problems).toEqual([]);
  });

  test('lead to whole spans, which are decoded once', () => {
    expect(trace.spanAt(span('render')).name).toBe('render');
    expect(trace.spanAt(4)).toBe(trace.spanAt(4));
    expect(trace.indexOf(trace.spanIds[3] ?? '')).toBe(3);
  });

  test('name a service that was not sent', () => {
    const [only] = spansFrom('a:@0');
    const nameless = { ...(only as Span), resource: { attributes: [], droppedAttributesCount: 0, schemaUrl: '' } };
    expect(buildTrace('aa', [nameless]).serviceNames).toEqual(['unknown_service']);
  });

  test('hold codes that no version of OTLP knows as unspecified', () => {
    const [only] = spansFrom('a:@0');
    const trace = buildTrace('aa', [{ ...(only as Span), kind: 1000, statusCode: -1 }]);
    expect([trace.kinds[0], trace.statusCodes[0]]).toEqual([0, 0]);
    expect(trace.spanAt(0).kind).toBe(1000);
  });
});

describe('problems', () => {
  test.each([
    ['none', 'a:@0 b:a@1', []],
    ['a missing parent', 'a:@0 b:x@1', [{ kind: 'missing-parent', span: 1, parentSpanId: '0000000000000078' }]],
    ['its own parent', 'a:@0 b:b@1', [{ kind: 'cycle', span: 1 }]],
    ['a cycle', 'a:c@1 b:a@2 c:b@3', [{ kind: 'cycle', span: 0 }]],
    ['a duplicate id', 'a:@0 b1:a@1 b2:a@2', [{ kind: 'duplicate-span-id', span: 2, first: 1 }]],
  ])('%s', (_, given, expected) => {
    expect(build(given).problems).toEqual(expected);
  });

  test.each([
    ['a cycle is cut at its earliest span', 'c:b@1 b:a@2 a:c@3', 'c .a ..b'],
    ['spans below a cycle stay below it', 'z:a@0 a:b@2 b:a@1 y:b@3', 'b .a ..z .y'],
    ['two cycles', 'a:b@1 b:a@2 c:d@3 d:c@4', 'a .b c .d'],
    ['children of a duplicate go to the earliest', 'b2:@5 b1:@1 c:b@6', 'b1 .c b2'],
  ])('%s', (_, given, expected) => {
    expect(outline(build(given))).toBe(expected);
  });

  test('a parent id of zeros is none', () => {
    const [only] = spansFrom('a:@0');
    expect(buildTrace('aa', [{ ...(only as Span), parentSpanId: '0000000000000000' }]).problems).toEqual([]);
  });

  test('an end before the start is shown as no duration', () => {
    const [a] = spansFrom('a:@10');
    const trace = buildTrace('aa', [{ ...(a as Span), endUnixNano: 3n }]);
    expect(trace.problems).toEqual([{ kind: 'end-before-start', span: 0 }]);
    expect([trace.starts[0], trace.ends[0], trace.endUnixNano]).toEqual([0, 0, 10n]);
    expect(trace.spanAt(0).endUnixNano).toBe(3n);
  });

  test('times beyond 104 days saturate', () => {
    const latest = 2n ** 64n - 1n;
    const [a, b] = spansFrom('a:@0 b:a@0');
    const trace = buildTrace('aa', [a as Span, { ...(b as Span), startUnixNano: latest, endUnixNano: latest }]);
    expect(trace.problems).toEqual([{ kind: 'time-out-of-range', span: 1 }]);
    expect([trace.starts[1], trace.duration]).toEqual([2 ** 53, 2 ** 53]);
    expect(trace.endUnixNano).toBe(latest);
  });
});

describe("Zipkin's shared ids", () => {
  const kinds: Record<string, number> = { s: 2, c: 3 };
  const shared = (text: string): Trace =>
    buildTrace(
      'aa',
      spansFrom(text).map((span) => ({ ...span, kind: kinds[span.name.slice(1)] ?? 0 }))
    );

  test.each([
    ['the server is the child of the client', 'r:@0 ac:r@1 as:r@2', 'r .ac ..as'],
    ['also when its clock is behind', 'r:@0 as:r@1 ac:r@2', 'r .ac ..as'],
    ['further children belong to the server', 'r:@0 ac:r@1 as:r@2 x:a@3', 'r .ac ..as ...x'],
  ])('%s', (_, given, expected) => {
    const trace = shared(given);
    expect(outline(trace)).toBe(expected);
    expect(trace.problems).toEqual([]);
    expect(trace.names[trace.indexOf('0000000000000061')]).toBe('ac');
  });

  test('a third span of that id is a duplicate', () => {
    expect(shared('r:@0 ac:r@1 as:r@2 as:r@3').problems).toEqual([{ kind: 'duplicate-span-id', span: 3, first: 1 }]);
  });
});

test('reads columns and decodes nothing', () => {
  const spans = spansFrom('a:@0 b:a@1');
  let decoded = 0;
  const source: SpanSource = {
    length: 2,
    traceId: 'aa',
    spanId: (i) => spans[i]?.spanId ?? '',
    parentSpanId: (i) => spans[i]?.parentSpanId ?? '',
    name: (i) => spans[i]?.name ?? '',
    kind: () => 0,
    statusCode: () => 0,
    startUnixNano: (i) => spans[i]?.startUnixNano ?? 0n,
    endUnixNano: (i) => spans[i]?.endUnixNano ?? 0n,
    serviceName: () => '',
    spanAt: (i) => {
      decoded++;
      return spans[i] as Span;
    },
  };
  const trace = buildTrace('aa', source);
  expect(outline(trace)).toBe('a .b');
  expect(decoded).toBe(0);
  expect(trace.spanAt(1)).toBe(trace.spanAt(1));
  expect(decoded).toBe(1);
});

test('a chain of 100,000 spans needs no stack', () => {
  const [template] = spansFrom('a:@0');
  const idOf = (i: number): string => i.toString(16).padStart(16, '0');
  const spans = Array.from({ length: 100_000 }, (_, i) => ({
    ...(template as Span),
    spanId: idOf(i + 1),
    parentSpanId: i === 0 ? idOf(100_000) : idOf(i),
  }));
  const trace = buildTrace('aa', spans);
  expect(trace.depths[99_999]).toBe(99_999);
  expect(trace.problems).toEqual([{ kind: 'cycle', span: 0 }]);
});
