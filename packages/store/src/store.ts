// SPDX-License-Identifier: Apache-2.0
//
// The store in this process: folder and lock, blocks, group commit, queries, and the upkeep that goes with
// time (age of the open block, retention, free disk space). After a fatal error of DuckDB everything behind
// the lock is opened anew; requests meanwhile are asked to come again.

import { join } from 'node:path';
import { StoreError } from './api.ts';
import type { IngestResult, Store, StoreHealth, StoreOptions, StoreStatus } from './api.ts';
import { BlockSet } from './blocks/block-set.ts';
import type { BlockSetOptions } from './blocks/block-set.ts';
import { DamageWatch, sealedIn } from './blocks/damage.ts';
import type { Log } from './blocks/log.ts';
import { DEFAULT_TENANT, errnoOf, openDataFolder } from './blocks/data-folder.ts';
import type { FolderLock } from './blocks/data-folder.ts';
import { isFatal, messageOf } from './blocks/database.ts';
import type { BlockReader } from './blocks/reader.ts';
import type { Progress } from './blocks/start-up.ts';
import { StoreClock } from './blocks/store-clock.ts';
import { DiskWatch } from './disk-watch.ts';
import { createQueries } from './execute/queries.ts';
import type { BlockWriter } from './ingest/block-writer.ts';
import { Ingestor } from './ingest/ingestor.ts';
import type { IngestOwner } from './ingest/ingestor.ts';
import { RequestFile } from './ingest/request-file.ts';
import { RequestLog } from './ingest/request-log.ts';
import { createOperations } from './operations.ts';
import type { StoreOperations } from './operations.ts';
import { FORMAT_VERSION } from './schema/tables.ts';
import { Vitals } from './vitals.ts';

const UPKEEP_MS = 1000;
const REOPEN_DELAY_MS = 1000;
/** Queries wait this long for a database that is opened anew. */
const REOPEN_WAIT_MS = 10_000;
/** A block this full has its successor made ready. */
const PREPARE_SHARE = 0.75;
/** Threads of libuv that commits, sealing and gunzip keep for themselves. */
const RESERVED_THREADS = 3;
const MAX_QUERY_CONNECTIONS = 8;

export interface StoreHooks {
  readonly log?: Log;
  /** Told what the start is doing, for people. */
  readonly progress?: Progress;
  /** For tests: told of each step of rewriting blocks when it is done. */
  readonly reach?: BlockSetOptions['reach'];
}

/**
 * Opens the store in this process. Rejects with StoreError 'unreadable', 'locked', 'newer-format'. Resolves when
 * open blocks are replayed and everything can be asked.
 */
export async function openStore(options: StoreOptions, hooks: StoreHooks = {}): Promise<Store> {
  const log = hooks.log ?? logToStderr;
  const lock = await openDataFolder(options.dataDir, log);
  try {
    const clock = await StoreClock.open(join(options.dataDir, DEFAULT_TENANT), options.retention.maxAgeMs);
    const store = new LocalStore(options, lock, { ...hooks, log }, clock);
    await store.start();
    return store;
  } catch (error) {
    await lock.release();
    if (error instanceof StoreError) {
      throw error;
    }
    const code = errnoOf(error);
    const why = code === '' ? messageOf(error) : code;
    throw new StoreError('unreadable', `cannot open the data folder ${options.dataDir}: ${why}`, { cause: error });
  }
}

/** Problems as lines of JSON; what is not one is not worth a line of an application that did not ask. */
export function logToStderr(level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  if (level !== 'info') {
    process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
  }
}

function queryConnections(): number {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  return Math.max(2, Math.min(MAX_QUERY_CONNECTIONS, threads - RESERVED_THREADS));
}

type StoreQueries = ReturnType<typeof createQueries>;

