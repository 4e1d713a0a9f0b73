// SPDX-License-Identifier: Apache-2.0
//
// The whole folder, read back: FORMAT, manifest, files that nobody names, and every block. Sealed blocks are read by
// a DuckDB of their own, from the disk rather than from what the store has cached, with its own small memory; damage
// that breaks it breaks nothing else. Nothing is repaired.

import type duckdb from '@duckdb/node-bindings';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../api.ts';
import type { JobResult } from '../api.ts';
import { BROKEN, blockFiles } from '../blocks/block-files.ts';
import { blockFileName, filterFileName } from '../blocks/block.ts';
import { TraceFilter } from '../blocks/bloom.ts';
import { DEFAULT_TENANT } from '../blocks/data-folder.ts';
import { attachSql, Database, execute, messageOf } from '../blocks/database.ts';
import { readManifest } from '../blocks/manifest.ts';
import type { ManifestEntry } from '../blocks/manifest.ts';
import { QueryPool } from '../blocks/query-pool.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import type { JobControl } from '../jobs/job-control.ts';
import { Notes } from '../jobs/notes.ts';
import { FORMAT_VERSION } from '../schema/tables.ts';
import { verifyOpenBlock } from './verify-open-block.ts';
import { verifySealedBlock } from './verify-block.ts';

const MEMORY_BYTES = 192_000_000;
/** What the folder of a tenant may have besides the files of blocks: the store's own, and what it is making just now. */
const knownNames = /^(manifest\.json|clock|sent\.[\w.-]+|tmp|broken|making-\d+\.duckdb.*)$|\.tmp$/;

/**
 * A running store puts a block into the manifest, into memory and into its place one after the other. What does not go
 * together must go on like that for so long to be damage.
 */
const SETTLE_MS = 5000;
const LOOK_MS = 50;

/** What is verified. */
export interface VerifySource {
  readonly dataDir: string;
  readonly reader: BlockReader;
  /** All blocks that the store has now, the empty ones too, and those that have gone and whose files go soon. */
  readonly blocks: () => {
    readonly blocks: readonly Pick<BlockRef, 'id'>[];
    readonly leaving: readonly Pick<BlockRef, 'id'>[];
  };
}

/** Runs the job. Rejects with StoreError 'cancelled'. */
export async function verifyStore(source: VerifySource, control: JobControl): Promise<JobResult> {
  const notes = new Notes();
  let damages = 0;
  const damage = (line: string): void => {
    damages += 1;
    notes.add(line);
  };
  const { signal } = control;
  const lease = source.reader.acquire();
  const temporary = await mkdtemp(join(tmpdir(), 'tracewell-verify-'));
  const database = await Database.open({ memoryLimitBytes: MEMORY_BYTES, threads: 1, tempDirectory: temporary });
  let good = 0;
  let done = 0;
  try {
    const disk: Disk = { pool: await QueryPool.open(database, 1), connection: await database.connect() };
    const total = lease.blocks.reduce((sum, { spans }) => sum + spans, 0);
    await verifyFormat(source.dataDir, damage);
    const manifest = await verifyManifest(source, lease.blocks, damage, signal);
    for (const [index, block] of lease.blocks.entries()) {
      signal.throwIfAborted();
      const what = `block ${block.id}, ${index + 1} of ${lease.blocks.length}`;
      control.report(what, done, total);
      const before = damages;
      let read = 0;
      const check = {
        block,
        signal,
        damage: (finding: string) => damage(`block ${block.id}: ${finding}`),
        progress: (spans: number) => {
          read += spans;
          control.report(what, done + read, total);
        },
      };
      if (block.state === 'open') {
        await verifyOpenBlock({ ...check, query: (...sql) => source.reader.query(...sql) });
      } else {
        await verifyFromDisk(source, disk, check, manifest?.get(block.id));
      }
      done += block.spans;
      good += damages === before ? 1 : 0;
    }
    await verifyFiles(source, lease.blocks, damage, signal);
    control.report('done', done, total);
  } catch (error) {
    throw signal.aborted ? new StoreError('cancelled', 'verifying was cancelled') : error;
  } finally {
    lease.release();
    database.close();
    await rm(temporary, { recursive: true, force: true });
  }
  return { blocks: good, spans: done, notes: notes.lines, damaged: damages > 0 };
}

type Damage = (line: string) => void;

async function verifyFormat(dataDir: string, damage: Damage): Promise<void> {
  const path = join(dataDir, 'FORMAT');
  try {
    const text = await readFile(path, 'utf8');
    if (text !== `tracewell ${FORMAT_VERSION}\n`) {
      damage(`${path}: expected "tracewell ${FORMAT_VERSION}", found ${JSON.stringify(text.slice(0, 40))}`);
    }
  } catch (error) {
    damage(`${path}: ${messageOf(error)}`);
  }
}

