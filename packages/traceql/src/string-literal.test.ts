// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { quoteString, scanString } from './string-literal.ts';

describe('scanString', () => {
  test.each([
    ['"abc"', 'abc'],
    ['""', ''],
    [String.raw`"\a\b\f\n\r\t\v\\\""`, '\u0007\b\f\n\r\t\v\\"'],
    [String.raw`"\x41\101"`, 'AA'],
    [String.raw`"\u00e9\U0001f600"`, '\u00e9\u{1f600}'],
    [String.raw`"\xc3\xa9"`, '\u00e9'],
    [String.raw`"\xc3\xa9x\xc3\xa9\n"`, '\u00e9x\u00e9\n'],
    [String.raw`"\xff"`, '\ufffd'],
    ['`raw \\n "text"`', 'raw \\n "text"'],
    ['`two\r\nlines`', 'two\nlines'],
  ])('%s', (text, value) => {
    expect(scanString(text, 0)).toEqual({ end: text.length, value });
  });

  test.each([
    ['"abc', 4, 'string is not terminated, expecting "'],
    ['"ab\nc"', 3, 'string is not terminated, expecting "'],
    ['"ab\\', 4, 'string is not terminated, expecting "'],
    ['"ab\\\nc"', 4, 'string is not terminated, expecting "'],
    ['`abc', 4, 'string is not terminated, expecting `'],
    [String.raw`"a\qb"`, 6, String.raw`invalid escape sequence \q in string`],
    [String.raw`"a\'b\q"`, 8, String.raw`invalid escape sequence \' in string`],
    [String.raw`"\x4"`, 5, String.raw`invalid escape sequence \x in string`],
    [String.raw`"\400"`, 6, String.raw`invalid escape sequence \400 in string`],
    [String.raw`"\ud800"`, 8, String.raw`invalid escape sequence \ud800 in string`],
    [String.raw`"\U00110000"`, 12, String.raw`invalid escape sequence \U00110000 in string`],
  ])('%j is refused', (text, end, problem) => {
    expect(scanString(text, 0)).toEqual({ end, problem });
  });
});

describe('quoteString', () => {
  test.each([
    ['abc', '"abc"'],
    ['a"b\\c', String.raw`"a\"b\\c"`],
    ['\n\r\t', String.raw`"\n\r\t"`],
    ['\u0000\u007f', String.raw`"\u0000\u007f"`],
    ['\u00e9\u{1f600}', '"\u00e9\u{1f600}"'],
  ])('%j', (value, text) => {
    expect(quoteString(value)).toBe(text);
  });

  test('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = quoteString(value);
        expect(scanString(text, 0)).toEqual({ end: text.length, value });
      })
    );
  });
});
