// SPDX-License-Identifier: Apache-2.0
//
// Traffic in words.
import { formatRate } from '../charts/rate.ts';
import { formatDuration, formatShare } from '../format/index.ts';
import type { TrafficStats } from '../host.ts';

/** `41/s, 2.1 % errors, p95 800 ms`; `seconds` is the length of the range that the counts are of. */
export function describeTraffic(stats: TrafficStats, seconds: number): string {
  const parts = [formatRate(stats.requests / Math.max(1, seconds))];
  if (stats.errors > 0) {
    parts.push(`${formatShare(stats.errors, stats.requests)} errors`);
  }
  if (Number.isFinite(stats.p95) && stats.p95 > 0) {
    parts.push(`p95 ${formatDuration(stats.p95)}`);
  }
  return parts.join(', ');
}
