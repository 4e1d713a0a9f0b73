// SPDX-License-Identifier: Apache-2.0
//
// All rules. Findings are sorted by their place in the query; of several at one place, the first rule's is
// told first.

import { aggregateExpressions } from './aggregate-expressions.ts';
import { filterIsBoolean } from './filter-is-boolean.ts';
import { groupExpressions } from './group-expressions.ts';
import { groupedSpansets } from './grouped-spansets.ts';
import { metricsArithmetic } from './metrics-arithmetic.ts';
import { metricsParameters } from './metrics-parameters.ts';
import { nilComparisons } from './nil-comparisons.ts';
import { operandTypes } from './operand-types.ts';
import { orderHint } from './order-hint.ts';
import { regularExpressions } from './regular-expressions.ts';
import type { Rule } from './rule.ts';
import { scalarFilters } from './scalar-filters.ts';

export const rules: readonly Rule[] = [
  operandTypes,
  filterIsBoolean,
  regularExpressions,
  nilComparisons,
  aggregateExpressions,
  groupExpressions,
  groupedSpansets,
  scalarFilters,
  metricsParameters,
  metricsArithmetic,
  orderHint,
];
