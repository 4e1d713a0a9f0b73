// SPDX-License-Identifier: Apache-2.0
//
// The buckets of a metrics query, as Tempo lays them so that a graph does not flicker when its range moves: edges at
// multiples of the step, and one bucket more in front. It differs where Tempo loses spans: the last bucket is kept
// whole although it is not over yet, and a step as long as the range is one bucket that ends where the range ends.
import { toPlainText } from '@tracewell/protocols';
import { badParameter } from '../query-error.ts';

const MILLISECOND = 1_000_000n;
const SECOND = 1000n * MILLISECOND;
const MINUTE = 60n * SECOND;
/** Tempo's aim when nobody says how many samples there should be: an hour at 15 s. */
const DEFAULT_SAMPLES = 240n;
const granularities = [60n * MINUTE, 5n * MINUTE, MINUTE, 15n * SECOND, 5n * SECOND, SECOND];
const FINEST = 50n * MILLISECOND;
/** Buckets beyond which a step is too small for its range. */
const MAX_INTERVALS = 10_000n;

/** A range in nanoseconds since 1970, not empty. */
export interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

/** Bucket i is (start + i * step, start + (i + 1) * step]; `end` is the end of the last. */
export interface Buckets extends Range {
  readonly step: bigint;
}

/** The step where none is given, nanoseconds. */
export function defaultStep({ start, end }: Range): bigint {
  const range = end - start;
  const baseline = range / DEFAULT_SAMPLES;
  const coarsest = range < MINUTE ? [FINEST] : granularities;
  const granularity = coarsest.find((each) => baseline > each);
  return granularity === undefined ? (range < MINUTE ? FINEST : SECOND) : (baseline / granularity) * granularity;
}

/** Refuses a step that would make more buckets than anybody can look at, zero among them. */
export function checkStep({ start, end }: Range, step: bigint): void {
  if (step === 0n || (end - start) / step > MAX_INTERVALS) {
    const least = (end - start) / MAX_INTERVALS;
    throw badParameter(`step of ${duration(step)} is too small, minimum step for given range is ${duration(least)}`);
  }
}

/** The buckets that cover the range. */
export function alignBuckets({ start, end }: Range, step: bigint): Buckets {
  if (step >= end - start) {
    return { start, end, step: end - start };
  }
  const first = start - (start % step);
  const last = end % step === 0n ? end : end + step - (end % step);
  return { start: first > step ? first - step : first, end: last, step };
}

function duration(nanos: bigint): string {
  return toPlainText({ type: 'duration', value: String(nanos) });
}
