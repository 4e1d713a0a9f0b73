// SPDX-License-Identifier: Apache-2.0
//
// What makes new sealed blocks out of old ones: merging in the background, and the jobs that compact and delete. One of
// them at a time; each rewriting waits in the queue behind the blocks that are to be sealed. A new block takes the place
// of its sources by one write of the manifest, or, if one of them has gone meanwhile, is thrown away.

import type duckdb from '@duckdb/node-bindings';
import type { DeleteTarget, JobResult, StoreOptions } from '../api.ts';
import { StoreError } from '../api.ts';
import { Histogram, LONG_SECONDS } from '../histogram.ts';
import type { JobControl } from '../jobs/job-control.ts';
import { MAX_SHAPES } from '../schema/shape.ts';
import type { Block } from './block.ts';
import { freeBytes } from './data-folder.ts';
import { messageOf } from './database.ts';
import { findDoomedRows } from './delete.ts';
import type { BlockSource } from './load.ts';
import { chooseCompaction, chooseMerge } from './merge.ts';
import type { MergeOptions } from './merge.ts';
import { discard, rewriteBlocks } from './rewrite.ts';
import type { RewriteOptions } from './rewrite.ts';
import type { RewriteSource } from './rewrite-plan.ts';
import { SPREAD_SHARE } from './retention.ts';
import type { WorkQueue } from './work-queue.ts';

/** After a merge has failed, none is tried for this long. */
const RETRY_MS = 600_000;
/** Free bytes on disk above the floor for each byte that is rewritten: the new block, and room to sort. */
const BYTES_FREE_PER_BYTE = 2;

/** The blocks, as whoever holds them lends them. */
export interface MaintainedBlocks {
  readonly source: BlockSource;
  readonly store: StoreOptions;
  readonly queue: WorkQueue;
  readonly reach: RewriteOptions['reach'];
  /** In the order of arrival. */
  readonly sealed: readonly Block[];
  readonly isClosed: boolean;
  newId(): string;
  connect(): Promise<duckdb.Connection>;
  disconnect(connection: duckdb.Connection): void;
  /** Seals what is open. Rejects if a block could not be sealed. */
  sealOpen(): Promise<void>;
  /** Puts blocks into the place of others, in the manifest first; false, and nothing is done, if one of the others has gone. */
  swap(gone: readonly Block[], made: readonly Block[]): Promise<boolean>;
  /** Resolves when the files of all blocks that have gone are deleted. */
  removed(): Promise<void>;
  /** Names of files that could not be opened. */
  broken(): Promise<readonly string[]>;
  /**
   * To be told of an error of what reads these sealed blocks: resolves to the ids of those that are damaged, when they are
   * out of service.
   */
  takeOutDamaged(blocks: readonly Block[], error: unknown): Promise<readonly string[]>;
  /** Forgets which spans and requests were sent by this time, milliseconds since 1970: they may be sent again. */
  forgetSent(arrivalMs: number): Promise<void>;
}

/** See the head of the file. */
export class Maintenance {
  readonly counters = { merges: 0, mergedBlocks: 0, mergedSpans: 0, mergedBytes: 0, mergeMs: 0, mergeFailures: 0 };
  readonly mergeSeconds = new Histogram(LONG_SECONDS);
  private readonly blocks: MaintainedBlocks;
  private merging: Promise<void> | undefined;
  private jobs = 0;
  private lastJob: Promise<unknown> = Promise.resolve();
  /** By the monotonic clock. */
  private notBefore = 0;

  constructor(blocks: MaintainedBlocks) {
    this.blocks = blocks;
  }

  /** Begins a merge in the background, if one is worth it and nothing else is going on. */
  considerMerge(nowMs = Date.now()): void {
    const { blocks } = this;
    if (blocks.isClosed || this.jobs > 0 || this.merging !== undefined || performance.now() < this.notBefore) {
      return;
    }
    if (blocks.queue.count('seal') > 0 || chooseMerge(blocks.sealed, this.limits(Infinity, nowMs)).length === 0) {
      return;
    }
    this.merging = this.mergeSome(nowMs)
      .catch((error: unknown) => {
        this.notBefore = performance.now() + RETRY_MS;
        if (!blocks.isClosed) {
          this.counters.mergeFailures += 1;
          blocks.source.log('error', 'merging blocks failed', { error: messageOf(error) });
        }
        return false;
      })
      .then((again) => {
        this.merging = undefined;
        if (again) {
          this.considerMerge();
        }
      });
  }

  /** Resolves when nothing of this runs any more; to be called when the blocks are closed. */
  async ended(): Promise<void> {
    await Promise.allSettled([this.merging, this.lastJob]);
  }

