// SPDX-License-Identifier: Apache-2.0
//
// manifest.json names the sealed blocks that exist, with what has to be known of them without opening
// them. It is replaced by an atomic rename: a block exists when the manifest says so. A checksum tells a manifest
// that was damaged from one that was written so; only one that has it is the last word on which blocks exist.

import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../api.ts';
import { errnoOf, writeDurably } from './data-folder.ts';
import { isDiskFull, messageOf } from './database.ts';

/** One sealed block. Times of spans are nanoseconds; times of arrival milliseconds since 1970. */
export interface ManifestEntry {
  readonly id: string;
  readonly spans: number;
  readonly traces: number;
  readonly bytes: number;
  readonly minTime: bigint;
  readonly maxTime: bigint;
  readonly firstArrival: number;
  readonly lastArrival: number;
}

/** What a folder's manifest says. */
export interface Manifest {
  /**
   * Sealed blocks that it does not name are leftovers. False if there is none, and for format 1, which cannot be told
   * from a damaged one: then the block files themselves say what exists.
   */
  readonly isAuthoritative: boolean;
  /** In the order of arrival. */
  readonly blocks: readonly ManifestEntry[];
}

export const MANIFEST = 'manifest.json';
const MANIFEST_FORMAT = 2;

/** The manifest of a folder. Rejects with StoreError 'unreadable' if it is damaged or cannot be read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return { isAuthoritative: false, blocks: [] };
    }
    throw new StoreError('unreadable', `cannot read ${path}: ${errnoOf(error)}`, { cause: error });
  }
  try {
    return parseManifest(text);
  } catch (error) {
    throw new StoreError('unreadable', `${path} is damaged: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Replaces the manifest; durable when it resolves. On a full disk a manifest that got shorter is written over the old one:
 * retention could make no room otherwise. Should a crash tear it, its checksum tells, and it is made anew from the blocks.
 */
export async function writeManifest(folder: string, entries: readonly ManifestEntry[]): Promise<void> {
  const text = formatManifest(entries);
  try {
    await writeDurably(folder, MANIFEST, text);
  } catch (error) {
    if (!isDiskFull(error) || !(await writeOver(join(folder, MANIFEST), text))) {
      throw error;
    }
  }
}

/** Writes into the space that a file has already; false, and nothing is done, if that is too little. */
async function writeOver(path: string, text: string): Promise<boolean> {
  const bytes = Buffer.from(text);
  const file = await open(path, 'r+').catch(() => undefined);
  if (file === undefined) {
    return false;
  }
  try {
    if ((await file.stat()).size < bytes.length) {
      return false;
    }
    await file.writeFile(bytes);
    await file.truncate(bytes.length);
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

/** The text of a manifest. */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const blocks = entries.map((entry) => ({
    ...entry,
    minTime: String(entry.minTime),
    maxTime: String(entry.maxTime),
  }));
  return `${JSON.stringify({ format: MANIFEST_FORMAT, checksum: checksumOf(blocks), blocks }, undefined, 1)}\n`;
}

/** Reads what {@link formatManifest} wrote, in this format or the one before; throws a plain Error. */
export function parseManifest(text: string): Manifest {
  const parsed: unknown = JSON.parse(text);
  const fields = new Map<string, unknown>(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
  const format = fields.get('format');
  const blocks = fields.get('blocks');
  if (!Array.isArray(blocks)) {
    throw new Error('expected an object with a list "blocks"');
  }
  if (format !== 1 && format !== MANIFEST_FORMAT) {
    throw new Error(`expected format 1 or ${MANIFEST_FORMAT}, found ${JSON.stringify(format)}`);
  }
  if (format === MANIFEST_FORMAT && fields.get('checksum') !== checksumOf(blocks)) {
    throw new Error(`expected checksum ${checksumOf(blocks)}, found ${JSON.stringify(fields.get('checksum'))}`);
  }
  return { isAuthoritative: format === MANIFEST_FORMAT, blocks: blocks.map(toEntry) };
}

/** Of the list as it is written; parsing keeps the order of fields, so it can be had again from what was parsed. */
function checksumOf(blocks: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(blocks)).digest('hex').slice(0, 16);
}

function toEntry(value: unknown): ManifestEntry {
  if (typeof value !== 'object' || value === null) {
    throw new Error(`expected a block, found ${JSON.stringify(value)}`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const number = (name: string): number => {
    const found = fields.get(name);
    if (typeof found !== 'number' || !Number.isFinite(found)) {
      throw new Error(`expected a number "${name}", found ${JSON.stringify(found)}`);
    }
    return found;
  };
  const text = (name: string): string => {
    const found = fields.get(name);
    if (typeof found !== 'string' || !/^\d+$/.test(found)) {
      throw new Error(`expected digits as "${name}", found ${JSON.stringify(found)}`);
    }
    return found;
  };
  return {
    id: text('id'),
    spans: number('spans'),
    traces: number('traces'),
    bytes: number('bytes'),
    minTime: BigInt(text('minTime')),
    maxTime: BigInt(text('maxTime')),
    firstArrival: number('firstArrival'),
    lastArrival: number('lastArrival'),
  };
}
