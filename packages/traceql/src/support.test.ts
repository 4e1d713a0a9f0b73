// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from './parser/parse-query.ts';
import { describeSupport } from './support.ts';

describe('describeSupport', () => {
  test.each([
    '{}',
    '{ .a = 1 } | select(name, span.b)',
    'select(name)',
    '{ .a } && ({ .b } || { .c }) with(most_recent=true)',
  ])('%s can be searched', (text) => {
    expect(describeSupport(parseQuery(text))).toBeUndefined();
  });

  test.each([
    ['{} | rate()', 'rate() not yet supported', 'rate()'],
    ['{} | compare({})', 'compare() not yet supported', 'compare({})'],
    ['({} | rate()) * 2', 'arithmetic of metrics not yet supported', '({} | rate()) * 2'],
    ['{} | count() > 2', 'filtering by an aggregate not yet supported', 'count() > 2'],
    [
      '({} | count()) > ({} | count())',
      'filtering by an aggregate not yet supported',
      '({} | count()) > ({} | count())',
    ],
    ['{} | by(name)', 'by() not yet supported', 'by(name)'],
    ['{} | select(name) | coalesce()', 'coalesce() not yet supported', 'coalesce()'],
    ['{} >> { .a }', 'the structural operator >> not yet supported', '{} >> { .a }'],
    ['{} || { .b } !~ { .a }', 'the structural operator !~ not yet supported', '{ .b } !~ { .a }'],
    ['({} | select(name)) && {}', 'a pipeline as an operand not yet supported', '({} | select(name))'],
    ['{} | { .a }', 'a spanset filter after a pipe not yet supported', '{ .a }'],
    ['{ parent.a = 1 }', 'parent.a not yet supported', 'parent.a'],
    ['{ .a } && { parent = nil }', 'parent not yet supported', 'parent'],
    ['{} | select(parent.span.a)', 'parent.span.a not yet supported', 'parent.span.a'],
  ])('%s cannot', (text, message, part) => {
    const found = describeSupport(parseQuery(text));
    expect(found).toMatchObject({ code: 'unsupported', message });
    expect(text.slice(found?.range.start, found?.range.end)).toBe(part);
  });
});
