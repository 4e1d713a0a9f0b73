// SPDX-License-Identifier: Apache-2.0
//
// A small file system of its own, in a mount namespace where this process need not be root: `unshare` keeps the namespace
// alive through a shell that runs commands there, and a store that is started there sees it as any disk.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TracewellProcess } from './tracewell-process.ts';
import { startTracewell } from './tracewell-process.ts';

export interface SmallDisk {
  /** Where it is mounted, seen from inside. */
  readonly folder: string;
  /** The same folder seen from outside; for reading. */
  readonly seenFromOutside: string;
  /** Runs a shell command inside; throws with what it wrote if it fails. */
  run(command: string): string;
  /** Starts a store inside. */
  start(dataDir: string, flags: readonly string[]): Promise<TracewellProcess>;
  close(): void;
}

/** Whether a namespace with a file system of its own can be had here. */
export function canMount(): boolean {
  return spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
}

/** Mounts a file system of some megabytes. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-disk-'));
  const script = `mount -t tmpfs -o size=${String(megabytes)}m none ${folder} && echo mounted && exec sleep infinity`;
  const holder = spawn('unshare', ['-Urm', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('exit', () => reject(new Error('no small disk could be mounted')));
  });
  const inside = ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials'];
  return {
    folder,
    seenFromOutside: `/proc/${String(holder.pid)}/root${folder}`,
    run: (command) => {
      const { status, stdout, stderr } = spawnSync(inside[0] ?? '', [...inside.slice(1), 'sh', '-c', command], {
        encoding: 'utf8',
      });
      if (status !== 0) {
        throw new Error(`${command}: ${stdout}${stderr}`);
      }
      return stdout;
    },
    start: (dataDir, flags) => startTracewell(dataDir, flags, { within: inside }),
    close: () => {
      holder.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
