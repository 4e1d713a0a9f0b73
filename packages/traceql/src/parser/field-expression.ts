// SPDX-License-Identifier: Apache-2.0
//
// Expressions over one span: precedence climbing over the table in operators.ts.

import type { BinaryExpression, FieldExpression } from '../ast.ts';
import type { FieldOperator } from '../operators.ts';
import { isFieldOperator, precedence, precedenceOf } from '../operators.ts';
import type { Cursor } from './cursor.ts';
import { tryParseReference, tryParseSignedStatic } from './static.ts';

/**
 * FieldExpression : Unary (Operator FieldExpression)*
 *
 * Takes operators that bind at least as tightly as `minimum`. All associate from the left but `^`.
 */
export function parseFieldExpression(cursor: Cursor, minimum: number = precedence.logical): FieldExpression {
  const start = cursor.peek();
  let left = parseUnary(cursor);
  for (;;) {
    const operator = fieldOperatorAt(cursor);
    if (operator === undefined || precedenceOf(operator) < minimum) {
      return left;
    }
    cursor.next();
    cursor.countOperator();
    const right = parseFieldExpression(cursor, precedenceOf(operator) + (operator === '^' ? 0 : 1));
    const binary: BinaryExpression = { kind: 'binary', operator, left, right, range: cursor.rangeFrom(start) };
    left = binary;
  }
}

function fieldOperatorAt(cursor: Cursor): FieldOperator | undefined {
  const token = cursor.peek();
  return token.kind === 'symbol' && isFieldOperator(token.symbol) ? token.symbol : undefined;
}

/**
 * Unary : `-` Unary | `!` FieldExpression | Primary
 *
 * The operand of `!` holds everything that binds tighter than `+`: `!a * b` is `!(a * b)`, `!a = b` is `(!a) = b`.
 */
function parseUnary(cursor: Cursor): FieldExpression {
  const value = tryParseSignedStatic(cursor);
  if (value !== undefined) {
    return value;
  }
  const token = cursor.peek();
  if (token.kind !== 'symbol' || (token.symbol !== '-' && token.symbol !== '!')) {
    return parsePrimary(cursor);
  }
  cursor.next();
  cursor.countOperator();
  const operator = token.symbol;
  const operand = operator === '-' ? parseUnary(cursor) : parseFieldExpression(cursor, precedence.not + 1);
  return { kind: 'unary', operator, operand, range: cursor.rangeFrom(token) };
}

/** Primary : `(` FieldExpression `)` | Static | Reference */
function parsePrimary(cursor: Cursor): FieldExpression {
  if (cursor.take('(')) {
    const inner = cursor.nested(() => parseFieldExpression(cursor));
    cursor.expect(')', 'an operator or )');
    return inner;
  }
  const reference = tryParseReference(cursor);
  if (reference === undefined) {
    throw cursor.unexpected('an attribute, an intrinsic or a value');
  }
  return reference;
}
