// SPDX-License-Identifier: Apache-2.0
//
// One clock of nanosecond resolution for all instances. The SDK starts spans at whole milliseconds (`Date.now()`), while their
// durations are exact; in a shop whose queries take a millisecond, siblings would seem to overlap and children to
// outlive their parents. All isolates of a process share the monotonic clock, so they only need one offset.

import type { HrTime } from '@opentelemetry/api';

/** What to add to `process.hrtime.bigint()` to get nanoseconds since 1970, as of now. */
export function epochOffset(): bigint {
  return BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
}

/** More than this from the system's clock means that it was set. */
const TOLERANCE_MS = 50;

/** A clock that starts with `offset` and follows the system's clock where it is set. */
export function createClock(offset: bigint): () => HrTime {
  let current = offset;
  return () => {
    let nanos = process.hrtime.bigint() + current;
    if (Math.abs(Number(nanos / 1_000_000n) - Date.now()) > TOLERANCE_MS) {
      current = epochOffset();
      nanos = process.hrtime.bigint() + current;
    }
    return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
  };
}

/** `time` plus `[seconds, nanoseconds]`, either of which may be negative. */
export function addTime([seconds, nanos]: HrTime, [moreSeconds, moreNanos]: HrTime): HrTime {
  const sum = nanos + moreNanos;
  return [seconds + moreSeconds + Math.floor(sum / 1e9), ((sum % 1e9) + 1e9) % 1e9];
}
