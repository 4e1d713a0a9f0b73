// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { DataFrame } from '@grafana/data';
import { metricsKind } from '@tracewell/views';
import type { MetricsAnswer, MetricsLabel, MetricsSeries } from '@tracewell/views';
import { toMetricsFrames } from './metrics-frames.ts';

const label = (key: string, value: string, type = 'string'): MetricsLabel => ({ key, value: { type, value } });
const cart = label('resource.service.name', 'cart');
const exemplar = { traceId: 'ab'.repeat(16), time: 61_000, value: 0.25, labels: [label('name', 'GET')] };

function framesOf(query: string, series: readonly Partial<MetricsSeries>[], more: object = {}): DataFrame[] {
  const answer: MetricsAnswer = {
    times: [60_000, 120_000],
    stepMs: 60_000,
    inspectedSpans: 7,
    series: series.map((one) => ({ labels: [], values: [1, undefined], exemplars: [], ...one })),
  };
  const kind = metricsKind(query);
  if (kind === undefined) {
    throw new Error(`expected a metrics query, found ${query}`);
  }
  const target = { refId: 'B', datasourceUid: 'uid-1', datasourceName: 'Traces' };
  return toMetricsFrames({ ...answer, ...more }, { ...target, query, kind, instant: false, legendFormat: '', ...more });
}
const field = (frame: DataFrame | undefined, name: string) => frame?.fields.find((one) => one.name === name);

describe('series over time', () => {
  const query = '{ .a } | rate() by (resource.service.name)';
  const frames = framesOf(query, [
    { labels: [cart], exemplars: [exemplar, { ...exemplar, value: undefined }] },
    { labels: [label('resource.service.name', 'nil', 'nil')], values: [undefined, 2] },
  ]);

  test('are a frame each, as the time series panel wants them', () => {
    expect(frames.map(({ name }) => name)).toEqual(['cart', '(none)', 'exemplar']);
    expect(frames[0]).toMatchObject({ refId: 'B', length: 2, meta: { type: 'timeseries-multi' } });
    expect(field(frames[0], 'Time')?.values).toEqual([60_000, 120_000]);
    const value = field(frames[0], 'Value');
    expect(value?.values).toEqual([1, null]);
    expect(value?.labels).toEqual({ 'resource.service.name': 'cart' });
    expect(value?.config).toMatchObject({ unit: 'suffix:/s', displayNameFromDS: 'cart' });
    expect(field(frames[1], 'Value')?.labels).toEqual({ 'resource.service.name': '' });
  });

  test('lead to their traces, and to what these have that others have not', () => {
    const links = field(frames[0], 'Value')?.config.links;
    expect(links?.map(({ title, internal }) => [title, internal?.query.query])).toEqual([
      ['Show these traces', '{ .a && resource.service.name = "cart" }'],
      ['Compare with the rest', '{ .a } | compare({ resource.service.name = "cart" })'],
    ]);
  });

  test('have exemplars in one frame of annotations, with the labels of their series and a link to the trace', () => {
    const found = frames[2];
    expect(found?.meta?.dataTopic).toBe('annotations');
    expect(found?.length).toBe(1);
    expect(found?.fields.map(({ name, values }) => [name, values[0]])).toEqual([
      ['Time', 61_000],
      ['Value', 0.25],
      ['traceId', exemplar.traceId],
      ['resource.service.name', 'cart'],
      ['name', 'GET'],
    ]);
    expect(field(found, 'traceId')?.config.links?.[0]?.internal).toMatchObject({
      datasourceUid: 'uid-1',
      query: { queryType: 'traceql', query: '${__value.raw}' },
    });
  });

  test('are called as the legend wants; the first says what is partial', () => {
    const [first] = framesOf(query, [{ labels: [cart] }], {
      legendFormat: '{{resource.service.name}} all',
      partial: 'too many series',
    });
    expect(first?.name).toBe('cart all');
    expect(first?.meta?.notices).toEqual([{ severity: 'warning', text: 'too many series' }]);
    expect(first?.meta?.stats).toEqual([{ displayName: 'Inspected spans', value: 7 }]);
  });

  test('without a label are called by what they count, and are compared with nothing', () => {
    const [only] = framesOf('{ .a } | avg_over_time(duration)', [{ labels: [label('__name__', 'avg_over_time')] }]);
    expect(only?.name).toBe('avg_over_time');
    expect(field(only, 'Value')).toMatchObject({ labels: {}, config: { unit: 's' } });
    expect(field(only, 'Value')?.config.links?.map(({ title }) => title)).toEqual(['Show these traces']);
  });

  test('none are no frames', () => {
    expect(framesOf(query, [])).toEqual([]);
  });
});

test('a histogram is rows of a heatmap, whose exemplars are found by their row', () => {
  const bucket = (power: number) => label('__bucket', String(2 ** power / 1e9), 'float');
  const frames = framesOf('{} | histogram_over_time(duration) by (name)', [
    { labels: [label('name', 'a'), bucket(22)], values: [5, 1], exemplars: [exemplar] },
    { labels: [label('name', 'a'), bucket(20)], values: [2, 0] },
    { labels: [label('name', 'b'), bucket(20)], values: [1, 0] },
  ]);
  expect(frames[0]?.meta).toMatchObject({ type: 'heatmap-rows', preferredVisualisationPluginId: 'heatmap' });
  expect(frames[0]?.meta?.notices?.[0]?.text).toMatch(/2 are added up/);
  expect(
    frames[0]?.fields.map(({ labels, config, values }) => [labels?.['le'], config.displayNameFromDS, values])
  ).toEqual([
    [undefined, undefined, [60_000, 120_000]],
    ['0.001048576', '1.05 ms', [3, 0]],
    ['0.002097152', '2.1 ms', [0, 0]],
    ['0.004194304', '4.19 ms', [5, 1]],
  ]);
  expect(field(frames[1], 'le')?.values).toEqual(['0.004194304']);
});

test('an instant query is a table of labels and values', () => {
  const series = [
    { labels: [cart, label('p', '0.9', 'float')], values: [0.5] },
    { labels: [label('resource.service.name', 'web')], values: [undefined] },
  ];
  const [frame, ...others] = framesOf('{} | quantile_over_time(duration, .9) by (resource.service.name)', series, {
    instant: true,
  });
  expect(others).toEqual([]);
  expect(frame?.fields.map(({ name, type, values }) => [name, type, values])).toEqual([
    ['resource.service.name', 'string', ['cart', 'web']],
    ['p', 'number', [0.9, null]],
    ['Value', 'number', [0.5, null]],
  ]);
  expect(frame?.meta?.preferredVisualisationType).toBe('table');
});

test('a comparison is a table of shares', () => {
  const side = (name: string, value: string, count: number, type = 'string') => ({
    labels: [label('__meta_type', name), label('name', value, type)],
    values: [count],
  });
  const [frame] = framesOf(
    '{} | compare({ status = error })',
    [side('selection', 'a', 1), side('selection_total', 'nil', 4, 'nil'), side('baseline_total', 'nil', 10, 'nil')],
    { instant: true }
  );
  expect(frame?.fields.map(({ name, values }) => [name, values[0]])).toEqual([
    ['Attribute', 'name'],
    ['Value', 'a'],
    ['Selection', 0.25],
    ['Rest', 0],
    ['Difference', 0.25],
    ['Spans selected', 1],
    ['Spans of the rest', 0],
  ]);
  expect(frame?.meta?.notices?.[0]?.text).toBe('4 spans selected, 10 in the rest.');
});
