// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { RequestLog, requestDigest } from './request-log.ts';

const MINUTE = 60_000;
const NOW = 1_760_000_000_000;
const digest = (n: number) => requestDigest(Math.imul(n, 0x9e3779b1), n, 1);

test('a digest depends on the hashes and their number', () => {
  const digests = [requestDigest(1, 2, 3), requestDigest(1, 2, 4), requestDigest(2, 1, 3), requestDigest(0, 0, 0)];
  expect(new Set(digests.map(({ lo, hi }) => `${lo} ${hi}`)).size).toBe(4);
  expect(digests.some(({ lo, hi }) => lo === 0 && hi === 0)).toBe(false);
});

test('remembers a request for at least ten minutes and at most twenty', () => {
  const log = new RequestLog();
  const known = (n: number): boolean => log.has(digest(n));
  log.add(digest(1), NOW);
  log.add(digest(2), NOW + 9 * MINUTE);
  log.add(digest(3), NOW + 10 * MINUTE);
  expect([1, 2, 3, 4].map(known)).toEqual([true, true, true, false]);
  log.add(digest(5), NOW + 20 * MINUTE);
  expect([1, 2, 3, 5].map(known)).toEqual([false, false, true, true]);
});

test('is bounded: the oldest go first', () => {
  const log = new RequestLog(100);
  for (let n = 0; n < 250; n++) {
    log.add(digest(n), NOW);
  }
  const kept = Array.from({ length: 250 }, (_, n) => n).filter((n) => log.has(digest(n)));
  expect(kept).toEqual(Array.from({ length: 150 }, (_, i) => 100 + i));
});

test('goes on when the clock goes back', () => {
  const log = new RequestLog();
  log.add(digest(1), NOW);
  log.add(digest(2), NOW - 60 * MINUTE);
  expect(log.has(digest(1)) && log.has(digest(2))).toBe(true);
});

test('forgets when spans of its time were deleted, and only then', () => {
  const log = new RequestLog();
  log.add(digest(1), NOW);
  log.forgetUntil(NOW - 1);
  expect(log.has(digest(1))).toBe(true);
  log.forgetUntil(NOW + 5);
  expect(log.has(digest(1))).toBe(false);
});
