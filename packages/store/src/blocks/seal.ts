// SPDX-License-Identifier: Apache-2.0
//
// Sealing: a full open block is rewritten into a sealed one, in the background, one after the other. Ingest goes on in
// another block meanwhile. Nothing of the open block is touched before the sealed one is in its place; a block whose
// sealing failed stays readable as it is, and is tried again.

import type duckdb from '@duckdb/node-bindings';
import { Histogram, LONG_SECONDS } from '../histogram.ts';
import type { Block } from './block.ts';
import { messageOf } from './database.ts';
import type { BlockSource } from './load.ts';
import type { MaintainedBlocks } from './maintenance.ts';
import { rewriteBlocks } from './rewrite.ts';
import type { RewriteOptions } from './rewrite.ts';
import { writeSentHashes } from './sent-hashes.ts';

/** A block whose sealing failed is tried again after this time. */
const AGAIN_MS = 60_000;

/** What sealing needs of the blocks. */
type SealableBlocks = Pick<
  MaintainedBlocks,
  'source' | 'queue' | 'reach' | 'isClosed' | 'connect' | 'disconnect' | 'swap'
>;

/** See the head of the file. */
export class Sealing {
  readonly counters = { sealedBlocks: 0, sealMs: 0, sealFailures: 0 };
  readonly seconds = new Histogram(LONG_SECONDS);
  private readonly blocks: SealableBlocks;
  private readonly afterwards: () => Promise<void>;
  private againAt = Infinity;

  /** `afterwards` is called when a block was sealed, or could not be: there may be something to delete or to merge. */
  constructor(blocks: SealableBlocks, afterwards: () => Promise<void>) {
    this.blocks = blocks;
    this.afterwards = afterwards;
  }

  /** Whether it is time, by the monotonic clock, to try again what has failed; true once. */
  isDueAgain(nowMs: number): boolean {
    const isDue = nowMs >= this.againAt;
    this.againAt = isDue ? Infinity : this.againAt;
    return isDue;
  }

  /** Seals a block that is not written any more when it is its turn. */
  later(block: Block): void {
    block.sealing = true;
    void this.blocks.queue.add('seal', () => this.now(block));
  }

  private async now(block: Block): Promise<void> {
    const { blocks } = this;
    if (blocks.isClosed) {
      return;
    }
    try {
      if (block.spans > 0) {
        await this.replace(block);
      } else {
        await blocks.swap([block], []);
      }
    } catch (error) {
      block.sealing = false;
      this.againAt = Math.min(this.againAt, performance.now() + AGAIN_MS);
      if (!blocks.isClosed) {
        this.counters.sealFailures += 1;
        blocks.source.log('error', 'sealing a block failed', { block: block.id, error: messageOf(error) });
      }
    }
    if (!blocks.isClosed) {
      await this.afterwards();
    }
  }

  private async replace(block: Block): Promise<void> {
    const { blocks } = this;
    const { source, reach } = blocks;
    const start = performance.now();
    let connection: duckdb.Connection | undefined;
    try {
      connection = await blocks.connect();
      const sealed = await sealBlock(source, block, { connection, ...(reach !== undefined && { reach }) });
      await writeSentHashes(source, block).catch((error: unknown) => {
        if (blocks.isClosed) {
          // The open block has them. It is sealed after the next start.
          throw error;
        }
        source.log('warn', 'the hashes of a sealed block cannot be kept', { error: messageOf(error) });
      });
      await blocks.swap([block], [sealed]);
      const ms = Math.round(performance.now() - start);
      this.counters.sealedBlocks += 1;
      this.counters.sealMs += ms;
      this.seconds.observe(ms / 1000);
      source.log('info', 'sealed a block', { block: block.id, spans: block.spans, bytes: sealed.bytes, ms });
    } finally {
      if (connection !== undefined) {
        blocks.disconnect(connection);
      }
    }
  }
}

/** Seals `open`, which has spans, and returns the sealed block: attached, verified and durable. */
async function sealBlock(source: BlockSource, open: Block, options: Omit<RewriteOptions, 'id'>): Promise<Block> {
  const sealed = await rewriteBlocks(source, [{ block: open, except: [] }], { ...options, id: open.id });
  if (sealed === undefined) {
    throw new Error(`sealing block ${open.id}: expected ${open.spans} spans, found none`);
  }
  return sealed;
}
