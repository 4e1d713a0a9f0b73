// SPDX-License-Identifier: Apache-2.0
//
// Everything the store answers from its blocks, as the methods of `Store`. Each takes a lease on the blocks
// for as long as it runs.

import { StoreError, type Store } from '../api.ts';
import type { BlockReader } from '../blocks/reader.ts';
import { executeSearch } from './search.ts';
import { executeTrace } from './trace.ts';

/** The reading half of {@link Store}. */
export type StoreQueries = Pick<Store, 'trace' | 'search' | 'tagNames' | 'tagValues' | 'red' | 'serviceGraph'>;

/** The queries over `reader`. */
export function createQueries(reader: BlockReader): StoreQueries {
  const notYet = (what: string): Promise<never> =>
    Promise.reject(new StoreError('not-supported', `${what} are not yet supported`));
  return {
    trace: (request, options) => executeTrace(reader, request, options),
    search: (request, options) => executeSearch(reader, request, options),
    tagNames: () => notYet('tag names'),
    tagValues: () => notYet('tag values'),
    red: () => notYet('rates'),
    serviceGraph: () => notYet('service graphs'),
  };
}
