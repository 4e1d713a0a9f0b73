// SPDX-License-Identifier: Apache-2.0
//
// Counts and shares for people.

/** A count with thousands separators, `1,204`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun: `1 span`, `1,204 spans`; `plural` only where it is not the noun and an `s`. */
export function countOf(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** A share of a whole in percent, `64 %`, `2.1 %`, `<0.1 %`; an empty whole gives `0 %`. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '<0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1).replace(/\.0$/, '') : Math.round(percent).toString()} %`;
}
