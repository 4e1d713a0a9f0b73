// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { chooseExpired } from './retention.ts';

const DAY = 86_400_000;
const NOW = 1_760_000_000_000;
const nanos = (ms: number): bigint => BigInt(ms) * 1_000_000n;
const block = (name: string, lastArrival: number, newestMs: number, bytes = 100) => ({
  name,
  bytes,
  maxTime: nanos(newestMs),
  lastArrival,
});
const names = (blocks: readonly { readonly name: string }[]): string[] => blocks.map(({ name }) => name);

test('age counts from the later of arrival and newest span, and no clock makes a block immortal', () => {
  const blocks = [
    block('fresh', NOW - DAY, NOW - DAY),
    block('old', NOW - 8 * DAY, NOW - 8 * DAY),
    block('clock in 2554', NOW - 8 * DAY, 18_446_744_073_709),
    block('of 1970, arrived today', NOW - 1, 5),
    block('clock two days ahead', NOW - 8 * DAY, NOW - 6 * DAY),
  ];
  const expired = chooseExpired(blocks, { maxAgeMs: 7 * DAY, maxBytes: 1e9 }, 0, NOW);
  expect(names(expired).sort()).toEqual(['clock in 2554', 'old']);
});

test('beyond the size the earliest arrived go, and open blocks count', () => {
  const blocks = [block('c', 3, 3), block('a', 1, 1), block('b', 2, 2)];
  const retention = { maxAgeMs: 1e15, maxBytes: 250 };
  expect(names(chooseExpired(blocks, retention, 0, NOW))).toEqual(['a']);
  expect(names(chooseExpired(blocks, retention, 60, NOW))).toEqual(['a', 'b']);
  expect(names(chooseExpired(blocks, retention, 1000, NOW))).toEqual(['a', 'b', 'c']);
});
