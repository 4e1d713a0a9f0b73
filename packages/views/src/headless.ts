// SPDX-License-Identifier: Apache-2.0
//
// What the package has to offer that draws nothing: loads without a DOM.
export * from './host.ts';
export { formatRate } from './charts/rate.ts';
export * from './format/index.ts';
export {
  addConditions,
  builderPartOf,
  conditionsOf,
  isEverything,
  isWellFormed,
  queryOf,
  withBuilderPart,
  quoteName,
  withSpanColumns,
} from './search/conditions.ts';
export type { Condition } from './search/conditions.ts';
export { compareSides } from './metrics/comparison.ts';
export type { Comparison } from './metrics/comparison.ts';
export { comparedWithRest, selectedBy, tracesOf } from './metrics/drill.ts';
export { scaleOf, toHistogram } from './metrics/histogram.ts';
export { labelText, quantileName, seriesName } from './metrics/labels.ts';
export { isMetricsQuery, metricsKind } from './metrics/metrics-query.ts';
export type { MetricsKind, MetricsUnit } from './metrics/metrics-query.ts';
export { formatMetric, stepFor } from './metrics/values.ts';
export { orders as searchOrders } from './search/result-order.ts';
export { toValueType } from './search/value-type.ts';
export { edgeQuery, nodeQuery } from './services/focus.ts';