  /** See the job 'compact'. */
  compact(control: JobControl): Promise<JobResult> {
    return this.exclusively(async () => {
      control.report('sealing what is open', 0, 0);
      await this.blocks.sealOpen();
      const result = { blocks: 0, spans: 0, notes: [] as string[] };
      for (;;) {
        throwIfAborted(control);
        const limits = this.limits(await this.room(), Date.now());
        const run = chooseCompaction(this.blocks.sealed, limits);
        if (run.length === 0) {
          return result;
        }
        const spans = run.reduce((sum, block) => sum + block.spans, 0);
        const small = this.blocks.sealed.filter((block) => block.spans * 2 < limits.maxSpans);
        const total = result.spans + Math.max(spans, ...[small.reduce((sum, block) => sum + block.spans, 0)]);
        control.report(`merging ${run.length} of ${this.blocks.sealed.length} blocks`, result.spans, total);
        if (await this.merge(run, result.notes)) {
          result.blocks += run.length;
          result.spans += spans;
          note(result.notes, `merged ${run.length} blocks with ${spans} spans into one`);
        }
      }
    });
  }

  /** See the job 'delete'. */
  deleteSpans(target: DeleteTarget, control: JobControl): Promise<JobResult> {
    return this.exclusively(async () => {
      control.report('sealing what is open', 0, 0);
      await this.blocks.sealOpen();
      const blocks = [...this.blocks.sealed];
      blocks.forEach((block) => block.lease());
      const connection = await this.blocks.connect();
      const notes: string[] = [];
      const deletion = new Deletion(this.blocks, (sources) => this.rewrite(sources));
      try {
        const doomed = await findDoomedRows(this.blocks.source, connection, blocks, target, control);
        const affected = blocks.filter((block) => doomed.count(block) > 0);
        const total = affected.reduce((sum, block) => sum + block.spans, 0);
        let done = 0;
        for (const [i, block] of affected.entries()) {
          throwIfAborted(control);
          control.report(`rewriting block ${i + 1} of ${affected.length}`, done, total);
          await deletion.rewrite(block, await doomed.rows(block), await this.room());
          done += block.spans;
        }
        await deletion.apply();
      } catch (error) {
        await deletion.takeBack();
        const damaged = await this.blocks.takeOutDamaged(blocks, error);
        if (damaged.length > 0) {
          const message = `${setAside(damaged)}; start the deletion again to have it done in the others`;
          throw new StoreError('internal', message, { cause: error, retryable: true });
        }
        throw error;
      } finally {
        this.blocks.disconnect(connection);
        blocks.forEach((block) => block.unlease());
      }
      control.report('removing files', 1, 1);
      await Promise.race([this.blocks.removed(), aborted(control.signal)]);
      const broken = await this.blocks.broken();
      if (broken.length > 0) {
        const names = broken.slice(0, 20).join(', ');
        note(notes, `what could not be opened, in broken/ or in its place, was not searched: ${names}`);
      }
      return { ...deletion.counts, notes };
    });
  }

  /** Runs a job when the ones before it have ended, with no merge beside it. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.jobs += 1;
    const run = async (): Promise<T> => {
      try {
        await this.merging;
        return await work();
      } finally {
        this.jobs -= 1;
      }
    };
    const job = this.lastJob.then(run, run);
    this.lastJob = job.catch(() => undefined);
    return job;
  }

  private limits(roomBytes: number, nowMs: number): MergeOptions {
    const { maxBlockSpans, retention } = this.blocks.store;
    return {
      maxSpans: maxBlockSpans,
      maxSpread: retention.maxAgeMs * SPREAD_SHARE,
      maxShapes: MAX_SHAPES,
      maxBytes: roomBytes / BYTES_FREE_PER_BYTE,
      nowMs,
    };
  }

  /** Bytes that may be written. */
  private async room(): Promise<number> {
    const { store } = this.blocks;
    return Math.max(0, (await freeBytes(store.dataDir)) - store.minFreeDiskBytes);
  }

  /** Merges what is worth most; false if there was nothing after all. */
  private async mergeSome(nowMs: number): Promise<boolean> {
    const run = chooseMerge(this.blocks.sealed, this.limits(await this.room(), nowMs));
    return run.length > 0 && this.merge(run);
  }

