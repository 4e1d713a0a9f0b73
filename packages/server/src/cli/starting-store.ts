// SPDX-License-Identifier: Apache-2.0
//
// A store that is still being opened, behind ports that are open already: everything is asked to come again, and
// /ready says what the start is doing. Once it is open everything goes to the store.
import { StoreError, type Store } from '@tracewell/store';

/** `what` says for people what the start is doing now, '' if that is not known. */
export function startingStore(opening: Promise<Store>, what: () => string): Store {
  let opened: Store | undefined;
  opening.then(
    (store) => {
      opened = store;
    },
    () => undefined
  );
  const ask = <T>(question: (store: Store) => Promise<T>): Promise<T> => {
    if (opened !== undefined) {
      return question(opened);
    }
    const doing = what();
    const message = `the store is starting${doing === '' ? '' : `: ${doing}`}`;
    return Promise.reject(new StoreError('overloaded', message, { retryable: true }));
  };
  return {
    ingest: (request) => ask((store) => store.ingest(request)),
    trace: (request, options) => ask((store) => store.trace(request, options)),
    search: (request, options) => ask((store) => store.search(request, options)),
    tagNames: (request, options) => ask((store) => store.tagNames(request, options)),
    tagValues: (request, options) => ask((store) => store.tagValues(request, options)),
    red: (request, options) => ask((store) => store.red(request, options)),
    metrics: (request, options) => ask((store) => store.metrics(request, options)),
    serviceGraph: (request, options) => ask((store) => store.serviceGraph(request, options)),
    status: () => ask((store) => store.status()),
    statistics: () => ask((store) => store.statistics()),
    startJob: (request) => ask((store) => store.startJob(request)),
    job: (id) => ask((store) => store.job(id)),
    jobs: () => ask((store) => store.jobs()),
    cancelJob: (id) => ask((store) => store.cancelJob(id)),
    openExport: (request) => ask((store) => store.openExport(request)),
    nextExport: (id) => ask((store) => store.nextExport(id)),
    closeExport: (id) => ask((store) => store.closeExport(id)),
    seal: () => ask((store) => store.seal()),
    // Whoever closes it means the store, as soon as there is one.
    close: async () => (await opening).close(),
  };
}
