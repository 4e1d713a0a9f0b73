// SPDX-License-Identifier: Apache-2.0
//
// The blocks of one tenant and the DuckDB instance that has them attached: snapshots under leases, the next open block, sealing in the background, retention. A BlockSet lives
// until a fatal error of DuckDB or the end; the store then opens another one on the same folder.

import type duckdb from '@duckdb/node-bindings';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../api.ts';
import type { StoreOptions } from '../api.ts';
import { liveGraphSchema } from '../graph/live.ts';
import { BlockWriter } from '../ingest/block-writer.ts';
import type { HashSet } from '../ingest/hash-set.ts';
import { chooseAttributeColumns } from '../schema/well-known-attributes.ts';
import { InstanceLostError } from './attach-block.ts';
import { deleteBlockFiles, listBroken } from './block-files.ts';
import type { Block } from './block.ts';
import { Database, execute, isDiskFull, isReadOnly, messageOf } from './database.ts';
import { createOpenBlock } from './load.ts';
import type { Log } from './log.ts';
import type { BlockSource } from './load.ts';
import { writeManifest } from './manifest.ts';
import type { ManifestEntry } from './manifest.ts';
import { QueryPool } from './query-pool.ts';
import type { AttributeColumn, BlockLease, BlockReader, SqlOptions, SqlResult, SqlValue } from './reader.ts';
import { chooseExpired } from './retention.ts';
import { sealBlock } from './seal.ts';
import { findBlocks, firstWriter } from './start-up.ts';
import type { Progress } from './start-up.ts';

export interface BlockSetOptions {
  readonly folder: string;
  readonly store: StoreOptions;
  /** Connections for queries; each holds one thread of libuv while it runs. */
  readonly queryConnections: number;
  readonly log: Log;
  readonly progress?: Progress;
}

/** See the head of the file. */
export class BlockSet implements BlockReader {
  readonly counters = { sealedBlocks: 0, sealMs: 0, expiredBlocks: 0, brokenBlocks: 0 };
  private readonly options: BlockSetOptions;
  private readonly database: Database;
  private readonly source: BlockSource;
  private sealed: Block[] = [];
  private open: Block[] = [];
  private current: BlockWriter | undefined;
  private earlier: HashSet[] = [];
  private prepared: Promise<Block> | undefined;
  private lastId = 0;
  private background: Promise<void> = Promise.resolve();
  private ddl: Promise<unknown> = Promise.resolve();
  private readonly removals = new Set<Promise<void>>();
  private closed = false;
  private unreachable: readonly ManifestEntry[] = [];
  private problems: readonly string[] = [];