  /** False if there is nothing new: a source has gone meanwhile, or was damaged, which is noted. */
  private async merge(run: readonly Block[], notes: string[] = []): Promise<boolean> {
    const { source } = this.blocks;
    run.forEach((block) => block.lease());
    try {
      const start = performance.now();
      const merged = await this.rewrite(run.map((block) => ({ block, except: [] })));
      if (merged === undefined || !(await this.blocks.swap(run, [merged]))) {
        await this.throwAway(merged);
        return false;
      }
      const ms = performance.now() - start;
      this.counters.merges += 1;
      this.counters.mergedBlocks += run.length;
      this.counters.mergedSpans += merged.spans;
      this.counters.mergedBytes += merged.bytes;
      this.counters.mergeMs += ms;
      this.mergeSeconds.observe(ms / 1000);
      const { id, spans, bytes } = merged;
      source.log('info', 'merged blocks', { block: id, blocks: run.length, spans, bytes, ms: Math.round(ms) });
      return true;
    } catch (error) {
      const damaged = await this.blocks.takeOutDamaged(run, error);
      if (damaged.length === 0) {
        throw error;
      }
      note(notes, setAside(damaged));
      return false;
    } finally {
      run.forEach((block) => block.unlease());
    }
  }

  /** Rewrites when it is its turn. The sources must be leased. */
  private rewrite(sources: readonly RewriteSource[]): Promise<Block | undefined> {
    const { blocks } = this;
    return blocks.queue.add('rewrite', async () => {
      if (blocks.isClosed) {
        throw new StoreError('closed', 'the store is closing');
      }
      const connection = await blocks.connect();
      try {
        const { reach } = blocks;
        return await rewriteBlocks(blocks.source, sources, {
          id: blocks.newId(),
          connection,
          ...(reach !== undefined && { reach }),
        });
      } finally {
        blocks.disconnect(connection);
      }
    });
  }

  private async throwAway(block: Block | undefined): Promise<void> {
    if (block !== undefined) {
      await discard(this.blocks.source, this.blocks.source.connection, block);
    }
  }
}

/** The blocks that a deletion has rewritten and not put in their places yet. */
class Deletion {
  readonly counts = { blocks: 0, spans: 0 };
  private readonly blocks: MaintainedBlocks;
  private readonly rewriteSources: (sources: readonly RewriteSource[]) => Promise<Block | undefined>;
  private pending: { readonly gone: Block; readonly made: Block | undefined; readonly spans: number }[] = [];

  constructor(
    blocks: MaintainedBlocks,
    rewriteSources: (sources: readonly RewriteSource[]) => Promise<Block | undefined>
  ) {
    this.blocks = blocks;
    this.rewriteSources = rewriteSources;
  }

  /** Writes the block without the rows. All take their places together, unless the disk has no room for that. */
  async rewrite(block: Block, rows: readonly number[], roomBytes: number): Promise<void> {
    if (this.pending.length > 0 && roomBytes < block.bytes * BYTES_FREE_PER_BYTE) {
      await this.apply();
    }
    const made = rows.length < block.spans ? await this.rewriteSources([{ block, except: rows }]) : undefined;
    this.pending.push({ gone: block, made, spans: rows.length });
  }

  /** Puts the new blocks into the places of the old ones. Blocks that retention has deleted meanwhile need none. */
  async apply(): Promise<void> {
    const current = new Set(this.blocks.sealed);
    const expired = this.pending.filter(({ gone }) => !current.has(gone));
    const rest = this.pending.filter(({ gone }) => current.has(gone));
    this.pending = expired;
    await this.takeBack();
    this.pending = rest;
    if (rest.length === 0) {
      return;
    }
    const gone = rest.map((entry) => entry.gone);
    // First, so that no crash leaves it known as stored what is not there any more.
    await this.blocks.forgetSent(Math.max(...gone.map(({ lastArrival }) => lastArrival)));
    if (
      !(await this.blocks.swap(
        gone,
        rest.flatMap(({ made }) => made ?? [])
      ))
    ) {
      // Retention came in between; it cannot do so for ever.
      await this.apply();
      return;
    }
    this.pending = [];
    this.counts.blocks += rest.length;
    this.counts.spans += rest.reduce((sum, { spans }) => sum + spans, 0);
  }

  /** Throws away what is not in its place. */
  async takeBack(): Promise<void> {
    const { source } = this.blocks;
    for (const { made } of this.pending.splice(0)) {
      if (made !== undefined) {
        await discard(source, source.connection, made);
      }
    }
  }
}

function setAside(ids: readonly string[]): string {
  return `damaged, and set aside in broken/: block ${ids.join(', block ')}`;
}

const MAX_NOTES = 1000;

function note(notes: string[], text: string): void {
  if (notes.length < MAX_NOTES) {
    notes.push(text);
  }
}

function throwIfAborted({ signal }: JobControl): void {
  if (signal.aborted) {
    throw new StoreError('cancelled', 'the job was cancelled');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
