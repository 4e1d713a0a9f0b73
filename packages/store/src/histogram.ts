// SPDX-License-Identifier: Apache-2.0
//
// A distribution since the start, in fixed buckets, for the metrics.

import type { HistogramStatus } from './api.ts';

/** See the head of the file. */
export class Histogram {
  private readonly bounds: readonly number[];
  private readonly counts: number[];
  private sum = 0;

  /** `bounds` rise; one more bucket holds what is above the last. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const at = this.bounds.findIndex((bound) => value <= bound);
    const bucket = at < 0 ? this.bounds.length : at;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  get status(): HistogramStatus {
    return { bounds: this.bounds, counts: [...this.counts], sum: this.sum };
  }
}

/** Seconds, for what takes milliseconds: commits. */
export const SHORT_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
/** Seconds, for what takes longer: seals, merges. */
export const LONG_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
