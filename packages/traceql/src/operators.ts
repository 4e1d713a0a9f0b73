// SPDX-License-Identifier: Apache-2.0
//
// Operators and how tightly they bind. The parser and the printer share these numbers. `&&` and `||` bind
// alike, from the left, in TraceQL: `a || b && c` is `(a || b) && c`.

import type { ArithmeticOperator, ComparisonOperator, LogicalOperator, SpansetOperator } from './ast.ts';

/** Low to high. Structural operators bind as comparisons do. */
export const precedence = {
  logical: 1,
  comparison: 2,
  additive: 3,
  not: 4,
  multiplicative: 5,
  power: 6,
  negation: 7,
} as const;

const fieldPrecedence: Readonly<Record<ComparisonOperator | ArithmeticOperator | LogicalOperator, number>> = {
  '&&': precedence.logical,
  '||': precedence.logical,
  '=': precedence.comparison,
  '!=': precedence.comparison,
  '<': precedence.comparison,
  '<=': precedence.comparison,
  '>': precedence.comparison,
  '>=': precedence.comparison,
  '=~': precedence.comparison,
  '!~': precedence.comparison,
  '+': precedence.additive,
  '-': precedence.additive,
  '*': precedence.multiplicative,
  '/': precedence.multiplicative,
  '%': precedence.multiplicative,
  '^': precedence.power,
};

const spansetPrecedence: Readonly<Record<SpansetOperator, number>> = {
  '&&': precedence.logical,
  '||': precedence.logical,
  '>': precedence.comparison,
  '>>': precedence.comparison,
  '<': precedence.comparison,
  '<<': precedence.comparison,
  '~': precedence.comparison,
  '!>': precedence.comparison,
  '!>>': precedence.comparison,
  '!<': precedence.comparison,
  '!<<': precedence.comparison,
  '!~': precedence.comparison,
  '&>': precedence.comparison,
  '&>>': precedence.comparison,
  '&<': precedence.comparison,
  '&<<': precedence.comparison,
  '&~': precedence.comparison,
};

export type FieldOperator = keyof typeof fieldPrecedence;

export function precedenceOf(operator: FieldOperator | SpansetOperator): number {
  return isFieldOperator(operator) ? fieldPrecedence[operator] : spansetPrecedence[operator];
}

export function isFieldOperator(text: string): text is FieldOperator {
  return Object.hasOwn(fieldPrecedence, text);
}

export function isSpansetOperator(text: string): text is SpansetOperator {
  return Object.hasOwn(spansetPrecedence, text);
}

export function isArithmeticOperator(text: string): text is ArithmeticOperator {
  return text === '+' || text === '-' || text === '*' || text === '/' || text === '%' || text === '^';
}

export function isLogicalOperator(text: string): text is LogicalOperator {
  return text === '&&' || text === '||';
}

/** Comparisons of numbers, as filters of scalars and metrics use them: no regular expressions. */
export function isScalarComparison(text: string): text is Exclude<ComparisonOperator, '=~' | '!~'> {
  return text === '=' || text === '!=' || text === '<' || text === '<=' || text === '>' || text === '>=';
}

export function isComparisonOperator(text: string): text is ComparisonOperator {
  return text === '=~' || text === '!~' || isScalarComparison(text);
}
