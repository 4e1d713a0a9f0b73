// SPDX-License-Identifier: Apache-2.0
//
// The place of what is wrong with a query. Grafana hands the editor a failure's words only, so the place is found again
// with the same parser that the store uses.
import type { DataQueryError, PanelData } from '@grafana/data';
import { parseQuery, TraceQlError, validateQuery } from '@tracewell/traceql';
import { HostError } from '@tracewell/views';

/**
 * Where the query `refId` with the text `text` is wrong, for the editor to mark; undefined if it did not fail for its text. Grafana
 * itself writes the words below the editor.
 */
export function queryProblem(text: string, refId: string, data: PanelData | undefined): HostError | undefined {
  const failure = failureOf(refId, data);
  if (failure?.data?.error !== 'invalid-query') {
    return undefined;
  }
  const range = placeIn(text);
  return range === undefined ? undefined : new HostError('invalid-query', placeText(text, range.start), { range });
}

function failureOf(refId: string, data: PanelData | undefined): DataQueryError | undefined {
  const errors = data?.errors ?? (data?.error === undefined ? [] : [data.error]);
  return errors.find((error) => error.refId === refId);
}

function placeText(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `Line ${String(before.length)}, column ${String((before.at(-1) ?? '').length + 1)}`;
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
