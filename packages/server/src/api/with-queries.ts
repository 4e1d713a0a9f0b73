// SPDX-License-Identifier: Apache-2.0
//
// A store whose queries are asked in another way (in turns, traced), and whose everything else is as it was. A method is
// passed on by name: a store may be a class.
import type { Store } from '@tracewell/store';

/** The methods that are queries. */
export type StoreQueries = Pick<
  Store,
  'trace' | 'search' | 'tagNames' | 'tagValues' | 'red' | 'metrics' | 'serviceGraph'
>;

/** The store with these queries instead of its own. */
export function withQueries(store: Store, queries: StoreQueries): Store {
  return {
    ...queries,
    ingest: (request) => store.ingest(request),
    status: () => store.status(),
    statistics: () => store.statistics(),
    startJob: (request) => store.startJob(request),
    job: (id) => store.job(id),
    jobs: () => store.jobs(),
    cancelJob: (id) => store.cancelJob(id),
    openExport: (request) => store.openExport(request),
    nextExport: (id) => store.nextExport(id),
    closeExport: (id) => store.closeExport(id),
    seal: () => store.seal(),
    close: () => store.close(),
  };
}
