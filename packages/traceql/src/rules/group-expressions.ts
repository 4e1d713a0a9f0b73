// SPDX-License-Identifier: Apache-2.0
//
// by() splits by something that differs from span to span.

import { printExpression } from '../printer.ts';
import { referencesInExpression } from '../references.ts';
import { walkQuery } from '../walk.ts';
import type { Rule } from './rule.ts';

export const groupExpressions: Rule = (query, report) => {
  walkQuery(query, {
    stage(stage) {
      if (stage.kind === 'by' && referencesInExpression(stage.expression).length === 0) {
        const message = `grouping field expressions must reference the span: ${printExpression(stage.expression)}`;
        report({ code: 'type', message, range: stage.expression.range });
      }
    },
  });
};
