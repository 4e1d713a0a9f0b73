// SPDX-License-Identifier: Apache-2.0
//
// The ways into the parser. Each throws a `TraceQlError` at the first token that cannot stand where it is,
// and recurses only as deep as limits.ts allows, so any text is safe to give to it.

import type { AttributeRef, Hint, IntrinsicRef, Query } from '../ast.ts';
import { TraceQlError } from '../error.ts';
import { Cursor } from './cursor.ts';
import { parsePipeline } from './pipeline.ts';
import { parseReference, parseSignedStatic } from './static.ts';

/**
 * Query : Pipeline Hints*
 *
 * The whole language; whether the query makes sense is for `validateQuery` to say.
 */
export function parseQuery(text: string): Query {
  const cursor = new Cursor(text);
  const start = cursor.peek();
  const pipeline = parsePipeline(cursor);
  if (pipeline.sort === 'scalar') {
    throw cursor.unexpected('a comparison such as > 2');
  }
  const bodyRange = cursor.rangeFrom(start);
  const hints = parseHints(cursor);
  if (cursor.peek().kind !== 'end') {
    throw cursor.unexpected('an operator, | or the end of the query');
  }
  const body: Query['body'] =
    pipeline.sort === 'metrics' ? pipeline.node : { kind: 'pipeline', stages: pipeline.stages, range: bodyRange };
  return { kind: 'query', body, hints, range: cursor.rangeFrom(start) };
}

/** {@link parseQuery}; undefined for a text that is no query. */
export function tryParseQuery(text: string): Query | undefined {
  try {
    return parseQuery(text);
  } catch (error) {
    if (error instanceof TraceQlError) {
      return undefined;
    }
    throw error;
  }
}

/** Identifier : Reference, and nothing else (`resource.service.name`, `.foo`, `span:name`, `name`) */
export function parseIdentifier(text: string): AttributeRef | IntrinsicRef {
  const cursor = new Cursor(text);
  const reference = parseReference(cursor);
  if (cursor.peek().kind !== 'end') {
    throw cursor.unexpected('the end of the identifier');
  }
  return reference;
}

/** Hints : `with` `(` Hint (`,` Hint)* `)`; Hint : word `=` SignedStatic */
function parseHints(cursor: Cursor): Hint[] {
  const hints: Hint[] = [];
  while (cursor.isWord('with')) {
    cursor.next();
    cursor.expect('(');
    do {
      const name = cursor.peek();
      if (name.kind !== 'word') {
        throw cursor.unexpected('the name of a hint');
      }
      cursor.next();
      cursor.expect('=');
      const value = parseSignedStatic(cursor, 'a value');
      hints.push({ name: name.text, value, range: cursor.rangeFrom(name) });
    } while (cursor.take(','));
    cursor.expect(')', ', or )');
  }
  return hints;
}
