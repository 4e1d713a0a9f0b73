// SPDX-License-Identifier: Apache-2.0
//
// Where in a query a failure is. The store names the failure in one sentence; for people the query is
// parsed here once more, which gives the range, the line with a caret, and a suggestion.
import { parseQuery, TraceQlError } from '@tracewell/traceql';

/** A syntax error of a query. */
export interface QueryFailure {
  readonly range: { readonly start: number; readonly end: number };
  /** Message, the line with carets, and a hint where there is one. */
  readonly text: string;
}

/** The first syntax error of `query`; undefined if it parses. */
export function findSyntaxError(query: string): QueryFailure | undefined {
  try {
    parseQuery(query);
    return undefined;
  } catch (error) {
    return error instanceof TraceQlError ? { range: error.range, text: error.format() } : undefined;
  }
}