class LocalStore implements Store, IngestOwner {
  readonly trace: StoreQueries['trace'];
  readonly search: StoreQueries['search'];
  readonly tagNames: StoreQueries['tagNames'];
  readonly tagValues: StoreQueries['tagValues'];
  readonly red: StoreQueries['red'];
  readonly metrics: StoreQueries['metrics'];
  readonly serviceGraph: StoreQueries['serviceGraph'];
  readonly statistics: StoreOperations['statistics'];
  readonly startJob: StoreOperations['startJob'];
  readonly job: StoreOperations['job'];
  readonly jobs: StoreOperations['jobs'];
  readonly cancelJob: StoreOperations['cancelJob'];
  readonly openExport: StoreOperations['openExport'];
  readonly nextExport: StoreOperations['nextExport'];
  readonly closeExport: StoreOperations['closeExport'];
  private readonly options: StoreOptions;
  private readonly lock: FolderLock;
  private readonly log: Log;
  private readonly hooks: StoreHooks;
  private readonly clock: StoreClock;
  private readonly operations: StoreOperations;
  private readonly vitals = new Vitals();
  private readonly requests = new RequestLog();
  private readonly requestFile: RequestFile;
  private set: BlockSet | undefined;
  private ingestor: Ingestor | undefined;
  private readonly earlierCounters = new Map<string, number>();
  private rotateRequested = false;
  /** The open block that has spans, and since when by the monotonic clock it is seen to. */
  private filling = { id: '', since: 0 };
  private readonly disk: DiskWatch;
  private readonly damage: DamageWatch;
  /** Sealed blocks that were read when the instance was lost. */
  private readonly suspects = new Set<string>();
  private upkeepTimer: NodeJS.Timeout | undefined;
  private upkeepRun: Promise<void> = Promise.resolve();
  private reopening: Promise<void> | undefined;
  private reopens = 0;
  private closing: Promise<void> | undefined;

  constructor(options: StoreOptions, lock: FolderLock, hooks: StoreHooks & { readonly log: Log }, clock: StoreClock) {
    const { log } = hooks;
    this.clock = clock;
    this.options = options;
    this.lock = lock;
    this.log = log;
    this.hooks = hooks;
    this.requestFile = new RequestFile(join(options.dataDir, DEFAULT_TENANT), this.requests, log);
    this.damage = new DamageWatch(log);
    this.disk = new DiskWatch(options.dataDir, options.minFreeDiskBytes, log);
    const queries = createQueries(this.reader());
    this.trace = (request, options) => this.ask(() => queries.trace(request, options));
    this.search = (request, options) => this.ask(() => queries.search(request, options));
    this.tagNames = (request, options) => this.ask(() => queries.tagNames(request, options));
    this.tagValues = (request, options) => this.ask(() => queries.tagValues(request, options));
    this.red = (request, options) => this.ask(() => queries.red(request, options));
    this.metrics = (request, options) => this.ask(() => queries.metrics(request, options));
    this.serviceGraph = (request, options) => this.ask(() => queries.serviceGraph(request, options));
    this.operations = createOperations({
      dataDir: options.dataDir,
      reader: this.reader(),
      blocks: () => this.openedSet(),
      log,
    });
    this.statistics = this.operations.statistics;
    this.startJob = this.operations.startJob;
    this.job = this.operations.job;
    this.jobs = this.operations.jobs;
    this.cancelJob = this.operations.cancelJob;
    this.openExport = this.operations.openExport;
    this.nextExport = this.operations.nextExport;
    this.closeExport = this.operations.closeExport;
  }

  async start(): Promise<void> {
    await this.disk.measure();
    await this.requestFile.load(this.clock.beforeStart);
    await this.openSet();
    this.scheduleUpkeep();
  }

  ingest(request: Uint8Array<ArrayBuffer>): Promise<IngestResult> {
    const { refusal } = this.disk;
    if (this.closing !== undefined) {
      return Promise.reject(new StoreError('closed', 'the store is closed', { retryable: true }));
    }
    if (refusal !== undefined) {
      return Promise.reject(refusal);
    }
    if (this.ingestor === undefined) {
      return Promise.reject(new StoreError('overloaded', 'the store is being opened anew', { retryable: true }));
    }
    const behind = this.set?.whyBehind;
    if (behind !== undefined) {
      const message = `${behind}: spans come faster than they can be sorted; send again later`;
      return Promise.reject(new StoreError('overloaded', message, { retryable: true }));
    }
    return this.ingestor.ingest(request);
  }

