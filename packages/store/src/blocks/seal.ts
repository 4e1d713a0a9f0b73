// SPDX-License-Identifier: Apache-2.0
//
// Sealing: a full open block is rewritten into a sealed one. Ingest goes on in another block meanwhile. Nothing of
// the open block is touched; the caller swaps the two.

import type { Block } from './block.ts';
import type { BlockSource } from './load.ts';
import { rewriteBlocks } from './rewrite.ts';
import type { RewriteOptions } from './rewrite.ts';

/** Seals `open`, which has spans, and returns the sealed block: attached, verified and durable. */
export async function sealBlock(source: BlockSource, open: Block, options: Omit<RewriteOptions, 'id'>): Promise<Block> {
  const sealed = await rewriteBlocks(source, [{ block: open, except: [] }], { ...options, id: open.id });
  if (sealed === undefined) {
    throw new Error(`sealing block ${open.id}: expected ${open.spans} spans, found none`);
  }
  return sealed;
}
