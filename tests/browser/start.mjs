// SPDX-License-Identifier: Apache-2.0
//
// What `npm start` starts, for the browser tests: store, console and demo on ports of their own and a folder that is
// gone afterwards. In a process group of its own, so that it is ended here, once and in order, and not by a signal to
// this whole group as well.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-browser-'));
const listen = [
  ...['--http-listen', '127.0.0.1:13200'],
  ...['--otlp-http-listen', '127.0.0.1:0'],
  ...['--otlp-grpc-listen', '127.0.0.1:0'],
];
const child = spawn(
  process.execPath,
  [path.join(root, 'tooling/start.mjs'), '--data-dir', path.join(folder, 'data'), ...listen, '--rate', '2'],
  { cwd: root, detached: true, stdio: ['ignore', 'inherit', 'inherit'] }
);
const end = () => child.kill('SIGTERM');

child.once('exit', (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.on('SIGTERM', end);
process.on('SIGINT', end);
// Playwright may be killed without a chance to say so.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && end(), 500).unref();
