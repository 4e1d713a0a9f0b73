// SPDX-License-Identifier: Apache-2.0
//
// The answer to a metrics query as Grafana draws it: a frame for each series, rows of a heatmap, or a table. Exemplars go in one
// frame of the annotations' topic, which the time series and heatmap panels draw as links to their traces.
import { DataFrameType, DataTopic, FieldType } from '@grafana/data';
import type { DataFrame, DataLink, Field, FieldConfig, Labels, QueryResultMetaNotice } from '@grafana/data';
import {
  compareSides,
  comparedWithRest,
  formatMetric,
  labelText,
  scaleOf,
  selectedBy,
  seriesName,
  toHistogram,
  tracesOf,
} from '@tracewell/views';
import type {
  MetricsAnswer,
  MetricsExemplar,
  MetricsKind,
  MetricsLabel,
  MetricsSeries,
  MetricsUnit,
} from '@tracewell/views';
import { toQueryLink } from './links.ts';
import type { LinkTarget } from './links.ts';

export interface MetricsFrameOptions extends LinkTarget {
  readonly refId: string;
  /** What was asked, for links to what is behind a series. */
  readonly query: string;
  readonly kind: MetricsKind;
  /** The answer is one value for each series. */
  readonly instant: boolean;
  readonly legendFormat: string;
}

/** Frames of the answer; none if there are no series. */
export function toMetricsFrames(answer: MetricsAnswer, options: MetricsFrameOptions): DataFrame[] {
  if (answer.series.length === 0) {
    return [];
  }
  const [first, ...frames] = framesOf(answer, options);
  if (first === undefined) {
    return [];
  }
  const notices: readonly QueryResultMetaNotice[] = [
    ...(answer.partial === undefined ? [] : [{ severity: 'warning' as const, text: answer.partial }]),
    ...(first.meta?.notices ?? []),
  ];
  // What is said of the whole answer stands with its first frame.
  const meta = {
    ...first.meta,
    ...(notices.length === 0 ? {} : { notices: [...notices] }),
    stats: [{ displayName: 'Inspected spans', value: answer.inspectedSpans }],
  };
  return [{ ...first, meta }, ...frames];
}

function framesOf(answer: MetricsAnswer, options: MetricsFrameOptions): DataFrame[] {
  const { draw } = options.kind;
  if (draw === 'comparison') {
    return [toComparisonFrame(answer, options)];
  }
  if (options.instant) {
    return [toInstantFrame(answer, options)];
  }
  return draw === 'heatmap'
    ? toHeatmapFrames(answer, options)
    : [...answer.series.map((series) => toSeriesFrame(answer, series, options)), ...exemplarFrames(answer, options)];
}

/** The unit as Grafana's fields have it. */
function unitConfig(unit: MetricsUnit): FieldConfig {
  switch (unit) {
    case 'seconds':
      return { unit: 's' };
    case 'perSecond':
      return { unit: 'suffix:/s' };
    case 'count':
      return { unit: 'short' };
    case 'number':
      return {};
  }
}

function timeField(answer: MetricsAnswer): Field {
  return {
    name: 'Time',
    type: FieldType.time,
    config: { interval: answer.stepMs },
    values: [...answer.times],
  };
}

function toSeriesFrame(answer: MetricsAnswer, series: MetricsSeries, options: MetricsFrameOptions): DataFrame {
  const name = seriesName(series.labels, options.legendFormat);
  return {
    refId: options.refId,
    name,
    length: answer.times.length,
    fields: [
      timeField(answer),
      {
        name: 'Value',
        type: FieldType.number,
        labels: labelsOf(series.labels),
        config: {
          displayNameFromDS: name,
          ...unitConfig(options.kind.unit),
          links: seriesLinks(series.labels, options),
        },
        values: series.values.map((value) => value ?? null),
      },
    ],
    meta: { type: DataFrameType.TimeSeriesMulti, preferredVisualisationType: 'graph' },
  };
}

