// SPDX-License-Identifier: Apache-2.0
//
// Rates for people. Below one a minute a rate per second says nothing, so the unit follows the size.

/** A rate given per second as `41/s`, `2.1/min` or `3/h`; '0' for none. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) {
    return '0';
  }
  if (perSecond >= 0.1) {
    return `${figures(perSecond)}/s`;
  }
  return perSecond * 60 >= 0.1 ? `${figures(perSecond * 60)}/min` : `${figures(perSecond * 3600)}/h`;
}

function figures(value: number): string {
  if (value >= 10_000) {
    return `${(value / 1000).toFixed(0)}k`;
  }
  if (value >= 1000) {
    return `${(value / 1000).toFixed(1)}k`;
  }
  return value >= 10 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
