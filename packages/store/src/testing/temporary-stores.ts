// SPDX-License-Identifier: Apache-2.0
//
// Stores on folders of their own: both go when a test ends.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRequest, JobStatus, Store, StoreOptions } from '../api.ts';
import { openStore } from '../store.ts';
import type { StoreHooks } from '../store.ts';
import { storeOptions, temporaryFolder } from './store-fixture.ts';

/** One for a file of tests; `end` is for `afterEach`. */
export class TemporaryStores {
  /** What the stores of the present test have logged: level, message and fields. */
  readonly log: string[] = [];
  private readonly changes: Partial<StoreOptions>;
  private readonly folders: string[] = [];
  private readonly stores: Store[] = [];

  /** `changes` are for all its stores. */
  constructor(changes: Partial<StoreOptions> = {}) {
    this.changes = changes;
  }

  get errors(): string[] {
    return this.log.filter((line) => line.startsWith('error'));
  }

  /** An empty one. */
  newFolder(): string {
    const folder = temporaryFolder();
    this.folders.push(folder);
    return folder;
  }

  async open(folder: string, changes: Partial<StoreOptions> = {}, hooks: StoreHooks = {}): Promise<Store> {
    const store = await openStore(storeOptions(folder, { ...this.changes, ...changes }), {
      log: (level, message, fields = {}) => this.log.push(`${level}: ${message} ${JSON.stringify(fields)}`),
      ...hooks,
    });
    this.stores.push(store);
    return store;
  }

  /** A copy of a folder as it is at this moment, as after kill -9. */
  killed(folder: string): string {
    const copy = this.newFolder();
    // By another process: closing a database file in this one would drop DuckDB's locks.
    execFileSync('cp', ['-r', `${folder}/.`, copy]);
    rmSync(join(copy, 'LOCK'), { force: true });
    return copy;
  }

  async end(): Promise<void> {
    await Promise.all(this.stores.splice(0).map((store) => store.close()));
    await Promise.all(this.folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
    this.log.length = 0;
  }
}

/** Runs a job to its end. */
export async function runJob(store: Store, request: JobRequest): Promise<JobStatus> {
  let job = await store.startJob(request);
  while (job.state === 'waiting' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 5));
    job = (await store.job(job.id)) ?? job;
  }
  return job;
}
