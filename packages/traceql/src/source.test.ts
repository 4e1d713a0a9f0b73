// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { excerptOf, locationAt } from './source.ts';
import { drawing } from './testing/failure.ts';

describe('locationAt', () => {
  test.each([
    ['', 0, 1, 1],
    ['abc', 2, 1, 3],
    ['abc', 3, 1, 4],
    ['abc', 99, 1, 4],
    ['ab\ncd', 2, 1, 3],
    ['ab\ncd', 3, 2, 1],
    ['ab\ncd', 5, 2, 3],
    ['\u{1f600}x', 2, 1, 2],
  ])('%j at %i', (text, offset, line, column) => {
    expect(locationAt(text, offset)).toEqual({ line, column });
  });
});

describe('excerptOf', () => {
  test('draws a caret under each character of the range', () => {
    expect(excerptOf('{ nam = 1 }', { start: 2, end: 5 })).toBe(
      drawing(`
        1 | { nam = 1 }
          |   ^^^
      `)
    );
  });

  test('shows the line that the range starts in, and stays in it', () => {
    const text = '{ .a = 1 &&\n\t.b = \n}';
    expect(excerptOf(text, { start: text.indexOf('='), end: text.length })).toBe(
      drawing(`
        1 | { .a = 1 &&
          |      ^^^^^^
      `)
    );
    expect(excerptOf(text, { start: text.indexOf('.b'), end: text.indexOf('.b') + 2 })).toBe(
      drawing(`
        2 |  .b = 
          |  ^^
      `)
    );
  });

  test('draws one caret for an empty range, behind the end as well', () => {
    expect(excerptOf('ab', { start: 2, end: 2 })).toBe('1 | ab\n  |   ^');
    expect(excerptOf('', { start: 0, end: 0 })).toBe('1 | \n  | ^');
  });

  test('counts code points, not UTF-16 units', () => {
    expect(excerptOf('"\u{1f600}" x', { start: 5, end: 6 })).toBe('1 | "\u{1f600}" x\n  |     ^');
  });

  test('cuts long lines around the caret', () => {
    const text = `${'a'.repeat(200)}X${'b'.repeat(200)}`;
    expect(excerptOf(text, { start: 200, end: 201 })).toBe(
      `1 | ...${'a'.repeat(40)}X${'b'.repeat(59)}...\n  |    ${' '.repeat(40)}^`
    );
    expect(excerptOf(text, { start: 390, end: 401 })).toBe(
      `1 | ...${'b'.repeat(51)}\n  |    ${' '.repeat(40)}${'^'.repeat(11)}`
    );
  });
});
