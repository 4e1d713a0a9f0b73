// SPDX-License-Identifier: Apache-2.0
//
// What is done to a whole store rather than asked of it: jobs, exports, statistics, as the methods of `Store`. They
// outlive a set of blocks: when the store opens its database anew, what runs fails, and what comes next finds
// the new set.

import { join } from 'node:path';
import type { Store } from './api.ts';
import type { BlockSet } from './blocks/block-set.ts';
import { DEFAULT_TENANT } from './blocks/data-folder.ts';
import type { Log } from './blocks/log.ts';
import type { BlockReader } from './blocks/reader.ts';
import { ExportRegistry } from './export/export-registry.ts';
import { JobRegistry } from './jobs/job-registry.ts';
import { checkJob, runJob } from './jobs/run-job.ts';
import { readStatistics } from './statistics.ts';

type Methods = Pick<
  Store,
  'statistics' | 'startJob' | 'job' | 'jobs' | 'cancelJob' | 'openExport' | 'nextExport' | 'closeExport'
>;

/** The operating part of {@link Store}. */
export interface StoreOperations extends Methods {
  readonly jobRegistry: JobRegistry;
  readonly exports: ExportRegistry;
  /** Cancels jobs and closes exports; resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** What they work on. */
export interface OperationsContext {
  readonly dataDir: string;
  readonly reader: BlockReader;
  /** The blocks that are open now. Throws StoreError while there are none. */
  readonly blocks: () => BlockSet;
  readonly log: Log;
}

/** The operations of one store. */
export function createOperations({ dataDir, reader, blocks, log }: OperationsContext): StoreOperations {
  const exports = new ExportRegistry(reader);
  const jobRegistry = new JobRegistry((request, control) => runJob(request, control, { dataDir, reader, blocks }), log);
  return {
    jobRegistry,
    exports,
    statistics: () => readStatistics(reader, join(dataDir, DEFAULT_TENANT)),
    startJob: (request) =>
      settle(() => {
        checkJob(request);
        return jobRegistry.start(request);
      }),
    job: (id) => settle(() => jobRegistry.get(id)),
    jobs: () => settle(() => jobRegistry.list()),
    cancelJob: (id) => settle(() => jobRegistry.cancel(id)),
    openExport: (request) => settle(() => exports.open(request)),
    nextExport: (id) => exports.next(id),
    closeExport: (id) => settle(() => exports.close(id)),
    close: async () => {
      exports.closeAll();
      await jobRegistry.close();
    },
  };
}

/** What is thrown is rejected with. */
function settle<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => resolve(action()));
}
