// SPDX-License-Identifier: Apache-2.0
//
// The query methods of the store over its blocks.

import { StoreError } from '../api.ts';
import type { Store } from '../api.ts';
import type { BlockReader } from '../blocks/reader.ts';
import { executeTrace } from './trace.ts';

export type StoreQueries = Pick<Store, 'trace' | 'search' | 'tagNames' | 'tagValues' | 'red' | 'serviceGraph'>;

/** The query methods of a store. */
export function createQueries(reader: BlockReader): StoreQueries {
  const refuse = (): Promise<never> => {
    return Promise.reject(new StoreError('not-supported', 'queries are not built yet'));
  };
  return {
    trace: (request, options) => executeTrace(reader, request, options),
    search: refuse,
    tagNames: refuse,
    tagValues: refuse,
    red: refuse,
    serviceGraph: refuse,
  };
}
