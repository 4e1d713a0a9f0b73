// SPDX-License-Identifier: Apache-2.0
//
// A failure as Grafana shows it under the query and in the corner of a panel.
import type { DataQueryError } from '@grafana/data';
import { HostError } from '@tracewell/views';

/** Words for a failed query; the place of a TraceQL error is part of its message. */
export function toDataQueryError(error: unknown, refId: string): DataQueryError {
  const message = error instanceof Error ? error.message : String(error);
  return { refId, message, ...(error instanceof HostError ? { data: { error: error.code, message } } : {}) };
}