  async status(): Promise<StoreStatus> {
    const set = this.openedSet();
    const [broken] = await Promise.all([set.broken(), this.disk.measure(), set.measureOpenBlocks()]);
    const { dataDir, retention } = this.options;
    const { blocks } = set;
    const filled = blocks.filter(({ spans }) => spans > 0);
    const times = {
      oldest: minimum(filled.map(({ minTime }) => minTime)),
      newest: maximum(filled.map((b) => b.maxTime)),
    };
    return {
      health: this.health(),
      broken,
      formatVersion: FORMAT_VERSION,
      dataDir,
      retention,
      blocks: blocks.map(({ id, state, sealing, spans, traces, bytes, minTime, maxTime }) => ({
        id,
        state: sealing ? 'sealing' : state,
        spans,
        ...(traces !== undefined && { traces }),
        bytes,
        minTime: spans > 0 ? minTime : 0n,
        maxTime,
      })),
      spans: blocks.reduce((sum, { spans }) => sum + spans, 0),
      bytes: blocks.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(times.oldest !== undefined && { oldest: times.oldest }),
      ...(times.newest !== undefined && { newest: times.newest }),
      freeDiskBytes: this.disk.freeBytes,
      counters: Object.fromEntries(this.counters()),
      gauges: { ...this.gauges(), ...(await this.vitals.measure(set)) },
      histograms: {
        ...(this.ingestor && { commit_duration_seconds: this.ingestor.commitSeconds.status }),
        seal_duration_seconds: set.sealSeconds.status,
        merge_duration_seconds: set.mergeSeconds.status,
      },
    };
  }

