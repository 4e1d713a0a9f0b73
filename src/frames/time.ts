// SPDX-License-Identifier: Apache-2.0
//
// Times of data frames, which are milliseconds in a double, and ours, which are nanoseconds in a bigint.

/** Nanoseconds as milliseconds with a fraction. */
export function nanosToMs(nanos: bigint): number {
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
}

/** What a double does not tell of a time of these years: half the distance between two of them, in microseconds. */
const doubt = 0.13;

/**
 * Milliseconds with a fraction as nanoseconds. A whole microsecond is taken where the double may have meant it: Jaeger and
 * Zipkin know nothing finer.
 */
export function msToNanos(ms: number): bigint {
  const whole = Math.floor(ms);
  const micros = (ms - whole) * 1000;
  const nearest = Math.round(micros);
  const isWhole = Math.abs(ms) > 1e11 && Math.abs(micros - nearest) < doubt;
  return BigInt(whole) * 1_000_000n + (isWhole ? BigInt(nearest) * 1000n : BigInt(Math.round(micros * 1000)));
}

/** A decimal number of nanoseconds; undefined for any other text. */
export function parseNanos(text: string): bigint | undefined {
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}
