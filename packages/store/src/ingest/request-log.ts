// SPDX-License-Identifier: Apache-2.0
//
// Which requests were stored lately: a client whose answer was lost sends the same request again, minutes later perhaps,
// when the hashes of its spans have gone with the blocks that were sealed meanwhile. One digest a request, in two
// generations: what is asked for is in the younger or the older one, and the older one goes when the younger is full or
// old enough. The log outlives a set of blocks: after a fatal error of the database it knows what was answered.

import { HashSet } from './hash-set.ts';

/** At least this long, unless more than {@link MAX_ENTRIES} come in that time; at most twice as long. */
export const KEEP_MS = 600_000;
const MAX_ENTRIES = 1_000_000;
const FIRST_ENTRIES = 16_384;
/** New entries that wait to be taken; beyond, nobody seems to take them. */
const MAX_FRESH = 100_000;

/** What a request had in it: the sum of the hashes of its spans, mixed with their number. Two signed halves. */
export interface RequestDigest {
  readonly lo: number;
  readonly hi: number;
}

/** The digest of a request with `spans` spans whose hashes add up to these halves, in whatever order they came. */
export function requestDigest(sumLo: number, sumHi: number, spans: number): RequestDigest {
  const lo = Math.imul(sumLo ^ Math.imul(spans, 0x9e3779b1), 0x85ebca6b);
  const hi = Math.imul(sumHi ^ (lo >>> 15), 0xc2b2ae35) ^ spans;
  // (0, 0) is no member of a HashSet.
  return { lo: lo === 0 && hi === 0 ? 1 : lo, hi };
}

/** See the head of the file. */
export class RequestLog {
  private readonly maxEntries: number;
  private younger = new HashSet(FIRST_ENTRIES);
  private older = new HashSet(0);
  /** Earliest time of the younger generation, and when it was begun by the monotonic clock. */
  private youngerSince = -Infinity;
  private youngerBegan = -Infinity;
  private olderSince = -Infinity;
  private fresh: number[] = [];
  private isForgotten = false;

  constructor(maxEntries = MAX_ENTRIES) {
    this.maxEntries = maxEntries;
  }

  has({ lo, hi }: RequestDigest): boolean {
    return this.younger.has(lo, hi) || this.older.has(lo, hi);
  }

  /**
   * To be called when the request is durable. Generations end by the monotonic clock: the wall clock may be set, and was
   * perhaps between the runs that what is loaded comes from.
   */
  add({ lo, hi }: RequestDigest, nowMs: number, monotonicMs = nowMs): void {
    if (this.younger.size >= this.maxEntries || monotonicMs - this.youngerBegan >= KEEP_MS) {
      this.older = this.younger;
      this.olderSince = this.youngerSince;
      this.younger = new HashSet(FIRST_ENTRIES);
      this.youngerSince = nowMs;
      this.youngerBegan = monotonicMs;
    }
    this.youngerSince = Math.min(this.youngerSince, nowMs);
    if (this.younger.add(lo, hi) && this.fresh.length < MAX_FRESH * 3) {
      this.fresh.push(nowMs, lo, hi);
    }
  }

  /** What is new since the last call: time, low and high half of each. Before that everything older may be forgotten. */
  takeFresh(): { readonly records: readonly number[]; readonly isForgotten: boolean } {
    const { fresh: records, isForgotten } = this;
    this.fresh = [];
    this.isForgotten = false;
    return { records, isForgotten };
  }

  /**
   * Forgets everything, if something of it may have arrived by this time: spans of then were deleted, and may be sent
   * again.
   */
  forgetUntil(arrivalMs: number): void {
    const since = this.older.size > 0 ? this.olderSince : this.youngerSince;
    if (this.younger.size + this.older.size > 0 && arrivalMs >= since) {
      this.younger = new HashSet(FIRST_ENTRIES);
      this.older = new HashSet(0);
      this.fresh = [];
      this.isForgotten = true;
    }
  }
}
