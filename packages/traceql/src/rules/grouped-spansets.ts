// SPDX-License-Identifier: Apache-2.0
//
// After by() a trace has several spansets, which operators between spansets cannot combine until
// coalesce() has joined them again. That holds for pipelines in parentheses too, whose groups are operands.

import type { PipelineStage, Query, Range, ScalarExpression, SpansetExpression } from '../ast.ts';
import type { Report, Rule } from './rule.ts';

export const groupedSpansets: Rule = (query: Query, report) => {
  if (query.body.kind === 'pipeline' || query.body.kind === 'metricsPipeline') {
    checkStages(query.body.stages, report);
  }
};

/** Whether there are groups after the stages. */
function checkStages(stages: readonly PipelineStage[], report: Report): boolean {
  let isGrouped = false;
  for (const stage of stages) {
    switch (stage.kind) {
      case 'by':
        isGrouped = true;
        break;
      case 'coalesce':
        isGrouped = false;
        break;
      case 'select':
        break;
      case 'scalarFilter':
        checkScalar(stage.left, report);
        checkScalar(stage.right, report);
        break;
      default:
        if (isGrouped && stage.kind === 'spansetOperation') {
          reportGroups(stage.range, report);
        } else {
          isGrouped = checkSpansets(stage, report) || isGrouped;
        }
    }
  }
  return isGrouped;
}

function checkSpansets(expression: SpansetExpression, report: Report): boolean {
  switch (expression.kind) {
    case 'spansetFilter':
      return false;
    case 'pipeline':
      return checkStages(expression.stages, report);
    case 'spansetOperation':
      for (const operand of [expression.left, expression.right]) {
        if (checkSpansets(operand, report)) {
          reportGroups(operand.range, report);
        }
      }
      return false;
  }
}

function checkScalar(expression: ScalarExpression, report: Report): void {
  if (expression.kind === 'scalarOperation') {
    checkScalar(expression.left, report);
    checkScalar(expression.right, report);
  } else if (expression.kind === 'scalarPipeline' && checkStages(expression.stages, report)) {
    reportGroups(expression.range, report);
  }
}

function reportGroups(range: Range, report: Report): void {
  report({
    code: 'type',
    message: 'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    range,
  });
}
