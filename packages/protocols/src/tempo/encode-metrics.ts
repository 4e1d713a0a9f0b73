// SPDX-License-Identifier: Apache-2.0
//
// Answers of TraceQL metrics queries to Tempo's JSON. Ranges are written as text piece by piece: a million samples
// as objects would take ten times their text. A sample of NaN is no sample.

import type { SearchCostInput } from './encode-search.ts';
import { toSearchMetricsJson } from './encode-search.ts';
import type { TempoInstantSeriesJson, TempoQueryInstantJson } from './shapes.ts';
import { trimTraceId } from './trace-id.ts';
import { toKeyValuesJson, toNumberJson, type KeyedValue } from './typed-value.ts';

const NANOS_PER_MILLISECOND = 1_000_000n;

export interface MetricsExemplarInput {
  readonly labels: readonly KeyedValue[];
  readonly traceId: string;
  readonly spanId: string;
  readonly timestampNanos: bigint;
  readonly value: number;
}

export interface MetricsSeriesInput {
  readonly labels: readonly KeyedValue[];
  /** One per bucket; NaN where there is no sample. */
  readonly values: Float64Array;
  readonly exemplars: readonly MetricsExemplarInput[];
}

export interface MetricsAnswerInput {
  readonly series: readonly MetricsSeriesInput[];
  readonly cost: SearchCostInput;
  readonly partial?: string;
}

/** Where the buckets of an answer lie: bucket i ends, and has its sample, at `start + (i + 1) * step`. */
export interface BucketsInput {
  readonly start: bigint;
  /** Nanoseconds. */
  readonly step: bigint;
}

/** When the sample of a bucket is, in whole milliseconds. */
export function sampleTimeMs({ start, step }: BucketsInput, bucket: number): bigint {
  return (start + BigInt(bucket + 1) * step) / NANOS_PER_MILLISECOND;
}

/** Labels of an exemplar with the two ids by which it opens its span. */
export function exemplarLabels(exemplar: MetricsExemplarInput): KeyedValue[] {
  return [
    ...exemplar.labels.filter(({ key }) => key !== 'trace:id' && key !== 'span:id'),
    { key: 'trace:id', value: { type: 'string', value: trimTraceId(exemplar.traceId) } },
    { key: 'span:id', value: { type: 'string', value: exemplar.spanId } },
  ];
}

function statusJson({ partial }: MetricsAnswerInput): { readonly status?: 'PARTIAL'; readonly message?: string } {
  return partial === undefined ? {} : { status: 'PARTIAL', ...(partial === '' ? {} : { message: partial }) };
}

/** GET /api/metrics/query_range: the text of a `TempoQueryRangeJson`. */
export function encodeQueryRangeJson(answer: MetricsAnswerInput, buckets: BucketsInput): string {
  // The same for all series, so written once.
  const times: string[] = [];
  const timeOf = (bucket: number): string => (times[bucket] ??= String(sampleTimeMs(buckets, bucket)));
  const series = answer.series.map((each) => seriesJson(each, timeOf)).filter((text) => text !== '');
  const rest = JSON.stringify({ metrics: toSearchMetricsJson(answer.cost), ...statusJson(answer) });
  return `{"series":[${series.join(',')}],${rest.slice(1)}`;
}

/** One series, or '' if it has no sample. */
function seriesJson(series: MetricsSeriesInput, timeOf: (bucket: number) => string): string {
  const samples: string[] = [];
  series.values.forEach((value, bucket) => {
    if (!Number.isNaN(value)) {
      samples.push(`{"timestampMs":"${timeOf(bucket)}","value":${JSON.stringify(toNumberJson(value))}}`);
    }
  });
  if (samples.length === 0) {
    return '';
  }
  const parts = [`"samples":[${samples.join(',')}]`];
  if (series.labels.length > 0) {
    parts.unshift(`"labels":${JSON.stringify(toKeyValuesJson(series.labels))}`);
  }
  if (series.exemplars.length > 0) {
    const exemplars = series.exemplars.map((exemplar) => ({
      labels: toKeyValuesJson(exemplarLabels(exemplar)),
      value: toNumberJson(exemplar.value),
      timestampMs: String(exemplar.timestampNanos / NANOS_PER_MILLISECOND),
    }));
    parts.push(`"exemplars":${JSON.stringify(exemplars)}`);
  }
  return `{${parts.join(',')}}`;
}

/** GET /api/metrics/query: the first bucket of each series. Only fields that Grafana's strict parser knows. */
export function encodeQueryInstant(answer: MetricsAnswerInput): TempoQueryInstantJson {
  return {
    series: answer.series.flatMap((series): TempoInstantSeriesJson[] => {
      const value = series.values[0] ?? NaN;
      return Number.isNaN(value)
        ? []
        : [
            {
              ...(series.labels.length > 0 ? { labels: toKeyValuesJson(series.labels) } : {}),
              value: toNumberJson(value),
            },
          ];
    }),
    metrics: toSearchMetricsJson(answer.cost),
    ...statusJson(answer),
  };
}
