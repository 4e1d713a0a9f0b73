// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';

import { hashBytes } from './hash.ts';

const out = new Uint32Array(2);
function hash(bytes: Uint8Array, start = 0, end = bytes.length): string {
  hashBytes(bytes, start, end, out);
  return Array.from(out, (half) => half.toString(16).padStart(8, '0')).join('');
}

test('its values never change, because they are on disk', () => {
  const text = new TextEncoder().encode('every length from 0 to 40 bytes ........');
  const all = Array.from({ length: 41 }, (_, length) => hash(text, 0, length)).join();
  expect(hash(new TextEncoder().encode(all))).toBe('fc6ced62df75d337');
});

test('depends on the bytes of the range only', () => {
  const bytes = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(hash(bytes, 1, 12)).toBe(hash(bytes.slice(1, 12)));
  expect(hash(bytes, 1, 12)).not.toBe(hash(bytes, 1, 13));
  expect(hash(new Uint8Array(3))).not.toBe(hash(new Uint8Array(4)));
});

test('each bit of the input changes about half the bits of the output', () => {
  const bytes = new TextEncoder().encode('0123456789abcdef0123');
  const flips = new Float64Array(64);
  hashBytes(bytes, 0, bytes.length, out);
  const [low = 0, high = 0] = out;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    hashBytes(changed, 0, changed.length, out);
    for (let i = 0; i < 64; i++) {
      const [was, is] = i < 32 ? [low, out[0] ?? 0] : [high, out[1] ?? 0];
      flips[i] = (flips[i] ?? 0) + (((was ^ is) >>> (i & 31)) & 1);
    }
  }
  for (const count of flips) {
    expect(count / (bytes.length * 8)).toBeGreaterThan(0.3);
    expect(count / (bytes.length * 8)).toBeLessThan(0.7);
  }
});

test('200,000 counters give 200,000 hashes, and each half is as spread as chance', () => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const seen = new Set<bigint>();
  const halves = [new Set<number>(), new Set<number>()] as const;
  for (let i = 0; i < 200_000; i++) {
    view.setUint32(8, i);
    hashBytes(bytes, 0, 16, out);
    seen.add((BigInt(out[1] ?? 0) << 32n) | BigInt(out[0] ?? 0));
    halves[0].add(out[0] ?? 0);
    halves[1].add(out[1] ?? 0);
  }
  expect(seen.size).toBe(200_000);
  // Chance gives n^2 / 2^33, about 4.7 pairs.
  expect(halves[0].size).toBeGreaterThan(199_970);
  expect(halves[1].size).toBeGreaterThan(199_970);
});
