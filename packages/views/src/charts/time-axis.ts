// SPDX-License-Identifier: Apache-2.0
//
// The time axis of a chart, in the host's zone.
import { dateTimeFormat } from '@grafana/data';
import type { GrafanaTheme2 } from '@grafana/data';
import type uPlot from 'uplot';
import { themedAxis } from './chart-theme.ts';

const day = 86_400;

/** Labels for axis positions in seconds since 1970; the finer the ticks, the finer the label. */
export function timeAxisLabels(seconds: readonly number[], increment: number, timeZone: string): string[] {
  const format = increment >= day ? 'MM-DD' : increment >= 60 ? 'HH:mm' : increment >= 1 ? 'HH:mm:ss' : 'mm:ss.SSS';
  return seconds.map((value) => dateTimeFormat(value * 1000, { format, timeZone }));
}

/** The x axis of a chart over time. */
export function timeAxis(theme: GrafanaTheme2, timeZone: string): uPlot.Axis {
  return themedAxis(theme, {
    size: 24,
    space: 60,
    values: (_chart, splits, _axis, _space, increment) => timeAxisLabels(splits, increment, timeZone),
  });
}
