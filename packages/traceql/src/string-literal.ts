// SPDX-License-Identifier: Apache-2.0
//
// String literals: interpreted ones in double quotes with Go's escapes, raw ones in backticks. `\xNN` and
// octal escapes are bytes; bytes that are no UTF-8 become the replacement character, as they do wherever
// such text is decoded.

/** A literal's value, or why it has none and where (offset into the text that was given). */
export type StringLiteral =
  { readonly end: number; readonly value: string } | { readonly end: number; readonly problem: string };

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

const QUOTED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Scans the literal that starts at `start` (a `"` or a backtick); `end` is one past it. */
export function scanString(text: string, start: number): StringLiteral {
  return text[start] === '`' ? scanRaw(text, start) : scanInterpreted(text, start);
}

/** Writes a value as an interpreted literal, escaping only what must be. */
export function quoteString(value: string): string {
  let quoted = '"';
  for (const character of value) {
    const code = character.charCodeAt(0);
    const isControl = code < 0x20 || code === 0x7f;
    quoted += QUOTED[character] ?? (isControl ? `\\u${code.toString(16).padStart(4, '0')}` : character);
  }
  return `${quoted}"`;
}

function scanRaw(text: string, start: number): StringLiteral {
  const close = text.indexOf('`', start + 1);
  if (close < 0) {
    return { end: text.length, problem: 'string is not terminated, expecting `' };
  }
  // Go drops carriage returns from raw strings.
  return { end: close + 1, value: text.slice(start + 1, close).replaceAll('\r', '') };
}

function scanInterpreted(text: string, start: number): StringLiteral {
  let value = '';
  let bytes: number[] = [];
  let problem: string | undefined;
  const flushBytes = (): void => {
    if (bytes.length > 0) {
      value += new TextDecoder().decode(new Uint8Array(bytes));
      bytes = [];
    }
  };
  let index = start + 1;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '"') {
      flushBytes();
      return problem === undefined ? { end: index + 1, value } : { end: index + 1, problem };
    }
    if (character === '\n') {
      break;
    }
    if (character !== '\\') {
      flushBytes();
      value += character;
      index += 1;
      continue;
    }
    const escape = scanEscape(text, index);
    if (escape.byte !== undefined) {
      bytes.push(escape.byte);
    } else if (escape.value !== undefined) {
      flushBytes();
      value += escape.value;
    } else {
      problem ??= `invalid escape sequence ${text.slice(index, escape.end)} in string`;
    }
    index = escape.end;
  }
  return { end: index, problem: 'string is not terminated, expecting "' };
}

interface Escape {
  readonly end: number;
  readonly value?: string;
  readonly byte?: number;
}

function scanEscape(text: string, start: number): Escape {
  const letter = text[start + 1] ?? '';
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) {
    return { end: start + 2, value: simple };
  }
  const form = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/.exec(
    text.slice(start, start + 10)
  );
  if (form === null) {
    return { end: Math.min(start + (letter === '\n' ? 1 : 2), text.length) };
  }
  const end = start + form[0].length;
  const [, hexByte, shortPoint, longPoint, octal] = form;
  if (hexByte !== undefined) {
    return { end, byte: Number.parseInt(hexByte, 16) };
  }
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8);
    return byte > 255 ? { end } : { end, byte };
  }
  const point = Number.parseInt(`${shortPoint ?? ''}${longPoint ?? ''}`, 16);
  const isCharacter = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return isCharacter ? { end, value: String.fromCodePoint(point) } : { end };
}