  async seal(): Promise<void> {
    const set = this.openedSet();
    await this.rotateFilled();
    await set.settled();
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  // IngestOwner

  shouldRotate(writer: BlockWriter): boolean {
    const { spans } = writer.block;
    if (this.closing !== undefined) {
      return false;
    }
    if (spans >= this.options.maxBlockSpans * PREPARE_SHARE) {
      this.openedSet().prepareNext();
    }
    return spans > 0 && (this.rotateRequested || spans >= this.options.maxBlockSpans || writer.makesWayEarly());
  }

  nextWriter(current: BlockWriter): Promise<BlockWriter> {
    return this.openedSet().nextWriter(current);
  }

  retire(writer: BlockWriter): void {
    this.rotateRequested = false;
    this.openedSet().retire(writer);
  }

  onFailure(error: unknown): void {
    this.disk.failed(error);
    this.log('error', 'a commit failed; opening the database anew', { error: messageOf(error) });
    this.reopen();
  }

  onNoRoom(error: unknown): void {
    this.disk.failed(error);
    this.log('error', 'no new block can be made; going on in the one that there is', { error: messageOf(error) });
  }

  /** Leaves the open block for another one, if it has spans. */
  private async rotateFilled(): Promise<void> {
    const ingestor = this.ingestor;
    if (ingestor !== undefined && ingestor.currentWriter.block.spans + ingestor.currentWriter.pendingSpans > 0) {
      await this.rotate(ingestor);
    }
  }

  private rotate(ingestor: Ingestor): Promise<void> {
    this.rotateRequested = true;
    return ingestor.flush();
  }

  /** Runs a query; while the database is opened anew it waits for that, but not for long. */
  private async ask<T>(query: () => Promise<T>): Promise<T> {
    if (this.reopening !== undefined) {
      await Promise.race([this.reopening, new Promise((resolve) => setTimeout(resolve, REOPEN_WAIT_MS).unref())]);
    }
    return this.damage.guard(query);
  }

  private openedSet(): BlockSet {
    if (this.closing !== undefined) {
      throw new StoreError('closed', 'the store is closed');
    }
    if (this.set === undefined) {
      throw new StoreError('overloaded', 'the store is being opened anew', { retryable: true });
    }
    return this.set;
  }

  /** The reader that queries are built on, whichever set of blocks is open. */
  private reader(): BlockReader {
    return {
      acquire: () => this.openedSet().acquire(),
      query: async (sql, params, options) => {
        const set = this.openedSet();
        try {
          return await set.query(sql, params, options);
        } catch (error) {
          const cause = error instanceof Error ? error.cause : undefined;
          if (isFatal(error) || isFatal(cause)) {
            this.log('error', 'a query found the database beyond use; opening it anew', { error: messageOf(error) });
            sealedIn(sql).forEach((id) => this.suspects.add(id));
            this.reopen();
          } else if (error instanceof StoreError) {
            await this.damage.examine(set, sealedIn(sql), error);
          }
          throw error;
        }
      },
    };
  }

  private async openSet(): Promise<void> {
    this.set = await BlockSet.start({
      folder: join(this.options.dataDir, DEFAULT_TENANT),
      store: this.options,
      queryConnections: queryConnections(),
      log: this.log,
      clock: this.clock,
      damage: this.damage,
      suspects: this.suspects,
      rotate: () => this.rotateFilled(),
      forgetRequests: (arrivalMs) => {
        this.requests.forgetUntil(arrivalMs);
        return this.requestFile.save();
      },
      ...(this.hooks.reach !== undefined && { reach: this.hooks.reach }),
      ...(this.hooks.progress !== undefined && { progress: this.hooks.progress }),
    });
    this.suspects.clear();
    this.ingestor = this.set.canWrite
      ? new Ingestor(this.set.writer, this.options, this, this.requests, this.clock)
      : undefined;
  }

  private reopen(): void {
    if (this.closing === undefined) {
      this.reopening ??= this.reopenUntilItWorks().finally(() => {
        this.reopening = undefined;
      });
    }
  }

  private async reopenUntilItWorks(): Promise<void> {
    await this.closeSet(new StoreError('overloaded', 'the store is being opened anew', { retryable: true }));
    while (this.closing === undefined) {
      try {
        await this.openSet();
        this.reopens += 1;
        this.log('info', 'the database is open again');
        return;
      } catch (error) {
        this.log('error', 'the database cannot be opened; trying again', { error: messageOf(error) });
        await new Promise((resolve) => setTimeout(resolve, REOPEN_DELAY_MS));
      }
    }
  }

  private async closeSet(reason: StoreError): Promise<void> {
    const { set, ingestor } = this;
    for (const [name, value] of this.counters()) {
      this.earlierCounters.set(name, value);
    }
    this.set = undefined;
    this.ingestor = undefined;
    ingestor?.stop(reason);
    await set?.close();
  }

  private async closeOnce(): Promise<void> {
    clearTimeout(this.upkeepTimer);
    this.vitals.close();
    await this.operations.close();
    await this.upkeepRun;
    await this.reopening;
    await this.ingestor?.flush();
    await this.closeSet(new StoreError('closed', 'the store is closed', { retryable: true }));
    await this.requestFile.save();
    await this.clock.save(true);
    await this.lock.release();
  }

  private gauges(): Readonly<Record<string, number>> {
    const { pendingSpans, waitingRequests } = this.ingestor?.load ?? { pendingSpans: 0, waitingRequests: 0 };
    const { jobRegistry, exports } = this.operations;
    return {
      pending_spans: pendingSpans,
      max_pending_spans: this.options.maxPendingSpans,
      waiting_requests: waitingRequests,
      jobs_running: jobRegistry.load.running,
      jobs_waiting: jobRegistry.load.waiting,
      exports_open: exports.size,
      seals_waiting: this.set?.queued.seals ?? 0,
      merges_waiting: this.set?.queued.rewrites ?? 0,
    };
  }

  private counters(): Map<string, number> {
    const now: Record<string, number> = {};
    if (this.ingestor !== undefined) {
      const { accepted, duplicates, rejected, commits, commitMs, bytes } = this.ingestor.counters;
      now['spans_accepted_total'] = accepted;
      now['spans_duplicate_total'] = duplicates;
      now['spans_rejected_total'] = rejected;
      now['ingest_bytes_total'] = bytes;
      now['commits_total'] = commits;
      now['commit_seconds_total'] = commitMs / 1000;
    }
    if (this.set !== undefined) {
      const { expiredBlocks, brokenBlocks } = this.set.counters;
      const { sealedBlocks, sealMs, sealFailures } = this.set.sealCounters;
      now['blocks_sealed_total'] = sealedBlocks;
      now['seal_seconds_total'] = sealMs / 1000;
      now['seal_failures_total'] = sealFailures;
      now['blocks_expired_total'] = expiredBlocks;
      now['blocks_broken_total'] = brokenBlocks;
      const { merges, mergedBlocks, mergedSpans, mergedBytes, mergeMs, mergeFailures } = this.set.mergeCounters;
      now['merges_total'] = merges;
      now['merge_seconds_total'] = mergeMs / 1000;
      now['merge_failures_total'] = mergeFailures;
      now['merged_blocks_total'] = mergedBlocks;
      now['merged_spans_total'] = mergedSpans;
      now['merged_bytes_total'] = mergedBytes;
    }
    const sums = new Map(this.earlierCounters);
    for (const [name, value] of Object.entries(now)) {
      sums.set(name, (sums.get(name) ?? 0) + value);
    }
    sums.set('database_reopened_total', this.reopens);
    const { done, failed, cancelled, seconds } = this.operations.jobRegistry.counters;
    sums.set('jobs_done_total', done);
    sums.set('jobs_failed_total', failed);
    sums.set('jobs_cancelled_total', cancelled);
    sums.set('job_seconds_total', seconds);
    return sums;
  }

  private health(): StoreHealth {
    const { refusal } = this.disk;
    if (refusal !== undefined) {
      const state = refusal.code === 'read-only' ? 'read-only' : 'disk-full';
      return { state, reason: refusal.message, canIngest: false };
    }
    const behind = this.set?.whyBehind;
    return behind === undefined
      ? { state: 'ok', reason: '', canIngest: this.ingestor !== undefined }
      : { state: 'behind', reason: behind, canIngest: false };
  }

  private scheduleUpkeep(): void {
    if (this.closing === undefined) {
      this.upkeepTimer = setTimeout(() => {
        this.upkeepRun = this.upkeep()
          .catch((error: unknown) => this.log('warn', 'upkeep failed', { error: messageOf(error) }))
          .then(() => this.scheduleUpkeep());
      }, UPKEEP_MS);
      this.upkeepTimer.unref();
    }
  }

  private async upkeep(): Promise<void> {
    await this.disk.measure();
    const { set, ingestor } = this;
    if (set?.canWrite === false && this.disk.refusal === undefined && (await this.disk.takesWrites())) {
      // The disk takes writes again: what was opened for reading is opened for writing.
      this.reopen();
    }
    if (set === undefined || ingestor === undefined) {
      // On a full disk retention may be what makes room.
      await set?.retain();
      return;
    }
    const { id, spans, firstArrival } = ingestor.currentWriter.block;
    if (spans === 0 || this.filling.id !== id) {
      this.filling = { id, since: performance.now() };
    }
    // By the wall clock, which goes on over restarts, or by the one that nobody can set back.
    const age = Math.max(this.clock.steady() - firstArrival, performance.now() - this.filling.since);
    const isFree = this.disk.refusal === undefined;
    if (isFree && spans > 0 && (age >= this.options.maxBlockAgeMs || set.isLogLarge)) {
      await this.rotate(ingestor);
    }
    await this.requestFile.save();
    await this.clock.save();
    await set.upkeep();
  }
}

function minimum(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>(
    (least, value) => (least === undefined || value < least ? value : least),
    undefined
  );
}

function maximum(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>(
    (most, value) => (most === undefined || value > most ? value : most),
    undefined
  );
}
