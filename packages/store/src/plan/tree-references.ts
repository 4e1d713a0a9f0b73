// SPDX-License-Identifier: Apache-2.0
//
// References whose value depends on where a span stands in its trace, and the one use of them that does not:
// `nestedSetParent < 0` asks for root spans, which the row itself tells. A root span is one that names no parent;
// its nestedSetParent is -1, that of all others is 0 or more.

import {
  conjunctsOf,
  referencesInExpression,
  type ComparisonOperator,
  type FieldExpression,
  type Reference,
  type Static,
} from '@tracewell/traceql';
import { flipped } from './comparison.ts';

/** Whether the tree must be known to know the value. */
export function isTreeReference(reference: Reference): boolean {
  if (reference.kind === 'attribute') {
    return reference.parent;
  }
  switch (reference.name) {
    case 'parent':
    case 'span:childCount':
    case 'nestedSetLeft':
    case 'nestedSetRight':
    case 'nestedSetParent':
      return true;
    default:
      return false;
  }
}

/** For how many spans that are no roots `nestedSetParent operator literal` holds, as far as nobody has numbered them. */
export function compareChild(operator: ComparisonOperator, literal: Static): 'all' | 'none' | 'some' {
  if (literal.kind !== 'int' && literal.kind !== 'float' && literal.kind !== 'duration') {
    return 'some';
  }
  const { value } = literal;
  switch (operator) {
    case '=':
      return value < 0 ? 'none' : 'some';
    case '!=':
    case '>':
      return value < 0 ? 'all' : 'some';
    case '>=':
      return value <= 0 ? 'all' : 'some';
    case '<':
      return value <= 0 ? 'none' : 'some';
    case '<=':
      return value < 0 ? 'none' : 'some';
    default:
      return 'some';
  }
}

/** Whether the tree must be known to evaluate an expression. */
export function needsTree(expression: FieldExpression): boolean {
  switch (expression.kind) {
    case 'attribute':
    case 'intrinsic':
      return isTreeReference(expression);
    case 'unary':
      return needsTree(expression.operand);
    case 'binary':
      return !isRootTest(expression) && (needsTree(expression.left) || needsTree(expression.right));
    default:
      return false;
  }
}

/**
 * What some span of the trace must match, where a span matches `expression`: the conditions on its parent, told of the
 * parent itself. Undefined if there are none that only a parent that is there can meet.
 */
export function parentCondition(expression: FieldExpression): FieldExpression | undefined {
  const ofParent = conjunctsOf(expression).filter(
    (part) => isPositive(part) && referencesInExpression(part).every((reference) => isParentAttribute(reference))
  );
  return ofParent
    .filter((part) => referencesInExpression(part).length > 0)
    .map(toldOfItself)
    .reduce<FieldExpression | undefined>(
      (left, right) =>
        left === undefined ? right : { kind: 'binary', operator: '&&', left, right, range: right.range },
      undefined
    );
}

function isParentAttribute(reference: Reference): boolean {
  return reference.kind === 'attribute' && reference.parent;
}

/** Whether nothing in an expression is true of what is missing. */
function isPositive(expression: FieldExpression): boolean {
  switch (expression.kind) {
    case 'unary':
      return expression.operator !== '!' && isPositive(expression.operand);
    case 'binary':
      return (
        !(expression.operator === '=' && (expression.left.kind === 'nil' || expression.right.kind === 'nil')) &&
        isPositive(expression.left) &&
        isPositive(expression.right)
      );
    case 'boolean':
      return !expression.value;
    default:
      return true;
  }
}

function toldOfItself(expression: FieldExpression): FieldExpression {
  switch (expression.kind) {
    case 'attribute':
      return { ...expression, parent: false };
    case 'unary':
      return { ...expression, operand: toldOfItself(expression.operand) };
    case 'binary':
      return { ...expression, left: toldOfItself(expression.left), right: toldOfItself(expression.right) };
    default:
      return expression;
  }
}

function isRootTest({ operator, left, right }: Extract<FieldExpression, { kind: 'binary' }>): boolean {
  const literal = isNestedSetParent(left) ? right : isNestedSetParent(right) ? left : undefined;
  const mirrored = literal === left;
  switch (literal?.kind) {
    case 'int':
    case 'float':
    case 'duration':
      return isOrder(operator) && compareChild(mirrored ? flipped(operator) : operator, literal) !== 'some';
    default:
      return false;
  }
}

function isNestedSetParent(expression: FieldExpression): boolean {
  return expression.kind === 'intrinsic' && expression.name === 'nestedSetParent';
}

type Order = '=' | '!=' | '<' | '<=' | '>' | '>=';

function isOrder(operator: string): operator is Order {
  return ['=', '!=', '<', '<=', '>', '>='].includes(operator);
}
