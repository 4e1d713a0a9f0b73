// SPDX-License-Identifier: Apache-2.0
//
// The commands that the README shows work as they are written. Those that install and test are what continuous
// integration itself runs; the others run here.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const run = promisify(execFile);
const root = path.join(__dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
const curl = commands.find((command) => command.startsWith('curl ')) ?? '';

let store: TracewellProcess;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-docs-'));
  store = await startTracewell(path.join(folder, 'data'));
}, 120_000);
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('every command of the README is run by some test', () => {
  const runElsewhere = {
    'npm ci': 'by .ci/run',
    'npm start': 'by tests/start',
    'npm test': 'by .ci/run',
    'npx tracewell serve --data-dir ./data': 'below',
    'export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318': 'by tests/round-trip, with the address of its store',
    [curl]: 'below',
  };
  expect(curl).not.toBe('');
  expect(commands.filter((command) => !(command in runElsewhere))).toEqual([]);
});

test('the span sent by hand arrives', async () => {
  const { stdout } = await run('sh', ['-c', curl.replaceAll('http://127.0.0.1:4318', store.otlpHttp)]);
  expect(JSON.parse(stdout)).toEqual({});
  const [, traceId = ''] = /"traceId":"([0-9a-f]+)"/.exec(curl) ?? [];
  expect((await fetch(`${store.http}/api/traces/${traceId}`)).status).toBe(200);
});

test('npx tracewell knows serve and its flags', async () => {
  const { stdout } = await run('npx', ['--no-install', 'tracewell', 'serve', '--help'], { cwd: root });
  for (const flag of ['--data-dir', '--http-listen', '--otlp-http-listen', '--otlp-grpc-listen']) {
    expect(stdout).toContain(flag);
  }
});

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('%s', (name) => {
  const text = readFileSync(path.join(root, name), 'utf8');

  test('links lead to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('http'));
    expect(links.filter((link) => !existsSync(path.join(root, link)))).toEqual([]);
  });

  test('files named in it are there', () => {
    const names = [...text.matchAll(/`((?:\w+\/src|packages|tests|tooling|docs|bench)\/[\w./-]+)`/g)].map(
      ([, file = '']) => (/^\w+\/src\//.test(file) ? `packages/${file}` : file)
    );
    expect(names.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
