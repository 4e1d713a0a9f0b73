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
import { attachOpen, attachSealed } from './attach-block.ts';
import type { AttachResult } from './attach-block.ts';
import { deleteBlockFiles, isHalfMade, setAsideFile } from './block-files.ts';
import type { Block } from './block.ts';
import { blockFileName, filterFileName } from './block.ts';
import { TraceFilter } from './bloom.ts';
import { writeDurably } from './data-folder.ts';
import { execute, isReadOnly, messageOf } from './database.ts';
import type { BlockSource } from './load.ts';
import { MANIFEST, readManifest } from './manifest.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { readOrigin } from './origin.ts';
import { readSentHashes } from './sent-hashes.ts';
import type { SentSpans } from './sent-hashes.ts';
import type { AttributeColumn } from './reader.ts';

/** The blocks of a folder, oldest first. */
export interface FoundBlocks {
  readonly sealed: Block[];
  readonly open: Block[];
  /** The greatest id in use; 0 in an empty folder. */
  readonly lastId: number;
  /** Files that were set aside or are missing. */
  readonly broken: number;
  /** Blocks that exist and cannot be served now: what the manifest has to go on naming. */
  readonly unreachable: readonly ManifestEntry[];
  /** An open block could be opened for reading only. */
  readonly isReadOnly: boolean;
  /** Names of files that are missing or cannot be read, for the status. */
  readonly problems: readonly string[];
}

export interface FindOptions {
  readonly progress?: Progress;
  /** See `BlockSetOptions`. */
  readonly suspects?: ReadonlySet<string>;
}

/** Told what the start is doing, for people: `block 3 of 135`. */
export type Progress = (what: string) => void;

/**
 * Opens what the folder has, whatever state it is in. Throws InstanceLostError if DuckDB died of a file, which is set aside
 * by then: call again with another instance.
 */
export async function findBlocks(
  source: BlockSource,
  { progress = () => undefined, suspects = new Set() }: FindOptions
): Promise<FoundBlocks> {
  const { folder, log } = source;
  const files = new Set(await readdir(folder));
  const tally = { broken: 0, problems: [] as string[], unreachable: [] as ManifestEntry[], isReadOnly: false };
  const manifest = await readManifestOrSetAside(source, tally);
  await removeLeftovers(source, files);
  const idsOf = (pattern: RegExp): string[] =>
    [...new Set([...files].flatMap((file) => pattern.exec(file)?.[1] ?? []))].sort((a, b) => Number(a) - Number(b));
  const openIds = idsOf(/^open-(\d+)\.duckdb(?:\.wal(?:\.mending)?)?$/);
  const sealedIds = idsOf(/^block-(\d+)\.duckdb$/);
  const named = new Map(manifest.blocks.map((entry) => [entry.id, entry]));
  const lastId = Math.max(0, ...[...openIds, ...sealedIds, ...named.keys()].map(Number));
  let sealed: Block[] = [];
  const open: Block[] = [];
  const take = (result: AttachResult, entry: ManifestEntry | undefined): Block | undefined => {
    tally.broken += result.setAside.length > 0 ? 1 : 0;
    if ('unreachable' in result) {
      tally.problems.push(`${result.unreachable} (cannot be read)`);
      tally.unreachable.push(...(entry === undefined ? [] : [entry]));
    }
    if (!('block' in result)) {
      return undefined;
    }
    tally.isReadOnly ||= result.isReadOnly === true;
    return result.block;
  };
  for (const [index, id] of sealedIds.entries()) {
    const entry = named.get(id);
    if (entry === undefined && manifest.isAuthoritative) {
      log('info', 'removing a sealed block that the manifest does not name', { block: id });
      await deleteBlockFiles(folder, id, 'sealed');
      continue;
    }
    progress(`opening block ${index + 1} of ${sealedIds.length}`);
    const block = take(
      await attachSealed(source, id, {
        isSuspect: suspects.has(id),
        ...(manifest.isAuthoritative && entry !== undefined && { known: entry }),
      }),
      entry
    );
    if (block !== undefined) {
      if (entry !== undefined) {
        block.firstArrival = entry.firstArrival;
        block.lastArrival = entry.lastArrival;
      }
      sealed.push(block);
    }
  }
  if (!manifest.isAuthoritative) {
    sealed = await adopt(source, sealed, named, openIds);
  }
  for (const block of sealed) {
    await loadFilter(source, block);
  }
  for (const [id, entry] of named) {
    if (!files.has(blockFileName(id, 'sealed')) && !openIds.includes(id)) {
      log('error', 'a block that the manifest names is missing', { block: id, file: blockFileName(id, 'sealed') });
      tally.broken += 1;
      tally.problems.push(`${blockFileName(id, 'sealed')} (missing)`);
      // Named on: should the file come back, it must not be taken for a leftover.
      tally.unreachable.push(entry);
    }
  }
  for (const id of openIds) {
    // Only what can be read takes the place of the open block it was made from.
    if (sealed.some((block) => block.id === id)) {
      await deleteBlockFiles(folder, id, 'open');
      continue;
    }
    progress(`reading the log of open block ${id}`);
    const block = take(await attachOpen(source, id), undefined);
    if (block !== undefined) {
      block.lastArrival = (await lastWrite(folder, block)) ?? Number(id);
      // The clock may have been set back since the block was made.
      block.firstArrival = Math.min(Number(id), Date.now(), block.lastArrival);
      open.push(block);
    }
  }
  return { sealed: sealed.sort(byArrival), open, lastId, ...tally };
}

