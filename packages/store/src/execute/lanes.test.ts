// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { inLanes } from './lanes.ts';

/** Items that wait to be told how they end. */
class Work {
  readonly begun: number[] = [];
  private readonly ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  readonly run = (item: number): Promise<void> => {
    this.begun.push(item);
    return new Promise((resolve, reject) => this.ends.set(item, { resolve, reject }));
  };
  async end(item: number, error?: Error): Promise<void> {
    const { resolve, reject } = this.ends.get(item) ?? {};
    if (error === undefined) {
      resolve?.();
    } else {
      reject?.(error);
    }
    await new Promise((next) => setImmediate(next));
  }
}

test('two items are worked on at a time, and the next is begun when one of them has ended', async () => {
  const work = new Work();
  const done = inLanes([1, 2, 3, 4], 2, work.run);
  expect(work.begun).toEqual([1, 2]);
  await work.end(2);
  expect(work.begun).toEqual([1, 2, 3]);
  await work.end(3);
  await work.end(1);
  expect(work.begun).toEqual([1, 2, 3, 4]);
  await work.end(4);
  await expect(done).resolves.toBeUndefined();
});

test('after a failure nothing is begun, and what has begun is waited for', async () => {
  const work = new Work();
  let outcome = 'under way';
  const done = inLanes([1, 2, 3], 2, work.run).catch((error: unknown) => {
    outcome = String(error);
  });
  await work.end(1, new Error('one failed'));
  expect({ outcome, begun: work.begun }).toEqual({ outcome: 'under way', begun: [1, 2] });
  await work.end(2);
  await done;
  expect({ outcome, begun: work.begun }).toEqual({ outcome: 'Error: one failed', begun: [1, 2] });
});

test('nothing to do', async () => {
  await expect(inLanes([], 2, () => Promise.reject(new Error('of nothing')))).resolves.toBeUndefined();
});
