// SPDX-License-Identifier: Apache-2.0
export { DurationHeatmap } from './DurationHeatmap.tsx';
export { durationLiteral } from './heatmap-geometry.ts';
export type { HeatmapBox } from './heatmap-geometry.ts';
export { formatRate } from './rate.ts';
export { toRawRange } from './selection.ts';
export { RateChart } from './RateChart.tsx';
export { Sparkline } from './Sparkline.tsx';
