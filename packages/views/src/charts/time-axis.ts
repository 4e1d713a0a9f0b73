// SPDX-License-Identifier: Apache-2.0
//
// Labels of a time axis in the host's zone.
import { dateTimeFormat } from '@grafana/data';

const day = 86_400;

/** Labels for axis positions in seconds since 1970; the finer the ticks, the finer the label. */
export function timeAxisLabels(seconds: readonly number[], increment: number, timeZone: string): string[] {
  const format = increment >= day ? 'MM-DD' : increment >= 60 ? 'HH:mm' : increment >= 1 ? 'HH:mm:ss' : 'mm:ss.SSS';
  return seconds.map((value) => dateTimeFormat(value * 1000, { format, timeZone }));
}
