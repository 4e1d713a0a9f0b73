// SPDX-License-Identifier: Apache-2.0
//
// The server of the benchmark: started, asked, stopped, and its files dropped from the page cache.
import { fork, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OtlpAddresses } from './senders.ts';

export interface RunningStore {
  readonly pid: number;
  readonly http: string;
  readonly otlp: OtlpAddresses;
  stop(): Promise<void>;
}

/** A data folder, and the store that can be started on it. */
export interface StoreFolder {
  readonly path: string;
  start(): Promise<RunningStore>;
  /** Evicts its files from the page cache. */
  evict(): void;
  bytes(): number;
  remove(): void;
}

/** A new, empty folder. `root` is the repository; `flags` are the store's. */
export function createStoreFolder(root: string, flags: readonly string[] = []): StoreFolder {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-bench-data-'));
  return {
    path: dataDir,
    start: () => startStore(root, dataDir, flags),
    evict: () => evict(dataDir),
    bytes: () => bytesBelow(dataDir),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

function startStore(root: string, dataDir: string, flags: readonly string[]): Promise<RunningStore> {
  const child = fork(
    path.join(root, 'packages/server/bin/tracewell.js'),
    [
      'serve',
      '--log-level',
      'warn',
      '--data-dir',
      dataDir,
      ...flags,
      ...['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen'].flatMap((flag) => [flag, '127.0.0.1:0']),
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }
  );
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the store ended with ${String(code)}`)));
    child.on('message', (message: { kind: string; console: string; otlpHttp: string; otlpGrpc: string }) => {
      if (message.kind === 'ready') {
        resolve({
          pid: child.pid ?? -1,
          http: message.console.replace(/\/$/, ''),
          otlp: { http: message.otlpHttp.replace(/\/$/, ''), grpc: new URL(message.otlpGrpc).host },
          stop: () => ended(child),
        });
      }
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function bytesBelow(folder: string): number {
  return filesBelow(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** As far as the system lets an ordinary program. */
function evict(folder: string): void {
  for (const file of filesBelow(folder)) {
    spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  }
}

/** A number of the store's /metrics, 0 if it is not there. */
export async function metric(store: RunningStore, name: string): Promise<number> {
  const text = await (await fetch(`${store.http}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name) && !line.startsWith('#'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