/** The name of a function is no label where there are others, and none that anybody filters by. */
function labelsOf(labels: readonly MetricsLabel[]): Labels {
  return Object.fromEntries(
    labels
      .filter(({ key }) => key !== '__name__')
      .map(({ key, value }) => [key, value.type === 'nil' ? '' : value.value])
  );
}

function seriesLinks(labels: readonly MetricsLabel[], options: MetricsFrameOptions): DataLink[] {
  const traces = tracesOf(options.query, labels);
  const compared = comparedWithRest(options.query, labels);
  return [
    ...(traces === undefined
      ? []
      : [toQueryLink(options, 'Show these traces', { queryType: 'traceql', query: traces })]),
    ...(compared === undefined
      ? []
      : [toQueryLink(options, 'Compare with the rest', { queryType: 'traceql', query: compared })]),
  ];
}

function toHeatmapFrames(answer: MetricsAnswer, options: MetricsFrameOptions): DataFrame[] {
  const unit = options.kind.bucketUnit;
  const histogram = toHistogram(answer, unit);
  const groups = new Set(
    answer.series.map(({ labels }) => JSON.stringify(labels.filter(({ key }) => key !== '__bucket')))
  );
  const rows = Array.from({ length: histogram.rows.last - histogram.rows.first + 1 }, (_, index): Field => {
    const bucket = 2 ** (histogram.rows.first + index) / scaleOf(unit);
    return {
      name: String(bucket),
      type: FieldType.number,
      labels: { le: String(bucket) },
      config: { displayNameFromDS: formatMetric(bucket, unit), ...unitConfig('count') },
      values: histogram.counts.map((column) => column[index] ?? 0),
    };
  });
  const frame: DataFrame = {
    refId: options.refId,
    name: 'Histogram',
    length: answer.times.length,
    fields: [timeField(answer), ...rows],
    meta: {
      type: DataFrameType.HeatmapRows,
      preferredVisualisationPluginId: 'heatmap',
      ...(groups.size > 1
        ? {
            notices: [
              { severity: 'info', text: `A heatmap shows one histogram: ${String(groups.size)} are added up.` },
            ],
          }
        : {}),
    },
  };
  const exemplars = histogram.exemplars.map((exemplar) => {
    const bucket = 2 ** Math.ceil(exemplar.position - 0.001) / scaleOf(unit);
    return {
      exemplar: { ...exemplar, value: 2 ** exemplar.position / scaleOf(unit) },
      labels: { le: String(bucket) },
    };
  });
  return [frame, ...toExemplarFrame(exemplars, options, unit)];
}

function exemplarFrames(answer: MetricsAnswer, options: MetricsFrameOptions): DataFrame[] {
  const exemplars = answer.series.flatMap((series) => {
    const labels = labelsOf(series.labels);
    return series.exemplars.filter(({ value }) => value !== undefined).map((exemplar) => ({ exemplar, labels }));
  });
  return toExemplarFrame(exemplars, options, options.kind.unit);
}

interface LabelledExemplar {
  readonly exemplar: MetricsExemplar;
  /** Of its series: the panels find by them whose exemplar it is. */
  readonly labels: Labels;
}

