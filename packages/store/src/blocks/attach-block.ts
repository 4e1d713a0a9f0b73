// SPDX-License-Identifier: Apache-2.0
//
// Attaches one block at the start, whatever state its files are in. What is damaged is mended as far as nothing is lost
// by it, and otherwise set aside; what cannot be read for a reason that is not in the file is left alone. Nothing that
// may hold spans is ever deleted.

import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteBlockFiles, setAsideBlock, setAsideFile } from './block-files.ts';
import { blockFileName } from './block.ts';
import type { Block } from './block.ts';
import { probeAlone } from './damage.ts';
import { errnoOf } from './data-folder.ts';
import { attachSql, execute, isFatal, isPassing, isReadOnly, messageOf } from './database.ts';
import { loadBlock } from './load.ts';
import type { BlockSource, KnownBounds } from './load.ts';
import { cutLog, frameStart, inspectLog, keepCopy, restoreHeader, sizeOf } from './open-log.ts';

/** The database file of an open block has its headers only: all else is in the log. */
const EMPTY_DATABASE_BYTES = 12_288;
const MENDING = '.mending';
/** Each cut makes a log shorter; this many damaged places are looked for. */
const MAX_CUTS = 20;

/** DuckDB's instance died of a file, which was set aside: begin again with another instance. */
export class InstanceLostError extends Error {}

/** What became of a block. */
export type AttachResult =
  | { readonly block: Block; readonly setAside: readonly string[]; readonly isReadOnly?: boolean }
  /** It held nothing that was ever acknowledged. */
  | { readonly removed: true; readonly setAside: readonly string[] }
  | { readonly setAside: readonly string[] }
  /** Not damaged as far as is known; its files are where they were. */
  | { readonly unreachable: string; readonly setAside: readonly string[] };

export interface SealedOptions {
  readonly known?: KnownBounds;
  /** Read it whole first, where it can do no harm. */
  readonly isSuspect?: boolean;
}

/** Attaches a sealed block. Throws {@link InstanceLostError}. */
export async function attachSealed(
  source: BlockSource,
  id: string,
  { known, isSuspect = false }: SealedOptions
): Promise<AttachResult> {
  try {
    const bytes = (await stat(join(source.folder, blockFileName(id, 'sealed')))).size;
    if (known !== undefined && bytes < known.bytes) {
      throw new Error(`expected ${known.bytes} bytes, found ${bytes}`);
    }
    const problem = isSuspect
      ? await probeAlone(join(source.folder, blockFileName(id, 'sealed')), join(source.folder, 'tmp'))
      : undefined;
    if (problem !== undefined) {
      throw new Error(problem.split('\n', 1)[0]);
    }
    const block = await loadBlock(source, id, 'sealed', { ...(known !== undefined && { known }) });
    block.bytes = bytes;
    return { block, setAside: [] };
  } catch (error) {
    return giveUp(source, id, 'sealed', error);
  }
}

/** Attaches an open block with its log. Throws {@link InstanceLostError}. */
export async function attachOpen(source: BlockSource, id: string): Promise<AttachResult> {
  const { folder, log } = source;
  const name = blockFileName(id, 'open');
  const walName = `${name}.wal`;
  const path = join(folder, name);
  const setAside: string[] = [];
  try {
    await endMending(folder, walName);
    const isWhole = await mendLog(source, walName, setAside);
    if ((await sizeOf(path)) === undefined) {
      // DuckDB would make the file, and delete the log beside it.
      if ((await commitsIn(folder, walName)) === 0) {
        await deleteBlockFiles(folder, id, 'open');
        return { removed: true, setAside };
      }
      log('error', 'the file of an open block is missing and is made anew: its spans are in its log', { file: name });
      setAside.push(name);
      await makeAnew(source, name, walName);
    }
    for (let cuts = 0; ; cuts++) {
      try {
        const block = await loadBlock(source, id, 'open');
        block.bytes = ((await sizeOf(path)) ?? 0) + ((await sizeOf(join(folder, walName))) ?? 0);
        return { block, setAside };
      } catch (error) {
        const message = messageOf(error);
        if (isReadOnly(error)) {
          // Queries go on while nothing can be written.
          const block = await loadBlock(source, id, 'open', { isReadOnly: true });
          return { block, setAside, isReadOnly: true };
        }
        const position = /entry at byte position (\d+)/.exec(message)?.[1];
        if (isPassing(error) || isFatal(error) || cuts === MAX_CUTS) {
          throw error;
        } else if (position !== undefined) {
          const from = await frameStart(join(folder, walName), Number(position));
          const kept = await keepCopy(folder, walName, from);
          setAside.push(kept);
          log('error', 'the log of an open block is damaged; what comes after is set aside in broken/', {
            file: walName,
            from,
            setAside: kept,
            error: message,
          });
          await cutLog(join(folder, walName), from);
        } else if (/does not exist/i.test(message) && isWhole && (await commitsIn(folder, walName)) === 0) {
          log('info', 'removing an open block that had not got its tables yet', { block: id });
          await deleteBlockFiles(folder, id, 'open');
          return { removed: true, setAside };
        } else if (cuts === 0 && (await isReplaceable(folder, name, walName))) {
          const kept = await setAsideFile(folder, name);
          setAside.push(...(kept === undefined ? [] : [kept]));
          log('error', 'the file of an open block is damaged and is made anew: its spans are in its log', {
            file: name,
            ...(kept !== undefined && { setAside: kept }),
            error: message,
          });
          await makeAnew(source, name, walName);
        } else {
          throw error;
        }
      }
    }
  } catch (error) {
    const result = await giveUp(source, id, 'open', error);
    return { ...result, setAside: [...setAside, ...result.setAside] };
  }
}

