// SPDX-License-Identifier: Apache-2.0
//
// kill -9 says nothing about the disk, because the page cache survives it. A trace of system calls does: after the
// spans are written to the log and before the answer is, the log is synced.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportBatch } from '../support/export-batch.ts';
import { startTracewell } from '../support/tracewell-process.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-sync-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

(hasStrace ? test : test.skip)(
  'the sync happens before the acknowledgement',
  async () => {
    const store = await startTracewell(path.join(folder, 'data'));
    const file = path.join(folder, 'calls');
    const strace = spawn(
      'strace',
      ['-f', '-y', '-o', file, '-e', 'trace=fdatasync,fsync,write,writev,pwrite64,sendto', '-p', String(store.pid)],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      }
    );
    await new Promise<void>((resolve) =>
      strace.stderr.on('data', (text: Buffer) => /attached/.test(text.toString()) && resolve())
    );
    const response = await fetch(`${store.otlpHttp}/v1/traces`, {
      method: 'POST',
      body: exportBatch(1, 1, 10),
      headers: { 'Content-Type': 'application/x-protobuf' },
    });
    expect(response.status).toBe(200);
    await new Promise((resolve) => {
      strace.once('exit', resolve);
      strace.kill('SIGINT');
    });
    await store.stop();

    const calls = readFileSync(file, 'utf8').split('\n');
    const answer = calls.findIndex((call) => call.includes('HTTP/1.1 200'));
    const before = calls.slice(0, answer);
    const written = before.findLastIndex((call) => /write.*\.wal>/.test(call));
    const synced = before.findLastIndex((call) =>
      /(fdatasync|fsync).*\.wal>|fsync resumed|fdatasync resumed/.test(call)
    );
    expect(answer).toBeGreaterThan(-1);
    expect(written).toBeGreaterThan(-1);
    expect(synced).toBeGreaterThan(written);
  },
  60_000
);
