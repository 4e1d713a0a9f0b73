// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { FilterCondition, TypedValue } from './filter-conditions.ts';
import { buildFilterQuery, formatValueLiteral, parseFilterQuery } from './filter-conditions.ts';
import { errorOf } from '../testing/failure.ts';

const conditions: FilterCondition[] = [
  { identifier: 'resource.service.name', operator: '=', value: { type: 'string', value: 'a "b"' } },
  { identifier: 'name', operator: '=~', value: { type: 'string', value: 'GET .*' } },
  { identifier: 'status', operator: '!=', value: { type: 'keyword', value: 'ok' } },
  { identifier: 'kind', operator: '=', value: { type: 'keyword', value: 'server' } },
  { identifier: 'duration', operator: '>', value: { type: 'duration', value: '1500000000' } },
  { identifier: 'span.i', operator: '>=', value: { type: 'int', value: '-5' } },
  { identifier: '.f', operator: '<', value: { type: 'float', value: '0.5' } },
  { identifier: 'span."foo bar"', operator: '=', value: { type: 'bool', value: 'true' } },
  { identifier: 'event.x', operator: '!=', value: { type: 'keyword', value: 'nil' } },
];
const query =
  '{ resource.service.name = "a \\"b\\"" && name =~ "GET .*" && status != ok && kind = server && duration > 1.5s' +
  ' && span.i >= -5 && .f < 0.5 && span."foo bar" = true && event.x != nil }';

describe('buildFilterQuery', () => {
  test('joins conditions with &&', () => {
    expect(buildFilterQuery(conditions)).toBe(query);
    expect(buildFilterQuery([])).toBe('{}');
  });

  test('refuses what is no identifier', () => {
    const value: TypedValue = { type: 'int', value: '1' };
    const error = errorOf(() => buildFilterQuery([{ identifier: 'foo', operator: '=', value }]));
    expect(error.message).toBe('parse error at line 1, col 1: unknown identifier: foo');
  });
});

describe('parseFilterQuery', () => {
  test('is the reverse of building', () => {
    expect(parseFilterQuery(query)).toEqual(conditions);
  });

  test.each([
    ['', []],
    ['  ', []],
    ['{}', []],
    ['{.a=1}', [{ identifier: '.a', operator: '=', value: { type: 'int', value: '1' } }]],
  ])('%j', (text, expected) => {
    expect(parseFilterQuery(text)).toEqual(expected);
  });

  test.each([
    '{ .a = 1 || .b = 2 }',
    '{ !(.a = 1) }',
    '{ .a }',
    '{ 1 = .a }',
    '{ .a = .b }',
    '{ .a = name }',
    '{ .a = -.b }',
    '{ .a + 1 = 2 }',
    '{ .a = 1 + 1 }',
    '{ .a = 1 } | select(.b)',
    '{ .a = 1 } && { .b = 2 }',
    '{ .a = 1 } with(sample=0.1)',
    '{} | rate()',
    '{ .a = ',
  ])('%s is more than a list of conditions', (text) => {
    expect(parseFilterQuery(text)).toBeUndefined();
  });
});

test.each<[TypedValue, string]>([
  [{ type: 'string', value: 'a"b' }, '"a\\"b"'],
  [{ type: 'duration', value: '100000000' }, '100ms'],
  [{ type: 'duration', value: '-1000' }, '-1us'],
  [{ type: 'duration', value: '1.5s' }, '1.5s'],
  [{ type: 'float', value: '2' }, '2.0'],
  [{ type: 'float', value: '2.5' }, '2.5'],
  [{ type: 'int', value: '2' }, '2'],
  [{ type: 'bool', value: 'false' }, 'false'],
  [{ type: 'keyword', value: 'error' }, 'error'],
])('formatValueLiteral %j', (value, expected) => {
  expect(formatValueLiteral(value)).toBe(expected);
});
