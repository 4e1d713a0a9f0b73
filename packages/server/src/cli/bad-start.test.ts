// SPDX-License-Identifier: Apache-2.0
//
// Starts that must fail, with the real store: one clear line, exit code 1, and nothing is harmed.
import { afterEach, describe, expect, test } from '@jest/globals';
import { openStore } from '@tracewell/store';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:net';
import { runCommand } from './command.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
});

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-bad-start-'));
  folders.push(folder);
  return folder;
}

/** Runs `serve` until `during` is over; it gets the chance only if the start succeeds. */
async function serve(flags: readonly string[], during: () => Promise<void> = () => Promise.resolve()) {
  let err = '';
  const ports = ['--http-listen', '--otlp-http-listen', '--otlp-grpc-listen'].flatMap((flag) => [flag, '127.0.0.1:0']);
  let started = () => {};
  const isStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const code = await runCommand(['serve', '--log-level', 'silent', ...ports, ...flags], {
    environment: {},
    version: 'test',
    consoleDir: '/nowhere',
    stdout: { write: () => undefined },
    stderr: { write: (text: string) => (err += text) },
    openStore,
    untilAskedToStop: async () => {
      await isStarted;
      await during();
      return 'the test is over';
    },
    announce: () => started(),
  });
  return { code, err };
}

describe('serve refuses', () => {
  test('a data folder that is a file', async () => {
    const file = path.join(temporaryFolder(), 'data');
    writeFileSync(file, '');
    const { code, err } = await serve(['--data-dir', file]);
    expect(err).toMatch(/^tracewell serve: [^\n]*data[^\n]*\n$/);
    expect(code).toBe(1);
  });

  test('a FORMAT that cannot be read', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'FORMAT'), 'something else\n');
    const { code, err } = await serve(['--data-dir', folder]);
    expect(err).toMatch(/^tracewell serve: [^\n]*FORMAT: expected "tracewell \d+", found "something else\\n"\n$/);
    expect(code).toBe(1);
  });

  test('a newer FORMAT', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'FORMAT'), 'tracewell 99\n');
    const { code, err } = await serve(['--data-dir', folder]);
    expect(err).toMatch(/^tracewell serve: [^\n]*has format 99, made by a newer version[^\n]*\n$/);
    expect(code).toBe(1);
  });

  test('a folder that another store has open', async () => {
    const folder = temporaryFolder();
    let second = { code: -1, err: '' };
    const first = await serve(['--data-dir', folder], async () => {
      second = await serve(['--data-dir', folder]);
    });
    expect(second.err).toMatch(/^tracewell serve: [^\n]*in use[^\n]*\n$/);
    expect(second.code).toBe(1);
    expect(first).toEqual({ code: 0, err: '' });
  });

  test('a port in use, and leaves the folder free for the next start', async () => {
    const folder = temporaryFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, err } = await serve(['--data-dir', folder, '--otlp-http-listen', `127.0.0.1:${port}`]);
    await new Promise((resolve) => other.close(resolve));
    expect(err).toBe(
      `tracewell serve: cannot listen on 127.0.0.1:${port}: the port is already in use by another process; choose another with --otlp-http-listen\n`
    );
    expect(code).toBe(1);
    expect(await serve(['--data-dir', folder])).toEqual({ code: 0, err: '' });
  });
});
