// SPDX-License-Identifier: Apache-2.0
//
// After by() a trace has several spansets, which operators between spansets cannot combine until
// coalesce() has joined them again.

import type { PipelineStage, Query } from '../ast.ts';
import type { Report, Rule } from './rule.ts';

export const groupedSpansets: Rule = (query: Query, report) => {
  if (query.body.kind === 'pipeline' || query.body.kind === 'metricsPipeline') {
    checkStages(query.body.stages, report);
  }
};

function checkStages(stages: readonly PipelineStage[], report: Report): void {
  let isGrouped = false;
  for (const stage of stages) {
    if (stage.kind === 'by') {
      isGrouped = true;
    } else if (stage.kind === 'coalesce') {
      isGrouped = false;
    } else if (isGrouped && stage.kind === 'spansetOperation') {
      report({
        code: 'type',
        message: 'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
        range: stage.range,
      });
    }
  }
}
