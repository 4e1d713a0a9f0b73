// SPDX-License-Identifier: Apache-2.0
//
// Group commit: requests are encoded as they come, and committed together when enough spans wait or the
// oldest has waited long enough. While a commit is under way the next group fills up. Under load the group after a
// commit gets about as long to fill as the commit took: a commit of few spans costs nearly as much as one of many.
// Every answer is given after the commit that makes its spans durable. When the block is full the owner gives
// another writer.

import { LimitError, MalformedRequestError } from '@tracewell/protocols';
import type { DecodeOutcome } from '@tracewell/protocols';
import { StoreError } from '../api.ts';
import type { IngestResult, StoreOptions } from '../api.ts';
import { isDiskFull, isOutOfMemory, isReadOnly, memoryUse, messageOf } from '../blocks/database.ts';
import type { StoreClock } from '../blocks/store-clock.ts';
import { Histogram, SHORT_SECONDS } from '../histogram.ts';
import type { BlockWriter } from './block-writer.ts';
import type { RequestDigest, RequestLog } from './request-log.ts';

/** A group of at least this share of `commitSpans` says that there is load. */
const LOAD_SHARE = 0.1;
/** Longest wait for a group to fill after a commit. */
const MAX_FILL_MS = 40;

interface Waiter {
  readonly result: IngestResult;
  /** Undefined if the request has no spans. */
  readonly digest: RequestDigest | undefined;
  readonly resolve: (result: IngestResult) => void;
  readonly reject: (error: StoreError) => void;
}

/** What the ingestor needs of its owner. */
export interface IngestOwner {
  /** Whether the writer's block should be left for another one after this commit. */
  shouldRotate(writer: BlockWriter): boolean;
  /** A writer for a new block. The old one has no pending spans any more when `retire` is called. */
  nextWriter(current: BlockWriter): Promise<BlockWriter>;
  retire(writer: BlockWriter): void;
  /** There is no room for another block, or no permission to make one: the present one goes on. */
  onNoRoom(error: unknown): void;
  /** A commit failed: the database must be opened anew. */
  onFailure(error: unknown): void;
}

/** Counters since the start. */
export interface IngestCounters {
  accepted: number;
  duplicates: number;
  rejected: number;
  commits: number;
  commitMs: number;
  bytes: number;
}

/** See the head of the file. */
export class Ingestor {
  readonly counters: IngestCounters = { accepted: 0, duplicates: 0, rejected: 0, commits: 0, commitMs: 0, bytes: 0 };
  /** From the beginning of a commit until its spans are durable. */
  readonly commitSeconds = new Histogram(SHORT_SECONDS);
  private writer: BlockWriter;
  private readonly options: StoreOptions;
  private readonly owner: IngestOwner;
  private readonly requests: RequestLog;
  private readonly clock: StoreClock;
  private waiters: Waiter[] = [];
  private oldest = 0;
  /** Not before this time, unless the group is full: see {@link MAX_FILL_MS}. */
  private notBefore = 0;
  private committing = 0;
  private committingRequests = 0;
  private running = false;
  private timer: NodeJS.Timeout | undefined;
  private stopped: StoreError | undefined;
  private idle: (() => void)[] = [];

  /** `requests` knows the requests that were stored lately. */
  constructor(writer: BlockWriter, options: StoreOptions, owner: IngestOwner, requests: RequestLog, clock: StoreClock) {
    this.clock = clock;
    this.requests = requests;
    this.writer = writer;
    this.options = options;
    this.owner = owner;
  }

  get currentWriter(): BlockWriter {
    return this.writer;
  }

  /** Spans and requests whose commit has not ended. */
  get load(): { readonly pendingSpans: number; readonly waitingRequests: number } {
    return {
      pendingSpans: this.stopped === undefined ? this.writer.pendingSpans + this.committing : 0,
      waitingRequests: this.waiters.length + this.committingRequests,
    };
  }

  /** See `Store.ingest`. */
  ingest(bytes: Uint8Array<ArrayBuffer>): Promise<IngestResult> {
    if (this.stopped !== undefined) {
      return Promise.reject(this.stopped);
    }
    const { maxPendingSpans, limits } = this.options;
    if (this.writer.pendingSpans + this.committing > maxPendingSpans) {
      const message = `more than ${maxPendingSpans} spans wait to be written; send again later`;
      return Promise.reject(new StoreError('overloaded', message, { retryable: true }));
    }
    try {
      const { outcome, duplicates, digest } = this.writer.encode(bytes, {
        maxSpans: limits.maxSpansPerRequest,
        maxAttributeBytes: limits.maxAttributeBytes,
        maxSpanBytes: limits.maxSpanBytes,
      });
      this.counters.bytes += bytes.length;
      if (duplicates < outcome.accepted && this.requests.has(digest)) {
        // A retry, so late that its spans are in blocks whose hashes are not known any more.
        this.writer.takeBack();
        return this.wait(toResult(outcome, outcome.accepted), undefined);
      }
      return this.wait(toResult(outcome, duplicates), outcome.accepted > 0 ? digest : undefined);
    } catch (error) {
      return Promise.reject(toIngestError(error));
    }
  }

