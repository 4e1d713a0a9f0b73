// SPDX-License-Identifier: Apache-2.0
//
// Metrics are combined with metrics and with plain numbers; compare() is not one number and combines with
// nothing.

import type { MetricsExpression } from '../ast.ts';
import { walkQuery } from '../walk.ts';
import type { Report, Rule } from './rule.ts';

export const metricsArithmetic: Rule = (query, report) => {
  walkQuery(query, {
    metrics(node) {
      if (node.kind === 'metricsOperation') {
        checkOperand(node.left, report);
        checkOperand(node.right, report);
      }
    },
  });
};

function checkOperand(operand: MetricsExpression, report: Report): void {
  const { range } = operand;
  switch (operand.kind) {
    case 'metricsPipeline':
      if (operand.function.kind === 'compare') {
        report({ code: 'type', message: '`compare()` cannot be used in metric arithmetic', range });
      }
      break;
    case 'metricsOperation':
    case 'int':
    case 'float':
      break;
    case 'duration':
      report({ code: 'type', message: 'duration cannot be used as a scalar operand in metric arithmetic', range });
      break;
    default:
      report({ code: 'type', message: 'only numbers can be used as a scalar operand in metric arithmetic', range });
  }
}
