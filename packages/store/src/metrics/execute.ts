// SPDX-License-Identifier: Apache-2.0
//
// TraceQL metrics.

import { StoreError, type MetricsRequest, type MetricsResult, type QueryOptions } from '../api.ts';
import type { BlockReader } from '../blocks/reader.ts';

/** See `Store.metrics`. */
export async function executeMetrics(
  reader: BlockReader,
  request: MetricsRequest,
  options: QueryOptions = {}
): Promise<MetricsResult> {
  await Promise.resolve([reader, options]);
  throw new StoreError('not-supported', `metrics not yet supported: ${request.query}`);
}
