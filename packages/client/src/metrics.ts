// SPDX-License-Identifier: Apache-2.0
//
// TraceQL metrics over Tempo's endpoints, which every store has. The series of an answer have samples of their own each,
// and zeros are left out of the JSON; here they share one row of times without a gap, so that a chart can tell a zero from
// a step without a sample.
import type { TempoKeyValueJson } from '@tracewell/protocols';
import type { MetricsAnswer, MetricsExemplar, MetricsLabel, MetricsQuestion, TypedValue } from '@tracewell/views';
import { getJson } from './http.ts';
import type { Transport } from './http.ts';
import { nanosQuery } from './time-range.ts';

/** A double as Tempo's JSON has it: zero is left out, what is no number is text. */
type Double = number | string | undefined;

interface SeriesJson {
  readonly labels?: readonly TempoKeyValueJson[];
  readonly samples?: readonly { readonly timestampMs?: string | number; readonly value?: Double }[];
  readonly exemplars?: readonly {
    readonly labels?: readonly TempoKeyValueJson[];
    readonly value?: Double;
    readonly timestampMs?: string | number;
  }[];
  /** Of an instant query. */
  readonly value?: Double;
}

interface MetricsJson {
  readonly series?: readonly SeriesJson[];
  readonly metrics?: { readonly inspectedSpans?: string | number };
  readonly status?: string;
  readonly message?: string;
}

/** More steps than anybody can draw: an answer that claims them is not laid out on a grid. */
const mostSteps = 20_000;

/** Asks a metrics query. Rejects as `getJson` does. */
export async function askMetrics(
  transport: Transport,
  { query, range, stepMs, exemplars }: MetricsQuestion,
  signal: AbortSignal
): Promise<MetricsAnswer> {
  const instant = stepMs === undefined;
  const answer = await getJson<MetricsJson>(
    transport,
    instant ? 'api/metrics/query' : 'api/metrics/query_range',
    {
      q: query,
      ...nanosQuery(range),
      // Tempo takes 0 for "not given".
      ...(instant ? {} : { step: stepMs / 1000, exemplars: exemplars > 0 ? exemplars : undefined }),
    },
    signal
  );
  const series = answer.series ?? [];
  return {
    ...(instant ? instantSeries(series, range) : rangeSeries(series, stepMs, exemplars > 0)),
    inspectedSpans: Number(answer.metrics?.inspectedSpans ?? 0),
    ...(answer.status === 'PARTIAL' ? { partial: answer.message ?? 'The store did not look at everything.' } : {}),
  };
}

function instantSeries(
  series: readonly SeriesJson[],
  { from, to }: MetricsQuestion['range']
): Pick<MetricsAnswer, 'times' | 'stepMs' | 'series'> {
  return {
    times: [to],
    stepMs: to - from,
    series: series.map(({ labels, value }) => ({
      labels: (labels ?? []).map(toLabel),
      values: [toNumber(value)],
      exemplars: [],
    })),
  };
}

function rangeSeries(
  series: readonly SeriesJson[],
  stepMs: number,
  wantsExemplars: boolean
): Pick<MetricsAnswer, 'times' | 'stepMs' | 'series'> {
  const times = gridOf(series, stepMs);
  const places = new Map(times.map((time, index) => [time, index]));
  return {
    times,
    stepMs,
    series: series.map(({ labels, samples, exemplars }) => {
      const values = new Array<number | undefined>(times.length).fill(undefined);
      for (const { timestampMs, value } of samples ?? []) {
        const place = places.get(Number(timestampMs ?? 0));
        if (place !== undefined) {
          values[place] = toNumber(value);
        }
      }
      return {
        labels: (labels ?? []).map(toLabel),
        values,
        exemplars: wantsExemplars ? (exemplars ?? []).flatMap(toExemplar) : [],
      };
    }),
  };
}

/** The times of all samples, with those in between that no series has. */
function gridOf(series: readonly SeriesJson[], stepMs: number): number[] {
  const found = new Set(
    series.flatMap(({ samples }) => (samples ?? []).map((sample) => Number(sample.timestampMs ?? 0)))
  );
  const times = [...found].sort((a, b) => a - b);
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  const steps = (last - first) / stepMs;
  if (times.length < 2 || steps > mostSteps || times.some((time) => (time - first) % stepMs !== 0)) {
    return times;
  }
  return Array.from({ length: steps + 1 }, (_, index) => first + index * stepMs);
}

function toExemplar(json: NonNullable<SeriesJson['exemplars']>[number]): MetricsExemplar[] {
  const labels = (json.labels ?? []).map(toLabel);
  const textOf = (key: string) => labels.find((label) => label.key === key)?.value.value;
  const traceId = textOf('trace:id');
  const time = Number(json.timestampMs ?? 0);
  if (traceId === undefined || !(time > 0)) {
    return [];
  }
  const spanId = textOf('span:id');
  const value = toNumber(json.value);
  return [
    {
      traceId: traceId.toLowerCase().padStart(32, '0'),
      ...(spanId === undefined ? {} : { spanId: spanId.toLowerCase().padStart(16, '0') }),
      time,
      ...(value === undefined ? {} : { value }),
      labels: labels.filter(({ key }) => key !== 'trace:id' && key !== 'span:id'),
    },
  ];
}

/** A number that is one; undefined for what is not. */
function toNumber(value: Double): number | undefined {
  const number = Number(value ?? 0);
  return Number.isNaN(number) ? undefined : number;
}

const keywords = ['status', 'span:status', 'kind', 'span:kind'];
const durations = ['duration', 'span:duration', 'traceDuration', 'trace:duration', 'event:timeSinceStart'];

function toLabel({ key, value }: TempoKeyValueJson): MetricsLabel {
  return { key, value: toValue(key, value) };
}

/** Tempo says status, kind and durations as text, and where no span has a value at all the text `nil`. */
function toValue(key: string, value: TempoKeyValueJson['value']): TypedValue {
  if ('stringValue' in value) {
    const text = value.stringValue;
    const type = keywords.includes(key) ? 'keyword' : durations.includes(key) ? 'duration' : 'string';
    return { type: text === 'nil' ? 'nil' : type, value: text };
  }
  if ('intValue' in value) {
    return { type: 'int', value: String(value.intValue) };
  }
  if ('doubleValue' in value) {
    return { type: 'float', value: String(value.doubleValue) };
  }
  return { type: 'bool', value: String('boolValue' in value && value.boolValue) };
}
