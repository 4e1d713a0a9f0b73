// SPDX-License-Identifier: Apache-2.0
//
// A store in a process of its own, for the model-based test: told what to do by messages, killed when the test
// wants to. It can be told what time it is, and to let a commit fail before or after it has become durable.

import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { JobRequest, JobStatus, Store } from '../../api.ts';
import { BlockSet } from '../../blocks/block-set.ts';
import { messageOf } from '../../blocks/database.ts';
import type { FilledGroup } from '../../ingest/block-writer.ts';
import { BlockWriter } from '../../ingest/block-writer.ts';
import { openStore } from '../../store.ts';
import type { ChildAnswer, ChildRequest } from './messages.ts';

const JOB_POLL_MS = 3;

let store: Store | undefined;
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

async function run(request: ChildRequest): Promise<unknown> {
  switch (request.kind) {
    case 'open':
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
