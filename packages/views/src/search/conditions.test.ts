// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import {
  addConditions,
  builderPartOf,
  conditionsOf,
  durationText,
  isChartable,
  isDurationText,
  isEverything,
  isWellFormed,
  queryOf,
  quoteName,
  replaceCondition,
  withBuilderPart,
  withSpanColumns,
} from './conditions.ts';
import type { Condition } from './conditions.ts';

const service: Condition = {
  identifier: 'resource.service.name',
  operator: '=',
  value: { type: 'string', value: 'cart' },
};
const slow: Condition = { identifier: 'duration', operator: '>', value: { type: 'duration', value: '100ms' } };

describe('builder and query', () => {
  test.each([
    ['{ resource.service.name = "cart" }'],
    ['{ resource.service.name = "cart" && duration > 100ms && status = error }'],
    ['{ span.http.response.status_code >= 500 && span.a != "say \\"hi\\"" }'],
    ['{ name =~ "GET /.*" && kind = server && span.ok = true && span.share > 0.5 }'],
    ['{ event.exception.message = nil }'],
  ])('%s comes back as it was', (query) => {
    const conditions = conditionsOf(query);
    expect(queryOf(conditions ?? [])).toBe(query);
  });

  test.each([[''], ['{}'], ['{ }'], [' { true } ']])('%p is everything and has no conditions', (query) => {
    expect(isEverything(query)).toBe(true);
    expect(conditionsOf(query)).toEqual([]);
  });

  test.each([
    ['{ a'],
    ['{ span.a = 1 || span.b = 2 }'],
    ['{ span.a = 1 } && { span.b = 2 }'],
    ['{ span.a = 1 } | count() > 2'],
    ['{ span.a = span.b }'],
  ])('%p is more than a list of conditions, or none', (query) => {
    expect(conditionsOf(query)).toBeUndefined();
  });

  test('a condition is added, replaced in its place and removed with an empty value', () => {
    const both = replaceCondition([service], slow);
    expect(queryOf(both)).toBe('{ resource.service.name = "cart" && duration > 100ms }');
    const other = replaceCondition(both, { ...service, value: { type: 'string', value: 'web' } });
    expect(queryOf(other)).toBe('{ resource.service.name = "web" && duration > 100ms }');
    expect(queryOf(replaceCondition(other, { ...service, value: { type: 'string', value: '' } }))).toBe(
      '{ duration > 100ms }'
    );
    expect(queryOf([])).toBe('');
  });
});

describe('narrowing by a box of the heatmap', () => {
  test('of an empty search means root spans, as its charts do', () => {
    expect(addConditions('', [slow])).toBe('{ nestedSetParent < 0 && duration > 100ms }');
  });
  test('adds to conditions and replaces the box before', () => {
    const query = '{ resource.service.name = "cart" && duration > 5ms }';
    expect(addConditions(query, [slow])).toBe('{ resource.service.name = "cart" && duration > 100ms }');
  });
  test('narrows by a filter on the same traces what is more than conditions', () => {
    expect(addConditions('{ span.a = 1 || span.b = 2 }', [slow])).toBe(
      '({ span.a = 1 || span.b = 2 }) && { duration > 100ms }'
    );
  });
});

test.each([
  ['', '{} | select(name, status, resource.service.name)'],
  [
    '{ span.a = 1 } && { span.b = 2 }',
    '{ span.a = 1 } && { span.b = 2 } | select(name, status, resource.service.name)',
  ],
  ['{ span.a = 1 } | select(span.b)', '{ span.a = 1 } | select(span.b)'],
  ['{ span.a = ', '{ span.a = '],
])('%p is asked as %p', (query, asked) => {
  expect(withSpanColumns(query)).toBe(asked);
});

test.each([
  ['100ms', true],
  ['1h30m', true],
  ['.5s', true],
  ['2w', true],
  ['1.5\u00b5s', true],
  ['100', false],
  ['ms', false],
  ['1s }', false],
  ['1s&&duration>2s', false],
  ['', false],
])('%p as a duration: %p', (text, expected) => {
  expect(isDurationText(text)).toBe(expected);
});

test('durations from a query are nanoseconds and are shown as people write them', () => {
  expect(durationText('100000000')).toBe('100ms');
  expect(durationText('')).toBe('');
});

test.each([
  ['', true, true],
  ['{ span.a = 1 || span.b = 2 }', true, true],
  ['{ span.a = 1 } && { span.b = 2 }', false, true],
  ['{ span.a = 1 } | count() > 2', false, true],
  ['{ span.a = ', false, false],
])('%p: charts %p, grammar %p', (query, chartable, wellFormed) => {
  expect(isChartable(query)).toBe(chartable);
  expect(isWellFormed(query)).toBe(wellFormed);
});

test.each([
  ['http.method', 'http.method'],
  ['a b', '"a b"'],
  ['say "x"', '"say \\"x\\""'],
])('the attribute %p is written %p', (name, text) => {
  expect(quoteName(name)).toBe(text);
});

describe('the builder edits the filter of a longer query and keeps the rest', () => {
  test.each([
    ['{ resource.service.name = "cart" } | rate() by (name)', ' | rate() by (name)', '{} | rate() by (name)'],
    ['{} | count() > 2', ' | count() > 2', '{} | count() > 2'],
    ['{ resource.service.name = "cart" }', '', ''],
  ])('%s', (query, rest, without) => {
    const part = builderPartOf(query);
    expect(part?.rest).toBe(rest);
    expect(withBuilderPart({ conditions: [slow], rest })).toBe(`{ duration > 100ms }${rest}`);
    expect(withBuilderPart({ conditions: [], rest })).toBe(without);
  });
  test.each(['{ .a } >> { .b }', '({ .a } | rate()) / ({} | rate())', '{ .a || .b } | rate()', '{ .a '])(
    'not that of %s',
    (query) => {
      expect(builderPartOf(query)).toBeUndefined();
    }
  );
});