/** Cuts off what a power cut has left, and keeps what damage makes useless. Returns false if something was damaged. */
async function mendLog({ folder, log }: BlockSource, walName: string, setAside: string[]): Promise<boolean> {
  const path = join(folder, walName);
  const state = await inspectLog(path);
  if (state === undefined || state.size === 0) {
    return true;
  }
  let isWhole = true;
  if (!state.headerIsGood && (state.commits > 0 || state.isTornInside)) {
    const kept = await keepCopy(folder, walName, 0);
    setAside.push(kept);
    log('error', 'the head of the log of an open block is damaged and is written anew', {
      file: walName,
      setAside: kept,
    });
    await restoreHeader(path);
    isWhole = false;
  }
  if (state.wholeEnd < state.size) {
    if (state.isTornInside) {
      const kept = await keepCopy(folder, walName, state.wholeEnd);
      setAside.push(kept);
      log('error', 'the log of an open block is damaged; what comes after is set aside in broken/', {
        file: walName,
        from: state.wholeEnd,
        setAside: kept,
      });
      isWhole = false;
    } else {
      log('info', 'the log of an open block ends in a write that was cut off and never acknowledged', {
        file: walName,
        bytes: state.size - state.wholeEnd,
      });
    }
    await cutLog(path, state.wholeEnd).catch((error: unknown) => {
      if (!isReadOnly(error)) {
        throw error;
      }
    });
  }
  return isWhole;
}

async function commitsIn(folder: string, walName: string): Promise<number> {
  return (await inspectLog(join(folder, walName)))?.commits ?? 0;
}

/** Whether the database file holds nothing that its log does not. */
async function isReplaceable(folder: string, name: string, walName: string): Promise<boolean> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  const hasOwnData = found?.isFile() === true && found.size > EMPTY_DATABASE_BYTES;
  return !hasOwnData && (await commitsIn(folder, walName)) > 0;
}

/** Makes the database file of an open block whose log is whole. */
async function makeAnew({ folder, connection }: BlockSource, name: string, walName: string): Promise<void> {
  // DuckDB deletes a log that it finds beside a file that it makes.
  await rename(join(folder, walName), join(folder, walName + MENDING));
  try {
    await execute(connection, attachSql(join(folder, name), 'anew', false));
    await execute(connection, 'DETACH anew');
  } finally {
    await endMending(folder, walName);
  }
}

/** Gives a log its name back, also after a crash. */
async function endMending(folder: string, walName: string): Promise<void> {
  await rename(join(folder, walName + MENDING), join(folder, walName)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') {
      throw error;
    }
  });
}

async function giveUp(
  { folder, log }: BlockSource,
  id: string,
  state: 'open' | 'sealed',
  error: unknown
): Promise<AttachResult> {
  const file = blockFileName(id, state);
  const message = messageOf(error);
  if (isPassing(error) && !isFatal(error)) {
    const advice = isReadOnly(error) ? 'give the store the right to read it' : 'it is tried again at the next start';
    log('error', 'a block cannot be read now and is left where it is', { block: id, file, advice, error: message });
    return { unreachable: file, setAside: [] };
  }
  const setAside = await setAsideBlock(folder, id, state);
  log('error', 'a block is damaged and is set aside in broken/', { block: id, file, setAside, error: message });
  if (isFatal(error)) {
    throw new InstanceLostError(message, { cause: error });
  }
  return { setAside };
}