  /** Commits what waits now, and moves on to another block if the owner says so. */
  flush(): Promise<void> {
    if (this.stopped !== undefined) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.idle.push(resolve);
      this.schedule(0);
    });
  }

  /** Refuses everything from now on, waiting requests included. */
  stop(error: StoreError): void {
    this.stopped ??= error;
    clearTimeout(this.timer);
    for (const waiter of this.waiters.splice(0)) {
      waiter.reject(error);
    }
    for (const resolve of this.idle.splice(0)) {
      resolve();
    }
  }

  private wait(result: IngestResult, digest: RequestDigest | undefined): Promise<IngestResult> {
    if (this.waiters.length === 0) {
      this.oldest = performance.now();
    }
    const answer = new Promise<IngestResult>((resolve, reject) =>
      this.waiters.push({ result, digest, resolve, reject })
    );
    this.scheduleNext();
    return answer;
  }

  private scheduleNext(): void {
    if (this.waiters.length > 0 || this.idle.length > 0) {
      const full = this.writer.pendingSpans >= this.options.commitSpans || this.idle.length > 0;
      const due = Math.max(this.oldest + this.options.commitDelayMs, this.notBefore);
      this.schedule(full ? 0 : Math.max(0, due - performance.now()));
    }
  }

  private schedule(delay: number): void {
    if (this.running || this.stopped !== undefined) {
      return;
    }
    if (delay === 0) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.running = true;
      void this.run();
    } else {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.schedule(0);
      }, delay);
    }
  }

  private async run(): Promise<void> {
    const idle = this.idle.splice(0);
    try {
      await this.commitPending(this.writer);
      if (this.owner.shouldRotate(this.writer)) {
        await this.rotate(this.writer);
      }
    } catch (error) {
      this.owner.onFailure(error);
    } finally {
      this.running = false;
    }
    for (const resolve of idle) {
      resolve();
    }
    this.scheduleNext();
  }

  private async rotate(old: BlockWriter): Promise<void> {
    try {
      this.writer = await this.owner.nextWriter(old);
    } catch (error) {
      if (isDiskFull(error) || isReadOnly(error)) {
        this.owner.onNoRoom(error);
        return;
      }
      throw error;
    }
    // What came for the old block until this moment.
    await this.commitPending(old);
    this.owner.retire(old);
  }

  private async commitPending(writer: BlockWriter): Promise<void> {
    const waiters = this.waiters;
    if (waiters.length === 0) {
      return;
    }
    this.waiters = [];
    const group = writer.take();
    const spans = group.buffers.rows;
    this.committing = spans;
    this.committingRequests = waiters.length;
    const start = performance.now();
    try {
      await writer.commit(group);
    } catch (error) {
      const why = isOutOfMemory(error) ? `there is no memory left for them${memoryUse(error)}` : messageOf(error);
      const message = `the spans could not be written: ${why}`;
      const code = isDiskFull(error) ? 'disk-full' : isReadOnly(error) ? 'read-only' : 'internal';
      const failure = new StoreError(code, message, { cause: error, retryable: true });
      for (const waiter of waiters) {
        waiter.reject(failure);
      }
      throw error;
    } finally {
      this.committing = 0;
      this.committingRequests = 0;
    }
    const now = performance.now();
    const isLoaded = spans >= this.options.commitSpans * LOAD_SHARE;
    this.notBefore = isLoaded ? now + Math.min(MAX_FILL_MS, now - start) : now;
    this.counters.commits += 1;
    this.counters.commitMs += now - start;
    this.commitSeconds.observe((now - start) / 1000);
    const nowMs = this.clock.steady();
    for (const { resolve, result, digest } of waiters) {
      if (digest !== undefined) {
        this.requests.add(digest, nowMs, now);
      }
      this.counters.accepted += result.acceptedSpans;
      this.counters.duplicates += result.duplicateSpans;
      this.counters.rejected += result.rejectedSpans;
      resolve(result);
    }
  }
}

function toResult(outcome: DecodeOutcome, duplicates: number): IngestResult {
  const sentences: string[] = [];
  for (const [reason, count] of outcome.reasons) {
    sentences.push(`${count} rejected: ${reason}`);
  }
  for (const [warning, count] of outcome.warnings) {
    sentences.push(`${count} accepted with a warning: ${warning}`);
  }
  return {
    acceptedSpans: outcome.accepted - duplicates,
    duplicateSpans: duplicates,
    rejectedSpans: outcome.rejected,
    message: sentences.join('; '),
  };
}

function toIngestError(error: unknown): StoreError {
  if (error instanceof LimitError) {
    return new StoreError('limit', error.message, { cause: error });
  }
  if (error instanceof MalformedRequestError) {
    return new StoreError('malformed', `not an OTLP trace export in protobuf: ${error.message}`, { cause: error });
  }
  return new StoreError('internal', `decoding failed: ${messageOf(error)}`, { cause: error });
}
