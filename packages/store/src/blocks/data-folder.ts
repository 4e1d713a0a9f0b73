// SPDX-License-Identifier: Apache-2.0
//
// The data folder before any block is touched: FORMAT, LOCK, and durable small files. Database files are
// never opened here: closing any handle on one would drop DuckDB's POSIX lock on it.

import { access, link, mkdir, open, readFile, readdir, rename, statfs, unlink } from 'node:fs/promises';
import { constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../api.ts';
import { FORMAT_VERSION } from '../schema/tables.ts';
import { isDiskFull, messageOf } from './database.ts';
import type { Log } from './log.ts';

/** Tenants are folders; this is the only one as long as tenancy is not switched on. */
export const DEFAULT_TENANT = 'single-tenant';

/** The owner of a data folder, as LOCK names it. */
interface Owner {
  readonly pid: number;
  /** Distinguishes a process from a later one with the same pid; '' where the platform does not tell. */
  readonly start: string;
}

/** A held lock. */
export interface FolderLock {
  release(): Promise<void>;
}

/** errno code of whatever was thrown, '' if it has none. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

function unreadable(path: string, doing: string, error: unknown): StoreError {
  const code = errnoOf(error);
  return new StoreError('unreadable', `cannot ${doing} ${path}: ${code === '' ? messageOf(error) : code}`, {
    cause: error,
  });
}

/** Writes a file so that after a crash there is the old content or the new, and never half of it. */
export async function writeDurably(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(folder);
}

/** Makes created, renamed and deleted names of a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/**
 * Makes the folder if need be, takes its lock and checks its format. Rejects with StoreError 'unreadable',
 * 'locked' (names the pid) or 'newer-format'.
 */
export async function openDataFolder(dataDir: string, log: Log = () => undefined): Promise<FolderLock> {
  try {
    await mkdir(join(dataDir, DEFAULT_TENANT), { recursive: true });
  } catch (error) {
    // On a read-only disk Node says ENOENT of a folder below; the folder itself says what is the matter.
    const refused = await access(dataDir, constants.W_OK).catch((cause: unknown) => cause);
    const isRefused = refused !== undefined && errnoOf(refused) !== 'ENOENT';
    throw unreadable(
      dataDir,
      isRefused ? 'write to the data folder' : 'create the data folder',
      isRefused ? refused : error
    );
  }
  const lock = await takeLock(dataDir);
  try {
    await checkFormat(dataDir, log);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function checkFormat(dataDir: string, log: Log): Promise<void> {
  const path = join(dataDir, 'FORMAT');
  const write = async (): Promise<void> => {
    try {
      await writeDurably(dataDir, 'FORMAT', `tracewell ${FORMAT_VERSION}\n`);
    } catch (cause) {
      throw unreadable(path, 'write', cause);
    }
  };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      await write();
      return;
    }
    if (errnoOf(error) !== 'EISDIR') {
      throw unreadable(path, 'read', error);
    }
    text = 'a folder';
  }
  const version = /^tracewell (\d+)\n?$/.exec(text)?.[1];
  if (version === undefined) {
    const found = JSON.stringify(text.slice(0, 40));
    const error = `${path}: expected "tracewell ${FORMAT_VERSION}", found ${found}`;
    if (!(await hasBlocks(dataDir))) {
      // Perhaps the folder of something else.
      throw new StoreError('unreadable', error);
    }
    const setAside = await setAsideOutside(dataDir, 'FORMAT');
    await write();
    log('error', 'FORMAT is damaged, is set aside in broken/ and is written anew', { file: 'FORMAT', setAside, error });
    return;
  }
  if (Number(version) > FORMAT_VERSION) {
    throw new StoreError(
      'newer-format',
      `${dataDir} has format ${version}, made by a newer version of Tracewell; this one reads up to ${FORMAT_VERSION}. Start the newer version, or use another data folder`
    );
  }
  if (Number(version) < FORMAT_VERSION) {
    // Before anything else is written: an older version would misread what this one leaves.
    await writeDurably(dataDir, 'FORMAT', `tracewell ${FORMAT_VERSION}\n`).catch((cause: unknown) => {
      throw unreadable(path, 'write', cause);
    });
  }
}

async function hasBlocks(dataDir: string): Promise<boolean> {
  const names = await readdir(join(dataDir, DEFAULT_TENANT)).catch(() => []);
  return names.some((name) => name === 'manifest.json' || /^(?:open|block)-\d+\.duckdb/.test(name));
}

/** Moves a file that lies beside the tenants to the broken/ of the one that there is; returns its name there. */
async function setAsideOutside(dataDir: string, name: string): Promise<string> {
  const broken = join(dataDir, DEFAULT_TENANT, 'broken');
  const setAside = `${name}.${Date.now()}`;
  try {
    await mkdir(broken, { recursive: true });
    await rename(join(dataDir, name), join(broken, setAside));
    await syncFolder(broken);
    await syncFolder(dataDir);
  } catch (error) {
    throw unreadable(join(dataDir, name), 'set aside the damaged', error);
  }
  return setAside;
}

async function takeLock(dataDir: string): Promise<FolderLock> {
  const path = join(dataDir, 'LOCK');
  const own: Owner = { pid: process.pid, start: processStart(process.pid) };
  const content = `${JSON.stringify(own)}\n`;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const file = await open(path, 'wx');
      // On a full disk the lock stays empty: queries must be possible there. DuckDB locks each file besides.
      const written = await file.writeFile(content).then(
        () => content,
        (error: unknown) => {
          if (!isDiskFull(error)) {
            throw error;
          }
          return '';
        }
      );
      await file.close();
      return { release: () => releaseLock(path, written) };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') {
        throw unreadable(path, 'create', error);
      }
    }
    await removeStaleLock(path, dataDir);
  }
  throw new StoreError('locked', `${dataDir} is in use: other processes keep taking ${path}`, { retryable: true });
}

async function releaseLock(path: string, content: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found === content) {
    await unlink(path).catch(() => undefined);
  }
}

/** Removes a lock whose owner is gone; rejects with 'locked' if it is there. */
async function removeStaleLock(path: string, dataDir: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return;
    }
    if (errnoOf(error) === 'EISDIR') {
      await setAsideOutside(dataDir, 'LOCK');
      return;
    }
    throw unreadable(path, 'read', error);
  }
  const owner = parseOwner(text);
  if (owner !== undefined && isAlive(owner)) {
    throw new StoreError(
      'locked',
      `${dataDir} is in use by process ${owner.pid}; stop it, or choose another data folder`
    );
  }
  // Two processes may have found the same stale lock: only the one whose rename gets that very lock removes it.
  const aside = `${path}.stale-${process.pid}`;
  try {
    await rename(path, aside);
    const taken = await readFile(aside, 'utf8');
    if (taken !== text) {
      await link(aside, path).catch(() => undefined);
    }
    await unlink(aside);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') {
      throw unreadable(path, 'remove the stale', error);
    }
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'pid' in parsed && typeof parsed.pid === 'number') {
      return { pid: parsed.pid, start: 'start' in parsed ? String(parsed.start) : '' };
    }
  } catch {
    // A lock that was cut off while it was written: its owner died then.
  }
  return undefined;
}

function isAlive({ pid, start }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') {
      return false;
    }
  }
  const now = processStart(pid);
  return start === '' || now === '' || now === start;
}

/** Boot and start time of a process on Linux; '' elsewhere. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    // The command's name may hold blanks and brackets; the start time is the 20th field after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${boot}/${ticks}`;
  } catch {
    return '';
  }
}
