// SPDX-License-Identifier: Apache-2.0
//
// What stands in braces is true or false of a span.

import { printExpression } from '../printer.ts';
import { typeOf } from '../types.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const filterIsBoolean: Rule = (query, report) => {
  walkQuery(query, {
    stage(stage) {
      if (stage.kind !== 'spansetFilter' || stage.expression === undefined) {
        return;
      }
      const type = typeOf(stage.expression);
      if (type !== 'boolean' && type !== 'unknown') {
        const text = printExpression(stage.expression);
        report({
          code: 'type',
          message: `span filter field expressions must resolve to a boolean: ${text}`,
          range: stage.expression.range,
          ...(stage.expression.kind === 'intrinsic' ? { hint: `Compare it with something: ${text} != ...` } : {}),
        });
      }
    },
  });
};