/** The manifest against the blocks that are served; undefined if it cannot be read. */
async function verifyManifest(
  source: VerifySource,
  blocks: readonly BlockRef[],
  damage: Damage,
  signal: AbortSignal
): Promise<ReadonlyMap<string, ManifestEntry> | undefined> {
  const read = async (): Promise<ReadonlyMap<string, ManifestEntry>> =>
    new Map((await readManifest(join(source.dataDir, DEFAULT_TENANT))).blocks.map((entry) => [entry.id, entry]));
  try {
    const manifest = await read();
    const sealed = blocks.filter(({ state }) => state === 'sealed').map(({ id }) => id);
    const unnamed = await lasting(
      sealed.filter((id) => !manifest.has(id)),
      async (ids) => {
        const named = await read();
        // Some may have been merged, or deleted, since they were leased.
        const served = new Set(source.blocks().blocks.map(({ id }) => id));
        return ids.filter((id) => served.has(id) && !named.has(id));
      },
      signal
    );
    unnamed.forEach((id) => damage(`block ${id} is not in the manifest`));
    return manifest;
  } catch (error) {
    signal.throwIfAborted();
    damage(messageOf(error));
    return undefined;
  }
}

/** Connections to the DuckDB that verifies. */
interface Disk {
  readonly pool: QueryPool;
  readonly connection: duckdb.Connection;
}

async function verifyFromDisk(
  { dataDir }: VerifySource,
  { pool, connection }: Disk,
  check: Omit<Parameters<typeof verifySealedBlock>[0], 'query'>,
  entry: ManifestEntry | undefined
): Promise<void> {
  const { block, damage } = check;
  const folder = join(dataDir, DEFAULT_TENANT);
  const filter = await readFilter(folder, block, damage);
  try {
    await execute(connection, attachSql(join(folder, blockFileName(block.id, 'sealed')), block.catalog, true));
  } catch (error) {
    damage(`cannot be opened: ${messageOf(error)}`);
    return;
  }
  try {
    await compareWithManifest(pool, block, entry, damage);
    await verifySealedBlock({ ...check, query: (sql, params, options) => pool.query(sql, params, options) }, filter);
  } finally {
    await execute(connection, `DETACH ${block.catalog}`);
  }
}

async function readFilter(folder: string, { id }: BlockRef, damage: Damage): Promise<TraceFilter | undefined> {
  try {
    return new TraceFilter(await readFile(join(folder, filterFileName(id))));
  } catch (error) {
    damage(`its filter of trace ids cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

async function compareWithManifest(
  pool: QueryPool,
  { catalog }: BlockRef,
  entry: ManifestEntry | undefined,
  damage: Damage
): Promise<void> {
  if (entry === undefined) {
    return;
  }
  try {
    const found = await pool.query(
      `SELECT count(*) AS spans, min(start_ns) AS least, max(start_ns) AS most, (SELECT count(*) FROM ${catalog}.traces) AS traces FROM ${catalog}.spans`
    );
    const facts: readonly (readonly [string, bigint | number, bigint | number | undefined])[] = [
      ['spans', entry.spans, found.numbers('spans')[0]],
      ['traces', entry.traces, found.numbers('traces')[0]],
      ['minTime', entry.minTime, found.bigints('least')[0]],
      ['maxTime', entry.maxTime, found.bigints('most')[0]],
    ];
    for (const [name, named, counted] of facts) {
      if (named !== counted) {
        damage(`the manifest says ${name} ${named}, the block has ${counted ?? 'none'}`);
      }
    }
  } catch (error) {
    damage(`its spans cannot be counted: ${messageOf(error)}`);
  }
}

/** Files of blocks that the store does not know, and what was set aside. */
async function verifyFiles(
  source: VerifySource,
  leased: readonly BlockRef[],
  damage: Damage,
  signal: AbortSignal
): Promise<void> {
  const folder = join(source.dataDir, DEFAULT_TENANT);
  const findStrangers = async (): Promise<string[]> => {
    const { blocks, leaving } = source.blocks();
    const ids = [...leased, ...blocks, ...leaving].map(({ id }) => id);
    const known = new Set(ids.flatMap((id) => [...blockFiles(id, 'open'), ...blockFiles(id, 'sealed')]));
    return (await readdir(folder)).filter((name) => !knownNames.test(name) && !known.has(name));
  };
  const strays = await lasting(
    await findStrangers(),
    async (names) => {
      const found = new Set(await findStrangers());
      return names.filter((name) => found.has(name));
    },
    signal
  );
  strays.forEach((name) => damage(`${join(folder, name)} belongs to no block`));
  const broken = join(folder, BROKEN);
  for (const name of await readdir(broken).catch(() => [])) {
    damage(`${join(broken, name)} was set aside because it could not be used`);
  }
}

/**
 * Those of the items of which `stillOdd` gives back every time that it is asked, for {@link SETTLE_MS}. Rejects when the
 * signal is aborted.
 */
async function lasting(
  items: readonly string[],
  stillOdd: (items: readonly string[]) => Promise<readonly string[]>,
  signal: AbortSignal
): Promise<readonly string[]> {
  let odd = items;
  for (const end = performance.now() + SETTLE_MS; odd.length > 0 && performance.now() < end;) {
    await wait(LOOK_MS, undefined, { signal });
    odd = await stillOdd(odd);
  }
  return odd;
}
