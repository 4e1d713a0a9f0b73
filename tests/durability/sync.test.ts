// SPDX-License-Identifier: Apache-2.0
//
// kill -9 says nothing about the disk, because the page cache survives it. A trace of system calls does: the log is
// synced between the writing of a request's spans and its answer, and nothing is deleted before what takes its place
// is synced, with the folder that names it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bytesOfRequest, spansPerRequest, traceIdOfRequest } from './numbered-request.ts';
import { systemCallsOf, type SystemCall } from '../support/system-calls.ts';
import { startTracewell, type TracewellProcess } from '../support/tracewell-process.ts';

// Continuous integration installs strace; there it is a failure to be without.
const mayRun = process.env['CI'] !== undefined || spawnSync('strace', ['-V']).status === 0;
const testWithStrace = mayRun ? test : test.skip;
const now = BigInt(Date.now()) * 1_000_000n;
const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const syncs = ['fsync', 'fdatasync'];
const writes = ['write', 'writev', 'pwrite64', 'sendto', 'sendmsg'];
const http2Headers = 1;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-sync-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sends a request on a connection of its own. */
function postAlone(store: TracewellProcess, body: Uint8Array): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${store.otlpHttp}/v1/traces`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`status ${String(response.statusCode)}`))
      );
    });
    request.end(body);
  });
}

/** Calls on a connection of its own. */
function exportAlone(store: TracewellProcess, body: Uint8Array): Promise<void> {
  const client = new Client(new URL(store.otlpGrpc).host, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      exportPath,
      (value: Uint8Array) => Buffer.from(value),
      (bytes: Buffer) => bytes,
      body,
      (error) => {
        client.close();
        if (error === null) {
          resolve();
        } else {
          reject(error);
        }
      }
    );
  });
}

const bytesOf = (calls: readonly SystemCall[]) => Buffer.concat(calls.flatMap(({ texts }) => texts));

/** The call with which the last byte of `marker` is there, among calls whose bytes follow each other. */
function callWith(calls: readonly SystemCall[], marker: Buffer): SystemCall | undefined {
  const at = bytesOf(calls).indexOf(marker);
  let length = 0;
  return at < 0 ? undefined : calls.find((call) => (length += bytesOf([call]).length) >= at + marker.length);
}

/** The call that begins to answer on a connection: the status line, or the first frame of headers. */
function answerOn(calls: readonly SystemCall[], isGrpc: boolean): SystemCall | undefined {
  if (!isGrpc) {
    return callWith(calls, Buffer.from('HTTP/1.1 200'));
  }
  const bytes = bytesOf(calls);
  let length = 0;
  const ends = calls.map((call) => (length += bytesOf([call]).length));
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === http2Headers) {
      return calls[ends.findIndex((end) => end > at)];
    }
  }
  return undefined;
}

/** Expects that the log was synced after it got the request's spans and before the answer began. */
function expectSyncedAnswer(calls: readonly SystemCall[], number: number): void {
  // Every span of a request has a number as its attribute, and ids that nothing else has.
  const spanId = Buffer.from(`${(number + 1).toString(16).padStart(8, '0')}00000001`, 'hex');
  const traceId = Buffer.from(traceIdOfRequest(number), 'hex');
  const sockets = [...new Set(calls.filter(({ on }) => on.startsWith('TCP')).map(({ on }) => on))];
  const socket = sockets.find((on) => {
    const read = calls.filter((call) => call.name.startsWith('read') && call.on === on);
    return bytesOf(read).includes(traceId);
  });
  expect(socket).toBeDefined();
  const isGrpc = bytesOf(calls.filter((call) => call.on === socket && call.name.startsWith('read'))).includes('PRI *');
  const answer = answerOn(
    calls.filter((call) => call.on === socket && writes.includes(call.name)),
    isGrpc
  );
  expect(answer).toBeDefined();
  const logs = [...new Set(calls.filter(({ on }) => on.endsWith('.wal')).map(({ on }) => on))];
  // Numbers lie in the log as the machine has them.
  const marker = Buffer.from(spanId).reverse();
  const inLogs = logs.flatMap((log) => {
    const written = callWith(
      calls.filter((call) => call.on === log && writes.includes(call.name)),
      marker
    );
    return written === undefined ? [] : [{ log, written }];
  });
  expect(inLogs).toHaveLength(1);
  const [{ log, written } = { log: '', written: undefined }] = inLogs;
  const synced = calls.filter(
    ({ name, on, begin, end }) =>
      syncs.includes(name) && on === log && begin > (written?.end ?? Infinity) && end < (answer?.begin ?? 0)
  );
  expect(synced.length).toBeGreaterThan(0);
}

testWithStrace(
  'every answer comes after the sync of its own commit, over HTTP and gRPC, alone and in groups',
  async () => {
    const store = await startTracewell(path.join(folder, 'answers'), [
      '--commit-delay',
      '100ms',
      '--min-free-disk',
      '0',
    ]);
    const send = (number: number) => (number % 2 === 0 ? postAlone : exportAlone)(store, bytesOfRequest(number, now));
    const names = ['read', 'readv', 'recvfrom', ...writes, ...syncs];
    const groups = [[0], [1], [2, 3, 4, 5, 6, 7], [8, 9, 10, 11]];
    const calls = await systemCallsOf(store.pid, names, path.join(folder, 'answer-calls'), async () => {
      for (const group of groups) {
        await Promise.all(group.map(send));
      }
    });
    await store.stop();
    for (const number of groups.flat()) {
      expectSyncedAnswer(calls, number);
    }
  },
  120_000
);

testWithStrace(
  'what takes the place of a file is synced, and its folder too, before the file is deleted',
  async () => {
    const dataDir = path.join(folder, 'seals');
    const tenant = path.join(dataDir, 'single-tenant');
    const flags = ['--block-spans', '500', '--commit-spans', '100', '--commit-delay', '5ms', '--min-free-disk', '0'];
    const store = await startTracewell(dataDir, flags);
    const names = ['rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'ftruncate', ...writes, ...syncs];
    const calls = await systemCallsOf(store.pid, names, path.join(folder, 'seal-calls'), async () => {
      for (let number = 0; number < Math.ceil(3000 / spansPerRequest); number += 1) {
        await postAlone(store, bytesOfRequest(number, now));
      }
      // The open block and at most the one that is prepared: all others are sealed and deleted.
      while (readdirSync(tenant).filter((name) => /^open-\d+\.duckdb$/.test(name)).length > 2) {
        await wait(50);
      }
    });
    await store.stop();

    const inTenant = calls.filter(
      ({ on, texts }) => on.startsWith(tenant) || texts.some((text) => text.toString().startsWith(tenant))
    );
    const renames = inTenant.filter(({ name }) => name.startsWith('rename'));
    const deletions = inTenant.filter(({ name }) => name.startsWith('unlink'));
    const pathOf = (call: SystemCall, index: number) => call.texts[index]?.toString() ?? '';
    const syncsOf = (file: string) => inTenant.filter(({ name, on }) => syncs.includes(name) && on === file);
    const changesOf = (file: string) =>
      inTenant.filter(({ name, on }) => (writes.includes(name) || name === 'ftruncate') && on === file);
    /** Whether all that was written to the file until then is synced by then. */
    const isSynced = (file: string, { begin }: SystemCall) => {
      const last = changesOf(file).findLast((change) => change.begin < begin);
      return last === undefined || syncsOf(file).some((sync) => sync.begin > last.end && sync.end < begin);
    };

    // A file is whole before it gets its name.
    for (const rename of renames) {
      expect({ file: pathOf(rename, 0), synced: isSynced(pathOf(rename, 0), rename) }).toMatchObject({ synced: true });
    }
    const manifests = renames.filter((rename) => pathOf(rename, 1).endsWith('manifest.json'));
    expect(manifests.length).toBeGreaterThan(0);
    for (const [index, manifest] of manifests.entries()) {
      const since = manifests[index - 1]?.end ?? -1;
      const content = bytesOf(
        changesOf(pathOf(manifest, 0)).filter(({ begin, end }) => begin > since && end < manifest.begin)
      ).toString();
      const named = [...content.matchAll(/"id": ?"(\d+)"/g)].map(([, id]) =>
        path.join(tenant, `block-${id ?? ''}.duckdb`)
      );
      expect(named.length).toBeGreaterThan(0);
      for (const block of named) {
        expect({ block, synced: isSynced(block, manifest) }).toMatchObject({ synced: true });
      }
    }
    const dropped = deletions.filter((deletion) => /(open|block)-\d+\.duckdb$/.test(pathOf(deletion, 0)));
    expect(dropped.filter((deletion) => pathOf(deletion, 0).includes('open-')).length).toBeGreaterThanOrEqual(3);
    for (const deletion of dropped) {
      const manifest = manifests.findLast((rename) => rename.end < deletion.begin);
      expect(manifest).toBeDefined();
      // The folder has the manifest's new name for good.
      const inFolder = syncsOf(tenant).filter(
        (sync) => sync.begin > (manifest?.end ?? Infinity) && sync.end < deletion.begin
      );
      expect({ file: pathOf(deletion, 0), syncs: inFolder.length > 0 }).toMatchObject({ syncs: true });
    }
  },
  180_000
);
