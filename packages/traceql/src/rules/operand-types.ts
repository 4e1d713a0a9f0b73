// SPDX-License-Identifier: Apache-2.0
//
// The operands of an operator have types that go together, and for which the operator means something.
// Only the innermost wrong operation is reported: what stands around it is wrong because of it.

import type { BinaryExpression, FieldExpression, UnaryExpression } from '../ast.ts';
import type { Diagnostic } from '../error.ts';
import { printExpression } from '../printer.ts';
import { isNumericType, operatorTakes, typeOf, typesMatch } from '../types.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const operandTypes: Rule = (query, report) => {
  const wrong = new Set<FieldExpression>();
  walkQuery(query, {
    expression(node) {
      if (node.kind === 'binary') {
        const problem = wrong.has(node.left) || wrong.has(node.right) ? undefined : problemOfBinary(node);
        if (problem !== undefined) {
          report(problem);
        }
        if (problem !== undefined || wrong.has(node.left) || wrong.has(node.right)) {
          wrong.add(node);
        }
      } else if (node.kind === 'unary') {
        const problem = wrong.has(node.operand) ? undefined : problemOfUnary(node);
        if (problem !== undefined) {
          report(problem);
        }
        if (problem !== undefined || wrong.has(node.operand)) {
          wrong.add(node);
        }
      }
    },
  });
};

function problemOfBinary(node: BinaryExpression): Diagnostic | undefined {
  const { operator, range } = node;
  const left = typeOf(node.left);
  const right = typeOf(node.right);
  if (!typesMatch(left, right)) {
    const message = `binary operations must operate on the same type: ${printExpression(node)}`;
    return {
      code: 'type',
      message,
      range,
      hint: `The left side is ${article(left)}, the right side ${article(right)}.`,
    };
  }
  if (!operatorTakes(operator, left) || !operatorTakes(operator, right)) {
    const type = operatorTakes(operator, left) ? right : left;
    const message = `illegal operation for the given types: ${printExpression(node)}`;
    return { code: 'type', message, range, hint: `The operator ${operator} cannot take ${article(type)}.` };
  }
  return undefined;
}

function problemOfUnary(node: UnaryExpression): Diagnostic | undefined {
  const type = typeOf(node.operand);
  const isLegal = type === 'unknown' || (node.operator === '!' ? type === 'boolean' : isNumericType(type));
  if (isLegal) {
    return undefined;
  }
  const message = `illegal operation for the given type: ${printExpression(node)}`;
  return {
    code: 'type',
    message,
    range: node.range,
    hint: `The operator ${node.operator} cannot take ${article(type)}.`,
  };
}

const NAMES: Readonly<Record<string, string>> = {
  int: 'an integer',
  spanKind: 'a span kind',
  nil: 'nil',
  unknown: 'an attribute',
};

function article(type: string): string {
  return NAMES[type] ?? `a ${type}`;
}
