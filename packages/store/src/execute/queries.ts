// SPDX-License-Identifier: Apache-2.0
//
// Everything the store answers from its blocks, as the methods of `Store`. Each takes a lease on the blocks
// for as long as it runs.

import type { Store } from '../api.ts';
import type { BlockReader } from '../blocks/reader.ts';
import { executeServiceGraph } from '../graph/read.ts';
import { executeMetrics } from '../metrics/execute.ts';
import { executeTagNames } from '../tags/names.ts';
import { executeTagValues } from '../tags/values.ts';
import { executeRed } from './red.ts';
import { executeSearch } from './search.ts';
import { executeTrace } from './trace.ts';

/** The reading half of {@link Store}. */
export type StoreQueries = Pick<
  Store,
  'trace' | 'search' | 'tagNames' | 'tagValues' | 'red' | 'metrics' | 'serviceGraph'
>;

/** The queries over `reader`. */
export function createQueries(reader: BlockReader): StoreQueries {
  return {
    trace: (request, options) => executeTrace(reader, request, options),
    search: (request, options) => executeSearch(reader, request, options),
    tagNames: (request, options) => executeTagNames(reader, request, options),
    tagValues: (request, options) => executeTagValues(reader, request, options),
    red: (request, options) => executeRed(reader, request, options),
    metrics: (request, options) => executeMetrics(reader, request, options),
    serviceGraph: (request, options) => executeServiceGraph(reader, request, options),
  };
}
