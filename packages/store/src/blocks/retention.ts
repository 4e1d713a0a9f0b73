// SPDX-License-Identifier: Apache-2.0
//
// What has to go, and what time it is. Pure, so that clocks in 1970 and 2554 can be tested. The promise, for people, is
// in docs/configuration.md:
// - by age: a span is kept for the whole age after it arrived, and is gone at the latest a 24th of the age, the age at
//   which a block is sealed, and a minute later. Times of spans say nothing: clocks are wrong.
// - by size: everything in the folder together stays below the limit, but for blocks that were deleted and that a query
//   still reads.

/** Of the age: how far apart spans of one merged block may have arrived. */
export const SPREAD_SHARE = 1 / 24;

/** What retention looks at: a sealed block, or a file that was set aside. Arrival is milliseconds since 1970. */
export interface RetainedPart {
  readonly bytes: number;
  readonly lastArrival: number;
  /** Not deleted by age: nobody has read it. */
  readonly isSetAside?: boolean;
}

export interface RetentionOptions {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/**
 * Parts to delete, oldest arrival first. A block is too old when its last span arrived before the age limit. Beyond
 * `maxBytes`, with `otherBytes` counted in (open blocks, temporary files, room for what is being written), the
 * earliest arrived go first.
 */
export function chooseExpired<P extends RetainedPart>(
  parts: readonly P[],
  { maxAgeMs, maxBytes }: RetentionOptions,
  otherBytes: number,
  nowMs: number
): P[] {
  const cutoff = nowMs - maxAgeMs;
  const expired: P[] = [];
  const kept: P[] = [];
  for (const part of [...parts].sort((a, b) => a.lastArrival - b.lastArrival)) {
    (part.lastArrival < cutoff && part.isSetAside !== true ? expired : kept).push(part);
  }
  let bytes = kept.reduce((sum, part) => sum + part.bytes, otherBytes);
  for (const part of kept) {
    if (bytes <= maxBytes) {
      break;
    }
    expired.push(part);
    bytes -= part.bytes;
  }
  return expired;
}

/** A wall clock that is ahead of what was expected, or behind it, by more than this has been set. */
export const TOLERANCE_MS = 60_000;
/** A clock that was set is believed after this time. */
export const MAX_HOLD_MS = 3_600_000;

/**
 * The time by which blocks are judged too old. A clock that has jumped forward (or that is, at the start, far ahead of
 * the last arrival) is not believed before it has stayed so for an hour, or a 24th of the age if that is less: deleting
 * a week of traces because of a wrong clock cannot be taken back, keeping them an hour longer can. A clock that
 * has jumped back is believed at once; it deletes nothing.
 */
export class RetentionClock {
  private believedMs: number;
  private monotonicMs: number;
  private aheadSince: number | undefined;
  private readonly holdMs: number;

  /** `newestArrival` of what the folder has; undefined if it is empty. Both clocks in milliseconds. */
  constructor(maxAgeMs: number, newestArrival: number | undefined, wallMs: number, monotonicMs: number) {
    this.holdMs = Math.min(MAX_HOLD_MS, maxAgeMs * SPREAD_SHARE);
    this.believedMs = Math.min(wallMs, newestArrival ?? wallMs);
    this.monotonicMs = monotonicMs;
  }

  /** The time to go by. To be asked now and then, at least every few minutes. */
  now(wallMs: number, monotonicMs: number): number {
    const expected = this.believedMs + (monotonicMs - this.monotonicMs);
    this.monotonicMs = monotonicMs;
    this.aheadSince = wallMs > expected + TOLERANCE_MS ? (this.aheadSince ?? monotonicMs) : undefined;
    const isHeld = this.aheadSince !== undefined && monotonicMs - this.aheadSince < this.holdMs;
    this.believedMs = isHeld ? expected : wallMs;
    if (!isHeld) {
      this.aheadSince = undefined;
    }
    return this.believedMs;
  }
}
