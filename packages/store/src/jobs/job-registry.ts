// SPDX-License-Identifier: Apache-2.0
//
// The jobs of one store: one runs, the others wait in order, the last ones that ended are remembered. What a job
// does is the owner's; here is only when, how far it is, and how it ended.

import { StoreError } from '../api.ts';
import type { JobRequest, JobResult, JobStatus } from '../api.ts';
import { messageOf } from '../blocks/database.ts';
import type { Log } from '../blocks/log.ts';
import type { JobControl } from './job-control.ts';

/** Jobs that wait for the one that runs. */
export const MAX_WAITING_JOBS = 16;
/** Jobs that are remembered, those that have not ended included. */
const MAX_KEPT_JOBS = 50;

/** The work of one job. */
export type JobWork = (request: JobRequest, control: JobControl) => Promise<JobResult>;

interface Job {
  status: JobStatus;
  readonly controller: AbortController;
}

/** See the head of the file. */
export class JobRegistry {
  private readonly work: JobWork;
  private readonly log: Log;
  private readonly kept: Job[] = [];
  private readonly waiting: Job[] = [];
  private running: Promise<void> | undefined;
  private lastId = 0;
  private closed = false;
  readonly counters = { done: 0, failed: 0, cancelled: 0, seconds: 0 };

  constructor(work: JobWork, log: Log) {
    this.work = work;
    this.log = log;
  }

  /** Jobs that run, 0 or 1, and that wait. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.running === undefined ? 0 : 1, waiting: this.waiting.length };
  }

  /** Queues a job. Throws StoreError 'overloaded' if too many wait, 'closed' after the end. */
  start(request: JobRequest): JobStatus {
    if (this.closed) {
      throw new StoreError('closed', 'the store is closed');
    }
    if (this.waiting.length >= MAX_WAITING_JOBS) {
      const message = `${this.waiting.length} jobs wait already, more than that are not taken; try again later`;
      throw new StoreError('overloaded', message, { retryable: true });
    }
    const job: Job = {
      controller: new AbortController(),
      status: {
        id: String(++this.lastId),
        request,
        state: 'waiting',
        what: 'waiting for its turn',
        done: 0,
        total: 0,
        createdAt: Date.now(),
      },
    };
    this.kept.push(job);
    this.waiting.push(job);
    this.forgetOld();
    this.runNext();
    return job.status;
  }

  get(id: string): JobStatus | undefined {
    return this.find(id)?.status;
  }

  /** Newest first. */
  list(): readonly JobStatus[] {
    return this.kept.map(({ status }) => status).reverse();
  }

  /** Ends a job that has not ended; its state says 'cancelled' when its work has stopped. */
  cancel(id: string): JobStatus | undefined {
    const job = this.find(id);
    if (job === undefined) {
      return undefined;
    }
    job.controller.abort();
    const at = this.waiting.indexOf(job);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      this.end(job, { state: 'cancelled', what: 'cancelled before it began' });
    }
    return job.status;
  }

  /** Cancels everything; resolves when the one that runs has stopped. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { status } of [...this.kept]) {
      if (status.endedAt === undefined) {
        this.cancel(status.id);
      }
    }
    await this.running;
  }

  private find(id: string): Job | undefined {
    return this.kept.find(({ status }) => status.id === id);
  }

  private forgetOld(): void {
    while (this.kept.length > MAX_KEPT_JOBS) {
      const at = this.kept.findIndex(({ status }) => status.endedAt !== undefined);
      if (at < 0) {
        return;
      }
      this.kept.splice(at, 1);
    }
  }

  private runNext(): void {
    if (this.running !== undefined) {
      return;
    }
    const job = this.waiting.shift();
    if (job !== undefined) {
      this.running = this.run(job).finally(() => {
        this.running = undefined;
        this.runNext();
      });
    }
  }

  private async run(job: Job): Promise<void> {
    const { controller, status } = job;
    const { request } = status;
    const startedAt = performance.now();
    job.status = { ...status, state: 'running', what: 'starting' };
    this.log('info', 'a job begins', { job: status.id, kind: request.kind });
    try {
      const result = await this.work(request, {
        signal: controller.signal,
        report: (what, done, total) => {
          job.status = { ...job.status, what, done, total };
        },
      });
      this.end(job, { state: 'done', what: 'done', result }, startedAt);
    } catch (error) {
      if (controller.signal.aborted) {
        this.end(job, { state: 'cancelled', what: 'cancelled' }, startedAt);
      } else {
        const code = error instanceof StoreError ? error.code : 'internal';
        this.end(job, { state: 'failed', what: 'failed', error: { code, message: messageOf(error) } }, startedAt);
      }
    }
    this.counters.seconds += (performance.now() - startedAt) / 1000;
  }

  private end(
    job: Job,
    ending: Pick<JobStatus, 'state' | 'what' | 'result' | 'error'>,
    startedAt = performance.now()
  ): void {
    job.status = { ...job.status, ...ending, endedAt: Date.now() };
    const { id, request, state, result, error } = job.status;
    if (state === 'done' || state === 'failed' || state === 'cancelled') {
      this.counters[state] += 1;
    }
    this.log(state === 'failed' || result?.damaged === true ? 'error' : 'info', 'a job has ended', {
      job: id,
      kind: request.kind,
      state,
      ms: Math.round(performance.now() - startedAt),
      ...(result && { blocks: result.blocks, spans: result.spans }),
      ...(error && { error: error.message }),
    });
  }
}
