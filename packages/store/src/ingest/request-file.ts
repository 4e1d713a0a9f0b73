// SPDX-License-Identifier: Apache-2.0
//
// Keeps the request log over a restart: what is new in it is appended to a file about once a second, and when the store
// closes. Not synced: after kill -9 the file has all but the last second, whose spans are in the youngest blocks and known
// by their hashes. Two files take turns, so that none grows for ever. What cannot be read or written is worth a warning.

import { appendFile, readFile, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../blocks/data-folder.ts';
import { messageOf } from '../blocks/database.ts';
import type { Log } from '../blocks/log.ts';
import { KEEP_MS } from './request-log.ts';
import type { RequestLog } from './request-log.ts';

const YOUNGER = 'sent.requests';
const OLDER = 'sent.requests.older';
/** Time in milliseconds since 1970 (float64), and the two halves of a digest; little-endian. */
const RECORD_BYTES = 16;
/** A file this large makes way for the next. */
const MAX_BYTES = RECORD_BYTES * 1_000_000;

/** See the head of the file. */
export class RequestFile {
  private readonly folder: string;
  private readonly requests: RequestLog;
  private readonly log: Log;
  private bytes = 0;
  /** Since when, by the monotonic clock, the younger file is written. */
  private since = performance.now();
  private hasWarned = false;
  private saving: Promise<void> = Promise.resolve();

  constructor(folder: string, requests: RequestLog, log: Log) {
    this.folder = folder;
    this.requests = requests;
    this.log = log;
  }

  /** Takes up what an earlier process has kept, which was `lastKnown` the last time, if that is known. */
  async load(lastKnown: number | undefined): Promise<void> {
    const now = Date.now();
    const until = Math.min(now, lastKnown ?? now);
    for (const name of [OLDER, YOUNGER]) {
      const bytes = await readFile(join(this.folder, name)).catch((error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') {
          this.warn(name, error);
        }
        return Buffer.alloc(0);
      });
      for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
        const time = bytes.readDoubleLE(at);
        // One of the future was kept before the clock was set back; one of long ago before it was set forward.
        if (until - time < 2 * KEEP_MS) {
          this.requests.add({ lo: bytes.readInt32LE(at + 8), hi: bytes.readInt32LE(at + 12) }, time, performance.now());
        }
      }
      this.bytes = bytes.length - (bytes.length % RECORD_BYTES);
      if (this.bytes < bytes.length) {
        // A record that was cut off is none, and no other may follow it.
        await truncate(join(this.folder, name), this.bytes).catch((error: unknown) => this.warn(name, error));
      }
    }
    this.requests.takeFresh();
  }

  /** Writes what is new since the last time, and removes what was forgotten. */
  save(): Promise<void> {
    this.saving = this.saving.then(() => this.saveNow());
    return this.saving;
  }

  private async saveNow(): Promise<void> {
    const { records, isForgotten } = this.requests.takeFresh();
    try {
      if (isForgotten) {
        await rm(join(this.folder, OLDER), { force: true });
        await rm(join(this.folder, YOUNGER), { force: true });
        this.bytes = 0;
      }
      if (records.length > 0) {
        await this.append(records);
      }
      this.hasWarned = false;
    } catch (error) {
      this.warn(YOUNGER, error);
    }
  }

  private async append(records: readonly number[]): Promise<void> {
    const now = performance.now();
    if (this.bytes > 0 && (this.bytes >= MAX_BYTES || now - this.since >= KEEP_MS)) {
      await rename(join(this.folder, YOUNGER), join(this.folder, OLDER));
      this.bytes = 0;
    }
    if (this.bytes === 0) {
      this.since = now;
    }
    const bytes = Buffer.alloc((records.length / 3) * RECORD_BYTES);
    for (let i = 0, at = 0; i < records.length; i += 3, at += RECORD_BYTES) {
      bytes.writeDoubleLE(records[i] ?? 0, at);
      bytes.writeInt32LE(records[i + 1] ?? 0, at + 8);
      bytes.writeInt32LE(records[i + 2] ?? 0, at + 12);
    }
    await appendFile(join(this.folder, YOUNGER), bytes);
    this.bytes += bytes.length;
  }

  private warn(name: string, error: unknown): void {
    if (!this.hasWarned) {
      this.hasWarned = true;
      this.log('warn', 'which requests were stored lately is not kept over a restart', {
        file: name,
        error: messageOf(error),
      });
    }
  }
}
