// SPDX-License-Identifier: Apache-2.0
//
// Parameters of metrics functions and of the stages after them lie in their ranges.

import type { CompareFunction, MetricsFunction, SecondStage } from '../ast.ts';
import { isNumericType } from '../types.ts';
import { walkQuery } from '../walk.ts';
import type { Report, Rule } from './rule.ts';

const MAX_TOP_N = 1_000;
/** Each quantile is a line of its own, in every group. */
const MAX_QUANTILES = 20;
/** Attributes in `by` of a metric: twice as many as Tempo takes. */
const MAX_GROUPS = 10;

export const metricsParameters: Rule = (query, report) => {
  walkQuery(query, {
    metrics(node) {
      if (node.kind === 'metricsPipeline') {
        if (node.function.kind === 'compare') {
          checkCompare(node.function, node.secondStages, report);
        } else {
          checkFunction(node.function, report);
        }
      }
      node.secondStages.forEach((stage) => checkSecondStage(stage, report));
    },
  });
};

function checkFunction({ name, quantiles, by, range }: MetricsFunction, report: Report): void {
  for (const quantile of quantiles) {
    if (quantile < 0 || quantile > 1) {
      report({ code: 'type', message: `quantile must be between 0 and 1: ${quantile}`, range });
    }
  }
  if (quantiles.length > MAX_QUANTILES) {
    const message = `expected at most ${MAX_QUANTILES} quantiles, found ${quantiles.length}`;
    report({ code: 'type', message, range });
  }
  if (by.length > MAX_GROUPS) {
    report({
      code: 'unsupported',
      message: `metrics group by ${by.length} values not yet supported`,
      range: by[MAX_GROUPS]?.range ?? range,
      hint: `${name} can be grouped by at most ${MAX_GROUPS}.`,
    });
  }
}

function checkCompare(node: CompareFunction, secondStages: readonly SecondStage[], report: Report): void {
  if (node.topN < 1 || node.topN > MAX_TOP_N) {
    const message = `compare() top number of values must be an integer between 1 and ${MAX_TOP_N}`;
    report({ code: 'type', message, range: node.range });
  }
  const { start = 0n, end = 0n } = node;
  // Two zeros are no window.
  if ((start !== 0n || end !== 0n) && (start <= 0n || end <= 0n)) {
    const message = 'compare() timestamps must be positive integer unix nanoseconds';
    report({ code: 'type', message, range: node.range });
  } else if (end < start || (end === start && end !== 0n)) {
    const message = 'compare() end timestamp must be greater than start timestamp';
    report({ code: 'type', message, range: node.range });
  }
  const [stage] = secondStages;
  if (stage !== undefined) {
    report({ code: 'type', message: '`compare()` cannot be used with second stage functions', range: stage.range });
  }
}

function checkSecondStage(stage: SecondStage, report: Report): void {
  if (stage.kind === 'metricsFilter') {
    if (!isNumericType(stage.value.kind)) {
      const message = 'metrics can be compared with numbers and durations only';
      report({ code: 'type', message, range: stage.value.range });
    }
  } else if (stage.limit <= 0) {
    report({ code: 'type', message: 'limit must be greater than 0', range: stage.range });
  }
}
