// SPDX-License-Identifier: Apache-2.0
//
// The time that a metrics query covers, cut into buckets. Buckets are closed on the right: a span that starts
// on a boundary belongs to the bucket that ends there, and one that starts on `start` to none. A window without a
// step is one bucket, closed on both sides.

/** Times in nanoseconds. Bucket i is (start + i * step, start + (i + 1) * step]; without a step, [start, end]. */
export interface MetricsWindow {
  readonly start: bigint;
  readonly end: bigint;
  readonly step?: bigint;
}

/** How many buckets a window has; the last one may reach beyond the end. */
export function bucketCount({ start, end, step }: MetricsWindow): number {
  return step === undefined ? 1 : Number((end - start + step - 1n) / step);
}

/** The bucket of a span that starts at `time`; undefined if it is outside of the window. */
export function bucketOf({ start, end, step }: MetricsWindow, time: bigint): number | undefined {
  if (time > end || (step === undefined ? time < start : time <= start)) {
    return undefined;
  }
  return step === undefined ? 0 : Number((time - start - 1n) / step);
}

/** Seconds that a rate is counted over: the step, or the whole window. */
export function bucketSeconds({ start, end, step }: MetricsWindow): number {
  return Number(step ?? end - start) / 1e9;
}

/** Adds to one bucket's number; a bucket that there is not is left alone. */
export function addTo(numbers: Float64Array, bucket: number, amount: number): void {
  numbers[bucket] = (numbers[bucket] ?? 0) + amount;
}
