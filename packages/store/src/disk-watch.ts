// SPDX-License-Identifier: Apache-2.0
//
// Whether the disk below the data folder takes spans: its free space against the floor, and whether the folder can
// be written at all. Measured each second and after every failure, never in the way of a request.

import { size } from '@tracewell/base';
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from './api.ts';
import { DEFAULT_TENANT, errnoOf, freeBytes } from './blocks/data-folder.ts';
import { isDiskFull, isReadOnly, messageOf } from './blocks/database.ts';
import type { Log } from './blocks/log.ts';

/** How long a write that failed for want of space refuses spans, unless it succeeds in the meantime. */
const FAILURE_MS = 3000;

/** What a set of blocks needs at once: a database file, its log, a manifest. */
const PROBE_BYTES = 256 * 1024;
/** Of a name that the next start removes. */
const PROBE = 'probe.json.tmp';

/** See the head of the file. */
export class DiskWatch {
  private readonly dataDir: string;
  private readonly minFreeBytes: number;
  private readonly log: Log;
  private free = Infinity;
  private writable = '';
  private failure: { readonly error: StoreError; readonly until: number } | undefined;
  private refusing = '';

  constructor(dataDir: string, minFreeBytes: number, log: Log) {
    this.dataDir = dataDir;
    this.minFreeBytes = minFreeBytes;
    this.log = log;
  }

  /** Bytes that are free; Infinity if it could not be measured. */
  get freeBytes(): number {
    return this.free;
  }

  /** Why spans cannot be taken: 'disk-full' or 'read-only', worth another try later; undefined if they can. */
  get refusal(): StoreError | undefined {
    if (this.writable !== '') {
      return new StoreError('read-only', `${this.dataDir} cannot be written (${this.writable}); queries go on`, {
        retryable: true,
      });
    }
    if (this.free < this.minFreeBytes) {
      const message = `${this.dataDir} has ${size(this.free)} free, less than the floor of ${size(this.minFreeBytes)}; make room`;
      return new StoreError('disk-full', message, { retryable: true });
    }
    return this.failure !== undefined && performance.now() < this.failure.until ? this.failure.error : undefined;
  }

  async measure(): Promise<void> {
    try {
      this.free = await freeBytes(this.dataDir);
    } catch (error) {
      this.log('warn', 'cannot measure free disk space', { error: messageOf(error) });
    }
    this.writable = '';
    for (const folder of [this.dataDir, join(this.dataDir, DEFAULT_TENANT)]) {
      await access(folder, constants.W_OK).catch((error: unknown) => {
        this.writable = errnoOf(error);
      });
    }
    this.logChange();
  }

  /** Whether a file can be written; for when it is worth the disk's while to know. */
  async takesWrites(): Promise<boolean> {
    const path = join(this.dataDir, DEFAULT_TENANT, PROBE);
    try {
      await writeFile(path, new Uint8Array(PROBE_BYTES));
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    } finally {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Tells of a write that failed: if it was for want of space or of permission, spans are refused for a while. */
  failed(error: unknown): void {
    const code = isDiskFull(error) ? 'disk-full' : isReadOnly(error) ? 'read-only' : undefined;
    if (code !== undefined) {
      const message = `${this.dataDir} took no write: ${messageOf(error)}`;
      this.failure = {
        error: new StoreError(code, message, { retryable: true }),
        until: performance.now() + FAILURE_MS,
      };
      this.logChange();
    }
  }

  private logChange(): void {
    const { refusal } = this;
    const code = refusal?.code ?? '';
    if (code !== this.refusing) {
      this.refusing = code;
      if (refusal === undefined) {
        this.log('info', 'the disk takes spans again', { freeDiskBytes: this.free });
      } else {
        this.log('error', 'spans are refused', { reason: code, error: refusal.message });
      }
    }
  }
}
