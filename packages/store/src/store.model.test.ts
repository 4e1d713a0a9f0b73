// SPDX-License-Identifier: Apache-2.0
//
// Random lives of a store against a list in memory: new, late, repeated and odd spans, seals, retention, deletion,
// restarts, kills and failed commits in any order, and whatever is asked in between and at the end is what
// the list says. TRACEWELL_MODEL_SECONDS says for how long, TRACEWELL_MODEL_SEED where to begin; a failure prints its
// seed and the shortest life that fails too.

import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { bundleForTest } from './testing/bundle.ts';
import { StoreProcesses } from './testing/model/child-store.ts';
import { Life } from './testing/model/life.ts';
import { life } from './testing/model/steps.ts';
import { temporaryFolder } from './testing/store-fixture.ts';

const seconds = Number(process.env['TRACEWELL_MODEL_SECONDS'] ?? (process.env['CI'] === undefined ? 10 : 120));
const firstSeed = Number(process.env['TRACEWELL_MODEL_SEED'] ?? Date.now() % 1_000_000_000);
/** Lives that one seed draws. */
const LIVES = 5;
const SHRINK_MS = 180_000;
/** A life takes seconds; one that hangs takes for ever. */
const LIFE_MS = 180_000;

const bundle = bundleForTest('testing/model/store-child.ts');
const processes = new StoreProcesses(bundle);
afterAll(async () => {
  await processes.end();
  await rm(bundle, { force: true });
});

async function inTime(work: Promise<void>, where: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${LIFE_MS / 1000} s: ${where()}`)), LIFE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

test(
  'a store holds what a list would, whatever happens in between',
  async () => {
    const end = performance.now() + seconds * 1000;
    const steps = new Map<string, number>();
    let lives = 0;
    let seed = firstSeed;
    for (; lives === 0 || performance.now() < end; seed += 1) {
      let hasFailed = false;
      const result = await fc.check(
        fc.asyncProperty(life, async (drawn) => {
          if (!hasFailed && lives > 0 && performance.now() >= end) {
            return;
          }
          const folder = temporaryFolder();
          const lived = new Life(processes, folder);
          try {
            await inTime(lived.live(drawn), () => lived.at);
          } catch (error) {
            if (!hasFailed) {
              // In case that nobody waits for the shortest one.
              process.stderr.write(`seed ${seed} fails, shrinking: ${fc.stringify(drawn)}\n${String(error)}\n`);
            }
            hasFailed = true;
            throw error;
          } finally {
            await lived.end();
            await rm(folder, { recursive: true, force: true });
          }
          if (!hasFailed) {
            lives += 1;
            drawn.forEach(({ kind }) => steps.set(kind, (steps.get(kind) ?? 0) + 1));
          }
        }),
        { seed, numRuns: LIVES, interruptAfterTimeLimit: LIVES * LIFE_MS + SHRINK_MS }
      );
      if (result.failed) {
        const why = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
        const shortest = fc.stringify(result.counterexample);
        throw new Error(`TRACEWELL_MODEL_SEED=${seed}, after ${lives} lives\n${shortest}\n${why}`, {
          cause: result.errorInstance,
        });
      }
    }
    const counts = [...steps].map(([kind, count]) => `${count} ${kind}`).join(', ');
    process.stdout.write(`model: ${lives} lives, seeds ${firstSeed} to ${seed - 1}: ${counts}\n`);
    expect(lives).toBeGreaterThan(0);
  },
  seconds * 1000 + (LIVES + 1) * LIFE_MS + SHRINK_MS
);
