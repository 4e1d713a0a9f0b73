// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { RequestMemory } from './request-memory.ts';

test('a buffer that was given back is used again, for a request of about the same size', () => {
  const memory = new RequestMemory();
  const { buffer } = memory.take(200_000);
  expect(memory.take(200_000).buffer).not.toBe(buffer);
  memory.give(buffer);
  const again = memory.take(199_000);
  expect(again.buffer).toBe(buffer);
  expect(again).toHaveLength(199_000);
  expect(memory.take(199_000).buffer).not.toBe(buffer);
  memory.give(buffer);
  expect(memory.take(100_000).buffer).not.toBe(buffer);
});

test('at most a quarter more than is asked for is taken, and nothing more for small and large requests', () => {
  const memory = new RequestMemory();
  for (const length of [0, 1, 4095, 4096, 4097, 65_535, 65_537, 240_000, 4_194_304, 4_194_305, 30_000_000]) {
    const bytes = memory.take(length);
    expect(bytes).toHaveLength(length);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(length * 1.25);
    expect(memory.isAlone(bytes)).toBe(true);
  }
  expect(memory.isAlone(new Uint8Array(new ArrayBuffer(5000), 0, 4500))).toBe(false);
});

test('what is kept is bounded, and of sizes that can be asked for', () => {
  const memory = new RequestMemory();
  const given = Array.from({ length: 100 }, () => memory.take(1_000_000).buffer);
  given.forEach((buffer) => memory.give(buffer));
  const taken = Array.from({ length: 100 }, () => memory.take(1_000_000).buffer);
  expect(taken.filter((buffer) => given.includes(buffer))).toHaveLength(8);
  const odd = new ArrayBuffer(5001);
  memory.give(odd);
  expect(memory.take(5001).buffer).not.toBe(odd);
});
