// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a text while it is typed, by the parser and the rules that the store has, too.
import { parseQuery, TraceQlError, validateQuery } from '@tracewell/traceql';
import type { Diagnostic } from '@tracewell/traceql';

export interface Problem {
  readonly message: string;
  readonly range: { readonly start: number; readonly end: number };
}

/**
 * The first mistake in `text`; undefined for a query that can be run, and for one that is only not finished: whoever is still typing
 * knows that.
 */
export function problemIn(text: string): Problem | undefined {
  if (text.trim() === '') {
    return undefined;
  }
  try {
    const [first] = validateQuery(parseQuery(text));
    return first && toProblem(first);
  } catch (error) {
    if (error instanceof TraceQlError) {
      return error.range.start >= text.trimEnd().length ? undefined : toProblem(error);
    }
    throw error;
  }
}

function toProblem({ message, hint, range }: Diagnostic): Problem {
  return { message: hint === undefined ? message : `${message}\n${hint}`, range };
}
