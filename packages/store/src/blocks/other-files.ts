// SPDX-License-Identifier: Apache-2.0
//
// What the tenant's folder holds besides the databases of blocks (filters and hashes, files that are being made, what sorts have
// spilled, what was set aside), and what of everything in it has to go by age and size.

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BROKEN, blockFiles } from './block-files.ts';
import type { Block } from './block.ts';
import { chooseExpired } from './retention.ts';
import type { RetentionOptions } from './retention.ts';

/** A file, or a folder with what is in it, that was set aside. */
export interface SetAsideFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was written last, milliseconds since 1970. */
  readonly lastArrival: number;
}

interface OtherFiles {
  /** Of all but the databases of blocks and what was set aside. */
  readonly bytes: number;
  readonly setAside: readonly SetAsideFile[];
}

/**
 * Measures the folder; `sealed` are the blocks whose databases are counted elsewhere, `leaving` those that are not counted.
 * Files that go meanwhile are left out.
 */
async function measureOthers(folder: string, sealed: readonly Block[], leaving: readonly Block[]): Promise<OtherFiles> {
  const counted = new Set([
    ...sealed.map(({ fileName }) => fileName),
    ...leaving.flatMap(({ id, state }) => blockFiles(id, state)),
  ]);
  const names = await readdir(folder);
  const others = names.filter((name) => !counted.has(name) && !name.startsWith('open-') && name !== BROKEN);
  const filters = new Set(
    sealed.flatMap(({ id, filter }) => (filter === undefined ? [] : blockFiles(id, 'sealed')[2]))
  );
  const sizes = await Promise.all(
    others.filter((name) => !filters.has(name)).map((name) => measure(join(folder, name)))
  );
  const bytes = sizes.reduce((sum, file) => sum + file.bytes, 0);
  const filterBytes = sealed.reduce((sum, { filter }) => sum + (filter?.bits.length ?? 0), 0);
  const broken = names.includes(BROKEN) ? await readdir(join(folder, BROKEN)) : [];
  const setAside = await Promise.all(
    broken.map(async (name) => ({ name, ...(await measure(join(folder, BROKEN, name))) }))
  );
  return { bytes: bytes + filterBytes, setAside };
}

/** The blocks whose files are in the tenant's folder. */
export interface PresentBlocks {
  readonly blocks: readonly Block[];
  /** Blocks that have gone and whose files go when their last reader has ended. */
  readonly leaving: readonly Block[];
}

/** What retention has to delete, and the bytes that are left then. */
export interface Expired {
  readonly blocks: readonly Block[];
  readonly files: readonly SetAsideFile[];
  readonly bytes: number;
}

/**
 * Measures the folder and says what is too old or too much. `lastBytes` is what was left the last time, a second or so
 * ago: there has to be room for twice the growth since then, and for what blocks that are being sealed take beside
 * their logs. Blocks that are leaving do not count: else each look at the folder, as long as a query reads one of them,
 * would delete another block for it.
 */
export async function findExpired(
  folder: string,
  { blocks, leaving }: PresentBlocks,
  retention: RetentionOptions,
  lastBytes: number | undefined,
  nowMs: number
): Promise<Expired> {
  const sealed = blocks.filter(({ state }) => state === 'sealed');
  const open = blocks.filter(({ state }) => state === 'open');
  const others = await measureOthers(folder, sealed, leaving);
  const openBytes = open.reduce((sum, block) => sum + block.bytes, 0);
  const sealedBytes = sealed.reduce((sum, block) => sum + block.bytes, 0);
  const setAsideBytes = others.setAside.reduce((sum, file) => sum + file.bytes, 0);
  const bytes = openBytes + sealedBytes + others.bytes + setAsideBytes;
  const growth = 2 * Math.max(0, bytes - (lastBytes ?? bytes));
  const sealing = open.reduce((sum, block) => sum + (block.sealing ? block.bytes / 3 : 0), 0);
  const room = Math.min(growth + sealing, retention.maxBytes / 4);
  const parts = [
    ...sealed.map((block) => ({ block, bytes: block.bytes, lastArrival: block.lastArrival })),
    ...others.setAside.map((file) => ({ file, ...file, isSetAside: true })),
  ];
  const expired = chooseExpired(parts, retention, openBytes + others.bytes + room, nowMs);
  return {
    blocks: expired.flatMap((part) => ('block' in part ? part.block : [])),
    files: expired.flatMap((part) => ('file' in part ? part.file : [])),
    bytes: bytes - expired.reduce((sum, part) => sum + part.bytes, 0),
  };
}

/** Deletes what was set aside under a name that {@link measureOthers} gave. */
export async function removeSetAside(folder: string, name: string): Promise<void> {
  await rm(join(folder, BROKEN, name), { recursive: true, force: true });
}

async function measure(path: string): Promise<{ readonly bytes: number; readonly lastArrival: number }> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      return { bytes: found.size, lastArrival: Math.floor(found.mtimeMs) };
    }
    const parts = await Promise.all((await readdir(path)).map((name) => measure(join(path, name))));
    return {
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      lastArrival: Math.max(Math.floor(found.mtimeMs), ...parts.map((part) => part.lastArrival)),
    };
  } catch {
    return { bytes: 0, lastArrival: 0 };
  }
}