  private constructor(options: BlockSetOptions, database: Database, source: BlockSource) {
    this.options = options;
    this.database = database;
    this.source = source;
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

  /** Names of files that were set aside, are missing or cannot be read. */
  async broken(): Promise<string[]> {
    return [...(await listBroken(this.options.folder)), ...this.problems];
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
    this.prepared ??= this.createBlock(
      chooseAttributeColumns(writer.shapes.shapes, writer.shapes.counts, writer.block.attributeColumns)
    );
  }

  /** Moves ingest to another open block. */
  async nextWriter(current: BlockWriter): Promise<BlockWriter> {
    this.prepareNext();
    const block = await (this.prepared ?? this.createBlock(current.block.attributeColumns));
    this.prepared = undefined;
    this.earlier = [current.seen];
    this.current = await this.openWriter(block, this.earlier);
    return this.current;
  }

  /** Seals the block of a writer that is not written any more, in the background, one after the other. */
  retire(writer: BlockWriter): void {
    writer.close();
    this.sealLater(writer.block);
  }

  /** Resolves when no block waits to be sealed. */
  settled(): Promise<void> {
    return this.background;
  }

  /** Deletes blocks that are too old or too many; called now and then. */
  async retain(nowMs = Date.now()): Promise<void> {
    await this.measureOpenBlocks();
    const openBytes = this.open.reduce((sum, block) => sum + block.bytes, 0);
    const expired = chooseExpired(this.sealed, this.options.store.retention, openBytes, nowMs);
    if (expired.length === 0) {
      return;
    }
    this.sealed = this.sealed.filter((block) => !expired.includes(block));
    await this.writeManifest();
    for (const block of expired) {
      this.counters.expiredBlocks += 1;
      this.options.log('info', 'retention deletes a block', { block: block.id, spans: block.spans });
      this.remove(block);
    }
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
    this.source.pool.close();
    // The connection for DDL goes on: what retention has expired is deleted before the end.
    this.database.interruptAll(this.source.connection);
    await Promise.allSettled([this.background, this.prepared]);
    await Promise.allSettled([...this.removals, this.ddl]);
    this.database.close();
  }

  /** ATTACH and DDL share one connection, so they take turns. */
  private exclusively<T>(action: () => Promise<T>): Promise<T> {
    const next = this.ddl.then(action, action);
    this.ddl = next.catch(() => undefined);
    return next;
  }

  private createBlock(columns: readonly AttributeColumn[]): Promise<Block> {
    this.lastId = Math.max(this.lastId + 1, Date.now());
    const id = String(this.lastId);
    return this.exclusively(async () => {
      const block = await createOpenBlock(this.source, id, columns);
      this.open.push(block);
      return block;
    });
  }

  private openWriter(block: Block, earlier: HashSet[]): Promise<BlockWriter> {
    const { commitSpans, maxBlockSpans } = this.options.store;
    block.firstArrival = Date.now();
    return BlockWriter.open(this.database, block, { commitSpans, maxBlockSpans, earlier });
  }

  private async load(): Promise<void> {
    const found = await findBlocks(this.source, this.options.progress ?? (() => undefined));
    this.sealed = found.sealed;
    this.open = found.open;
    this.lastId = found.lastId;
    this.unreachable = found.unreachable;
    this.problems = found.problems;
    this.counters.brokenBlocks += found.broken;
    try {
      if (found.isReadOnly) {
        throw new StoreError('read-only', 'an open block could be opened for reading only');
      }
      await this.writeManifest();
      await this.startWriter();
    } catch (error) {
      if (!isDiskFull(error) && !isReadOnly(error) && !(error instanceof StoreError && error.code === 'read-only')) {
        throw error;
      }
      this.options.log('error', 'the blocks are open for queries only', { error: messageOf(error) });
    }
  }

  private async startWriter(): Promise<void> {
    const { writer, earlier, others } = await firstWriter(this.source, this.open, this.options.store.maxBlockSpans, {
      createBlock: (columns) => this.createBlock(columns),
      openWriter: (block, hashes) => this.openWriter(block, hashes),
    });
    this.current = writer;
    this.earlier = earlier;
    for (const block of others) {
      if (block.spans === 0) {
        this.open = this.open.filter((other) => other !== block);
        this.remove(block);
      } else {
        this.sealLater(block);
      }
    }
  }

  private sealLater(block: Block): void {
    block.sealing = true;
    this.background = this.background.then(() => this.sealNow(block));
  }

  private async sealNow(block: Block): Promise<void> {
    if (this.closed) {
      return;
    }
    const start = performance.now();
    let connection: duckdb.Connection | undefined;
    try {
      if (block.spans > 0) {
        connection = await this.database.connect();
        const sealed = await sealBlock(this.source, block, connection);
        this.sealed.push(sealed);
        this.open = this.open.filter((other) => other !== block);
        await this.writeManifest();
        this.counters.sealedBlocks += 1;
        this.counters.sealMs += performance.now() - start;
        const ms = Math.round(performance.now() - start);
        this.options.log('info', 'sealed a block', { block: block.id, spans: block.spans, bytes: sealed.bytes, ms });
      } else {
        this.open = this.open.filter((other) => other !== block);
      }
      this.remove(block);
    } catch (error) {
      // The open block stays readable as it is; the next start tries again.
      block.sealing = false;
      if (!this.closed) {
        this.options.log('error', 'sealing a block failed', { block: block.id, error: messageOf(error) });
      }
    } finally {
      if (connection !== undefined) {
        this.database.disconnect(connection);
      }
    }
    if (!this.closed) {
      await this.retain().catch((error: unknown) => {
        this.options.log('error', 'retention failed', { error: messageOf(error) });
      });
    }
  }

  private writeManifest(): Promise<void> {
    return this.exclusively(() =>
      writeManifest(
        this.options.folder,
        [...this.unreachable, ...this.sealed].map(
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
      )
    );
  }

  /** Detaches and deletes a block that is in no snapshot any more, after its last reader. */
  private remove(block: Block): void {
    const removal = block
      .free()
      .then(() =>
        this.exclusively(async () => {
          this.source.pool.forget(block.catalog);
          await execute(this.source.connection, `DROP SCHEMA IF EXISTS ${liveGraphSchema(block.catalog)} CASCADE`);
          await execute(this.source.connection, `DETACH ${block.catalog}`);
          await deleteBlockFiles(this.options.folder, block.id, block.state);
        })
      )
      .catch((error: unknown) => {
        this.options.log('warn', 'a retired block could not be deleted', { block: block.id, error: messageOf(error) });
      })
      .finally(() => this.removals.delete(removal));
    this.removals.add(removal);
  }
}
