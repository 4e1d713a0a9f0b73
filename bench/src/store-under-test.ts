// SPDX-License-Identifier: Apache-2.0
//
// The server of the benchmark: started, asked, stopped, and its files dropped from the page cache.
import { fork, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export interface RunningStore {
  readonly pid: number;
  readonly http: string;
  readonly otlpHttp: string;
  stop(): Promise<void>;
}

export function startStore(root: string, dataDir: string): Promise<RunningStore> {
  const child = fork(
    path.join(root, 'packages/server/bin/tracewell.js'),
    [
      'serve',
      '--log-level',
      'warn',
      '--data-dir',
      dataDir,
      ...['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen'].flatMap((flag) => [flag, '127.0.0.1:0']),
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }
  );
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the store ended with ${String(code)}`)));
    child.on('message', (message: { kind: string; console: string; otlpHttp: string }) => {
      if (message.kind === 'ready') {
        resolve({
          pid: child.pid ?? -1,
          http: message.console.replace(/\/$/, ''),
          otlpHttp: message.otlpHttp.replace(/\/$/, ''),
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

/** Bytes of all files below a folder. */
export function bytesBelow(folder: string): number {
  return filesBelow(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Evicts the files below a folder from the page cache, as far as the system lets an ordinary program. */
export function evict(folder: string): void {
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
