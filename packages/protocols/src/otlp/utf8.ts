// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 validation of a byte range. Protobuf strings must be UTF-8, and the store writes short strings into
// its database without any further check, so this is the place where bad text is found.

/** The bit of each byte of a word that ASCII never has. */
const HIGH_BITS = 0x8080_8080 | 0;

/**
 * True if `bytes[start, end)` is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF). `view` is of
 * the same memory: ASCII, the usual case, is looked at in words of four bytes.
 */
export function isUtf8(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  const last = end - 4;
  let at = start;
  for (; at <= last; at += 4) {
    if ((view.getInt32(at, true) & HIGH_BITS) !== 0) {
      return isUtf8Slow(bytes, at, end);
    }
  }
  for (; at < end; at++) {
    if ((bytes[at] ?? 0) >= 0x80) {
      return isUtf8Slow(bytes, at, end);
    }
  }
  return true;
}

function isUtf8Slow(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    let size = 2;
    // The second byte's range is narrower after some leads: that excludes overlong forms and surrogates.
    let low = 0x80;
    let high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
      size = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      size = 3;
      low = lead === 0xe0 ? 0xa0 : 0x80;
      high = lead === 0xed ? 0x9f : 0xbf;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      size = 4;
      low = lead === 0xf0 ? 0x90 : 0x80;
      high = lead === 0xf4 ? 0x8f : 0xbf;
    } else {
      return false;
    }
    if (at + size > end) {
      return false;
    }
    const second = bytes[at + 1] ?? 0;
    if (second < low || second > high) {
      return false;
    }
    for (let i = 2; i < size; i++) {
      if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) {
        return false;
      }
    }
    at += size;
  }
  return true;
}
