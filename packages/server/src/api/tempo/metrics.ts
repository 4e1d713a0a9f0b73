// SPDX-License-Identifier: Apache-2.0
//
// GET /api/metrics/query_range and /api/metrics/query: Tempo's parameters, read as Tempo reads them and checked in
// its order (length, parameters, range, step); the TraceQL itself is the store's to judge. There is no limit to the
// length of a range and no newest part that is left out.
import type { MetricsRequest } from '@tracewell/store';
import type { Config } from '../../config/options.ts';
import { durationParameter, queryParameter } from '../parameters.ts';
import { badParameter } from '../query-error.ts';
import { alignBuckets, checkStep, defaultStep, type Buckets, type Range } from './metrics-range.ts';
import { stepParameter, timestampParameter } from './times.ts';

const DEFAULT_SINCE = 3_600_000_000_000n;
const MAX_EXEMPLARS = 100;
const MAX_SERIES = 1000;
/** Samples in one answer: series are cut before an answer takes more memory than a browser has. */
const MAX_SAMPLES = 1_000_000n;
const MAX_TIME = 2n ** 64n - 1n;

/** What the store is asked, and where the samples of its answer lie. */
export interface MetricsQuestion {
  readonly request: MetricsRequest;
  readonly buckets: Buckets;
}

/** What a metrics query asks for, however it arrived. Zero means that nothing was said. */
export interface MetricsInput extends Range {
  readonly query: string;
  readonly step?: bigint;
  readonly exemplars: number;
  readonly maxSeries: number;
  readonly instant: boolean;
}

/** GET /api/metrics/query_range */
export function parseQueryRange(
  query: URLSearchParams,
  config: Pick<Config, 'maxQueryBytes'>,
  now: () => number = Date.now
): MetricsQuestion {
  const text = textOf(query, config);
  const range = parseRange(query, now);
  const step = stepParameter(query, 'step');
  return toRangeQuestion({
    query: text,
    ...range,
    ...(step === undefined ? {} : { step }),
    exemplars: lenientNumber(query.get('exemplars')),
    maxSeries: lenientNumber(query.get('maxSeries')),
    instant: /^(1|t|true)$/i.test(query.get('instant') ?? ''),
  });
}

/** GET /api/metrics/query: one value for the whole range, both ends included. */
export function parseQueryInstant(
  query: URLSearchParams,
  config: Pick<Config, 'maxQueryBytes'>,
  now: () => number = Date.now
): MetricsQuestion {
  return toInstantQuestion(textOf(query, config), parseRange(query, now), 0, lenientNumber(query.get('maxSeries')));
}

/** A question over time, checked and laid out. */
export function toRangeQuestion(input: MetricsInput): MetricsQuestion {
  checkRange(input);
  const { query, exemplars, maxSeries } = input;
  const exemplarsInAll = exemplars === 0 ? MAX_EXEMPLARS : Math.min(exemplars, MAX_EXEMPLARS);
  if (input.instant) {
    return toInstantQuestion(query, input, exemplarsInAll, maxSeries);
  }
  const step = input.step ?? defaultStep(input);
  checkStep(input, step);
  const buckets = alignBuckets(input, step);
  return {
    request: { query, ...buckets, exemplars: exemplarsInAll, maxSeries: seriesLimit(maxSeries, buckets) },
    buckets,
  };
}

/** A question for one value. */
export function toInstantQuestion(query: string, range: Range, exemplars: number, maxSeries: number): MetricsQuestion {
  checkRange(range);
  const { start, end } = range;
  const buckets = { start, end, step: end - start };
  return { request: { query, start, end, exemplars, maxSeries: seriesLimit(maxSeries, buckets) }, buckets };
}

function checkRange({ start, end }: Range): void {
  if (start >= end) {
    throw badParameter(`end must be greater than start, found start=${start} end=${end} (nanoseconds)`);
  }
}

function seriesLimit(asked: number, { start, end, step }: Buckets): number {
  const room = MAX_SAMPLES / ((end - start) / step + 1n);
  return Math.max(1, Math.min(asked === 0 ? MAX_SERIES : asked, MAX_SERIES, Number(room)));
}

/** `q`, or as older Grafanas have it `query`; `q` wins. */
function textOf(query: URLSearchParams, { maxQueryBytes }: Pick<Config, 'maxQueryBytes'>): string {
  const older = queryParameter(query, maxQueryBytes, 'query');
  const text = queryParameter(query, maxQueryBytes);
  return text === '' ? older : text;
}

/** `end` is now if it is absent, `start` is `since` (1h) before that. */
function parseRange(query: URLSearchParams, now: () => number): Range {
  const since = durationParameter(query, 'since') ?? DEFAULT_SINCE;
  const present = BigInt(now()) * 1_000_000n;
  const end = cut(timestampParameter(query, 'end') ?? present);
  const latest = end > present ? present : end;
  const start = cut(timestampParameter(query, 'start') ?? latest - since);
  return { start, end };
}

function cut(time: bigint): bigint {
  return time < 0n ? 0n : time > MAX_TIME ? MAX_TIME : time;
}

/** As Tempo does it: what is no number counts as not said. */
function lenientNumber(text: string | null): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
