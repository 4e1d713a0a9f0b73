// SPDX-License-Identifier: Apache-2.0
//
// `npm start` as a person runs it: an address to open, real traces in it, Ctrl-C that ends everything, and the same
// traces at the next start. On other ports and another folder than the defaults, so that it disturbs nobody.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '../..');
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-start-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly console: string;
  readonly ports: readonly number[];
  output(): string;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function npmStart(): Promise<Started> {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const [http, otlpHttp, otlpGrpc] = ports.map((port) => `127.0.0.1:${String(port)}`);
  const flags = [
    '--data-dir',
    dataDir,
    '--http-listen',
    http,
    '--otlp-http-listen',
    otlpHttp,
    '--otlp-grpc-listen',
    otlpGrpc,
  ];
  // A process group of its own, as a terminal gives it, so that Ctrl-C can be sent to all of it.
  const child = spawn('npm', ['start', '--', ...flags.map(String)], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const address = `http://${String(http)}/`;
  await new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes(address)) {
        resolve();
      }
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('exit', (code) => reject(new Error(`npm start ended with ${String(code)}:\n${output}`)));
  });
  return { child, console: address, ports, output: () => output };
}

async function pressCtrlC({ child }: Started): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
}

async function findTraces(address: string): Promise<string[]> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const response = await fetch(
      `${address}api/search?q=${encodeURIComponent('{ resource.service.name = "storefront" }')}&limit=5`
    );
    const { traces } = (await response.json()) as { traces: { traceID: string }[] };
    if (traces.length > 0) {
      return traces.map(({ traceID }) => traceID);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('no trace of the demo arrived within 30 s');
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Command lines of the processes that mention a text (Linux). */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(text) && !command.includes('jest') ? [command] : [];
      } catch {
        return [];
      }
    });
}

test('starts, shows the demo, ends with Ctrl-C, and still has its traces afterwards', async () => {
  const first = await npmStart();
  const traces = await findTraces(first.console);
  expect(await (await fetch(first.console)).text()).toContain('<title>Tracewell</title>');
  await pressCtrlC(first);
  expect(await Promise.all(first.ports.map(isOpen))).toEqual([false, false, false]);
  expect(processesWith(dataDir)).toEqual([]);
  expect(processesWith(`127.0.0.1:${String(first.ports[1])}`)).toEqual([]);

  const second = await npmStart();
  for (const trace of traces) {
    expect((await fetch(`${second.console}api/traces/${trace}`)).status).toBe(200);
  }
  await pressCtrlC(second);
}, 180_000);
