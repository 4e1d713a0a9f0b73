// SPDX-License-Identifier: Apache-2.0
//
// The store on a worker thread, with the same interface as in this one. Buffers are transferred, signals become
// messages, errors come back with their codes. If the thread dies, every call is refused.

import { Worker } from 'node:worker_threads';
import { StoreError } from './api.ts';
import type {
  ExportPart,
  ExportRequest,
  IngestResult,
  JobRequest,
  JobStatus,
  OpenedExport,
  QueryOptions,
  Store,
  StoreOptions,
  StoreStatistics,
  StoreStatus,
} from './api.ts';
import { messageOf } from './blocks/database.ts';
import { fromWireError } from './rpc.ts';
import type { FromWorker, StoreMethod, ToWorker, WorkerStart } from './rpc.ts';
import { requestMemory } from './request-memory.ts';
import { logToStderr } from './store.ts';
import type { StoreHooks } from './store.ts';

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/**
 * Opens the store on a worker thread. `workerUrl` is the bundled `worker.ts`. Rejects as `openStore` does. The
 * launcher sets UV_THREADPOOL_SIZE: queries, commits and gunzip share those threads.
 */
export async function openStoreWorker(workerUrl: URL, options: StoreOptions, hooks: StoreHooks = {}): Promise<Store> {
  const start: WorkerStart = { options };
  const worker = new Worker(workerUrl, { workerData: start });
  const client = new StoreClient(worker, hooks);
  await client.ready;
  return client;
}

class StoreClient implements Store {
  readonly ready: Promise<void>;
  readonly trace = this.queryMethod('trace');
  readonly search = this.queryMethod('search');
  readonly tagNames = this.queryMethod('tagNames');
  readonly tagValues = this.queryMethod('tagValues');
  readonly red = this.queryMethod('red');
  readonly metrics = this.queryMethod('metrics');
  readonly serviceGraph = this.queryMethod('serviceGraph');
  private readonly worker: Worker;
  private readonly calls = new Map<number, Call>();
  private lastId = 0;
  private ended: StoreError | undefined;
  private closing: Promise<void> | undefined;

  constructor(worker: Worker, { log = logToStderr, progress }: StoreHooks) {
    this.worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          resolve();
        } else if (message.kind === 'failed') {
          reject(fromWireError(message.error));
        } else if (message.kind === 'log') {
          log(message.level, message.message, message.fields);
        } else if (message.kind === 'progress') {
          progress?.(message.what);
        } else {
          this.settle(message);
        }
      });
      const end = (why: string, cause?: unknown): void => {
        const error = new StoreError('closed', why, { cause });
        this.ended ??= error;
        reject(error);
        for (const call of this.calls.values()) {
          call.reject(error);
        }
        this.calls.clear();
      };
      worker.on('error', (error: unknown) => end(`the store's thread failed: ${messageOf(error)}`, error));
      worker.on('exit', () => end('the store is closed'));
    });
  }

  ingest(request: Uint8Array<ArrayBuffer>): Promise<IngestResult> {
    // A view of a larger buffer (Node's pool, a socket's chunk) must not take that with it.
    const own = requestMemory.isAlone(request) ? request : request.slice();
    return this.call('ingest', own, undefined, own.buffer);
  }

  status(): Promise<StoreStatus> {
    return this.call('status', undefined);
  }

  statistics(): Promise<StoreStatistics> {
    return this.call('statistics', undefined);
  }

  startJob(request: JobRequest): Promise<JobStatus> {
    return this.call('startJob', request);
  }

  job(id: string): Promise<JobStatus | undefined> {
    return this.call('job', id);
  }

  jobs(): Promise<readonly JobStatus[]> {
    return this.call('jobs', undefined);
  }

  cancelJob(id: string): Promise<JobStatus | undefined> {
    return this.call('cancelJob', id);
  }

  openExport(request: ExportRequest): Promise<OpenedExport> {
    return this.call('openExport', request);
  }

  nextExport(id: string): Promise<ExportPart> {
    return this.call('nextExport', id);
  }

  closeExport(id: string): Promise<void> {
    return this.call('closeExport', id);
  }

  seal(): Promise<void> {
    return this.call('seal', undefined);
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    if (this.ended === undefined) {
      const exited = new Promise((resolve) => this.worker.once('exit', resolve));
      await this.call('close', undefined);
      await exited;
    }
  }

  private queryMethod<M extends 'trace' | 'search' | 'tagNames' | 'tagValues' | 'red' | 'metrics' | 'serviceGraph'>(
    method: M
  ): Store[M] {
    return ((argument: unknown, options?: QueryOptions) => this.call(method, argument, options)) as Store[M];
  }

  // The answer's type is the method's: both ends are compiled from the same Store interface.
  private call<T>(method: StoreMethod, argument: unknown, options: QueryOptions = {}, give?: ArrayBuffer): Promise<T> {
    const { signal, timeoutMs, explain } = options;
    if (this.ended !== undefined) {
      return Promise.reject(this.ended);
    }
    if (signal?.aborted === true) {
      return Promise.reject(new StoreError('cancelled', 'the query was cancelled'));
    }
    const id = ++this.lastId;
    const send = (message: ToWorker, transfer: ArrayBuffer[] = []): void => this.worker.postMessage(message, transfer);
    const onAbort = (): void => send({ kind: 'cancel', id });
    signal?.addEventListener('abort', onAbort);
    return new Promise<T>((resolve, reject) => {
      this.calls.set(id, { resolve: (value) => resolve(value as T), reject });
      send(
        {
          kind: 'call',
          id,
          method,
          argument,
          ...(timeoutMs !== undefined && { timeoutMs }),
          ...(explain !== undefined && { explain }),
        },
        give === undefined ? [] : [give]
      );
    }).finally(() => signal?.removeEventListener('abort', onAbort));
  }

  private settle(message: FromWorker & { kind: 'result' | 'error' }): void {
    const call = this.calls.get(message.id);
    this.calls.delete(message.id);
    if (message.kind === 'result') {
      if (message.spent !== undefined) {
        requestMemory.give(message.spent);
      }
      call?.resolve(message.value);
    } else {
      call?.reject(fromWireError(message.error));
    }
  }
}
