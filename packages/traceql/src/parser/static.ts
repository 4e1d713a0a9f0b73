// SPDX-License-Identifier: Apache-2.0
//
// Literals, attributes and intrinsics: the leaves of every expression.

import type { AttributeRef, IntrinsicRef, KindName, Static, StatusName } from '../ast.ts';
import { intrinsicsByWord, kindNames, statusNames } from '../vocabulary.ts';
import type { Cursor } from './cursor.ts';

export const MAX_INT = 2n ** 63n - 1n;
export const MIN_INT = -(2n ** 63n);

/**
 * Static : string | int | float | duration | `true` | `false` | `nil` | `minInt` | `maxInt` | Status | Kind
 *
 * Undefined (and nothing taken) if the next token is none of these.
 */
export function tryParseStatic(cursor: Cursor): Static | undefined {
  const token = cursor.peek();
  const range = { start: token.start, end: token.end };
  switch (token.kind) {
    case 'string':
      cursor.next();
      return { kind: 'string', value: token.value, range };
    case 'float':
      cursor.next();
      return { kind: 'float', value: token.value, range };
    case 'duration':
      cursor.next();
      return { kind: 'duration', value: token.value, range };
    case 'int':
      if (token.value > MAX_INT) {
        throw cursor.error(token, `integer ${token.text} is out of range, at most ${MAX_INT}`);
      }
      cursor.next();
      return { kind: 'int', value: token.value, range };
    case 'word': {
      const value = wordStatic(token.text, range);
      if (value !== undefined) {
        cursor.next();
      }
      return value;
    }
    default:
      return undefined;
  }
}

/**
 * SignedStatic : `-`? (int | float | duration) | Static
 *
 * A minus directly before a number belongs to it: `-1` is a literal.
 */
export function tryParseSignedStatic(cursor: Cursor): Static | undefined {
  if (!cursor.isSymbol('-')) {
    return tryParseStatic(cursor);
  }
  const number = cursor.peek(1);
  if (number.kind !== 'int' && number.kind !== 'float' && number.kind !== 'duration') {
    return undefined;
  }
  if (number.kind === 'int' && number.value > -MIN_INT) {
    throw cursor.error(number, `integer -${number.text} is out of range, at least ${MIN_INT}`);
  }
  const minus = cursor.next();
  cursor.next();
  const range = cursor.rangeFrom(minus);
  switch (number.kind) {
    case 'int':
      return { kind: 'int', value: -number.value, range };
    case 'float':
      return { kind: 'float', value: -number.value, range };
    case 'duration':
      return { kind: 'duration', value: -number.value, range };
  }
}

/** SignedStatic, or an error that says `expected`. */
export function parseSignedStatic(cursor: Cursor, expected: string): Static {
  const value = tryParseSignedStatic(cursor);
  if (value === undefined) {
    throw cursor.unexpected(expected);
  }
  return value;
}

/** Reference : Attribute | Intrinsic */
export function tryParseReference(cursor: Cursor): AttributeRef | IntrinsicRef | undefined {
  const token = cursor.peek();
  const range = { start: token.start, end: token.end };
  if (token.kind === 'attribute') {
    cursor.next();
    return { kind: 'attribute', scope: token.scope, parent: token.parent, name: token.name, range };
  }
  if (token.kind === 'intrinsic') {
    cursor.next();
    return { kind: 'intrinsic', name: token.name, legacy: false, range };
  }
  const legacy = token.kind === 'word' ? intrinsicsByWord.get(token.text) : undefined;
  if (legacy === undefined) {
    return undefined;
  }
  cursor.next();
  return { kind: 'intrinsic', name: legacy.name, legacy: true, range };
}

export function parseReference(cursor: Cursor): AttributeRef | IntrinsicRef {
  const reference = tryParseReference(cursor);
  if (reference === undefined) {
    throw cursor.unexpected('an attribute or intrinsic');
  }
  return reference;
}

/** References : Reference (`,` Reference)* */
export function parseReferences(cursor: Cursor): (AttributeRef | IntrinsicRef)[] {
  const references = [parseReference(cursor)];
  while (cursor.take(',')) {
    references.push(parseReference(cursor));
  }
  return references;
}

function wordStatic(word: string, range: Static['range']): Static | undefined {
  switch (word) {
    case 'true':
    case 'false':
      return { kind: 'boolean', value: word === 'true', range };
    case 'nil':
      return { kind: 'nil', range };
    case 'minInt':
      return { kind: 'int', value: MIN_INT, range };
    case 'maxInt':
      return { kind: 'int', value: MAX_INT, range };
  }
  const status: StatusName | undefined = statusNames.find((name) => name === word);
  if (status !== undefined) {
    return { kind: 'status', value: status, range };
  }
  const kind: KindName | undefined = kindNames.find((name) => name === word);
  return kind === undefined ? undefined : { kind: 'spanKind', value: kind, range };
}
