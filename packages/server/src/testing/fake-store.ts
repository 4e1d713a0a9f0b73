// SPDX-License-Identifier: Apache-2.0
//
// A store that answers with what a test tells it to: for failures that the real one cannot be made to
// have on demand (overloaded, disk full, slow).
import { StoreError, type Store } from '@tracewell/store';

const cost = { inspectedSpans: 0, inspectedTraces: 0, inspectedBytes: 0, blocks: 0 };

/** An empty store with some methods replaced. */
export function createFakeStore(overrides: Partial<Store> = {}): Store {
  const empty = new Float64Array(0);
  const series = { counts: empty, errors: empty, p50: empty, p90: empty, p99: empty };
  return {
    ingest: () => Promise.resolve({ acceptedSpans: 1, duplicateSpans: 0, rejectedSpans: 0, message: '' }),
    trace: () => Promise.resolve(undefined),
    search: () => Promise.resolve({ traces: [], cost }),
    tagNames: () => Promise.resolve({ scopes: [] }),
    tagValues: () => Promise.resolve({ values: [] }),
    red: () => Promise.resolve({ buckets: 0, total: series, groups: [], heatmap: [], exemplars: [], cost }),
    metrics: () => Promise.resolve({ buckets: 0, series: [], cost }),
    serviceGraph: () => Promise.resolve({ nodes: [], edges: [], cost }),
    status: () =>
      Promise.resolve({
        health: { state: 'ok', reason: '', canIngest: true },
        broken: [],
        formatVersion: 1,
        dataDir: '/nowhere',
        retention: { maxAgeMs: 1, maxBytes: 1 },
        blocks: [],
        spans: 0,
        bytes: 0,
        freeDiskBytes: 0,
        counters: {},
      }),
    statistics: () => Promise.resolve({ services: [], columns: [], setAside: [] }),
    startJob: () => Promise.reject(new StoreError('not-supported', 'a fake store has no jobs')),
    job: () => Promise.resolve(undefined),
    jobs: () => Promise.resolve([]),
    cancelJob: () => Promise.resolve(undefined),
    openExport: () => Promise.resolve({ id: '1', spans: 0 }),
    nextExport: () => Promise.resolve({ bytes: new Uint8Array(0), traces: 0, spans: 0, isLast: true }),
    closeExport: () => Promise.resolve(),
    seal: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...overrides,
  };
}
