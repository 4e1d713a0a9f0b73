// SPDX-License-Identifier: Apache-2.0
//
// Errors of TraceQL as a client of the store gets them.

import { TraceQlError } from '@tracewell/traceql';
import { StoreError } from '../api.ts';

/** The error that a client of the store gets for a query. */
export function toQueryError(error: unknown): unknown {
  if (!(error instanceof TraceQlError)) {
    return error;
  }
  return new StoreError(error.code === 'unsupported' ? 'not-supported' : 'invalid-query', error.format(), {
    cause: error,
    range: error.range,
  });
}

/** Runs `action`; errors of the query become StoreErrors. */
export function withQueryErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toQueryError(error);
  }
}