/** One frame for all: a heatmap panel looks at the first only. */
function toExemplarFrame(
  exemplars: readonly LabelledExemplar[],
  options: MetricsFrameOptions,
  unit: MetricsUnit
): DataFrame[] {
  if (exemplars.length === 0) {
    return [];
  }
  const field = (
    name: string,
    type: FieldType,
    of: (one: LabelledExemplar) => unknown,
    config: FieldConfig = {}
  ): Field => ({ name, type, config, values: exemplars.map(of) });
  const seriesKeys = [...new Set(exemplars.flatMap(({ labels }) => Object.keys(labels)))];
  const ownKeys = [...new Set(exemplars.flatMap(({ exemplar }) => exemplar.labels.map(({ key }) => key)))].filter(
    (key) => !key.startsWith('__') && !seriesKeys.includes(key)
  );
  const link = toQueryLink(options, 'Open trace', { queryType: 'traceql', query: '${__value.raw}' });
  return [
    {
      refId: options.refId,
      name: 'exemplar',
      length: exemplars.length,
      fields: [
        field('Time', FieldType.time, ({ exemplar }) => exemplar.time),
        field('Value', FieldType.number, ({ exemplar }) => exemplar.value, unitConfig(unit)),
        field('traceId', FieldType.string, ({ exemplar }) => exemplar.traceId, {
          displayNameFromDS: 'Trace ID',
          links: [link],
        }),
        ...seriesKeys.map((key) => field(key, FieldType.string, ({ labels }) => labels[key] ?? null)),
        ...ownKeys.map((key) =>
          field(key, FieldType.string, ({ exemplar }) => {
            const label = exemplar.labels.find((one) => one.key === key);
            return label === undefined ? null : labelText(label);
          })
        ),
      ],
      meta: { dataTopic: DataTopic.Annotations, custom: { resultType: 'exemplar' } },
    },
  ];
}

function toInstantFrame(answer: MetricsAnswer, options: MetricsFrameOptions): DataFrame {
  const { series } = answer;
  const keys = [...new Set(series.flatMap(({ labels }) => labels.map(({ key }) => key)))];
  const { unit, bucketUnit } = options.kind;
  const fields = keys.map((key): Field => {
    const isNumeric = key === '__bucket' || key === 'p';
    const values = series.map(({ labels }) => {
      const label = labels.find((one) => one.key === key);
      return label === undefined ? null : isNumeric ? Number(label.value.value) : labelText(label);
    });
    return {
      name: key,
      type: isNumeric ? FieldType.number : FieldType.string,
      config: key === '__bucket' ? { displayNameFromDS: 'Up to', ...unitConfig(bucketUnit) } : {},
      values,
    };
  });
  return {
    refId: options.refId,
    name: 'Values',
    length: series.length,
    fields: [
      ...fields,
      {
        name: 'Value',
        type: FieldType.number,
        // Or the table would call its only number by the name of the frame.
        config: { displayNameFromDS: 'Value', ...unitConfig(unit) },
        values: series.map(({ values }) => values[0] ?? null),
      },
    ],
    meta: { type: DataFrameType.NumericLong, preferredVisualisationType: 'table' },
  };
}

function toComparisonFrame(answer: MetricsAnswer, options: MetricsFrameOptions): DataFrame {
  const { rows, selected, others } = compareSides(answer, selectedBy(options.query));
  const share: FieldConfig = { unit: 'percentunit', decimals: 1, min: 0, max: 1 };
  const number = (name: string, config: FieldConfig, values: number[]): Field => ({
    name,
    type: FieldType.number,
    config,
    values,
  });
  return {
    refId: options.refId,
    name: 'Comparison',
    length: rows.length,
    fields: [
      { name: 'Attribute', type: FieldType.string, config: {}, values: rows.map(({ label }) => label.key) },
      {
        name: 'Value',
        type: FieldType.string,
        config: { displayNameFromDS: 'Value' },
        values: rows.map(({ value }) => value),
      },
      number(
        'Selection',
        share,
        rows.map(({ selectedShare }) => selectedShare)
      ),
      number(
        'Rest',
        share,
        rows.map(({ othersShare }) => othersShare)
      ),
      number(
        'Difference',
        { ...share, min: -1 },
        rows.map(({ difference }) => difference)
      ),
      number(
        'Spans selected',
        {},
        rows.map((row) => row.selected)
      ),
      number(
        'Spans of the rest',
        {},
        rows.map((row) => row.others)
      ),
    ],
    meta: {
      preferredVisualisationType: 'table',
      notices: [
        {
          severity: 'info',
          text: `${selected.toLocaleString('en-US')} spans selected, ${others.toLocaleString('en-US')} in the rest.`,
        },
      ],
    },
  };
}
