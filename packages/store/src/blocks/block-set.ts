// SPDX-License-Identifier: Apache-2.0
//
// The blocks of one tenant and the DuckDB instance that has them attached: snapshots under leases, the next open
// block, sealing and merging in the background, retention. Which sealed blocks exist changes by one write of the
// manifest, and only then in memory. A BlockSet lives until a fatal error of DuckDB or the end; the store then opens
// another one on the same folder.

import { size } from '@tracewell/base';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DeleteTarget, JobResult, StoreOptions } from '../api.ts';
import { StoreError } from '../api.ts';
import type { Histogram } from '../histogram.ts';
import { liveGraphSchema } from '../graph/live.ts';
import { BlockWriter } from '../ingest/block-writer.ts';
import type { JobControl } from '../jobs/job-control.ts';
import { chooseAttributeColumns } from '../schema/well-known-attributes.ts';
import { InstanceLostError } from './attach-block.ts';
import { deleteBlockFiles, listBroken, setAsideBlock } from './block-files.ts';
import type { Block } from './block.ts';
import type { DamageWatch } from './damage.ts';
import { Database, execute, isDiskFull, isReadOnly, messageOf } from './database.ts';
import { createOpenBlock } from './load.ts';
import type { Log } from './log.ts';
import type { BlockSource } from './load.ts';
import { Maintenance } from './maintenance.ts';
import type { MaintainedBlocks } from './maintenance.ts';
import { writeManifest } from './manifest.ts';
import type { ManifestEntry } from './manifest.ts';
import { findExpired, removeSetAside } from './other-files.ts';
import { QueryPool } from './query-pool.ts';
import type { AttributeColumn, BlockLease, BlockReader, SqlOptions, SqlResult, SqlValue } from './reader.ts';
import { discard } from './rewrite.ts';
import type { RewriteOptions } from './rewrite.ts';
import { Sealing } from './seal.ts';
import { removeSentHashes } from './sent-hashes.ts';
import type { SentSpans } from './sent-hashes.ts';
import type { StoreClock } from './store-clock.ts';
import { byArrival, findBlocks, firstWriter } from './start-up.ts';
import type { Progress } from './start-up.ts';
import { WorkQueue } from './work-queue.ts';

export interface BlockSetOptions {
  readonly folder: string;
  readonly store: StoreOptions;
  /** Connections for queries; each holds one thread of libuv while it runs. */
  readonly queryConnections: number;
  readonly log: Log;
  readonly clock: StoreClock;
  readonly damage: DamageWatch;
  /** Moves ingest on to another block if there are spans in the one it writes. */
  readonly rotate: () => Promise<void>;
  /** Forgets requests that may have brought spans by this time, milliseconds since 1970: they may come again. */
  readonly forgetRequests: (arrivalMs: number) => Promise<void>;
  /** For tests, see {@link RewriteOptions}. */
  readonly reach?: RewriteOptions['reach'];
  readonly progress?: Progress;
  /** Sealed blocks that may have ended the instance before: they are read whole before they are attached. */
  readonly suspects?: ReadonlySet<string>;
}

/** Queries that run end within milliseconds when the store closes, unless DuckDB does something that it does not interrupt. */
const MAX_CLOSE_MS = 5000;
/** Beyond this many spans are refused: each open block costs memory, disk and time at the next start. */
const MAX_WAITING_SEALS = 4;
/** The same, with blocks whose sealing failed. */
const MAX_OPEN_BLOCKS = 16;
/** The same, of all that may be stored: retention has nothing to delete but sealed blocks. */
const OPEN_SHARE = 1 / 2;

/** What becomes of the files of a block that goes. */
type ClearFiles = (folder: string, id: string, state: Block['state']) => Promise<unknown>;

interface Removal {
  readonly clear: ClearFiles;
  readonly ended: Promise<void>;
}

/** See the head of the file. */
export class BlockSet implements BlockReader {
  readonly counters = { expiredBlocks: 0, brokenBlocks: 0 };
  private readonly options: BlockSetOptions;
  private readonly database: Database;
  private readonly source: BlockSource;
  private sealed: Block[] = [];
  private open: Block[] = [];
  private current: BlockWriter | undefined;
  /** Of spans in blocks before the current one. */
  private earlier: SentSpans[] = [];
  private prepared: Promise<Block> | undefined;
  private lastId = 0;
  private readonly queue = new WorkQueue();
  private readonly sealing: Sealing;
  private readonly maintenance: Maintenance;
  private lastBytes: number | undefined;
  private ddl: Promise<unknown> = Promise.resolve();
  /** Of blocks that are in no snapshot any more. */
  private readonly removals = new Map<Block, Removal>();
  private closed = false;
  private unreachable: readonly ManifestEntry[] = [];
  private problems: readonly string[] = [];

