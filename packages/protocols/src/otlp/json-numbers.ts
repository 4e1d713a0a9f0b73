// SPDX-License-Identifier: Apache-2.0
//
// JSON.parse rounds integers beyond 2^53, and OTLP senders write 64-bit integers as JSON numbers too. Before
// parsing, integer literals that are too long for a double are wrapped, so that their digits survive. Text is
// untouched unless it has such a literal, which is rare: most senders write text, and times only are that long.

import { MalformedRequestError } from './errors.ts';

const WRAPPER = '\u0000integer';
/** 15 digits are always exact. */
const EXACT_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** The end of the string that begins at the quote at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      return text.length;
    }
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) {
      return quote + 1;
    }
    at = quote + 1;
  }
}

function wrapLongIntegers(text: string): string {
  let result = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    const isMinus = unit === 0x2d;
    if (!isMinus && !isDigit(unit)) {
      at += 1;
      continue;
    }
    const start = at;
    at += isMinus ? 1 : 0;
    const digits = at;
    while (isDigit(text.charCodeAt(at))) {
      at += 1;
    }
    const isInteger = !/[.eE+-]/.test(text.charAt(at)) && (at - digits === 1 || text.charAt(digits) !== '0');
    if (isInteger && at - digits > EXACT_DIGITS) {
      result += `${text.slice(copied, start)}{"\\u0000integer":"${text.slice(start, at)}"}`;
      copied = at;
    } else {
      while (/[\d.eE+-]/.test(text.charAt(at))) {
        at += 1;
      }
    }
  }
  return result + text.slice(copied);
}

/** JSON text to values; long integers are what {@link tryLongInteger} knows. Throws MalformedRequestError. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(/[:[,\s]-?[1-9]\d{15}/.test(text) ? wrapLongIntegers(text) : text);
  } catch {
    // Parsed again as it was sent, so that the message speaks of that.
    try {
      JSON.parse(text);
    } catch (error) {
      throw new MalformedRequestError('the JSON text', 'valid JSON', error instanceof Error ? error.message : '?');
    }
    throw new MalformedRequestError('the JSON text', 'valid JSON', 'a number that cannot be read');
  }
}

/** The digits of an integer that was too long for a double. */
export function tryLongInteger(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && WRAPPER in value) {
    const digits = value[WRAPPER];
    return typeof digits === 'string' && /^-?\d+$/.test(digits) ? digits : undefined;
  }
  return undefined;
}
