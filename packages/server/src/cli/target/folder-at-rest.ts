// SPDX-License-Identifier: Apache-2.0
//
// A data folder that no store has open: this process opens it, with the settings of the environment but without
// retention, since nobody who looks at an old folder expects that to delete half of it.
import type { AdminJobJson } from '@tracewell/protocols';
import { StoreError, type Store, type StoreHooks, type StoreOptions } from '@tracewell/store';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { toJobJson, parseJobRequest } from '../../api/admin/job-json.ts';
import { toStatsJson } from '../../api/admin/stats-json.ts';
import { parseConfig } from '../../config/parse.ts';
import { messageOf } from '../../telemetry/failure.ts';
import { toStoreOptions } from '../store-options.ts';
import { CommandError, type Ingested, type Range, type StoreTarget } from './target.ts';

/** What is needed to open it. */
export interface FolderOptions {
  readonly dataDir: string;
  /** Make the folder if it is not there. */
  readonly mayCreate: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly openStore: (options: StoreOptions, hooks: StoreHooks) => Promise<Store>;
  /** Problems that the store tells of. */
  readonly warn: (line: string) => void;
}

const FOREVER = { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };
const BUSY_MS = 50;

/** Opens the folder. Rejects with CommandError if it is no data folder, or a store has it open. Throws UsageError. */
export async function openFolderAtRest(options: FolderOptions): Promise<StoreTarget> {
  const { dataDir, mayCreate, environment, openStore, warn } = options;
  if (!mayCreate && !existsSync(path.join(dataDir, 'FORMAT'))) {
    throw new CommandError(`${dataDir} is no data folder: expected a file FORMAT in it`);
  }
  const config = parseConfig(['--data-dir', dataDir], environment);
  const settings = toStoreOptions(config);
  const store = await asked(
    openStore(
      { ...settings, retention: FOREVER },
      {
        log: (level, message, fields = {}) => {
          if (level !== 'info') {
            warn(`${message}${Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''}`);
          }
        },
      }
    )
  );
  return {
    name: dataDir,
    stats: async () => {
      const [status, statistics] = await asked(Promise.all([store.status(), store.statistics()]));
      return toStatsJson({ ...status, retention: settings.retention }, statistics);
    },
    count: async (query, range) => {
      const request = { query, ...range, limit: 1, spansPerSpanSet: 1, order: 'newest', totals: true } as const;
      return (await asked(store.search(request))).total ?? { traces: 0, spans: 0 };
    },
    startJob: async (request) => toJobJson(await asked(store.startJob(parseJobRequest(request, config.maxQueryBytes)))),
    job: async (id) => toKnown(await asked(store.job(id)), id),
    cancelJob: async (id) => toKnown(await asked(store.cancelJob(id)), id),
    openExport: async (query: string, range: Range) => {
      const { id, spans } = await asked(store.openExport({ query, ...range }));
      return { spans, messages: messagesOf(store, id) };
    },
    ingest: (request, signal) => ingest(store, request, signal),
    close: () => store.close(),
  };
}

async function* messagesOf(store: Store, id: string): AsyncGenerator<Uint8Array> {
  try {
    for (let isLast = false; !isLast;) {
      const part = await asked(store.nextExport(id));
      isLast = part.isLast;
      if (part.bytes.length > 0) {
        yield part.bytes;
      }
    }
  } finally {
    await store.closeExport(id).catch(() => undefined);
  }
}

/** The buffer is given away, so what has to be sent again is kept. */
async function ingest(store: Store, request: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Ingested> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await store.ingest(request.slice());
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'overloaded')) {
        throw error instanceof StoreError ? new CommandError(error.message) : error;
      }
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    }
  }
}

function toKnown(job: Parameters<typeof toJobJson>[0] | undefined, id: string): AdminJobJson {
  if (job === undefined) {
    throw new CommandError(`there is no job ${id}`);
  }
  return toJobJson(job);
}

/** Expected failures as what the command line reports; a folder in use gets a hint. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code === 'internal') {
      throw error;
    }
    const hint = error.code === 'locked' ? ', or ask the store that runs, by --url' : '';
    throw new CommandError(`${messageOf(error)}${hint}`);
  }
}
