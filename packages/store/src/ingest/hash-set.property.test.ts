// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HashSet } from './hash-set.ts';

// Few low halves, so that probes collide and deletions have to move what follows.
const hash = fc.tuple(
  fc.integer({ min: -3, max: 6 }).map((n) => n * 512),
  fc.integer({ min: 0, max: 40 })
);

test('behaves like a Set of pairs, growth and deletions included', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), hash), { maxLength: 400 }), (steps) => {
      const set = new HashSet(1);
      const model = new Set<string>();
      for (const [add, [lo, hi]] of steps) {
        if (lo === 0 && hi === 0) {
          continue;
        }
        const name = `${lo} ${hi}`;
        if (add) {
          expect(set.add(lo, hi)).toBe(!model.has(name));
          model.add(name);
        } else {
          set.delete(lo, hi);
          model.delete(name);
        }
        expect(set.has(lo, hi)).toBe(model.has(name));
      }
      expect(set.size).toBe(model.size);
      let wrong = 0;
      for (let lo = -3; lo <= 6; lo++) {
        for (let hi = 0; hi <= 40; hi++) {
          if (lo !== 0 || hi !== 0) {
            wrong += set.has(lo * 512, hi) === model.has(`${lo * 512} ${hi}`) ? 0 : 1;
          }
        }
      }
      expect(wrong).toBe(0);
    }),
    { numRuns: 60 }
  );
});

test('keeps 200,000 hashes through growth', () => {
  const set = new HashSet(1000);
  for (let i = 1; i <= 200_000; i++) {
    set.add(Math.imul(i, 0x9e3779b1), i);
  }
  expect(set.size).toBe(200_000);
  expect(set.has(Math.imul(777, 0x9e3779b1), 777)).toBe(true);
  expect(set.has(Math.imul(777, 0x9e3779b1), 778)).toBe(false);
});
