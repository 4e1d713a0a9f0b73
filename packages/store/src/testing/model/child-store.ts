// SPDX-License-Identifier: Apache-2.0
//
// The test's end of a store in a process of its own: calls that answer as the store does, or with ChildGone if
// the process was killed meanwhile.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type {
  IngestResult,
  JobRequest,
  JobStatus,
  MetricsRequest,
  MetricsResult,
  RedRequest,
  RedResult,
  SearchRequest,
  SearchResult,
  ServiceGraphRequest,
  ServiceGraphResult,
  StoreOptions,
  StoreStatus,
  TagValuesRequest,
  TagValuesResult,
  TraceRequest,
  TraceResult,
} from '../../api.ts';
import type { ChildAnswer, ChildRequest, Shrunk } from './messages.ts';

/** The process was killed before it answered. */
export class ChildGone extends Error {}

/** The store refused. */
export class ChildError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** See the head of the file. */
export class ChildStore {
  private readonly child: ChildProcess;
  private readonly calls = new Map<number, Call>();
  private lastId = 0;

  constructor(bundle: string) {
    this.child = fork(bundle, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', ({ id, value, error }: ChildAnswer) => {
      const call = this.calls.get(id);
      this.calls.delete(id);
      if (error === undefined) {
        call?.resolve(value);
      } else {
        call?.reject(new ChildError(error.message, error.code));
      }
    });
    this.child.once('exit', () => {
      for (const { reject } of this.calls.values()) {
        reject(new ChildGone('the process is gone'));
      }
      this.calls.clear();
    });
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  }

  open(options: StoreOptions): Promise<void> {
    return this.call({ kind: 'open', options });
  }
  close(): Promise<void> {
    return this.call({ kind: 'close' });
  }
  setClock(nowMs: number): Promise<void> {
    return this.call({ kind: 'clock', nowMs });
  }
  retain(): Promise<void> {
    return this.call({ kind: 'retain' });
  }
  shrink(share: number): Promise<Shrunk> {
    return this.call({ kind: 'shrink', share });
  }
  failCommit(when: 'before' | 'after'): Promise<void> {
    return this.call({ kind: 'fail', when });
  }
  ingest(bytes: Uint8Array<ArrayBuffer>): Promise<IngestResult> {
    return this.call({ kind: 'ingest', bytes });
  }
  seal(): Promise<void> {
    return this.call({ kind: 'seal' });
  }
  /** Runs a job to its end. */
  job(request: JobRequest): Promise<JobStatus | undefined> {
    return this.call({ kind: 'job', request });
  }
  status(): Promise<StoreStatus> {
    return this.call({ kind: 'status' });
  }
  trace(request: TraceRequest): Promise<TraceResult | undefined> {
    return this.call({ kind: 'trace', request });
  }
  search(request: SearchRequest): Promise<SearchResult> {
    return this.call({ kind: 'search', request });
  }
  tagValues(request: TagValuesRequest): Promise<TagValuesResult> {
    return this.call({ kind: 'tagValues', request });
  }
  red(request: RedRequest): Promise<RedResult> {
    return this.call({ kind: 'red', request });
  }
  metrics(request: MetricsRequest): Promise<MetricsResult> {
    return this.call({ kind: 'metrics', request });
  }
  serviceGraph(request: ServiceGraphRequest): Promise<ServiceGraphResult> {
    return this.call({ kind: 'serviceGraph', request });
  }

  // The answer's type is the method's: both ends are compiled from the same Store interface.
  private call<T>(request: ChildRequest): Promise<T> {
    const id = ++this.lastId;
    return new Promise<T>((resolve, reject) => {
      if (!this.child.connected) {
        reject(new ChildGone('the process is gone'));
        return;
      }
      this.calls.set(id, { resolve: (value) => resolve(value as T), reject });
      this.child.send({ id, request }, (error) => {
        if (error !== null && this.calls.delete(id)) {
          reject(new ChildGone('the process is gone'));
        }
      });
    });
  }
}

/** Processes for stores, one always being started ahead of its need. */
export class StoreProcesses {
  private readonly bundle: string;
  private spare: ChildStore | undefined;

  /** `bundle` is store-child.ts as one file. */
  constructor(bundle: string) {
    this.bundle = bundle;
  }

  take(): ChildStore {
    const taken = this.spare ?? new ChildStore(this.bundle);
    this.spare = new ChildStore(this.bundle);
    return taken;
  }

  async end(): Promise<void> {
    await this.spare?.kill();
  }
}
