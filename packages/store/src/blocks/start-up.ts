// SPDX-License-Identifier: Apache-2.0
//
// What a block set finds in its folder when it starts: sealed blocks and open ones, attached; what interrupted
// work left is removed, what cannot be opened is set aside. Then the writer that ingest goes on with.
//
// The manifest says which sealed blocks exist. Where it cannot (there is none, or it was made by format 1), the files
// do: a sealed file has its name only since it was complete, and says itself which blocks it replaces.

import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockWriter } from '../ingest/block-writer.ts';
import { HashSet } from '../ingest/hash-set.ts';
import { defaultAttributeColumns } from '../schema/well-known-attributes.ts';
import { deleteBlockFiles, isHalfMade, setAsideBlock } from './block-files.ts';
import type { Block } from './block.ts';
import { blockFileName, filterFileName } from './block.ts';
import { TraceFilter } from './bloom.ts';
import { execute, messageOf } from './database.ts';
import { loadBlock } from './load.ts';
import type { BlockSource } from './load.ts';
import { readManifest } from './manifest.ts';
import { readOrigin } from './origin.ts';
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
  await removeLeftovers(source, files);
  const idsOf = (pattern: RegExp): string[] =>
    [...files].flatMap((file) => pattern.exec(file)?.[1] ?? []).sort((a, b) => Number(a) - Number(b));
  const openIds = idsOf(/^open-(\d+)\.duckdb$/);
  const sealedIds = idsOf(/^block-(\d+)\.duckdb$/);
  const named = new Map(manifest.blocks.map((entry) => [entry.id, entry]));
  let sealed: Block[] = [];
  const open: Block[] = [];
  let broken = 0;
  for (const id of sealedIds) {
    const entry = named.get(id);
    if (entry === undefined && manifest.isAuthoritative) {
      log('info', 'removing a sealed block that the manifest does not name', { block: id });
      await deleteBlockFiles(folder, id, 'sealed');
      continue;
    }
    const block = await tryLoad(source, id, 'sealed');
    if (typeof block === 'object') {
      if (entry !== undefined) {
        block.firstArrival = entry.firstArrival;
        block.lastArrival = entry.lastArrival;
      }
      sealed.push(block);
    } else if (block === 'broken') {
      broken += 1;
    }
  }
  if (!manifest.isAuthoritative) {
    sealed = await adopt(source, sealed, named, openIds);
  }
  for (const block of sealed) {
    await loadFilter(source, block);
  }
  for (const [id] of named) {
    if (!files.has(blockFileName(id, 'sealed'))) {
      log('error', 'a block that the manifest names is missing', { block: id });
    }
  }
  for (const id of openIds) {
    if (named.has(id) || sealed.some((block) => block.id === id)) {
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
  return { sealed: sealed.sort(byArrival), open, lastId, broken };
}

/** Blocks in the order in which their first spans arrived. */
export function byArrival(a: Block, b: Block): number {
  return a.firstArrival - b.firstArrival || Number(a.id) - Number(b.id);
}

/** Half-made files, and small files of blocks that are no more. */
async function removeLeftovers({ folder, log }: BlockSource, files: ReadonlySet<string>): Promise<void> {
  for (const file of files) {
    const owner = /^block-(\d+)\.(?:duckdb\.wal|bloom|hashes)$/.exec(file)?.[1];
    const isOrphan = owner !== undefined && !files.has(blockFileName(owner, 'sealed'));
    if (isOrphan || isHalfMade(file)) {
      log('info', 'removing what interrupted work left', { file });
      await rm(join(folder, file), { force: true });
    }
  }
}

/**
 * Of the sealed blocks of a folder whose manifest does not say which exist, those that do; the others are deleted. What
 * the manifest names exists. Of the rest a block without an origin was sealed by format 1: it exists if it has no open
 * twin, which was deleted last. A block with an origin is complete, and those that it replaces are gone.
 */
async function adopt(
  source: BlockSource,
  blocks: readonly Block[],
  named: ReadonlyMap<string, unknown>,
  openIds: readonly string[]
): Promise<Block[]> {
  const { folder, log, pool, connection } = source;
  const replaced = new Set<string>();
  for (const block of blocks) {
    const origin = await readOrigin(pool, block.catalog);
    origin?.replaces.forEach((id) => replaced.add(id));
    if (named.has(block.id)) {
      continue;
    }
    if (origin !== undefined) {
      block.firstArrival = origin.firstArrival;
      block.lastArrival = origin.lastArrival;
    } else if (openIds.includes(block.id)) {
      replaced.add(block.id);
    } else {
      block.firstArrival = Number(block.id);
      block.lastArrival = Math.floor((await stat(join(folder, block.fileName))).mtimeMs);
    }
  }
  for (const block of blocks.filter(({ id }) => replaced.has(id))) {
    log('info', 'removing a sealed block that another one replaces, or whose open one is there', { block: block.id });
    await execute(connection, `DETACH ${block.catalog}`);
    await deleteBlockFiles(folder, block.id, 'sealed');
  }
  return blocks.filter(({ id }) => !replaced.has(id));
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
