// SPDX-License-Identifier: Apache-2.0
//
// What a block set finds in its folder when it starts: sealed blocks and open ones, attached; what an
// interrupted seal left is removed, what cannot be opened is set aside. Then the writer that ingest goes on with.

import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockWriter } from '../ingest/block-writer.ts';
import { HashSet } from '../ingest/hash-set.ts';
import { defaultAttributeColumns } from '../schema/well-known-attributes.ts';
import { deleteBlockFiles, setAsideBlock } from './block-files.ts';
import type { Block } from './block.ts';
import { blockFileName, filterFileName } from './block.ts';
import { TraceFilter } from './bloom.ts';
import { messageOf } from './database.ts';
import { loadBlock } from './load.ts';
import type { BlockSource } from './load.ts';
import { readManifest } from './manifest.ts';
import type { AttributeColumn } from './reader.ts';

/** The blocks of a folder, oldest first. */
export interface FoundBlocks {
  readonly sealed: Block[];
  readonly open: Block[];
  /** The greatest id in use; 0 in an empty folder. */
  readonly lastId: number;
  /** Blocks that were set aside. */
  readonly broken: number;
}

/** Opens what the folder has. Rejects with StoreError 'unreadable' if the manifest is. */
export async function findBlocks(source: BlockSource): Promise<FoundBlocks> {
  const { folder, log } = source;
  const files = new Set(await readdir(folder));
  const manifest = await readManifest(folder);
  const idsOf = (pattern: RegExp): string[] =>
    [...files].flatMap((file) => pattern.exec(file)?.[1] ?? []).sort((a, b) => Number(a) - Number(b));
  const openIds = idsOf(/^open-(\d+)\.duckdb$/);
  const sealedIds = idsOf(/^block-(\d+)\.duckdb$/);
  const named = new Map(manifest.map((entry) => [entry.id, entry]));
  const sealed: Block[] = [];
  const open: Block[] = [];
  let broken = 0;
  for (const id of sealedIds) {
    if (!named.has(id) && openIds.includes(id)) {
      log('info', 'removing what an interrupted seal left', { block: id });
      await deleteBlockFiles(folder, id, 'sealed');
      continue;
    }
    const block = await tryLoad(source, id, 'sealed');
    if (typeof block === 'object') {
      // A block that no manifest names and that has no open twin was verified before that one was deleted.
      const entry = named.get(id);
      block.firstArrival = entry?.firstArrival ?? Number(id);
      block.lastArrival = entry?.lastArrival ?? Number((await stat(join(folder, block.fileName))).mtimeMs.toFixed());
      await loadFilter(source, block);
      sealed.push(block);
    } else if (block === 'broken') {
      broken += 1;
    }
  }
  for (const [id] of named) {
    if (!files.has(blockFileName(id, 'sealed'))) {
      log('error', 'a block that the manifest names is missing', { block: id });
    }
  }
  for (const id of openIds) {
    if (named.has(id)) {
      await deleteBlockFiles(folder, id, 'open');
      continue;
    }
    const block = await tryLoad(source, id, 'open');
    if (typeof block === 'object') {
      block.lastArrival = Math.max(Number(id), await lastWrite(folder, block));
      open.push(block);
    } else if (block === 'broken') {
      broken += 1;
    }
  }
  const lastId = Math.max(0, ...[...openIds, ...sealedIds, ...named.keys()].map(Number));
  return { sealed, open, lastId, broken };
}

/** How a block set makes blocks and writers. */
export interface WriterMaker {
  createBlock(columns: readonly AttributeColumn[]): Promise<Block>;
  /** `earlier` has the hashes of spans in other blocks that may be sent again. */
  openWriter(block: Block, earlier: HashSet[]): Promise<BlockWriter>;
}

/** The writer to go on with: the youngest open block's, or that of a new one. The others are to be sealed, or dropped if empty. */
export async function firstWriter(
  { pool }: BlockSource,
  open: readonly Block[],
  maxBlockSpans: number,
  maker: WriterMaker
): Promise<{ readonly writer: BlockWriter; readonly earlier: HashSet[]; readonly others: readonly Block[] }> {
  const youngest = open.at(-1);
  const seen = new HashSet(maxBlockSpans);
  const others = open.filter((block) => block !== youngest);
  for (const block of others) {
    await readHashes(pool, block, seen);
  }
  const earlier = seen.size > 0 ? [seen] : [];
  const current = youngest ?? (await maker.createBlock(defaultAttributeColumns()));
  const writer = await maker.openWriter(current, earlier);
  await readHashes(pool, current, writer.seen);
  current.firstArrival = Math.min(Number(current.id), Date.now());
  const counts = await pool.query(`SELECT shape_id, count(*) FROM ${current.catalog}.spans GROUP BY shape_id`);
  const shapeIds = counts.integers(0);
  counts.numbers(1).forEach((count, i) => {
    writer.shapes.counts[shapeIds[i] ?? 0] = count;
  });
  return { writer, earlier, others };
}

async function readHashes(pool: BlockSource['pool'], block: Block, seen: HashSet): Promise<void> {
  const result = await pool.query(`SELECT content_hash FROM ${block.catalog}.spans`);
  const hashes = result.bigints(0);
  const halves = new Int32Array(hashes.buffer, hashes.byteOffset, hashes.length * 2);
  for (let i = 0; i < halves.length; i += 2) {
    seen.add(halves[i] ?? 0, halves[i + 1] ?? 0);
  }
}

async function lastWrite(folder: string, block: Block): Promise<number> {
  return stat(join(folder, `${block.fileName}.wal`)).then(
    ({ mtimeMs }) => Math.floor(mtimeMs),
    () => 0
  );
}

/** Attaches a block, or clears it out of the way. */
async function tryLoad(
  source: BlockSource,
  id: string,
  state: 'open' | 'sealed'
): Promise<Block | 'removed' | 'broken'> {
  const { folder, log } = source;
  try {
    const block = await loadBlock(source, id, state);
    block.bytes = (await stat(join(folder, block.fileName))).size;
    return block;
  } catch (error) {
    const message = messageOf(error);
    if (state === 'open' && /does not exist/i.test(message)) {
      log('info', 'removing an open block that had not got its tables yet', { block: id });
      await deleteBlockFiles(folder, id, state);
      return 'removed';
    }
    log('error', 'a block cannot be opened and is set aside in broken/', { block: id, error: message });
    await setAsideBlock(folder, id, state);
    return 'broken';
  }
}

async function loadFilter({ folder, pool }: BlockSource, block: Block): Promise<void> {
  try {
    block.filter = new TraceFilter(await readFile(join(folder, filterFileName(block.id))));
  } catch {
    const ids = await pool.query(`SELECT trace_hi, trace_lo FROM ${block.catalog}.traces`);
    block.filter = TraceFilter.of(BigUint64Array.from(ids.bigints(0)), BigUint64Array.from(ids.bigints(1)));
  }
}
