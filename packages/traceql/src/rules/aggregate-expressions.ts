// SPDX-License-Identifier: Apache-2.0
//
// Aggregates are taken of numbers, and of numbers that differ from span to span.

import { printExpression } from '../printer.ts';
import { referencesInExpression } from '../references.ts';
import { isNumericType, typeOf } from '../types.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const aggregateExpressions: Rule = (query, report) => {
  walkQuery(query, {
    aggregate({ name, expression }) {
      if (expression === undefined) {
        return;
      }
      const { range } = expression;
      const text = `${name}(${printExpression(expression)})`;
      const type = typeOf(expression);
      if (type !== 'unknown' && !isNumericType(type)) {
        report({ code: 'type', message: `aggregate field expressions must resolve to a number type: ${text}`, range });
      } else if (referencesInExpression(expression).length === 0) {
        report({ code: 'type', message: `aggregate field expressions must reference the span: ${text}`, range });
      }
    },
  });
};
