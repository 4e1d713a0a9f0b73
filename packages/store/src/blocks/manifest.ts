// SPDX-License-Identifier: Apache-2.0
//
// manifest.json names the sealed blocks that exist, with what has to be known of them without opening
// them. It is replaced by an atomic rename: a block exists when the manifest says so.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../api.ts';
import { errnoOf, writeDurably } from './data-folder.ts';
import { messageOf } from './database.ts';

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

const MANIFEST = 'manifest.json';

/** The sealed blocks, oldest first; none if there is no manifest yet. Rejects with StoreError 'unreadable'. */
export async function readManifest(folder: string): Promise<ManifestEntry[]> {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      return [];
    }
    throw new StoreError('unreadable', `cannot read ${path}: ${errnoOf(error)}`, { cause: error });
  }
  try {
    const parsed: unknown = JSON.parse(text);
    const blocks = typeof parsed === 'object' && parsed !== null && 'blocks' in parsed ? parsed.blocks : undefined;
    if (!Array.isArray(blocks)) {
      throw new Error('expected an object with a list "blocks"');
    }
    return blocks.map(toEntry);
  } catch (error) {
    throw new StoreError('unreadable', `${path} is damaged: ${messageOf(error)}`, { cause: error });
  }
}

/** Replaces the manifest; durable when it resolves. */
export async function writeManifest(folder: string, entries: readonly ManifestEntry[]): Promise<void> {
  const blocks = entries.map((entry) => ({
    ...entry,
    minTime: String(entry.minTime),
    maxTime: String(entry.maxTime),
  }));
  await writeDurably(folder, MANIFEST, `${JSON.stringify({ format: 1, blocks }, undefined, 1)}\n`);
}

function toEntry(value: unknown): ManifestEntry {
  if (typeof value !== 'object' || value === null) {
    throw new Error(`expected a block, found ${JSON.stringify(value)}`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const number = (name: string): number => {
    const found = fields.get(name);
    if (typeof found !== 'number') {
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
