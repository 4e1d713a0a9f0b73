// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseLenient } from './lenient.ts';
import { printStages } from './printer.ts';

describe('parseLenient', () => {
  test.each([
    ['{}', '{}'],
    ['{ .a = 1 }', '{ .a = 1 }'],
    ['{ .a = 1 && span.b =~ "x" } | rate()', '{ .a = 1 && span.b =~ "x" }'],
    ['{ .a = 1 /* x */ } | cou', '{ .a = 1 }'],
    ['{ .a = 1 || .b = 2 }', '{ .a = 1 || .b = 2 }'],
    ['{ .a = }', '{ true }'],
    ['{ .a = 1 && .b = }', '{ .a = 1 && true }'],
    ['{ .a = && .b = 2 }', '{ true && .b = 2 }'],
    ['{ .a != || .b = 2', '{ true || .b = 2 }'],
    ['{ (.a = ) && .b = 2', '{ true && .b = 2 }'],
    ['{ .a = 1 && ', '{ .a = 1 && true }'],
    ['{ && .a = 1 }', '{ true && .a = 1 }'],
    ['{', '{ true }'],
    ['{ .a = 1', '{ .a = 1 }'],
    ['{ ((.a = 1', '{ .a = 1 }'],
    ['{ .a = "fo', '{ true }'],
    ['{ .a = 1 && .b =~ "fo', '{ .a = 1 && true }'],
    ['{ .a = .b + }', '{ true }'],
    ['{ .a = 1 && span. }', '{ .a = 1 && true }'],
    ['{ .a = -', '{ true }'],
    ['({ .a = 1 } | count() > 1) && {}', '({ .a = 1 } | count() > 1) && {}'],
    ['{ .a = 1 } && { .b = 2 }', '{ .a = 1 } && { .b = 2 }'],
    ['{ .a = 1 } >> { .b = 2', '{ .a = 1 } >> { .b = 2 }'],
    ['{ .a = 1 } >> { .b = 2 && .c =', '{ .a = 1 } >> { .b = 2 && true }'],
    ['{ parent.a = 1 } | by(name) | count() > 1', '{ parent.a = 1 } | by(name) | count() > 1'],
    ['{ .a = 1 } | select(name) | rate() by (name)', '{ .a = 1 } | select(name)'],
  ])('%s', (text, expected) => {
    const stages = parseLenient(text);
    expect(stages && printStages(stages)).toBe(expected);
  });

  test.each([
    '',
    'nonsense',
    '.a = 1',
    '{ .a = 1 } { .b = 2 }',
    '{ .a = (',
    '{ .a b }',
    '{ .a = 1 "x }',
    '{ name = 1 }',
    '({} ) / ({})',
  ])('%j filters nothing', (text) => {
    expect(parseLenient(text)).toBeUndefined();
  });

  test('reads any text without throwing', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '|',
      '&&',
      '||',
      '=',
      '!',
      '"x',
      '"x"',
      '.a',
      'span.',
      'name',
      '1',
      '+',
      '['
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join(' '))
    );
    fc.assert(
      fc.property(texts, (text) => {
        parseLenient(text);
      })
    );
  });
});
