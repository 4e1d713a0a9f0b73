// SPDX-License-Identifier: Apache-2.0
//
// Stages after a metrics function. They look at one bucket after the other and take samples away; a series that has
// none left is gone, with its exemplars.

import type { SecondStage, Static } from '../../ast.ts';
import { compareLabels, type Series } from './series.ts';

/** The series that are left after all stages. */
export function applySecondStages<Span>(
  series: readonly Series<Span>[],
  stages: readonly SecondStage[]
): readonly Series<Span>[] {
  return stages.reduce<readonly Series<Span>[]>(
    (current, stage) => (stage.kind === 'metricsFilter' ? filtered(current, stage) : best(current, stage)),
    series
  );
}

/** `topk`, `bottomk`: of equal values, those of the series that come first by their labels count as greater. */
function best<Span>(
  series: readonly Series<Span>[],
  { kind, limit }: Extract<SecondStage, { kind: 'topk' | 'bottomk' }>
): readonly Series<Span>[] {
  const ordered = [...series].sort((a, b) => compareLabels(a.labels, b.labels));
  const kept = ordered.map(({ values }) => new Float64Array(values.length).fill(Number.NaN));
  const buckets = ordered.reduce((most, { values }) => Math.max(most, values.length), 0);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const valueOf = (index: number): number => ordered[index]?.values[bucket] ?? Number.NaN;
    const isBefore = (a: number, b: number): boolean => {
      const left = valueOf(a);
      const right = valueOf(b);
      const isGreater = left === right ? a < b : left > right;
      return kind === 'topk' ? isGreater : !isGreater;
    };
    for (const index of firstOf(ordered.length, limit, isBefore, (one) => !Number.isNaN(valueOf(one)))) {
      const values = kept[index];
      if (values !== undefined) {
        values[bucket] = valueOf(index);
      }
    }
  }
  return ordered.flatMap((one, index) => withSamples({ ...one, values: kept[index] ?? one.values }));
}

/** The first `limit` of the indexes below `count` that are wanted, without sorting them all. */
function firstOf(
  count: number,
  limit: number,
  isBefore: (a: number, b: number) => boolean,
  isWanted: (index: number) => boolean
): number[] {
  const first: number[] = [];
  for (let index = 0; index < count; index++) {
    const last = first[limit - 1];
    if (!isWanted(index) || (last !== undefined && !isBefore(index, last))) {
      continue;
    }
    let place = first.length;
    while (place > 0 && isBefore(index, first[place - 1] ?? index)) {
      place -= 1;
    }
    first.splice(place, 0, index);
    first.length = Math.min(first.length, limit);
  }
  return first;
}

function filtered<Span>(
  series: readonly Series<Span>[],
  { operator, value }: Extract<SecondStage, { kind: 'metricsFilter' }>
): readonly Series<Span>[] {
  const bound = boundOf(value);
  const holds = (sample: number): boolean => {
    switch (operator) {
      case '=':
        return sample === bound;
      case '!=':
        return sample !== bound;
      case '<':
        return sample < bound;
      case '<=':
        return sample <= bound;
      case '>':
        return sample > bound;
      case '>=':
        return sample >= bound;
    }
  };
  return series.flatMap((one) =>
    withSamples({
      ...one,
      values: one.values.map((sample) => (Number.isNaN(sample) || !holds(sample) ? Number.NaN : sample)),
      exemplars: one.exemplars.filter((exemplar) => Number.isNaN(exemplar.value) || holds(exemplar.value)),
    })
  );
}

/** A number; durations in seconds. */
function boundOf(value: Static): number {
  return value.kind === 'duration' ? Number(value.value) / 1e9 : 'value' in value ? Number(value.value) : Number.NaN;
}

/** The series with the exemplars that still have a sample beside them; none if it has no sample. */
function withSamples<Span>(series: Series<Span>): Series<Span>[] {
  return series.values.every(Number.isNaN)
    ? []
    : [
        {
          ...series,
          exemplars: series.exemplars.filter(({ bucket }) => !Number.isNaN(series.values[bucket] ?? Number.NaN)),
        },
      ];
}
