// SPDX-License-Identifier: Apache-2.0
//
// Traffic in words.
import { formatRate } from '../charts/rate.ts';
import { formatDuration, formatShare } from '../format/index.ts';
import type { GraphWords, TrafficStats } from '../host.ts';

/** What a node of the map has room for: rate and p95, `41/s \u00b7 800 ms`; '' for one that nobody calls. */
export function shortTraffic(stats: TrafficStats & { readonly words?: GraphWords }, seconds: number): string {
  if (stats.words !== undefined) {
    return stats.words.short;
  }
  if (stats.requests === 0) {
    return '';
  }
  const rate = formatRate(stats.requests / Math.max(1, seconds));
  return Number.isFinite(stats.p95) && stats.p95 > 0 ? `${rate} \u00b7 ${formatDuration(stats.p95)}` : rate;
}

/** `41/s, 2.1 % errors, p95 800 ms`; `seconds` is the length of the range that the counts are of. */
export function describeTraffic(stats: TrafficStats & { readonly words?: GraphWords }, seconds: number): string {
  if (stats.words !== undefined) {
    return stats.words.stats.map(({ name, text }) => `${name} ${text}`).join(', ');
  }
  if (stats.requests === 0) {
    return 'no calls seen';
  }
  const parts = [formatRate(stats.requests / Math.max(1, seconds))];
  if (stats.errors > 0) {
    parts.push(`${formatShare(stats.errors, stats.requests)} errors`);
  }
  if (Number.isFinite(stats.p95) && stats.p95 > 0) {
    parts.push(`p95 ${formatDuration(stats.p95)}`);
  }
  return parts.join(', ');
}
