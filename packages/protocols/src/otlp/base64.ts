// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648 section 4), because the platform's own functions differ between browsers and Node. Decoding
// also takes the URL-safe alphabet and missing padding, as protobuf's JSON mapping asks for.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const values = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i++) {
  values[alphabet.charCodeAt(i)] = i;
}
values['-'.charCodeAt(0)] = 62;
values['_'.charCodeAt(0)] = 63;

/** Base64 with padding of `bytes[start, end)`. */
export function encodeBase64(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i += 3) {
    const left = end - i;
    const word =
      ((bytes[i] ?? 0) << 16) | ((left > 1 ? (bytes[i + 1] ?? 0) : 0) << 8) | (left > 2 ? (bytes[i + 2] ?? 0) : 0);
    text += alphabet.charAt(word >>> 18) + alphabet.charAt((word >>> 12) & 63);
    text += left > 1 ? alphabet.charAt((word >>> 6) & 63) : '=';
    text += left > 2 ? alphabet.charAt(word & 63) : '=';
  }
  return text;
}

/** The bytes, or `undefined` if `text` is not base64. */
export function tryDecodeBase64(text: string): Uint8Array | undefined {
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text.charAt(length - 1) === '=') {
    length -= 1;
  }
  if (length % 4 === 1 || (length < text.length && text.length % 4 !== 0)) {
    return undefined;
  }
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let written = 0;
  let word = 0;
  for (let i = 0; i < length; i++) {
    const value = values[text.charCodeAt(i)] ?? -1;
    if (value < 0) {
      return undefined;
    }
    word = ((word << 6) | value) & 0xff_ffff;
    const bits = (i % 4) * 6 + 6;
    if (bits >= 8 && i % 4 !== 0) {
      bytes[written++] = (word >>> ((6 * ((i % 4) + 1)) % 8)) & 0xff;
    }
  }
  return bytes;
}
