// SPDX-License-Identifier: Apache-2.0
//
// The files of one block by name: which there are, deleting them, setting them aside. Nothing here opens a
// database file.

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { blockFileName, filterFileName } from './block.ts';
import { errnoOf, syncFolder } from './data-folder.ts';

/** Folder below the tenant's that holds what could not be used. */
export const BROKEN = 'broken';

/** Names of a block's files; not all of them need to be there. */
export function blockFiles(id: string, state: 'open' | 'sealed'): string[] {
  const name = blockFileName(id, state);
  return state === 'open' ? [name, `${name}.wal`] : [name, `${name}.wal`, filterFileName(id)];
}

/** The name under which the file of a sealed block is made; it gets its own when it is complete. */
export function makingFileName(id: string): string {
  return `making-${id}.duckdb`;
}

/** Whether a file of this name was cut off while it was made. */
export function isHalfMade(name: string): boolean {
  return /^making-\d+\.duckdb/.test(name) || /\.(?:json|bloom|hashes)\.tmp$/.test(name);
}

/** Deletes a block's files; DuckDB must have let go of them. Durable when it resolves. */
export async function deleteBlockFiles(folder: string, id: string, state: 'open' | 'sealed'): Promise<void> {
  for (const name of blockFiles(id, state)) {
    await rm(join(folder, name), { force: true });
  }
  await syncFolder(folder);
}

/** Moves a block's files to broken/; DuckDB must have let go of them. Returns their names there. */
export async function setAsideBlock(folder: string, id: string, state: 'open' | 'sealed'): Promise<string[]> {
  const names: string[] = [];
  for (const name of blockFiles(id, state)) {
    const moved = await setAsideFile(folder, name);
    if (moved !== undefined) {
      names.push(moved);
    }
  }
  return names;
}

/**
 * Moves a file, or whatever has its name, to broken/; durable when it resolves. Returns its name there, which is another one
 * if there is such a file already; undefined if there is nothing to move.
 */
export async function setAsideFile(folder: string, name: string): Promise<string | undefined> {
  const taken = await freeName(folder, name);
  try {
    await rename(join(folder, name), join(folder, BROKEN, taken));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  await syncFolder(join(folder, BROKEN));
  await syncFolder(folder);
  return taken;
}

/** A name that is not taken in broken/, which exists when this resolves. */
export async function freeName(folder: string, name: string): Promise<string> {
  const broken = join(folder, BROKEN);
  await mkdir(broken, { recursive: true });
  const taken = new Set(await readdir(broken));
  let free = name;
  for (let n = 2; taken.has(free); n++) {
    free = `${name}.${n}`;
  }
  return free;
}

/** Names of what was set aside. */
export async function listBroken(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, BROKEN)).catch(() => []);
  return names.sort();
}
