// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { assertDefined } from '@tracewell/base';
import { buildTrace, spansFromText, traceFromText } from '@tracewell/trace';
import { filterKind, filterSpans } from './span-filter.ts';
import { finish } from './steps.ts';
import { createTextIndex } from './text-index.ts';
import { toQueryText } from './traceql-filter.ts';

const { trace } = traceFromText(`
  web   GET /cart   |----------------|   [kind=server http.response.status_code=200]
  cart    GetCart     |---------|        [resource.zone=b user.tier=Gold]
  redis     HGETALL     |--|             [status=error message="connection reset" retry=3]
`);

function found(text: string): string[] | string {
  const index = createTextIndex(trace, () => 0);
  while (!index.build(1)) continue;
  const { matches, error } = finish(filterSpans(text, trace, index));
  return error ?? Array.from(matches?.spans ?? [], (span) => trace.names[span] ?? '');
}

describe('what is typed', () => {
  test.each([
    ['', 'none'],
    ['  ', 'none'],
    ['checkout', 'text'],
    ['GET /cart', 'text'],
    ['a=b', 'text'],
    ['{ }', 'traceql'],
    ['span.http.status_code >= 500', 'traceql'],
    ['.retry = 3', 'traceql'],
    ['duration>1s', 'traceql'],
    ['name of a thing', 'text'],
    ['event:name = "exception"', 'traceql'],
  ])('%p is %p', (text, kind) => {
    expect(filterKind(text)).toBe(kind);
  });
  test('a bare condition gets its braces', () => {
    expect(toQueryText('span.a = 1')).toBe('{ span.a = 1 }');
    expect(toQueryText('{ span.a = 1 }')).toBe('{ span.a = 1 }');
    expect(toQueryText('(span.a = 1 || span.b = 2) && span.c = 3')).toBe(
      '{ (span.a = 1 || span.b = 2) && span.c = 3 }'
    );
  });
});

describe('text', () => {
  test.each([
    ['getcart', ['GetCart']],
    ['redis', ['HGETALL']],
    ['user.tier=gold', ['GetCart']],
    ['zone', ['GetCart']],
    ['connection', ['HGETALL']],
    ['status_code=20', ['GET /cart']],
    ['0000000000000002', ['GetCart']],
    ['nothing like it', []],
  ])('%p', (text, names) => {
    expect(found(text)).toEqual(names);
  });
  test('does not reach from one text into the next', () => {
    expect(found('GetCartcart')).toEqual([]);
  });
  test('what is not indexed yet is not found, and progress says so', () => {
    const index = createTextIndex(trace, () => 0);
    expect(index.progress).toBe(0);
    expect(Array.from(finish(index.search('cart')))).toEqual([0, 0, 0]);
    index.build(1);
    expect(index.progress).toBe(1);
    expect(Array.from(finish(index.search('cart')))).toEqual([1, 1, 0]);
  });
});

describe('many distinct texts', () => {
  // More than one string's worth of them.
  const long = 'x'.repeat(40_000);
  const [template] = spansFromText('a  one  |-|');
  const spans = Array.from({ length: 60 }, (_, i) => ({
    ...assertDefined(template, 'a span'),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    startUnixNano: BigInt(i),
    attributes: [{ key: 'note', value: `${long} number ${i} end` }],
  }));
  const many = buildTrace('aa', spans);
  const index = createTextIndex(many, () => 0);
  while (!index.build(1)) continue;
  test.each([
    ['number 7 end', [7]],
    ['number 59', [59]],
    ['end', Array.from(spans.keys())],
    ['number 60', []],
  ])('%p', (text, expected) => {
    const mask = finish(index.search(text));
    expect(Array.from(mask.keys()).filter((span) => mask[span] === 1)).toEqual(expected);
  });
});

describe('TraceQL', () => {
  test.each([
    ['{ status = error }', ['HGETALL']],
    ['span.retry > 2', ['HGETALL']],
    ['resource.zone = "b" || kind = server', ['GET /cart', 'GetCart']],
    ['duration > 5ms && name =~ "Get.*"', ['GetCart']],
    ['span:childCount = 0', ['HGETALL']],
    ['trace:rootService = "web" && nestedSetParent = -1', ['GET /cart']],
    ['{ name = "GetCart" } && { status = error }', ['GetCart', 'HGETALL']],
    ['{ name = "GetCart" } && { name = "absent" }', []],
    ['{ name = "GetCart" } || { name = "absent" }', ['GetCart']],
  ])('%p', (text, names) => {
    expect(found(text)).toEqual(names);
  });
  test('errors say what and where', () => {
    expect(found('{ span.a = }')).toMatch(/\^/);
    expect(found('{ } | rate()')).toMatch(/not|only/);
    expect(found('{ } >> { }')).toMatch(/expected a filter/);
  });
});
