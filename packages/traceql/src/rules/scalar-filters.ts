// SPDX-License-Identifier: Apache-2.0
//
// Aggregates are combined and compared with numbers.

import type { ScalarExpression } from '../ast.ts';
import type { Diagnostic } from '../error.ts';
import { printStage } from '../printer.ts';
import { isNumericType } from '../types.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const scalarFilters: Rule = (query, report) => {
  walkQuery(query, {
    scalarFilter(node) {
      const wrong = firstLiteralThatIsNoNumber(node.left) ?? firstLiteralThatIsNoNumber(node.right);
      if (wrong !== undefined) {
        const diagnostic: Diagnostic = {
          code: 'type',
          message: `binary operations must operate on the same type: ${printStage(node)}`,
          range: wrong.range,
          hint: 'An aggregate is a number and is compared with numbers or durations.',
        };
        report(diagnostic);
      }
    },
  });
};

/** Aggregates have a rule of their own; here it is about what stands beside them. */
function firstLiteralThatIsNoNumber(node: ScalarExpression): ScalarExpression | undefined {
  switch (node.kind) {
    case 'aggregate':
    case 'scalarPipeline':
      return undefined;
    case 'scalarOperation':
      return firstLiteralThatIsNoNumber(node.left) ?? firstLiteralThatIsNoNumber(node.right);
    default:
      return isNumericType(node.kind) ? undefined : node;
  }
}
