// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { finish, runInSlices, type Steps } from './steps.ts';

function* counting(to: number): Steps<string> {
  for (let i = 0; i < to; i++) yield i / to;
  return `counted to ${to}`;
}

function run(steps: Steps<string>) {
  const log: unknown[] = [];
  const queue: (() => void)[] = [];
  let time = 0;
  const drop = runInSlices(
    steps,
    (result) => log.push(result),
    (error) => log.push(error),
    { budgetMs: 3, now: () => time++, later: (work) => queue.push(work), onProgress: (share) => log.push(share) }
  );
  return { log, drop, turn: () => queue.shift()?.() };
}

test('slices end when their time is over, and say how far they came', () => {
  const { log, turn } = run(counting(6));
  expect(log).toEqual([2 / 6]);
  turn();
  turn();
  expect(log).toEqual([2 / 6, 5 / 6, 'counted to 6']);
});

test('what is dropped is not heard of again', () => {
  const { log, turn, drop } = run(counting(6));
  drop();
  turn();
  expect(log).toEqual([2 / 6]);
});

test('what the work throws is handed on', () => {
  const error = new Error('expected less');
  const { log } = run(
    (function* (): Steps<string> {
      yield 0;
      throw error;
    })()
  );
  expect(log).toEqual([error]);
});

test('all at once', () => {
  expect(finish(counting(1000))).toBe('counted to 1000');
});
