// SPDX-License-Identifier: Apache-2.0
//
// Ticks of the time axis: round distances (1, 2, 5 times a power of ten; minutes and hours above), one unit for
// all labels of an axis.

import { durationUnit } from '../../format/index.ts';
import type { Viewport } from './viewport.ts';

export interface Tick {
  /** Nanoseconds from the trace's start. */
  readonly time: number;
  /** Share of the viewport's width, 0 to 1. */
  readonly at: number;
  readonly label: string;
}

const longSteps = [60e9, 120e9, 300e9, 600e9, 900e9, 1800e9, 3600e9, 7200e9, 14_400e9, 43_200e9, 86_400e9];

function roundStep(least: number): number {
  if (least > 50e9) {
    const step = longSteps.find((candidate) => candidate >= least);
    return step ?? 86_400e9 * Math.ceil(least / 86_400e9);
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  for (const factor of [1, 2, 5]) if (factor * power >= least) return factor * power;
  return 10 * power;
}

/** Ticks at least `leastGap` pixels apart on an axis of `width` pixels; none while the width is unknown. */
export function axisTicks(viewport: Viewport, width: number, leastGap = 90): readonly Tick[] {
  const span = viewport.to - viewport.from;
  if (width <= 0 || span <= 0) return [];
  const step = roundStep((span * leastGap) / width);
  // Minutes, hours and days only where a step is a whole number of them: ten seconds are no round part of a minute.
  const whole = [60e9, 3600e9, 86_400e9].find((nanos) => step < nanos);
  const unit = durationUnit(whole === undefined ? viewport.to : Math.min(viewport.to, whole * 0.99));
  const digits = Math.max(0, Math.min(9, -Math.floor(Math.log10(step / unit.nanos) + 1e-9)));
  const ticks: Tick[] = [];
  for (let k = Math.ceil(viewport.from / step); k * step <= viewport.to; k++) {
    const time = k * step;
    const figure = (time / unit.nanos).toFixed(digits).replace(/\.0+$/, '');
    ticks.push({ time, at: (time - viewport.from) / span, label: time === 0 ? '0' : `${figure} ${unit.symbol}` });
  }
  return ticks;
}
