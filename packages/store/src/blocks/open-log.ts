// SPDX-License-Identifier: Apache-2.0
//
// The log (WAL) of an open block as a file: whether it is whole, and cutting off what is not. DuckDB drops a last
// transaction that was cut off, but refuses a log whose end is zeros (as a power cut leaves it) or that is damaged in the
// middle, and takes one whose first bytes are damaged for an empty one. So the log is looked at before DuckDB sees it.
//
// A log is a header and then frames: length (8 bytes, little-endian), checksum (8 bytes), that many bytes. Only the
// frames' lengths are followed here: DuckDB verifies the checksums, and says where one is wrong.

import { createReadStream } from 'node:fs';
import { open, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BROKEN, freeName } from './block-files.ts';
import { errnoOf, syncFolder } from './data-folder.ts';

/** Version 2 of DuckDB's log. A test fails when the DuckDB that is installed writes another one. */
const HEADER = Buffer.from('640062650002ffff', 'hex');
/** The frame that ends a transaction: always the same bytes. */
const COMMIT = Buffer.from('0500000000000000e7fe7d722fed3d5e640064ffff', 'hex');
const FRAME_HEADER = 16;
const WINDOW = 1 << 18;

/** What a look at a log has found. Positions are bytes from the start of the file. */
export interface LogState {
  readonly size: number;
  readonly headerIsGood: boolean;
  /** Ends of whole frames in a row, the last of them; the header's length if there is none. */
  readonly wholeEnd: number;
  /** Transactions in the whole frames. */
  readonly commits: number;
  /** There are whole transactions after the place where the row of frames breaks off: this is no power cut, but damage. */
  readonly isTornInside: boolean;
}

/** Looks at a log; undefined if there is none. Rejects with Node's error if it cannot be read. */
export async function inspectLog(path: string): Promise<LogState | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  try {
    const { size } = await file.stat();
    const window = new Window(file, size);
    const headerIsGood = (await window.read(0, HEADER.length)).equals(HEADER);
    const walked = await walkFrames(window, HEADER.length);
    const isTornInside = walked.end < size && (await hasCommit(window, walked.end));
    return {
      size,
      headerIsGood,
      wholeEnd: walked.end,
      commits: walked.commits,
      isTornInside,
    };
  } finally {
    await file.close();
  }
}

/** The start of the frame that holds a position, as DuckDB names it when a checksum is wrong. */
export async function frameStart(path: string, position: number): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return (await walkFrames(new Window(file, size), HEADER.length, position)).end;
  } finally {
    await file.close();
  }
}

/** Writes the header anew. */
export async function restoreHeader(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(HEADER, 0, HEADER.length, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Cuts a log off, durably. */
export async function cutLog(path: string, length: number): Promise<void> {
  await truncate(path, length);
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Copies a file from a position to its end to broken/, durably; returns the name of the copy. */
export async function keepCopy(folder: string, name: string, from: number): Promise<string> {
  const copy = await freeName(folder, from === 0 ? name : `${name}.from-${from}`);
  const target = await open(join(folder, BROKEN, copy), 'w');
  await pipeline(createReadStream(join(folder, name), { start: from }), target.createWriteStream({ flush: true }));
  await syncFolder(join(folder, BROKEN));
  return copy;
}

/** Length of a file; undefined if there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined
  );
}

/** Follows frames from `at` to where they break off, or to the one that holds the position `until`. */
async function walkFrames(window: Window, at: number, until = Infinity): Promise<{ end: number; commits: number }> {
  let end = Math.min(at, window.size);
  let commits = 0;
  while (end + FRAME_HEADER <= window.size) {
    const header = await window.read(end, FRAME_HEADER);
    const length = Number(header.readBigUInt64LE(0));
    const next = end + FRAME_HEADER + length;
    // No frame is empty: zeros are what a file system leaves where nothing was written.
    if (length === 0 || next > window.size || next > until) {
      break;
    }
    if (length === COMMIT.length - FRAME_HEADER && (await window.read(end, COMMIT.length)).equals(COMMIT)) {
      commits += 1;
    }
    end = next;
  }
  return { end, commits };
}

async function hasCommit(window: Window, from: number): Promise<boolean> {
  for (let at = from; at < window.size; at += WINDOW - COMMIT.length) {
    const bytes = await window.read(at, Math.min(WINDOW, window.size - at));
    if (bytes.includes(COMMIT)) {
      return true;
    }
  }
  return false;
}

/** Reads a file through a buffer, so that small reads one after the other cost one. */
class Window {
  readonly size: number;
  private readonly file: FileHandle;
  private readonly buffer = Buffer.allocUnsafe(WINDOW);
  private start = 0;
  private length = 0;

  constructor(file: FileHandle, size: number) {
    this.file = file;
    this.size = size;
  }

  /** At most the window's size; fewer bytes at the end of the file. Valid until the next read. */
  async read(from: number, length: number): Promise<Buffer> {
    if (from < this.start || from + length > this.start + this.length) {
      const { bytesRead } = await this.file.read(this.buffer, 0, WINDOW, from);
      this.start = from;
      this.length = bytesRead;
    }
    return this.buffer.subarray(from - this.start, Math.min(from - this.start + length, this.length));
  }
}
