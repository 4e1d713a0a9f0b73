// SPDX-License-Identifier: Apache-2.0
//
// Text from bytes. Most strings of a trace are short and ASCII, where a loop beats TextDecoder several times
// over. Bad UTF-8 (a store never keeps it, other servers may) becomes replacement characters.

import { hashBytes } from '@tracewell/base';

// ignoreBOM keeps a leading U+FEFF, which the decoder would otherwise drop.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const LONGEST_LOOP = 48;

export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= LONGEST_LOOP) {
    let text = '';
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x80) {
        break;
      }
      text += String.fromCharCode(byte);
    }
    if (at === end) {
      return text;
    }
  }
  return decoder.decode(bytes.subarray(start, end));
}

const MAX_CACHED = 4096;

/**
 * Decodes ranges of one array of bytes; equal ranges give one string, as long as there are not too many of
 * them. Span names repeat thousands of times in a large trace: finding the string costs less than making it, and
 * the trace holds fewer.
 */
export class TextCache {
  private readonly bytes: Uint8Array;
  private readonly known = new Map<number, { readonly start: number; readonly end: number; readonly text: string }>();
  private readonly hash = new Uint32Array(2);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  decode(start: number, end: number): string {
    hashBytes(this.bytes, start, end, this.hash);
    const hash = this.hash[0] ?? 0;
    const found = this.known.get(hash);
    if (found !== undefined && this.isSame(found.start, found.end, start, end)) {
      return found.text;
    }
    const text = decodeText(this.bytes, start, end);
    if (found === undefined && this.known.size < MAX_CACHED) {
      this.known.set(hash, { start, end, text });
    }
    return text;
  }

  private isSame(start: number, end: number, otherStart: number, otherEnd: number): boolean {
    if (end - start !== otherEnd - otherStart) {
      return false;
    }
    for (let i = start, j = otherStart; i < end; i++, j++) {
      if (this.bytes[i] !== this.bytes[j]) {
        return false;
      }
    }
    return true;
  }
}
