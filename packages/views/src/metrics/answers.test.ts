// SPDX-License-Identifier: Apache-2.0
//
// What is read out of answers: comparisons, histograms, names, kinds and numbers.
import { describe, expect, test } from '@jest/globals';
import type { MetricsAnswer, MetricsLabel, MetricsSeries } from '../host.ts';
import { axisValues } from './value-axis.ts';
import { compareSides } from './comparison.ts';
import { bucketBetween, histogramGroups, toHistogram } from './histogram.ts';
import { seriesName } from './labels.ts';
import { isMetricsQuery, metricsKind } from './metrics-query.ts';
import { formatMetric, stepFor } from './values.ts';

const label = (key: string, value: string, type = 'string'): MetricsLabel => ({ key, value: { type, value } });
const series = (labels: MetricsLabel[], values: (number | undefined)[] = [1]): MetricsSeries => ({
  labels,
  values,
  exemplars: [],
});
const answerOf = (all: MetricsSeries[], times = [60_000]): MetricsAnswer => ({
  times,
  stepMs: 60_000,
  series: all,
  inspectedSpans: 0,
});

describe('what a query is', () => {
  test.each([
    ['{}', undefined],
    ['{} | count() > 2', undefined],
    ['{ name = "| rate()" }', undefined],
    ['{} | rate()', { draw: 'series', unit: 'perSecond' }],
    ['{} | count_over_time() by (name)', { draw: 'series', unit: 'count' }],
    ['{} | avg_over_time(duration)', { draw: 'series', unit: 'seconds' }],
    ['{} | max_over_time(span.size)', { draw: 'series', unit: 'number' }],
    ['{} | quantile_over_time(traceDuration, .9)', { draw: 'series', unit: 'seconds' }],
    ['{} | histogram_over_time(duration)', { draw: 'heatmap', unit: 'count', bucketUnit: 'seconds' }],
    ['{} | compare({ .a })', { draw: 'comparison' }],
    ['({} | rate()) / ({} | rate())', { draw: 'series', unit: 'number' }],
    ['({} | rate()) + ({} | rate())', { draw: 'series', unit: 'perSecond' }],
    ['({} | avg_over_time(duration)) * 2', { draw: 'series', unit: 'seconds' }],
    // Still being written.
    ['{ foo } | rate() by (', { draw: 'series', unit: 'number' }],
  ])('%s', (query, expected) => {
    const kind = metricsKind(query);
    expect(isMetricsQuery(query)).toBe(expected !== undefined);
    if (expected === undefined) {
      expect(kind).toBeUndefined();
    } else {
      expect(kind).toMatchObject(expected);
    }
  });
});

describe('a comparison', () => {
  const side = (name: string, key: string, value: string, count: number, type?: string) =>
    series([label('__meta_type', name), label(key, value, type)], [count]);
  const answer = answerOf([
    side('selection', 'name', 'pay', 8),
    side('baseline', 'name', 'pay', 10),
    side('baseline', 'name', 'list', 90),
    side('selection', 'span.card', 'visa', 4),
    side('selection_total', 'span.card', 'nil', 4, 'nil'),
    side('selection_total', 'name', 'nil', 10, 'nil'),
    side('baseline_total', 'name', 'nil', 100, 'nil'),
    series([label('__meta_error', '__too_many_values__'), label('span.id', 'nil', 'nil')]),
  ]);

  test('is in shares of all spans on each side, greatest difference first', () => {
    const { rows, selected, others, cut } = compareSides(answer);
    expect([selected, others, cut]).toEqual([10, 100, ['span.id']]);
    expect(rows.map((row) => [row.label.key, row.value, row.selectedShare, row.othersShare])).toEqual([
      ['name', 'list', 0, 0.9],
      ['name', 'pay', 0.8, 0.1],
      // Of all selected spans, not only of those that have a card.
      ['span.card', 'visa', 0.4, 0],
    ]);
    expect(rows.map(({ difference }) => difference)).toEqual([-0.9, expect.closeTo(0.7), 0.4]);
  });

  test('what the selection asks for comes last', () => {
    expect(compareSides(answer, ['name']).rows.map(({ label: { key } }) => key)).toEqual(['span.card', 'name', 'name']);
  });

  test('adds up the steps of an answer over time', () => {
    const steps = series([label('__meta_type', 'selection'), label('name', 'a')], [1, undefined, 2]);
    expect(compareSides(answerOf([steps], [1, 2, 3])).rows[0]?.selected).toBe(3);
  });
});

