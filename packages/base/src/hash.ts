// SPDX-License-Identifier: Apache-2.0
//
// A 64-bit hash of a range of bytes, for recognising duplicates and for Bloom filters. The result is
// written to disk (Bloom filters, duplicate detection across restarts), so it must never change: a test
// pins its values. Not for anything an attacker gains from colliding. Two 32-bit lanes, because 64-bit
// arithmetic on bigint would be a hundred times slower; mixing follows MurmurHash3 (public domain).

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;

function finalMix(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * Hashes `bytes[start, end)` into `out[0]` (low half) and `out[1]` (high half); linear in the length, no
 * allocation. The range must lie inside `bytes`.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number, out: Uint32Array): void {
  const length = end - start;
  let h1 = 0x9e3779b9;
  let h2 = 0x7f4a7c15;
  let i = start;
  for (const last = end - 8; i <= last; i += 8) {
    let k1 = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
    let k2 =
      (bytes[i + 4] ?? 0) | ((bytes[i + 5] ?? 0) << 8) | ((bytes[i + 6] ?? 0) << 16) | ((bytes[i + 7] ?? 0) << 24);
    k1 = Math.imul(k1, C1);
    k1 = (k1 << 15) | (k1 >>> 17);
    h1 ^= Math.imul(k1, C2);
    h1 = ((h1 << 19) | (h1 >>> 13)) + h2;
    h1 = (Math.imul(h1, 5) + 0x561ccd1b) | 0;
    k2 = Math.imul(k2, C2);
    k2 = (k2 << 16) | (k2 >>> 16);
    h2 ^= Math.imul(k2, C3);
    h2 = ((h2 << 17) | (h2 >>> 15)) + h1;
    h2 = (Math.imul(h2, 5) + 0x0bcaa747) | 0;
  }
  if (i < end) {
    let k1 = 0;
    let k2 = 0;
    for (let j = 0; i < end; i++, j++) {
      if (j < 4) {
        k1 |= (bytes[i] ?? 0) << (8 * j);
      } else {
        k2 |= (bytes[i] ?? 0) << (8 * (j - 4));
      }
    }
    k1 = Math.imul(k1, C1);
    h1 ^= Math.imul((k1 << 15) | (k1 >>> 17), C2);
    k2 = Math.imul(k2, C2);
    h2 ^= Math.imul((k2 << 16) | (k2 >>> 16), C3);
  }
  h1 ^= length;
  h2 ^= length;
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  out[0] = h1;
  out[1] = h2;
}
