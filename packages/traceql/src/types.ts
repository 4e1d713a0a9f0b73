// SPDX-License-Identifier: Apache-2.0
//
// Types of expressions, as far as the text tells: attributes can hold anything, so their type is unknown
// and fits everywhere.

import type { FieldExpression } from './ast.ts';
import { isArithmeticOperator } from './operators.ts';
import type { IntrinsicType } from './vocabulary.ts';
import { intrinsicTable } from './vocabulary.ts';

export type ExpressionType = IntrinsicType | 'float' | 'boolean' | 'unknown';

/** The type that an expression has if it has a value at all. */
export function typeOf(expression: FieldExpression): ExpressionType {
  switch (expression.kind) {
    case 'attribute':
      return 'unknown';
    case 'intrinsic':
      // That there is one is all that can be asked of a parent.
      return expression.name === 'parent' ? 'unknown' : intrinsicTable[expression.name].type;
    case 'unary':
      return expression.operator === '!' ? 'boolean' : typeOf(expression.operand);
    case 'binary': {
      if (!isArithmeticOperator(expression.operator)) {
        return 'boolean';
      }
      const left = typeOf(expression.left);
      return left === 'unknown' ? typeOf(expression.right) : left;
    }
    default:
      return expression.kind;
  }
}

export function isNumericType(type: ExpressionType): boolean {
  return type === 'int' || type === 'float' || type === 'duration';
}

/** Whether operands of these types can stand on the two sides of one operator. */
export function typesMatch(left: ExpressionType, right: ExpressionType): boolean {
  return (
    left === right ||
    left === 'unknown' ||
    right === 'unknown' ||
    left === 'nil' ||
    right === 'nil' ||
    (isNumericType(left) && isNumericType(right))
  );
}

const OPERATORS: Readonly<Record<Exclude<ExpressionType, 'unknown'>, ReadonlySet<string>>> = {
  boolean: new Set(['&&', '||', '=', '!=']),
  int: new Set(['+', '-', '*', '/', '%', '^', '=', '!=', '<', '<=', '>', '>=']),
  float: new Set(['+', '-', '*', '/', '%', '^', '=', '!=', '<', '<=', '>', '>=']),
  duration: new Set(['+', '-', '*', '/', '%', '^', '=', '!=', '<', '<=', '>', '>=']),
  string: new Set(['=', '!=', '=~', '!~', '<', '<=', '>', '>=']),
  status: new Set(['=', '!=']),
  spanKind: new Set(['=', '!=']),
  nil: new Set(['=', '!=']),
};

/** Whether a binary operator means something for operands of a type. */
export function operatorTakes(operator: string, type: ExpressionType): boolean {
  return type === 'unknown' || OPERATORS[type].has(operator);
}
