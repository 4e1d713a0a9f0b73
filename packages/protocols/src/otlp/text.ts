// SPDX-License-Identifier: Apache-2.0
//
// Text from bytes. Most strings of a trace are short and ASCII, where a loop beats TextDecoder several times
// over. Bad UTF-8 (a store never keeps it, other servers may) becomes replacement characters.

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
