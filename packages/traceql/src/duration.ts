// SPDX-License-Identifier: Apache-2.0
//
// Durations as TraceQL writes them: Go's and Prometheus' units, compound (`1h30m`) and fractional (`1.5s`).
// Values are nanoseconds as bigint and within int64, so nothing is rounded on the way in or out.

const NANOSECONDS: readonly (readonly [unit: string, nanoseconds: bigint])[] = [
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['y', 31_536_000_000_000_000n],
];

/** Of one of the units. */
function nanosecondsIn(unit: string): bigint {
  return NANOSECONDS.reduce((found, [name, nanoseconds]) => (name === unit ? nanoseconds : found), 0n);
}

/** The units, as a message lists them. */
export const durationUnits = 'ns, us, ms, s, m, h, d, w, y';

/** The source of a regular expression that matches an unsigned duration literal. */
export const durationPattern = '(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|\\u00b5s|\\u03bcs|ms|s|m|h|d|w|y))+';

const MAX_INT64 = 2n ** 63n - 1n;

/** Nanoseconds of an unsigned duration that matches {@link durationPattern}; undefined beyond int64 (292 years). */
export function tryParseDuration(text: string): bigint | undefined {
  let total = 0n;
  for (const [part] of text.matchAll(/[\d.]+[a-z\u00b5\u03bc]+/g)) {
    const number = part.replace(/[^\d.]+/, '');
    const nanoseconds = nanosecondsIn(part.slice(number.length));
    const fraction = number.replace(/^\d*\.?/, '');
    total += BigInt(number.replace(/\..*/, '')) * nanoseconds;
    total += (BigInt(fraction) * nanoseconds) / 10n ** BigInt(fraction.length);
  }
  return total > MAX_INT64 ? undefined : total;
}

/** The shortest customary text: `1.5ms`, `90s` as `1m30s`, `2h`; parses back to the same value. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value === 0n) {
    return '0s';
  }
  if (value < 60_000_000_000n) {
    for (const unit of ['s', 'ms', 'us']) {
      const size = nanosecondsIn(unit);
      if (value >= size) {
        return `${sign}${decimal(value, size)}${unit}`;
      }
    }
    return `${sign}${value}ns`;
  }
  const hours = value / 3_600_000_000_000n;
  const minutes = (value / 60_000_000_000n) % 60n;
  const rest = value % 60_000_000_000n;
  return [
    sign,
    hours > 0n ? `${hours}h` : '',
    minutes > 0n ? `${minutes}m` : '',
    rest > 0n ? `${decimal(rest, 1_000_000_000n)}s` : '',
  ].join('');
}

/** `value / size` as an exact decimal; `size` is a power of ten. */
function decimal(value: bigint, size: bigint): string {
  const digits = size.toString().length - 1;
  const fraction = (value % size).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / size}` : `${value / size}.${fraction}`;
}