  private constructor(options: BlockSetOptions, database: Database, source: BlockSource) {
    this.options = options;
    this.database = database;
    this.source = source;
    const lent = this.lent();
    this.sealing = new Sealing(lent, () => this.afterSeal());
    this.maintenance = new Maintenance(lent);
  }

  /** Opens the folder: replays open blocks, removes leftovers, sets aside what is broken. */
  static async start(options: BlockSetOptions): Promise<BlockSet> {
    for (let lost = 0; ; lost++) {
      try {
        const set = await BlockSet.startOnce(options);
        set.counters.brokenBlocks += lost;
        return set;
      } catch (error) {
        if (!(error instanceof InstanceLostError)) {
          throw error;
        }
      }
    }
  }

  private static async startOnce(options: BlockSetOptions): Promise<BlockSet> {
    const { folder, store } = options;
    const tempDirectory = join(folder, 'tmp');
    await rm(tempDirectory, { recursive: true, force: true });
    const database = await Database.open({
      memoryLimitBytes: store.memoryLimitBytes,
      threads: store.threads,
      tempDirectory,
    });
    try {
      const pool = await QueryPool.open(database, options.queryConnections);
      const set = new BlockSet(options, database, {
        folder,
        pool,
        connection: await database.connect(),
        log: options.log,
      });
      await set.load();
      return set;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** The writer that ingest starts with. */
  get writer(): BlockWriter {
    if (this.current === undefined) {
      throw new Error('the block set has not been started');
    }
    return this.current;
  }

  /** False if the disk took no writes when this set was opened: then there is no writer. */
  get canWrite(): boolean {
    return this.current !== undefined;
  }

  /** Names of files that were set aside (or are as soon as nobody reads them), are missing or cannot be read. */
  async broken(): Promise<string[]> {
    const leaving = [...this.removals].filter(([, { clear }]) => clear === setAsideBlock);
    const names = leaving.map(([{ fileName }]) => fileName);
    return [...new Set([...names, ...(await listBroken(this.options.folder)), ...this.problems])];
  }

  get blocks(): readonly Block[] {
    return [...this.sealed, ...this.open];
  }

  acquire(): BlockLease {
    const blocks = this.blocks.filter(({ spans }) => spans > 0);
    blocks.forEach((block) => block.lease());
    let released = false;
    return {
      blocks,
      release: (): void => {
        if (!released) {
          released = true;
          blocks.forEach((block) => block.unlease());
        }
      },
    };
  }

  query(sql: string, params?: readonly SqlValue[], options?: SqlOptions): Promise<SqlResult> {
    return this.source.pool.query(sql, params, options);
  }

  /** Makes the next open block ahead of its need, with the columns that the current one suggests. */
  prepareNext(): void {
    const writer = this.writer;
    if (this.prepared === undefined) {
      const made = this.createBlock(
        chooseAttributeColumns(writer.shapes.shapes, writer.shapes.counts, writer.block.attributeColumns)
      );
      this.prepared = made;
      // Who waits for the block is told of a failure; the next who needs one tries again.
      made.catch(() => {
        this.prepared = undefined;
      });
    }
  }

  /** Moves ingest to another open block. */
  async nextWriter(current: BlockWriter): Promise<BlockWriter> {
    this.prepareNext();
    const block = await (this.prepared ?? this.createBlock(current.block.attributeColumns));
    this.prepared = undefined;
    const { seen } = current;
    this.earlier = [
      ...this.earlier.filter(({ until }) => until > performance.now()),
      { hashes: seen, since: current.block.firstArrival, until: 0 },
    ];
    this.current = await this.openWriter(block, this.earlier);
    return this.current;
  }

  /** Seals the block of a writer that is not written any more, in the background, one after the other. */
  retire(writer: BlockWriter): void {
    writer.close();
    this.sealing.later(writer.block);
  }

  /** Resolves when no block waits to be sealed. */
  settled(): Promise<void> {
    return this.queue.settled();
  }

  /** Blocks that have gone and whose files have not, for somebody may still read them. */
  get leaving(): readonly Block[] {
    return [...this.removals.keys()];
  }

  /** Resolves when the files of all blocks that have gone are deleted. */
  async removed(): Promise<void> {
    await Promise.allSettled([...this.removals.values()].map(({ ended }) => ended));
  }

  /** Pieces of background work that wait or run. */
  get queued(): { readonly seals: number; readonly rewrites: number } {
    return { seals: this.queue.count('seal'), rewrites: this.queue.count('rewrite') };
  }

  /** Of {@link Maintenance.mergeSeconds}. */
  get mergeSeconds(): Histogram {
    return this.maintenance.mergeSeconds;
  }

  /** Of {@link Sealing.seconds}. */
  get sealSeconds(): Histogram {
    return this.sealing.seconds;
  }

  get sealCounters(): Sealing['counters'] {
    return this.sealing.counters;
  }

  /** Why no more spans can be taken until blocks are sealed; undefined while sealing follows. */
  get whyBehind(): string | undefined {
    const waiting = this.queue.count('seal');
    const unsealed = this.open.length;
    if (waiting > MAX_WAITING_SEALS || unsealed > MAX_OPEN_BLOCKS) {
      return `${Math.max(waiting, unsealed - 1)} blocks wait to be sealed`;
    }
    const bytes = this.open.reduce((sum, block) => sum + block.bytes, 0);
    const mayHave = this.options.store.retention.maxBytes * OPEN_SHARE;
    return unsealed > 1 && bytes > mayHave
      ? `blocks that are not sealed take ${size(bytes)}, more than half of what may be stored`
      : undefined;
  }

  get mergeCounters(): Maintenance['counters'] {
    return this.maintenance.counters;
  }

  /** The work of the job 'compact'. Rejects with StoreError 'cancelled', 'closed', or what went wrong. */
  compact(control: JobControl): Promise<JobResult> {
    return this.maintenance.compact(control);
  }

  /** The work of the job 'delete'. When it resolves, nothing of the spans is left in the folder but in broken/. */
  deleteSpans(target: DeleteTarget, control: JobControl): Promise<JobResult> {
    return this.maintenance.deleteSpans(target, control);
  }

  /**
   * Deletes what is too old or too much; called every second or so, and after a block was sealed. Without a time given
   * it goes by a clock that does not believe in jumps.
   */
  async retain(nowMs = this.now()): Promise<void> {
    await this.measureOpenBlocks();
    this.options.clock.settle(this.sealed);
    const { folder, store } = this.options;
    const { blocks, files, bytes } = await findExpired(folder, this, store.retention, this.lastBytes, nowMs);
    this.lastBytes = bytes;
    for (const file of files) {
      this.options.log('warn', 'retention by size deletes a file that was set aside', { file: file.name });
      await removeSetAside(this.options.folder, file.name);
    }
    if (blocks.length > 0) {
      blocks.forEach((block) => {
        this.options.log('info', 'retention deletes a block', { block: block.id, spans: block.spans });
      });
      await this.forgetSent(Math.max(...blocks.map(({ lastArrival }) => lastArrival)));
      if (await this.swap(blocks, [])) {
        this.counters.expiredBlocks += blocks.length;
      }
    }
  }

  /** Takes a damaged sealed block out of service and sets its files aside; false if it is gone already. */
  async takeOut(id: string): Promise<boolean> {
    const block = this.sealed.find((other) => other.id === id);
    if (block === undefined || !(await this.swap([block], [], setAsideBlock))) {
      return false;
    }
    this.counters.brokenBlocks += 1;
    return true;
  }

  /** What goes with time: retention, blocks whose sealing failed, merging. Called every second or so. */
  async upkeep(): Promise<void> {
    await this.retain();
    if (this.sealing.isDueAgain(performance.now())) {
      this.unsealed().forEach((block) => this.sealing.later(block));
    }
    this.maintenance.considerMerge();
  }

  /** Whether the open block should be sealed for its log takes too large a part of what may be stored. */
  get isLogLarge(): boolean {
    return this.writer.block.bytes > this.options.store.retention.maxBytes / 8;
  }

  /** Bytes of open blocks with their logs, for status and retention. */
  async measureOpenBlocks(): Promise<void> {
    for (const block of this.open) {
      const path = join(this.options.folder, block.fileName);
      const sizes = await Promise.all(
        [path, `${path}.wal`].map((file) =>
          stat(file).then(
            (s) => s.size,
            () => 0
          )
        )
      );
      block.bytes = sizes.reduce((sum, size) => sum + size, 0);
    }
  }

  /** Ends queries and sealing, and lets go of all files. What was not sealed is replayed at the next start. */
  async close(): Promise<void> {
    this.closed = true;
    const queries = Promise.race([this.source.pool.close(), wait(MAX_CLOSE_MS, undefined, { ref: false })]);
    // The connection for DDL goes on: what retention has expired is deleted before the end.
    const stop = this.database.interruptAll(this.source.connection);
    await Promise.allSettled([queries, this.queue.idle(), this.maintenance.ended(), this.prepared]);
    stop();
    await Promise.allSettled([this.removed(), this.ddl]);
    this.database.close();
  }

  /** ATTACH and DDL share one connection, so they take turns. */
  private exclusively<T>(action: () => Promise<T>): Promise<T> {
    const next = this.ddl.then(action, action);
    this.ddl = next.catch(() => undefined);
    return next;
  }

  private createBlock(columns: readonly AttributeColumn[]): Promise<Block> {
    const id = this.newId();
    return this.exclusively(async () => {
      try {
        const block = await createOpenBlock(this.source, id, columns);
        this.open.push(block);
        return block;
      } catch (error) {
        await execute(this.source.connection, 'ROLLBACK').catch(() => undefined);
        await execute(this.source.connection, `DETACH o${id}`).catch(() => undefined);
        await deleteBlockFiles(this.options.folder, id, 'open').catch(() => undefined);
        throw error;
      }
    });
  }

  private openWriter(block: Block, sent: readonly SentSpans[]): Promise<BlockWriter> {
    const { commitSpans, maxBlockSpans } = this.options.store;
    if (block.spans === 0) {
      block.firstArrival = this.options.clock.arrival();
    }
    return BlockWriter.open(this.database, block, {
      commitSpans,
      maxBlockSpans,
      earlier: sent.map(({ hashes }) => hashes),
      clock: this.options.clock,
    });
  }

  private async load(): Promise<void> {
    const found = await findBlocks(this.source, this.options);
    this.sealed = found.sealed;
    this.open = found.open;
    this.lastId = found.lastId;
    const oldest = this.now() - this.options.store.retention.maxAgeMs;
    this.unreachable = found.unreachable.filter(({ lastArrival }) => lastArrival >= oldest);
    this.problems = found.problems;
    this.counters.brokenBlocks += found.broken;
    try {
      if (found.isReadOnly) {
        throw new StoreError('read-only', 'an open block could be opened for reading only');
      }
      await this.writeManifest(this.sealed);
      await this.startWriter();
    } catch (error) {
      if (!isDiskFull(error) && !isReadOnly(error) && !(error instanceof StoreError && error.code === 'read-only')) {
        throw error;
      }
      this.options.log('error', 'the blocks are open for queries only', { error: messageOf(error) });
    }
  }

  private async startWriter(): Promise<void> {
    const { writer, earlier, others } = await firstWriter(this.source, this.open, this.options.store.maxBlockAgeMs, {
      createBlock: (columns) => this.createBlock(columns),
      openWriter: (block, sent) => this.openWriter(block, sent),
    });
    this.current = writer;
    this.earlier = earlier;
    for (const block of others) {
      if (block.spans === 0) {
        await this.swap([block], []);
      } else {
        this.sealing.later(block);
      }
    }
  }

  /** What {@link Maintenance} may do here. */
  private lent(): MaintainedBlocks {
    const { options, queue, source, database } = this;
    const sealed = (): readonly Block[] => this.sealed;
    const isClosed = (): boolean => this.closed;
    return {
      source,
      queue,
      store: options.store,
      reach: options.reach,
      get sealed() {
        return sealed();
      },
      get isClosed() {
        return isClosed();
      },
      newId: () => this.newId(),
      connect: () => database.connect(),
      disconnect: (connection) => database.disconnect(connection),
      sealOpen: () => this.sealOpen(),
      swap: (gone, made) => this.swap(gone, made),
      removed: () => this.removed(),
      broken: () => this.broken(),
      takeOutDamaged: (blocks, error) =>
        options.damage.examine(
          this,
          blocks.map(({ id }) => id),
          error
        ),
      forgetSent: (arrivalMs) => this.forgetSent(arrivalMs),
    };
  }

  /** What was sent by this time may be sent again: it was deleted. */
  private async forgetSent(arrivalMs: number): Promise<void> {
    await this.options.forgetRequests(arrivalMs);
    const stale = this.earlier.filter(({ since }) => since <= arrivalMs);
    if (stale.length > 0) {
      stale.forEach(({ hashes }) => hashes.clear());
      await removeSentHashes(this.options.folder);
    }
  }

  private now(): number {
    const newest = this.blocks.filter(({ spans }) => spans > 0).map(({ lastArrival }) => lastArrival);
    return this.options.clock.retention(newest.length === 0 ? undefined : Math.max(...newest));
  }

  private newId(): string {
    this.lastId = Math.max(this.lastId + 1, Math.floor(this.options.clock.steady()));
    return String(this.lastId);
  }

  /** Open blocks that are not written any more and do not wait to be sealed. */
  private unsealed(): Block[] {
    return this.open.filter((block) => block !== this.writer.block && block.spans > 0 && !block.sealing);
  }

  private async sealOpen(): Promise<void> {
    await this.options.rotate();
    this.unsealed().forEach((block) => this.sealing.later(block));
    await this.settled();
    const [failed] = this.unsealed();
    if (failed !== undefined) {
      throw new StoreError('internal', `block ${failed.id} could not be sealed; the log says why`, { retryable: true });
    }
  }

  private async afterSeal(): Promise<void> {
    await this.retain().catch((error: unknown) => {
      this.options.log('error', 'retention failed', { error: messageOf(error) });
    });
    this.maintenance.considerMerge();
  }

  /**
   * Puts blocks into the place of others: in the manifest, then in memory; then the others are deleted when nobody reads
   * them any more. False, and nothing is done, if one of the others has gone already. If the manifest cannot be written
   * it rejects, and the new blocks are thrown away.
   */
  private swap(gone: readonly Block[], made: readonly Block[], clear: ClearFiles = deleteBlockFiles): Promise<boolean> {
    return this.exclusively(async () => {
      const isThere = gone.every((block) => (block.state === 'open' ? this.open : this.sealed).includes(block));
      if (!isThere) {
        return false;
      }
      const next = [...this.sealed.filter((block) => !gone.includes(block)), ...made].sort(byArrival);
      if (made.length > 0 || gone.some(({ state }) => state === 'sealed')) {
        await this.writeManifest(next).catch(async (error: unknown) => {
          await this.takeBack(made);
          throw error;
        });
      }
      this.sealed = next;
      this.open = this.open.filter((block) => !gone.includes(block));
      this.options.reach?.('swapped');
      gone.forEach((block) => this.remove(block, clear));
      return true;
    });
  }

  /**
   * After a failed write of the manifest the old one may be there or the new one. Only when it is the old one for certain
   * may the files of the new blocks go; else they stay beside those that they replace, until the next start.
   */
  private async takeBack(made: readonly Block[]): Promise<void> {
    try {
      await this.writeManifest(this.sealed);
    } catch (error) {
      this.options.log('error', 'the manifest cannot be written', { error: messageOf(error) });
      return;
    }
    for (const block of made) {
      await discard(this.source, this.source.connection, block);
    }
  }

  private writeManifest(sealed: readonly Block[]): Promise<void> {
    return writeManifest(
      this.options.folder,
      [...this.unreachable, ...sealed].map(
        ({ id, spans, traces = 0, bytes, minTime, maxTime, firstArrival, lastArrival }) => ({
          id,
          spans,
          traces,
          bytes,
          minTime,
          maxTime,
          firstArrival,
          lastArrival,
        })
      )
    );
  }

  /** Detaches and deletes a block that is in no snapshot any more, after its last reader. */
  private remove(block: Block, clear: ClearFiles): void {
    const ended = block
      .free()
      .then(() =>
        this.exclusively(async () => {
          this.source.pool.forget(block.catalog);
          await execute(this.source.connection, `DROP SCHEMA IF EXISTS ${liveGraphSchema(block.catalog)} CASCADE`);
          await execute(this.source.connection, `DETACH ${block.catalog}`);
          await clear(this.options.folder, block.id, block.state);
          this.options.reach?.('removed');
        })
      )
      .catch((error: unknown) => {
        this.options.log('warn', 'a retired block could not be deleted', { block: block.id, error: messageOf(error) });
      })
      .finally(() => this.removals.delete(block));
    this.removals.set(block, { clear, ended });
  }
}
