// SPDX-License-Identifier: Apache-2.0
//
// kill -9 in the middle of a load, again and again on the same folder: every acknowledged span is there, once.

import { afterAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { openStore } from './store.ts';
import { bundleForTest } from './testing/bundle.ts';
import { countSpans } from './testing/read-data.ts';
import { storeOptions, temporaryFolder } from './testing/store-fixture.ts';

const ROUNDS = 4;
const TRACES_BEFORE_KILL = 120;
const SPANS = 40;
const folder = temporaryFolder();
const child = bundleForTest('testing/crash-child.ts');

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(child, { force: true });
});

/** Runs the child until it has acknowledged enough and kills it; returns all it has acknowledged. */
async function loadAndKill(first: number): Promise<number[]> {
  const running = spawn(process.execPath, [child, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  running.stdout.setEncoding('utf8');
  running.stdout.on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > TRACES_BEFORE_KILL) {
      running.kill('SIGKILL');
    }
  });
  await once(running, 'close');
  return output.split('\n').slice(0, -1).map(Number);
}

test('acknowledged spans survive kill -9, each once', async () => {
  const acknowledged: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    acknowledged.push(...(await loadAndKill(1 + round * 1_000_000)));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * TRACES_BEFORE_KILL);
  const store = await openStore(storeOptions(folder), { log: () => undefined });
  await store.seal();
  await store.close();
  const counts = await countSpans(folder);
  const wrong = acknowledged.flatMap((trace) =>
    Array.from({ length: SPANS }, (_, i) => `${trace}/${i + 1}`).filter((id) => counts.get(id) !== 1)
  );
  expect(wrong).toEqual([]);
  expect([...counts.values()].filter((count) => count !== 1)).toEqual([]);
}, 120_000);