describe('a histogram', () => {
  const bucket = (seconds: number, counts: number[], more: MetricsLabel[] = []) =>
    series([...more, label('__bucket', String(seconds), 'float')], counts);
  const slow = label('name', 'slow');
  const fast = label('name', 'fast');
  const answer = answerOf(
    [
      bucket(2 ** 20 / 1e9, [1, 0], [fast]),
      bucket(2 ** 22 / 1e9, [0, 3], [slow]),
      bucket(2 ** 22 / 1e9, [0, 1], [fast]),
      bucket(2 ** 30 / 1e9, [0, 0], [slow]),
    ],
    [60_000, 120_000]
  );

  test('has a row for each power of two between the first and the last that holds something', () => {
    const { rows, counts, greatest } = toHistogram(answer, 'seconds');
    expect(rows).toEqual({ first: 20, last: 22 });
    expect(counts).toEqual([
      [1, 0, 0],
      [0, 0, 4],
    ]);
    expect(greatest).toBe(4);
  });

  test('of one group alone', () => {
    const groups = histogramGroups(answer);
    expect(groups.map(({ name }) => name)).toEqual(['fast', 'slow']);
    expect(toHistogram(answer, 'seconds', groups[1]).counts).toEqual([[0], [3]]);
  });

  test('of nothing has no rows', () => {
    expect(toHistogram(answerOf([]), 'seconds')).toMatchObject({ rows: { first: 0, last: -1 }, greatest: 0 });
  });

  test('of numbers counts in their own unit', () => {
    expect(toHistogram(answerOf([bucket(8, [1])]), 'number').rows).toEqual({ first: 3, last: 3 });
    expect(bucketBetween(2, 3, 'number')).toEqual({ over: 4, upTo: 8 });
    expect(bucketBetween(20, 21, 'seconds')).toEqual({ over: 0.001048576, upTo: 0.002097152 });
  });

  test('an exemplar is where its duration was, or in the middle of its bucket', () => {
    const exemplar = (...labels: MetricsLabel[]) => ({ traceId: 'a', time: 1, labels });
    const one = {
      ...bucket(2 ** 22 / 1e9, [1]),
      exemplars: [
        exemplar(label('duration', '3ms', 'duration')),
        exemplar(),
        // Of another bucket: that of a trace, say.
        exemplar(label('traceDuration', '3s', 'duration')),
      ],
    };
    const positions = toHistogram(answerOf([one]), 'seconds').exemplars.map(({ position }) => position);
    expect(positions).toEqual([expect.closeTo(Math.log2(3e6)), 21.5, 21.5]);
  });
});

test.each<[MetricsLabel[], string, string]>([
  [[label('__name__', 'rate')], '', 'rate'],
  [[], '', 'value'],
  [[label('resource.service.name', 'cart')], '', 'cart'],
  [[label('resource.service.name', 'cart'), label('span.code', '5', 'int')], '', 'service.name=cart, code=5'],
  [[label('.a', 'nil', 'nil')], '', '(none)'],
  [[label('.a', '')], '', '(empty)'],
  [[label('p', '0.99', 'float')], '', 'p99'],
  [[label('name', 'x'), label('p', '0.999', 'float')], '', 'x p99.9'],
  [[label('name', 'x')], '{{ name }} errors {{other}}', 'x errors '],
])('a series of %j is called, by %j, %s', (labels, format, name) => {
  expect(seriesName(labels, format)).toBe(name);
});

test.each([
  [undefined, 'count', '\u2013'],
  [0.0021, 'seconds', '2.1 ms'],
  [0, 'seconds', '0 s'],
  [41.2, 'perSecond', '41/s'],
  [-2, 'perSecond', '-2/s'],
  [12_345, 'count', '12,345'],
  [0.12345, 'number', '0.1235'],
  [1e-7, 'number', '1.00e-7'],
  [Infinity, 'number', '\u221e'],
] as const)('%p as %s is %s', (value, unit, text) => {
  expect(formatMetric(value, unit)).toBe(text);
});

test('the ticks of an axis share a unit', () => {
  expect(axisValues([0, 0.5, 1], 'seconds')).toEqual(['0 s', '0.5 s', '1 s']);
  expect(axisValues([0, 0.05], 'perSecond')).toEqual(['0', '3/min']);
  expect(axisValues([0, 1000], 'count')).toEqual(['0', '1,000']);
});

test.each([
  [3_600_000, 240, 15_000],
  [60_000, 240, 500],
  [86_400_000, 240, 600_000],
  [30 * 86_400_000, 240, 3 * 3_600_000],
  [1000 * 86_400_000, 240, 5 * 86_400_000],
])('a range of %d ms in %d steps has steps of %d ms', (range, most, step) => {
  expect(stepFor(range, most)).toBe(step);
});
