// SPDX-License-Identifier: Apache-2.0
//
// The place of what is wrong with a query. Grafana hands the editor a failure's words only, so the place is found again
// with the same parser that the store uses.
import type { DataQueryError, PanelData } from '@grafana/data';
import { parseQuery, TraceQlError, validateQuery } from '@tracewell/traceql';
import { HostError } from '@tracewell/views';

/** The failure of the query `refId` whose text is `text`, with its place; undefined if it did not fail for its text. */
export function queryProblem(text: string, refId: string, data: PanelData | undefined): HostError | undefined {
  const failure = failureOf(refId, data);
  if (failure?.data?.error !== 'invalid-query') {
    return undefined;
  }
  const range = placeIn(text);
  return new HostError('invalid-query', failure.message ?? '', range === undefined ? {} : { range });
}

function failureOf(refId: string, data: PanelData | undefined): DataQueryError | undefined {
  const errors = data?.errors ?? (data?.error === undefined ? [] : [data.error]);
  return errors.find((error) => error.refId === refId);
}

function placeIn(text: string): { start: number; end: number } | undefined {
  if (text.includes('$')) {
    // What failed is the text with values in it.
    return undefined;
  }
  try {
    return validateQuery(parseQuery(text))[0]?.range;
  } catch (error) {
    if (error instanceof TraceQlError) {
      return error.range;
    }
    throw error;
  }
}
