// SPDX-License-Identifier: Apache-2.0
//
// The files of one block by name: which there are, deleting them, setting them aside. Nothing here opens a
// database file.

import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { blockFileName, filterFileName, hashesFileName } from './block.ts';
import { syncFolder } from './data-folder.ts';

/** Folder below the tenant's that holds what could not be used. */
export const BROKEN = 'broken';

/** Names of a block's files; not all of them need to be there. */
export function blockFiles(id: string, state: 'open' | 'sealed'): string[] {
  const name = blockFileName(id, state);
  return state === 'open' ? [name, `${name}.wal`] : [name, `${name}.wal`, filterFileName(id), hashesFileName(id)];
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

/** Moves a block's files to broken/; DuckDB must have let go of them. */
export async function setAsideBlock(folder: string, id: string, state: 'open' | 'sealed'): Promise<void> {
  const broken = join(folder, BROKEN);
  await mkdir(broken, { recursive: true });
  for (const name of blockFiles(id, state)) {
    await rename(join(folder, name), join(broken, name)).catch(() => undefined);
  }
  await syncFolder(folder);
}
