// SPDX-License-Identifier: Apache-2.0
//
// The commands that docs/operations.md shows work as they are written, one after the other, on a store that runs.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const run = promisify(execFile);
const root = path.join(__dirname, '../..');
const launcher = path.join(root, 'packages/server/bin/tracewell.js');
const page = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
const traceId = '5b8efff798038103d269b633813fc60c';

let store: TracewellProcess;
let folder: string;

/** Three traces: the one that the page deletes, one of the user whom it forgets, one with an error; all of now. */
async function send(to: TracewellProcess): Promise<void> {
  const start = BigInt(Date.now()) * 1_000_000n;
  const span = (id: string, more: object) => ({
    traceId: id,
    spanId: 'eee19b7ec3c1b174',
    name: 'hello',
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 5n),
    ...more,
  });
  const spans = [
    span(traceId, {}),
    span('1'.repeat(32), { attributes: [{ key: 'user.email', value: { stringValue: 'a@example.com' } }] }),
    span('2'.repeat(32), { status: { code: 2 } }),
  ];
  const answer = await fetch(`${to.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
  expect(answer.status).toBe(200);
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-operations-'));
  const old = await startTracewell(path.join(folder, 'old'));
  await send(old);
  await old.stop();
  store = await startTracewell(path.join(folder, 'data'));
}, 120_000);
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('every command of the page works, in its order', async () => {
  await send(store);
  expect(commands.map((command) => command.split(' ')[2])).toEqual(
    expect.arrayContaining(['stats', 'export', 'import', 'delete', 'verify', 'compact'])
  );
  const said: Record<string, string> = {};
  for (const command of commands) {
    const words = command.replace('npx tracewell', `'${process.execPath}' '${launcher}'`);
    const where = words.includes('--data-dir') ? words : `${words} --url ${store.http}`;
    const { stdout, stderr } = await run('sh', ['-c', where], { cwd: folder });
    said[command] = stdout + stderr;
  }
  const outcomes = Object.values(said).join('\n');
  for (const outcome of [
    /^spans +3$/m,
    /exported 3 spans to traces\.jsonl\.gz/,
    /exported 1 spans to errors\.parquet/,
    /exported 3 spans to standard output/,
    /imported 3 spans into http/,
    /deleted 2 spans; /,
    /1 blocks are good; nothing is damaged/,
  ]) {
    expect(outcomes).toMatch(outcome);
  }
  for (const name of ['traces.jsonl.gz', 'errors.parquet', 'all.jsonl']) {
    expect(existsSync(path.join(folder, name))).toBe(true);
  }
  expect((await fetch(`${store.http}/api/traces/${traceId}`)).status).toBe(404);
}, 180_000);
