// SPDX-License-Identifier: Apache-2.0
//
// The hashes of the spans in the block that was sealed last, in a small file: after a restart a client may send again
// what it has got no answer for, and the sealed block itself does not keep them. Written before the open block goes,
// replaced when the next block is sealed. A file that cannot be read is worth a warning and nothing else.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HashSet } from '../ingest/hash-set.ts';
import type { Block } from './block.ts';
import { errnoOf, writeDurably } from './data-folder.ts';
import { messageOf } from './database.ts';
import type { BlockSource } from './load.ts';

/** Name of the file. Eight bytes of magic, first arrival (float64) and number of hashes, then these, little-endian. */
export const SENT_HASHES = 'sent.hashes';
const MAGIC = Buffer.from('twsent1\n', 'latin1');
const HEADER_BYTES = 24;

/** Hashes of spans that may be sent again. */
export interface SentSpans {
  readonly hashes: HashSet;
  /** When the first of the spans arrived, milliseconds since 1970. */
  readonly since: number;
  /** Until when, by the monotonic clock, they are kept whatever blocks are sealed. */
  readonly until: number;
}

/** Keeps the hashes of an open block; durable when it resolves. */
export async function writeSentHashes({ folder, pool }: BlockSource, open: Block): Promise<void> {
  const result = await pool.query(`SELECT content_hash FROM ${open.catalog}.spans`);
  const hashes = result.bigints(0);
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeDoubleLE(open.firstArrival, 8);
  header.writeDoubleLE(hashes.length, 16);
  await writeDurably(
    folder,
    SENT_HASHES,
    Buffer.concat([header, Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength)])
  );
}

/** What was kept, to be remembered for `keepMs`; undefined if there is nothing, or it cannot be read. */
export async function readSentHashes({ folder, log }: BlockSource, keepMs: number): Promise<SentSpans | undefined> {
  try {
    const bytes = await readFile(join(folder, SENT_HASHES));
    const count = bytes.length >= HEADER_BYTES ? bytes.readDoubleLE(16) : -1;
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes.length !== HEADER_BYTES + count * 8) {
      throw new Error(`expected a header and ${count} hashes, found ${bytes.length} bytes`);
    }
    const hashes = new HashSet(count);
    for (let at = HEADER_BYTES; at < bytes.length; at += 8) {
      hashes.add(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
    }
    return { hashes, since: bytes.readDoubleLE(8), until: performance.now() + keepMs };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') {
      log('warn', 'which spans were sent last is not known: what is sent again of them is stored again', {
        file: SENT_HASHES,
        error: messageOf(error),
      });
    }
    return undefined;
  }
}

/** Forgets them. */
export async function removeSentHashes(folder: string): Promise<void> {
  await rm(join(folder, SENT_HASHES), { recursive: true, force: true });
}
