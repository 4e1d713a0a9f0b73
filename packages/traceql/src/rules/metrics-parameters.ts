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
/** Attributes in `by` of a metric; functions that need a label of their own have one fewer. */
const MAX_GROUPS = 5;
const WITH_OWN_LABEL: ReadonlySet<string> = new Set(['quantile_over_time', 'histogram_over_time', 'avg_over_time']);

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
  const most = WITH_OWN_LABEL.has(name) ? MAX_GROUPS - 1 : MAX_GROUPS;
  if (by.length > most) {
    report({
      code: 'unsupported',
      message: `metrics group by ${by.length} values not yet supported`,
      range: by[most]?.range ?? range,
      hint: `${name} can be grouped by at most ${most}.`,
    });
  }
}

function checkCompare(node: CompareFunction, secondStages: readonly SecondStage[], report: Report): void {
  if (node.topN < 1 || node.topN > MAX_TOP_N) {
    const message = `compare() top number of values must be an integer between 1 and ${MAX_TOP_N}`;
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
