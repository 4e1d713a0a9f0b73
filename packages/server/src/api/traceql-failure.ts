// SPDX-License-Identifier: Apache-2.0
//
// Where in a query a failure is, for people: the line with carets under the place. The store names the
// failure in one sentence and its range in the text.
import type { StoreError } from '@tracewell/store';
import { formatDiagnostic } from '@tracewell/traceql';

/**
 * The sentence of `error` with an excerpt of `query`; just the sentence where no place is known (or the
 * query was made here, from legacy tags, so that its places mean nothing to the client).
 */
export function explainQueryFailure(error: StoreError, query: string | undefined): string {
  return error.range === undefined || query === undefined || query === ''
    ? error.message
    : formatDiagnostic(query, { code: 'syntax', message: error.message, range: error.range });
}
