// SPDX-License-Identifier: Apache-2.0
//
// A store in a process of its own, for the model-based test: told what to do by messages, killed when the test
// wants to. It can be told what time it is, and to let a commit fail before or after it has become durable.

import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { JobRequest, JobStatus, Store, StoreOptions } from '../../api.ts';
import { BlockSet } from '../../blocks/block-set.ts';
import { isHalfMade } from '../../blocks/block-files.ts';
import { messageOf } from '../../blocks/database.ts';
import type { FilledGroup } from '../../ingest/block-writer.ts';
import { BlockWriter } from '../../ingest/block-writer.ts';
import { openStore } from '../../store.ts';
import type { ChildAnswer, ChildRequest, SealedBlock, Shrunk } from './messages.ts';

const JOB_POLL_MS = 3;

let store: Store | undefined;
let options: StoreOptions | undefined;
let blocks: BlockSet | undefined;
let clockOffset = 0;
let failure: 'before' | 'after' | undefined;

const realNow = Date.now;
Date.now = () => realNow() + clockOffset;

// The set changes when the database is opened anew.
const start = BlockSet.start.bind(BlockSet);
BlockSet.start = async (options) => {
  // When the last spans of an open block came the file system says, whose clock cannot be set. Time goes by between
  // blocks only, so that it was now.
  for (const name of readdirSync(options.folder).filter((file) => file.startsWith('open-'))) {
    utimesSync(join(options.folder, name), Date.now() / 1000, Date.now() / 1000);
  }
  blocks = await start(options);
  return blocks;
};

// What a failed sync looks like: the group may have become durable or not, and the instance is beyond use.
const commit = Reflect.get(BlockWriter.prototype, 'commit');
BlockWriter.prototype.commit = async function failing(this: BlockWriter, group: FilledGroup): Promise<void> {
  const when = group.buffers.rows > 0 ? failure : undefined;
  if (when !== undefined) {
    failure = undefined;
  }
  if (when !== 'before') {
    await commit.call(this, group);
  }
  if (when !== undefined) {
    throw new Error('FATAL Error: the disk failed, as the test wanted');
  }
};

function opened(): Store {
  if (store === undefined) {
    throw new Error('the store is not open');
  }
  return store;
}

async function runJob(request: JobRequest): Promise<JobStatus | undefined> {
  let status: JobStatus | undefined = await opened().startJob(request);
  while (status !== undefined && (status.state === 'waiting' || status.state === 'running')) {
    await wait(JOB_POLL_MS);
    status = await opened().job(status.id);
  }
  return status;
}

function tenantFolder(): string {
  return join(options?.dataDir ?? '', 'single-tenant');
}

function folderBytes(): number {
  const files = readdirSync(tenantFolder(), { recursive: true, withFileTypes: true });
  return files.reduce((sum, file) => {
    const found = file.isFile() ? statSync(join(file.parentPath, file.name), { throwIfNoEntry: false }) : undefined;
    return sum + (found?.size ?? 0);
  }, 0);
}

function sealedBlocks(): SealedBlock[] {
  const sealed = blocks?.blocks.filter(({ state }) => state === 'sealed') ?? [];
  return sealed.map(({ id, bytes, lastArrival }) => ({ id, bytes, lastArrival }));
}

async function sealedSpans(): Promise<Set<string>> {
  const spans = new Set<string>();
  const lease = blocks?.acquire();
  try {
    for (const { catalog, state } of lease?.blocks ?? []) {
      if (state === 'sealed') {
        const found = await blocks?.query(
          `SELECT format('{:016x}{:016x} {:016x} {}', trace_hi, trace_lo, span_id, kind) AS span FROM ${catalog}.spans`
        );
        found?.texts('span').forEach((span) => spans.add(span ?? ''));
      }
    }
  } finally {
    lease?.release();
  }
  return spans;
}

async function shrink(share: number): Promise<Shrunk> {
  if (options === undefined || blocks === undefined) {
    throw new Error('the store is not open');
  }
  await blocks.settled();
  // Files go when nobody reads them any more.
  await blocks.removed();
  const spans = await sealedSpans();
  const before = sealedBlocks();
  const bytesBefore = folderBytes();
  const { maxBytes } = options.retention;
  const limit = Math.floor(bytesBefore * share);
  Object.assign(options.retention, { maxBytes: limit });
  await blocks.retain(Date.now());
  Object.assign(options.retention, { maxBytes });
  await blocks.removed();
  const after = sealedBlocks();
  const bytesAfter = folderBytes();
  const lastId = Math.max(...[...before, ...after].map(({ id }) => Number(id)));
  const isMerging = readdirSync(tenantFolder()).some((name) => isOfNewBlock(name, lastId));
  const left = await sealedSpans();
  const lost = [...spans].filter((span) => !left.has(span));
  return { limit, before, after, bytesBefore, bytesAfter, isMerging, lost };
}

/** Whether the file is of a block that is being made, or has just been and is not in its place yet. */
function isOfNewBlock(name: string, lastId: number): boolean {
  return isHalfMade(name) || Number(/^block-(\d+)\./.exec(name)?.[1] ?? NaN) > lastId;
}

async function run(request: ChildRequest): Promise<unknown> {
  switch (request.kind) {
    case 'open':
      ({ options } = request);
      store = await openStore(request.options, {
        log: (level, message, fields) => {
          if (level === 'error' && process.env['TRACEWELL_MODEL_LOG'] !== undefined) {
            process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
          }
        },
      });
      return undefined;
    case 'close':
      await opened().close();
      store = undefined;
      return undefined;
    case 'clock':
      clockOffset = request.nowMs - realNow();
      return undefined;
    case 'retain':
      return blocks?.retain(Date.now());
    case 'shrink':
      return shrink(request.share);
    case 'fail':
      failure = request.when;
      return undefined;
    case 'ingest':
      return opened().ingest(request.bytes);
    case 'seal':
      return opened().seal();
    case 'job':
      return runJob(request.request);
    case 'status':
      return opened().status();
    case 'trace':
      return opened().trace(request.request);
    case 'search':
      return opened().search(request.request);
    case 'tagValues':
      return opened().tagValues(request.request);
    case 'red':
      return opened().red(request.request);
    case 'metrics':
      return opened().metrics(request.request);
    case 'serviceGraph':
      return opened().serviceGraph(request.request);
  }
}

process.on('message', ({ id, request }: { id: number; request: ChildRequest }) => {
  const send = (answer: ChildAnswer): void => void process.send?.(answer);
  run(request).then(
    (value) => send({ id, value }),
    (error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      send({ id, error: { message: messageOf(error), code } });
    }
  );
});
process.once('disconnect', () => process.exit());
