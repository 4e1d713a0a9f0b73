// SPDX-License-Identifier: Apache-2.0
export { Comparison, selectionWindow, sideOf } from './comparison.ts';
export type { ComparedAttribute, Side } from './comparison.ts';
export { isInSeconds, MetricsGroups } from './groups.ts';
export type { GroupExemplar, GroupValues } from './groups.ts';
export { exemplarsHint, finishMetrics, metricsPipelines, wantsExactQuantiles } from './metrics-query.ts';
export type { MetricsBody } from './metrics-query.ts';
export { compileMetrics } from './naive.ts';
export type { MetricsCounter, MetricsTrace } from './naive.ts';
export { referenceLabel } from './reference-label.ts';
export { compileReference } from './reference-value.ts';
export { compareLabelValues, labelValue, valueKey } from './series.ts';
export type { Series, SeriesExemplar, SeriesLabel } from './series.ts';
export { contribution } from './tally.ts';
export type { Tally, TallyKind } from './tally.ts';
export { bucketCount, bucketOf } from './window.ts';
export type { MetricsWindow } from './window.ts';
export { isNumeric } from '../compare.ts';
export type { NumericValue } from '../compare.ts';
