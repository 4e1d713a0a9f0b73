// SPDX-License-Identifier: Apache-2.0
//
// Positions in a query text, for people: line and column of an offset, and the excerpt of the source with
// a caret under what a message is about. Offsets are UTF-16 units; lines and columns count from 1, and
// columns count code points, because that is what a reader sees.

import type { Range } from './ast.ts';

/** Line and column of an offset, both from 1. */
export interface Location {
  readonly line: number;
  readonly column: number;
}

/** An excerpt shows at most this many characters of a line; the rest is cut away around the caret. */
const EXCERPT_WIDTH = 100;
/** How much of a cut line stands before the caret. */
const EXCERPT_LEAD = 40;

/** Where `offset` lies in `text`. Offsets beyond the end are taken as the end. Linear in the text. */
export function locationAt(text: string, offset: number): Location {
  const before = text.slice(0, Math.max(0, offset));
  const last = before.slice(before.lastIndexOf('\n') + 1);
  return { line: before.split('\n').length, column: Array.from(last).length + 1 };
}

/**
 * The line that holds the start of `range`, with carets under the range (only as far as that line goes):
 *
 *     1 | { nam = "x" }
 *       |   ^^^
 */
export function excerptOf(text: string, range: Range): string {
  const start = Math.min(Math.max(0, range.start), text.length);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', start);
  const lineEnd = newline < 0 ? text.length : newline;
  const { line } = locationAt(text, start);

  const characters = Array.from(printable(text.slice(lineStart, lineEnd)));
  const caretStart = Array.from(text.slice(lineStart, start)).length;
  const caretEnd = Array.from(text.slice(lineStart, Math.min(Math.max(range.end, start), lineEnd))).length;

  const cut = characters.length > EXCERPT_WIDTH ? Math.max(0, caretStart - EXCERPT_LEAD) : 0;
  const shown = characters.slice(cut, cut + EXCERPT_WIDTH);
  const before = cut > 0 ? '...' : '';
  const after = cut + EXCERPT_WIDTH < characters.length ? '...' : '';
  const caretCount = Math.max(1, Math.min(caretEnd, cut + EXCERPT_WIDTH) - caretStart);

  const gutter = String(line);
  const indent = ' '.repeat(gutter.length);
  return [
    `${gutter} | ${before}${shown.join('')}${after}`,
    `${indent} | ${' '.repeat(before.length + caretStart - cut)}${'^'.repeat(caretCount)}`,
  ].join('\n');
}

/** Tabs and carriage returns would move the caret away from its character. */
function printable(line: string): string {
  return line.replace(/[\t\r\v\f]/g, ' ');
}
