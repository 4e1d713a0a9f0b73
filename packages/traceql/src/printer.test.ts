// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { FieldExpression, Static } from './ast.ts';
import { printExpression, printFilter, printReference, printStatic } from './printer.ts';

// That texts are printed in canonical form is tested with the parser (parse-query.test.ts) and by
// properties; here is what no text leads to.
const range = { start: 0, end: 0 };
const a: FieldExpression = { kind: 'attribute', scope: 'none', parent: false, name: 'a', range };

describe('printExpression', () => {
  test('puts an operation in parentheses where it binds less tightly than asked', () => {
    const sum: FieldExpression = { kind: 'binary', operator: '+', left: a, right: a, range };
    expect(printExpression(sum)).toBe('.a + .a');
    expect(printExpression(sum, 5)).toBe('(.a + .a)');
    expect(printExpression({ kind: 'unary', operator: '-', operand: sum, range })).toBe('-(.a + .a)');
  });

  test('keeps a minus apart from a number that has one', () => {
    const operand: Static = { kind: 'int', value: -1n, range };
    expect(printExpression({ kind: 'unary', operator: '-', operand, range })).toBe('-(-1)');
  });
});

test('printFilter', () => {
  expect(printFilter({ kind: 'spansetFilter', range })).toBe('{}');
  expect(printFilter({ kind: 'spansetFilter', expression: a, range })).toBe('{ .a }');
});

test.each<[Static, string]>([
  [{ kind: 'float', value: -0, range }, '-0.0'],
  [{ kind: 'float', value: 5, range }, '5.0'],
  [{ kind: 'float', value: 1e-7, range }, '1e-7'],
  [{ kind: 'int', value: -(2n ** 63n), range }, 'minInt'],
  [{ kind: 'nil', range }, 'nil'],
])('printStatic %#', (value, text) => {
  expect(printStatic(value)).toBe(text);
});

test('printReference writes an unscoped name only where there is one', () => {
  expect(printReference({ kind: 'intrinsic', name: 'span:id', legacy: true, range })).toBe('span:id');
  expect(printReference({ kind: 'intrinsic', name: 'span:kind', legacy: true, range })).toBe('kind');
  expect(printReference({ kind: 'intrinsic', name: 'nestedSetLeft', legacy: false, range })).toBe('nestedSetLeft');
});
