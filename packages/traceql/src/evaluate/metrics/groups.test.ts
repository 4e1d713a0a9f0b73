// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '../../parser/parse-query.ts';
import { MetricsGroups } from './groups.ts';
import {
  exemplarsHint,
  finishMetrics,
  metricsPipelines,
  wantsExactQuantiles,
  type MetricsBody,
} from './metrics-query.ts';
import { labelValue, type Series } from './series.ts';

const window = { start: 0n, end: 20n, step: 10n };

function bodyOf(query: string): MetricsBody {
  const { body } = parseQuery(query);
  if (body.kind === 'pipeline') {
    throw new Error(`expected a metrics query, found ${query}`);
  }
  return body;
}

function groupsOf(query: string, limit?: number): MetricsGroups<string> {
  const [pipeline] = metricsPipelines(bodyOf(query));
  if (pipeline?.function.kind !== 'metricsFunction') {
    throw new Error(`expected a function, found ${query}`);
  }
  return new MetricsGroups(pipeline.function, window, wantsExactQuantiles(parseQuery(query)), limit);
}

/** Exemplars of each series as `labels: span value`. */
function drawn(series: readonly Series<string>[]): string[] {
  return series.map(
    ({ labels, exemplars }) =>
      `${labels.map(({ value }) => value.value).join()}: ${exemplars.map(({ span, value }) => `${span} ${value}`).join()}`
  );
}

const milliseconds = (value: bigint) => ({ kind: 'duration', value: value * 1_000_000n }) as const;

describe('exemplars', () => {
  test('of counts show what the series has in their bucket', () => {
    const query = '{} | count_over_time()';
    const groups = groupsOf(query);
    groups.tally([])?.add(1, 0, 5);
    groups.addExemplar([], { bucket: 1, measured: undefined, span: 'a' });
    groups.addExemplar([], { bucket: 0, measured: undefined, span: 'of nothing' });
    expect(drawn(finishMetrics(bodyOf(query), () => groups.series()))).toEqual(['count_over_time: a 5']);
  });

  test('of a histogram are in the series of their own bucket', () => {
    const query = '{} | histogram_over_time(duration)';
    const groups = groupsOf(query);
    groups.tally([])?.add(0, 20, 1);
    groups.tally([])?.add(0, 21, 2);
    groups.addExemplar([], { bucket: 0, measured: milliseconds(1n), span: 'fast' });
    groups.addExemplar([], { bucket: 0, measured: milliseconds(2n), span: 'slow' });
    groups.addExemplar([], { bucket: 0, measured: undefined, span: 'neither' });
    expect(drawn(finishMetrics(bodyOf(query), () => groups.series()))).toEqual([
      '0.001048576: fast 0.001',
      '0.002097152: slow 0.002',
    ]);
  });

  test('of quantiles are in the series that they are closest to', () => {
    const query = '{} | quantile_over_time(duration, .1, .9)';
    const groups = groupsOf(query);
    groups.tally([])?.add(0, 20, 9);
    groups.tally([])?.add(0, 30, 3);
    groups.addExemplar([], { bucket: 0, measured: milliseconds(1n), span: 'fast' });
    groups.addExemplar([], { bucket: 0, measured: milliseconds(900n), span: 'slow' });
    expect(drawn(finishMetrics(bodyOf(query), () => groups.series()))).toEqual(['0.1: fast 0.001', '0.9: slow 0.9']);
  });

  test('move with their series in arithmetic, and those of a series that all others share are left out', () => {
    const [left, right] = [groupsOf('{} | sum_over_time(.a) by(.b)'), groupsOf('{} | sum_over_time(.a)')];
    const group = [{ kind: 'string', value: 'x' }] as const;
    left.tally(group)?.add(0, 4, 1);
    left.addExemplar(group, { bucket: 0, measured: { kind: 'int', value: 4n }, span: 'l' });
    right.tally([])?.add(0, 8, 1);
    right.addExemplar([], { bucket: 0, measured: { kind: 'int', value: 8n }, span: 'r' });
    const byPipeline = (query: string): string[] => {
      const body = bodyOf(query);
      const pipelines = metricsPipelines(body);
      return drawn(finishMetrics(body, (pipeline) => (pipeline === pipelines[0] ? left : right).series()));
    };
    expect(byPipeline('({} | sum_over_time(.a) by(.b)) / ({} | sum_over_time(.a))')).toEqual(['x: l 4']);
    expect(byPipeline('({} | sum_over_time(.a) by(.b)) * 10')).toEqual(['x: l 40']);
    expect(byPipeline('100 - ({} | sum_over_time(.a) by(.b))')).toEqual(['x: l 96']);
    expect(byPipeline('{} | sum_over_time(.a) by(.b) > 3')).toEqual(['x: l 4']);
    expect(byPipeline('({} | sum_over_time(.a) by(.b)) * 0')).toEqual(['x: ']);
  });

  test('of a group that is not there are left out', () => {
    const groups = groupsOf('{} | rate() by(.a)');
    groups.addExemplar([undefined], { bucket: 0, measured: undefined, span: 'a' });
    expect(groups.series()).toEqual([]);
  });
});

test('groups beyond the limit have no room', () => {
  const groups = groupsOf('{} | rate() by(.a, .b)', 1);
  const value = { kind: 'int', value: 1n } as const;
  expect(groups.tally([value, undefined])).toBeDefined();
  expect(groups.full).toBe(false);
  expect(groups.tally([undefined, value])).toBeUndefined();
  expect([groups.size, groups.full]).toEqual([1, true]);
});

test('portions add up in any order', () => {
  for (const query of ['min', 'max', 'sum', 'avg'].map((name) => `{} | ${name}_over_time(.a)`)) {
    const [once, twice] = [groupsOf(query), groupsOf(query)];
    once.tally([])?.add(0, query.includes('sum') || query.includes('avg') ? 9 : 4, 2);
    if (query.includes('sum') || query.includes('avg')) {
      once.tally([])?.add(0, 0, 0);
      twice.tally([])?.add(0, 5, 1);
      twice.tally([])?.add(0, 4, 1);
    } else {
      twice.tally([])?.add(0, 4, 1);
      twice.tally([])?.add(0, 4, 1);
    }
    expect(twice.series()).toEqual(once.series());
  }
});

describe('hints', () => {
  test.each<[string, number | undefined]>([
    ['', undefined],
    [' with(exemplars = 5)', 5],
    [' with(exemplars = 5, exemplars = 7)', 7],
    [' with(exemplars = -5)', 0],
    [' with(exemplars = false)', 0],
    [' with(exemplars = true)', undefined],
    [' with(sample = 0.5, most_recent = true, nobody_knows = "x")', undefined],
  ])('exemplars of "%s": %s', (hints, expected) => {
    expect(exemplarsHint(parseQuery(`{} | rate()${hints}`))).toBe(expected);
  });

  test.each([
    ['', false],
    [' with(exact = true)', true],
    [' with(exact = false)', false],
    [' with(exact = 1)', false],
  ])('exact quantiles of "%s": %s', (hints, expected) => {
    expect(wantsExactQuantiles(parseQuery(`{} | rate()${hints}`))).toBe(expected);
  });
});

test('what labels show', () => {
  expect(labelValue(undefined)).toBeUndefined();
  expect(labelValue({ kind: 'opaque' })).toBeUndefined();
  const elements = [
    { kind: 'int', value: 1n },
    { kind: 'int', value: 2n },
  ] as const;
  expect(labelValue({ kind: 'array', elements })).toEqual({ kind: 'string', value: '[1, 2]' });
});