/** A manifest that cannot be understood is set aside: the block files say what exists. Rejects if it cannot be read at all. */
async function readManifestOrSetAside({ folder, log }: BlockSource, tally: { broken: number }): Promise<Manifest> {
  try {
    return await readManifest(folder);
  } catch (error) {
    if (isReadOnly(error)) {
      throw error;
    }
    const setAside = await setAsideFile(folder, MANIFEST);
    tally.broken += 1;
    log('error', 'the manifest is damaged, is set aside in broken/, and is made anew from the blocks', {
      file: MANIFEST,
      setAside,
      error: messageOf(error),
    });
    return { isAuthoritative: false, blocks: [] };
  }
}

/** Blocks in the order in which their first spans arrived. */
export function byArrival(a: Block, b: Block): number {
  return a.firstArrival - b.firstArrival || Number(a.id) - Number(b.id);
}

/** Half-made files, and small files of blocks that are no more. */
async function removeLeftovers({ folder, log }: BlockSource, files: ReadonlySet<string>): Promise<void> {
  for (const file of files) {
    const owner = /^block-(\d+)\.(?:duckdb\.wal|bloom)$/.exec(file)?.[1];
    const isOrphan = owner !== undefined && !files.has(blockFileName(owner, 'sealed'));
    if (isOrphan || isHalfMade(file)) {
      log('info', 'removing what interrupted work left', { file });
      await setAsideFolder(folder, file);
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

/** For so long after a start it is known which spans the blocks before it had last: clients try again for minutes. */
const KEEP_SENT_MS = 600_000;

/** How a block set makes blocks and writers. */
export interface WriterMaker {
  createBlock(columns: readonly AttributeColumn[]): Promise<Block>;
  /** `earlier` has the hashes of spans in other blocks that may be sent again. */
  openWriter(block: Block, earlier: readonly SentSpans[]): Promise<BlockWriter>;
}

/** The writer to go on with: the youngest open block's if it is young enough, or that of a new one. The others are to be sealed, or dropped if empty. */
export async function firstWriter(
  source: BlockSource,
  open: readonly Block[],
  maxBlockAgeMs: number,
  maker: WriterMaker
): Promise<{ readonly writer: BlockWriter; readonly earlier: SentSpans[]; readonly others: readonly Block[] }> {
  const { pool } = source;
  const last = open.at(-1);
  // Spans of today in a block of yesterday would keep those of yesterday longer than retention promises.
  const youngest = last !== undefined && Date.now() - Number(last.id) < maxBlockAgeMs ? last : undefined;
  const seen = new HashSet(0);
  const others = open.filter((block) => block !== youngest);
  for (const block of others) {
    await readHashes(pool, block, seen);
  }
  const sealedLast = await readSentHashes(source, KEEP_SENT_MS);
  const earlier = sealedLast === undefined ? [] : [sealedLast];
  if (seen.size > 0) {
    const since = Math.min(...others.map(({ firstArrival }) => firstArrival));
    earlier.push({ hashes: seen, since, until: performance.now() + KEEP_SENT_MS });
  }
  const current = youngest ?? (await maker.createBlock(defaultAttributeColumns()));
  const writer = await maker.openWriter(current, earlier);
  await readHashes(pool, current, writer.seen);
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

async function lastWrite(folder: string, block: Block): Promise<number | undefined> {
  return stat(join(folder, `${block.fileName}.wal`)).then(
    ({ mtimeMs }) => Math.floor(mtimeMs),
    () => undefined
  );
}

/** The block's filter from its file, or made anew from its traces. */
async function loadFilter({ folder, pool, log }: BlockSource, block: Block): Promise<void> {
  const name = filterFileName(block.id);
  const bits = await readFile(join(folder, name)).catch((error: unknown) => error);
  try {
    if (!(bits instanceof Uint8Array)) {
      throw bits;
    }
    block.filter = new TraceFilter(bits);
    return;
  } catch (error) {
    const isOlder = bits instanceof Uint8Array && TraceFilter.isOlderFormat(bits.length, block.traces ?? 0);
    if (!isOlder) {
      log('warn', 'the filter of a block is missing or damaged and is made anew', {
        file: name,
        error: messageOf(error),
      });
    }
  }
  try {
    const ids = await pool.query(`SELECT trace_hi, trace_lo FROM ${block.catalog}.traces`);
    block.filter = TraceFilter.of(BigUint64Array.from(ids.bigints(0)), BigUint64Array.from(ids.bigints(1)));
    await setAsideFolder(folder, name);
    await writeDurably(folder, name, block.filter.bits);
  } catch (error) {
    // Without one the block is looked into for every trace.
    log('warn', 'the filter of a block cannot be made or written', { file: name, error: messageOf(error) });
  }
}

/** A folder where a file belongs cannot be written over, and is not ours to delete. */
async function setAsideFolder(folder: string, name: string): Promise<void> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  if (found?.isDirectory() === true) {
    await setAsideFile(folder, name);
  }
}
