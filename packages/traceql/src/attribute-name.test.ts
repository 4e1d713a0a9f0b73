// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { isSpace, quoteAttributeName, scanAttributeName } from './attribute-name.ts';

describe('scanAttributeName', () => {
  test.each([
    ['http.status_code', 16, 'http.status_code'],
    ['a-b+c*d/e%f:g;h[0]', 18, 'a-b+c*d/e%f:g;h[0]'],
    ['a b', 1, 'a'],
    ...Array.from('{}()=~!<>&|^,', (terminator) => [`a${terminator}b`, 1, 'a'] as const),
    ['"foo bar"', 9, 'foo bar'],
    ['a."b c".d', 9, 'a.b c.d'],
    ['"a"."b"', 7, 'a.b'],
    [String.raw`"q\"\\"`, 7, 'q"\\'],
    ['""', 2, ''],
  ])('%s', (text, end, name) => {
    expect(scanAttributeName(text, 0)).toEqual({ end, name });
  });

  test.each([
    ['', 0, '', 'expecting an attribute name'],
    [' a', 0, '', 'expecting an attribute name'],
    ['"abc', 4, 'abc', 'quoted attribute name is not terminated, expecting "'],
    [String.raw`"a\n"`, 3, 'a', String.raw`invalid escape sequence in attribute name, expecting \" or ` + '\\\\'],
  ])('%j is refused', (text, end, name, problem) => {
    expect(scanAttributeName(text, 0)).toEqual({ end, name, problem });
  });
});

describe('quoteAttributeName', () => {
  const plain = { unscoped: false, parent: false };
  test.each([
    ['http.route', plain, 'http.route'],
    ['foo bar', plain, '"foo bar"'],
    ['a=b', plain, '"a=b"'],
    ['a"\\', plain, String.raw`"a\"\\"`],
    ['', plain, '""'],
    ['5x', plain, '5x'],
    ['5x', { unscoped: true, parent: false }, '"5x"'],
    ['5x', { unscoped: true, parent: true }, '5x'],
    ['span.x', { unscoped: true, parent: false }, 'span.x'],
    ['span.x', { unscoped: true, parent: true }, '"span.x"'],
    ['span.x', { unscoped: false, parent: true }, 'span.x'],
  ])('%j %j', (name, position, text) => {
    expect(quoteAttributeName(name, position)).toBe(text);
  });
});

test('isSpace knows the white space of Go', () => {
  expect(Array.from(' \t\n\v\f\r\u0085\u00a0\u2003\u3000').every(isSpace)).toBe(true);
  expect(Array.from('a\ufeff\u200b').some(isSpace)).toBe(false);
});
