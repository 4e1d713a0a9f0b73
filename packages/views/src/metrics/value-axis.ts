// SPDX-License-Identifier: Apache-2.0
//
// Labels of a value axis: one unit for the whole axis, so that its ticks can be compared.
import { durationColumnUnit, durationFigure } from '../format/index.ts';
import type { MetricsUnit } from './metrics-query.ts';
import { formatMetric } from './values.ts';

/** Texts for the ticks of an axis. */
export function axisValues(ticks: readonly number[], unit: MetricsUnit): string[] {
  if (unit === 'seconds') {
    const nanos = ticks.map((tick) => Math.round(tick * 1e9));
    const shared = durationColumnUnit(nanos);
    return nanos.map((tick) => `${trimmed(durationFigure(tick, shared))} ${shared.symbol}`);
  }
  if (unit === 'perSecond') {
    const greatest = ticks.reduce((most, tick) => Math.max(most, Math.abs(tick)), 0);
    const [factor, symbol] = greatest >= 0.1 ? [1, '/s'] : greatest * 60 >= 0.1 ? [60, '/min'] : [3600, '/h'];
    return ticks.map((tick) => (tick === 0 ? '0' : `${formatMetric(tick * factor, 'number')}${symbol}`));
  }
  return ticks.map((tick) => formatMetric(tick, 'number'));
}

function trimmed(figure: string): string {
  return figure.includes('.') ? figure.replace(/\.?0+$/, '') : figure;
}
