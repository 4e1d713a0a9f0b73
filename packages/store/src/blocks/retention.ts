// SPDX-License-Identifier: Apache-2.0
//
// Which sealed blocks have to go. Pure, so that clocks in 1970 and 2554 can be tested.

/** What retention looks at. Span times are nanoseconds, arrival is milliseconds since 1970. */
export interface RetainedBlock {
  readonly bytes: number;
  readonly maxTime: bigint;
  readonly lastArrival: number;
}

export interface RetentionOptions {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/**
 * Blocks to delete, oldest arrival first. A block is too old when its last span arrived before the age limit and
 * its newest span is older too; a span time in the future is no evidence of youth, and spans of long ago
 * that arrived lately are kept for the whole age. Beyond `maxBytes` (with `otherBytes` of open blocks
 * counted in) the earliest arrived go first.
 */
export function chooseExpired<B extends RetainedBlock>(
  sealed: readonly B[],
  { maxAgeMs, maxBytes }: RetentionOptions,
  otherBytes: number,
  nowMs: number
): B[] {
  const cutoff = nowMs - maxAgeMs;
  const expired: B[] = [];
  const kept: B[] = [];
  for (const block of [...sealed].sort((a, b) => a.lastArrival - b.lastArrival)) {
    const newestMs = Number(block.maxTime / 1_000_000n);
    const old = block.lastArrival < cutoff && (newestMs < cutoff || newestMs > nowMs);
    (old ? expired : kept).push(block);
  }
  let bytes = kept.reduce((sum, block) => sum + block.bytes, otherBytes);
  for (const block of kept) {
    if (bytes <= maxBytes) {
      break;
    }
    expired.push(block);
    bytes -= block.bytes;
  }
  return expired;
}
