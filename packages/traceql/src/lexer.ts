// SPDX-License-Identifier: Apache-2.0
//
// Text to tokens. The lexer never throws: what is no token becomes an `invalid` one that knows its message,
// which the parser raises if it gets there and highlighting paints red. The tokens, comments included, are
// in order and do not overlap; between them is only white space; the last is `end`.

import type { AttributeRef, AttributeScope } from './ast.ts';
import { isSpace, scanAttributeName } from './attribute-name.ts';
import { durationPattern, durationUnits, tryParseDuration } from './duration.ts';
import { scanString } from './string-literal.ts';
import { didYouMean, suggestionsFor } from './suggestion.ts';
import type { SymbolText, Token } from './token.ts';
import { symbols } from './token.ts';
import { intrinsicScopes, intrinsicsByWord, scopeTable } from './vocabulary.ts';

const WORD = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const DURATION = new RegExp(`${durationPattern}(?![\\p{L}\\p{Nd}_.])`, 'uy');
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
/** What stands directly after a number and belongs to it in the writer's mind. */
const NUMBER_TAIL = /[\p{L}\p{Nd}_.]+/uy;

/** All tokens of `text`, comments included, with an `end` token last. Linear in the length of the text. */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  for (;;) {
    while (index < text.length && isSpace(text.charAt(index))) {
      index += 1;
    }
    if (index >= text.length) {
      tokens.push({ kind: 'end', start: index, end: index, text: '' });
      return tokens;
    }
    const token = scanToken(text, index);
    tokens.push(token);
    index = token.end;
  }
}

function scanToken(text: string, start: number): Token {
  const character = text.charAt(start);
  if (character === '"' || character === '`') {
    const literal = scanString(text, start);
    const place = placeOf(text, start, literal.end);
    return 'problem' in literal
      ? { kind: 'invalid', ...place, message: literal.problem }
      : { kind: 'string', ...place, value: literal.value };
  }
  if (text.startsWith('//', start) || text.startsWith('/*', start)) {
    return scanComment(text, start);
  }
  if (/\d/.test(character) || (character === '.' && /\d/.test(text[start + 1] ?? ''))) {
    return scanNumber(text, start);
  }
  if (character === '.') {
    return scanAttribute(text, start, start + 1, 'none', false);
  }
  const word = matchAt(WORD, text, start);
  if (word !== undefined) {
    return scanWord(text, start, word);
  }
  const symbol = symbols.find((candidate) => text.startsWith(candidate, start));
  return symbol === undefined ? scanStray(text, start) : symbolToken(text, start, symbol);
}

function symbolToken(text: string, start: number, symbol: SymbolText): Token {
  return { kind: 'symbol', symbol, ...placeOf(text, start, start + symbol.length) };
}

function scanComment(text: string, start: number): Token {
  if (text.startsWith('//', start)) {
    const newline = text.indexOf('\n', start);
    return { kind: 'comment', ...placeOf(text, start, newline < 0 ? text.length : newline) };
  }
  const close = text.indexOf('*/', start + 2);
  return close < 0
    ? { kind: 'invalid', ...placeOf(text, start, text.length), message: 'comment is not terminated, expecting */' }
    : { kind: 'comment', ...placeOf(text, start, close + 2) };
}

function scanNumber(text: string, start: number): Token {
  const duration = matchAt(DURATION, text, start);
  if (duration !== undefined) {
    const place = placeOf(text, start, start + duration.length);
    const value = tryParseDuration(duration);
    return value === undefined
      ? { kind: 'invalid', ...place, message: `duration ${duration} is out of range, at most 292y` }
      : { kind: 'duration', ...place, value };
  }
  const number = matchAt(NUMBER, text, start) ?? '';
  const tail = matchAt(NUMBER_TAIL, text, start + number.length);
  if (tail !== undefined) {
    const written = number + tail;
    return {
      kind: 'invalid',
      ...placeOf(text, start, start + written.length),
      message: `syntax error: ${written} is neither a number nor a duration`,
      hint: `Durations are numbers with one of the units ${durationUnits}, such as 100ms or 1h30m.`,
    };
  }
  const place = placeOf(text, start, start + number.length);
  if (/^\d+$/.test(number)) {
    return { kind: 'int', ...place, value: BigInt(number) };
  }
  return Number.isFinite(Number(number))
    ? { kind: 'float', ...place, value: Number(number) }
    : { kind: 'invalid', ...place, message: `number ${number} is out of range` };
}

function scanWord(text: string, start: number, word: string): Token {
  const end = start + word.length;
  const next = text[end];
  if (next === '.' && isScope(word)) {
    if (word !== 'parent') {
      return scanAttribute(text, start, end + 1, word, false);
    }
    const inner = ['span', 'resource'].find((scope) => text.startsWith(`${scope}.`, end + 1));
    return inner === undefined
      ? scanAttribute(text, start, end + 1, 'none', true)
      : scanAttribute(text, start, end + 1 + inner.length + 1, inner === 'span' ? 'span' : 'resource', true);
  }
  if (next === ':' && intrinsicScopes.some((scope) => scope === word)) {
    const name = matchAt(WORD, text, end + 1) ?? '';
    const place = placeOf(text, start, end + 1 + name.length);
    const intrinsic = intrinsicsByWord.get(place.text);
    if (intrinsic !== undefined) {
      return { kind: 'intrinsic', name: intrinsic.name, ...place };
    }
    const inScope = [...intrinsicsByWord.keys()].filter((known) => known.startsWith(`${word}:`));
    const names = inScope.map((known) => known.slice(word.length + 1));
    const similar = suggestionsFor(name, names).map((suggestion) => `${word}:${suggestion}`);
    const hint = didYouMean(similar) ?? `Known are ${inScope.join(', ')}.`;
    return { kind: 'invalid', ...place, message: `unknown identifier: ${place.text}`, hint };
  }
  return { kind: 'word', ...placeOf(text, start, end) };
}

function isScope(word: string): word is Exclude<AttributeScope, 'none'> {
  return Object.hasOwn(scopeTable, word);
}

function scanAttribute(
  text: string,
  start: number,
  nameStart: number,
  scope: AttributeRef['scope'],
  parent: boolean
): Token {
  const { end, name, problem } = scanAttributeName(text, nameStart);
  const place = placeOf(text, start, end);
  if (problem !== undefined) {
    const next = text.slice(end, end + 1);
    const found = next === '' ? 'end of query' : isSpace(next) ? 'white space' : next;
    const message = end === nameStart ? `syntax error: unexpected ${found}, ${problem} after ${place.text}` : problem;
    return { kind: 'invalid', ...place, message };
  }
  return { kind: 'attribute', ...place, scope, parent, name, nameStart };
}

/** A character that starts no token, with a hint at what may have been meant. */
function scanStray(text: string, start: number): Token {
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const hints: Readonly<Record<string, string>> = {
    "'": 'Strings are written in double quotes or backticks.',
    '&': 'Did you mean &&?',
    '[': 'Did you mean { or (?',
    ']': 'Did you mean } or )?',
  };
  const hint = hints[character];
  return {
    kind: 'invalid',
    ...placeOf(text, start, start + character.length),
    message: `syntax error: unexpected ${character}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function placeOf(text: string, start: number, end: number): { start: number; end: number; text: string } {
  return { start, end, text: text.slice(start, end) };
}

/** What a sticky pattern matches at `index`. */
function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}
