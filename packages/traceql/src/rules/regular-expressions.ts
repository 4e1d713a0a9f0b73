// SPDX-License-Identifier: Apache-2.0
//
// The right side of =~ and !~ is a string literal with a regular expression that RE2 understands.

import { compilePattern } from '../evaluate/regular-expression.ts';
import { printExpression } from '../printer.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const regularExpressions: Rule = (query, report) => {
  walkQuery(query, {
    expression(node) {
      if (node.kind !== 'binary' || (node.operator !== '=~' && node.operator !== '!~')) {
        return;
      }
      const { right } = node;
      if (right.kind === 'string') {
        const pattern = compilePattern(right.value);
        if (typeof pattern === 'string') {
          report({ code: 'type', message: `invalid regex: ${pattern}`, range: right.range, ...hintFor(right.value) });
        }
      } else if (right.kind === 'attribute' || right.kind === 'binary' || right.kind === 'intrinsic') {
        // Literals of other types are found by the rule on operand types.
        const message = `invalid type for =~ or !~: ${printExpression(right)}`;
        report({ code: 'type', message, range: right.range, hint: 'The right side must be a string literal.' });
      }
    },
  });
};

function hintFor(pattern: string): { readonly hint?: string } {
  return /\(\?(?:[=!]|<[=!])/.test(pattern) || /\\[1-9]/.test(pattern)
    ? { hint: 'Regular expressions have the syntax of RE2: no look-around, no back-references.' }
    : {};
}
