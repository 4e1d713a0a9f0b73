// SPDX-License-Identifier: Apache-2.0
//
// The 64-bit hash by which a span that was sent twice is recognised: over the whole encoded span, seeded
// with its resource and scope. Two independent 32-bit lanes, because JavaScript multiplies those fast.
// The values are stored in open blocks (content_hash), so changing this function means a new FORMAT.

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const GOLDEN = 0x9e3779b1;

/** Hashes byte ranges; the result of the last call is in `lo` and `hi`, signed 32-bit, never both 0. */
export class ContentHash {
  lo = 0;
  hi = 0;

  /** Hashes bytes[start, end) of `view`, starting from a seed of two halves. Linear. */
  update(view: DataView, start: number, end: number, seedLo: number, seedHi: number): void {
    let a = seedLo;
    let b = seedHi;
    let at = start;
    for (const last = end - 4; at <= last; at += 4) {
      const word = view.getInt32(at, true);
      let k = Math.imul(word, C1);
      k = Math.imul((k << 15) | (k >>> 17), C2);
      a ^= k;
      a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
      b = Math.imul(b ^ word, GOLDEN);
      b = (b << 11) | (b >>> 21);
    }
    let tail = end - at;
    for (; at < end; at++) {
      tail = (tail << 8) | view.getUint8(at);
    }
    a ^= Math.imul(tail, C1);
    b = Math.imul(b ^ tail, GOLDEN);
    const length = end - start;
    a = finish(a ^ length);
    b = finish((b + length) | 0);
    this.lo = (a + b) | 0;
    this.hi = b ^ Math.imul(a, C2);
    if (this.lo === 0 && this.hi === 0) {
      this.lo = 1;
    }
  }
}

function finish(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
