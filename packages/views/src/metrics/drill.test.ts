// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '@tracewell/traceql';
import type { MetricsLabel } from '../host.ts';
import { comparedWithRest, groupsOf, selectedBy, splitBy, tracesOf } from './drill.ts';

const label = (key: string, value: string, type = 'string'): MetricsLabel => ({ key, value: { type, value } });
const cart = label('resource.service.name', 'cart');

/** Every link must lead to a query that can be run. */
function runnable(query: string | undefined): string | undefined {
  if (query !== undefined) {
    parseQuery(query);
  }
  return query;
}

describe('the traces of a series', () => {
  test.each<[string, MetricsLabel[], string | undefined]>([
    ['{} | rate() by (resource.service.name)', [cart], '{ resource.service.name = "cart" }'],
    ['{ true } | rate()', [label('__name__', 'rate')], '{ true }'],
    ['{ kind = server } | rate() by (.x)', [cart], '{ kind = server && resource.service.name = "cart" }'],
    ['{ .a || .b } | rate() by (.x)', [cart], '{ (.a || .b) && resource.service.name = "cart" }'],
    ['{ .a } >> { .b } | rate()', [cart], '{ .a } >> { .b } | { resource.service.name = "cart" }'],
    ['{ .a } | count() > 2 | rate()', [cart], '{ .a } | count() > 2 | { resource.service.name = "cart" }'],
    ['{} | rate() by (.a)', [label('.a', 'say "hi"\n')], String.raw`{ .a = "say \"hi\"\n" }`],
    ['{} | rate() by (span."two words")', [label('span."two words"', 'x')], '{ span."two words" = "x" }'],
    ['{} | rate() by (status)', [label('status', 'error', 'keyword')], '{ status = error }'],
    ['{} | rate() by (.a, .b)', [label('.a', '5', 'int'), label('.b', '5')], '{ .a = 5 && .b = "5" }'],
    ['{} | rate() by (.a)', [label('.a', '1', 'float')], '{ .a = 1.0 }'],
    ['{} | rate() by (.a)', [label('.a', 'nil', 'nil')], '{ .a = nil }'],
    // A service always has a name, and an intrinsic a value: there is nothing to ask for.
    ['{} | rate() by (name)', [label('name', 'nil', 'nil')], '{}'],
    ['{} | quantile_over_time(duration, .9) by (.a)', [label('.a', 'x'), label('p', '0.9', 'float')], '{ .a = "x" }'],
    ['({ .e } | rate()) / ({} | rate())', [cart], '{ .e && resource.service.name = "cart" }'],
    ['{ .a }', [cart], undefined],
    ['{ .a ', [cart], undefined],
  ])('%s %j', (query, labels, expected) => {
    expect(runnable(tracesOf(query, labels))).toBe(expected);
  });

  test('of a bucket: durations as literals, numbers as they are', () => {
    const bucket = { over: 0.002097152, upTo: 0.004194304 };
    expect(runnable(tracesOf('{} | histogram_over_time(duration)', [], bucket))).toBe(
      '{ duration > 2.097152ms && duration <= 4.194304ms }'
    );
    expect(runnable(tracesOf('{} | histogram_over_time(span.size)', [cart], { over: 8, upTo: 16 }))).toBe(
      '{ resource.service.name = "cart" && span.size > 8 && span.size <= 16 }'
    );
  });
});

test.each<[string, MetricsLabel[], string | undefined]>([
  ['{ .a } | rate() by (.b)', [cart], '{ .a } | compare({ resource.service.name = "cart" })'],
  ['{ .a } | rate()', [label('__name__', 'rate')], undefined],
  ['{ .a }', [cart], undefined],
])('a series compared with the rest: %s', (query, labels, expected) => {
  expect(runnable(comparedWithRest(query, labels))).toBe(expected);
});

describe('split by', () => {
  test.each<[string, MetricsLabel[], string, string | undefined]>([
    ['{} | rate()', [], 'name', '{} | rate() by (name)'],
    ['{} | rate() by (name)', [], 'status', '{} | rate() by (name, status)'],
    ['{} | rate() by (name)', [], 'name', '{} | rate() by (name)'],
    // One series alone: what it was split by is a condition now.
    ['{} | rate() by (resource.service.name)', [cart], 'name', '{ resource.service.name = "cart" } | rate() by (name)'],
    [
      '{ .a } | quantile_over_time(duration, .5, .9) by (.b) | topk(3) with (exemplars = 3)',
      [],
      'kind',
      '{ .a } | quantile_over_time(duration, .5, .9) by (.b, kind) | topk(3) with (exemplars = 3)',
    ],
    ['{} | rate() by (.a, .b, .c, .d, .e)', [], 'name', undefined],
    ['({} | rate()) / ({} | rate())', [], 'name', undefined],
    ['{} | compare({ .a })', [], 'name', undefined],
    ['{} | rate()', [], 'no name', undefined],
  ])('%s by %s %s', (query, labels, attribute, expected) => {
    expect(runnable(splitBy(query, labels, attribute))).toBe(expected);
  });
  test('what a query splits and selects by', () => {
    expect(groupsOf('{} | rate() by (name, .a)')).toEqual(['name', '.a']);
    expect(groupsOf('{}')).toEqual([]);
    expect(selectedBy('{} | compare({ status = error && .a > 1 })')).toEqual(['status', '.a']);
    expect(selectedBy('{} | rate()')).toEqual([]);
  });
});
