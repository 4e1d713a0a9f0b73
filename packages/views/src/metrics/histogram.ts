// SPDX-License-Identifier: Apache-2.0
//
// The answer to `histogram_over_time` as cells: a row for each power of two, a column for each step.
import { tryParseDuration } from '@tracewell/traceql';
import type { MetricsAnswer, MetricsExemplar, MetricsLabel } from '../host.ts';
import type { BucketRange } from './drill.ts';
import { seriesName } from './labels.ts';
import type { MetricsUnit } from './metrics-query.ts';

export interface HistogramExemplar extends MetricsExemplar {
  /** Where it is between the rows, as `Histogram.counts` are numbered. */
  readonly position: number;
}

export interface Histogram {
  /** Ends of the steps, milliseconds since 1970. */
  readonly times: readonly number[];
  readonly stepMs: number;
  /** Row r holds what is above 2^(r - 1) and at most 2^r, in nanoseconds or in the attribute's own unit. */
  readonly rows: { readonly first: number; readonly last: number };
  /** By step, then by row (from the first); 0 where nothing is. */
  readonly counts: readonly (readonly number[])[];
  readonly greatest: number;
  readonly exemplars: readonly HistogramExemplar[];
}

const bucketKey = '__bucket';

/** Values of the measure are this much smaller than what the rows count: durations are answered in seconds. */
export function scaleOf(unit: MetricsUnit): number {
  return unit === 'seconds' ? 1e9 : 1;
}

/** Names of the groups that the histograms of an answer are split into; one, with no labels, if they are not. */
export function histogramGroups(answer: MetricsAnswer): readonly { name: string; labels: readonly MetricsLabel[] }[] {
  const groups = new Map<string, { name: string; labels: readonly MetricsLabel[] }>();
  for (const { labels } of answer.series) {
    const own = labels.filter(({ key }) => key !== bucketKey);
    const key = JSON.stringify(own);
    if (!groups.has(key)) {
      groups.set(key, { name: seriesName(own), labels: own });
    }
  }
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The histogram of one group, or of all together. */
export function toHistogram(
  answer: MetricsAnswer,
  unit: MetricsUnit,
  group?: { readonly labels: readonly MetricsLabel[] }
): Histogram {
  const wanted = group === undefined ? undefined : JSON.stringify(group.labels);
  const series = answer.series.flatMap((one) => {
    const bucket = Number(one.labels.find(({ key }) => key === bucketKey)?.value.value);
    const own = JSON.stringify(one.labels.filter(({ key }) => key !== bucketKey));
    const fits = bucket > 0 && (wanted === undefined || own === wanted);
    return fits ? [{ ...one, row: rowOf(bucket, unit) }] : [];
  });
  const used = series.filter(({ values }) => values.some((value) => value !== undefined && value > 0));
  const first = used.reduce((least, { row }) => Math.min(least, row), Infinity);
  const last = used.reduce((most, { row }) => Math.max(most, row), -Infinity);
  const height = first > last ? 0 : last - first + 1;
  const counts = answer.times.map(() => new Array<number>(height).fill(0));
  let greatest = 0;
  for (const { row, values } of used) {
    values.forEach((value, step) => {
      const column = counts[step];
      if (column !== undefined && value !== undefined) {
        const count = (column[row - first] ?? 0) + value;
        column[row - first] = count;
        greatest = Math.max(greatest, count);
      }
    });
  }
  return {
    times: answer.times,
    stepMs: answer.stepMs,
    rows: height === 0 ? { first: 0, last: -1 } : { first, last },
    counts,
    greatest,
    exemplars: used.flatMap(({ row, exemplars }) =>
      exemplars.map((exemplar) => ({ ...exemplar, position: positionOf(exemplar, row, unit) }))
    ),
  };
}

/** What the rows around a position hold, for a filter. */
export function bucketBetween(low: number, high: number, unit: MetricsUnit): BucketRange {
  const scale = scaleOf(unit);
  return { over: 2 ** low / scale, upTo: 2 ** high / scale };
}

function rowOf(bucket: number, unit: MetricsUnit): number {
  return Math.round(Math.log2(bucket * scaleOf(unit)));
}

/** Where the exemplar itself was, if its labels tell; the middle of its bucket otherwise. */
function positionOf(exemplar: MetricsExemplar, row: number, unit: MetricsUnit): number {
  const text = exemplar.labels.find(({ value }) => value.type === 'duration')?.value.value;
  const nanos = unit !== 'seconds' || text === undefined ? undefined : Number(tryParseDuration(text) ?? 0n);
  const position = nanos === undefined || nanos <= 0 ? row - 0.5 : Math.log2(nanos);
  return position > row - 1.001 && position < row + 0.001 ? position : row - 0.5;
}
