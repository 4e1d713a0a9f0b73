// SPDX-License-Identifier: Apache-2.0
//
// Whatever blocks arrive: merges keep their limits, end, and rewrite no span more often than a logarithm allows.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseCompaction, chooseMerge } from './merge.ts';
import type { MergeOptions } from './merge.ts';

const MAX_SPANS = 100_000;
const MINUTE = 60_000;

interface TestBlock {
  readonly spans: number;
  readonly bytes: number;
  readonly firstArrival: number;
  readonly lastArrival: number;
  readonly shapes: readonly number[];
  /** How often the spans of each original block were rewritten. */
  readonly rewrites: readonly (readonly [spans: number, times: number])[];
}

const options = (nowMs: number): MergeOptions => ({
  maxSpans: MAX_SPANS,
  maxSpread: 60 * MINUTE,
  maxShapes: 50_000,
  maxBytes: Infinity,
  nowMs,
});

const arrivals = fc.array(
  fc.record({ spans: fc.integer({ min: 1, max: MAX_SPANS }), minutes: fc.integer({ min: 0, max: 30 }) }),
  { minLength: 1, maxLength: 80 }
);

function arrive(from: number, { spans, minutes }: { spans: number; minutes: number }): TestBlock {
  const lastArrival = from + minutes * MINUTE;
  return { spans, bytes: spans, firstArrival: from, lastArrival, shapes: [0], rewrites: [[spans, 0]] };
}

function mergeAll(
  blocks: readonly TestBlock[],
  choose: (blocks: readonly TestBlock[]) => readonly TestBlock[]
): TestBlock[] {
  let current = [...blocks];
  for (;;) {
    const run = choose(current);
    if (run.length === 0) {
      return current;
    }
    const at = current.findIndex((block) => block === run[0]);
    expect(current.slice(at, at + run.length)).toEqual(run);
    const merged: TestBlock = {
      spans: run.reduce((sum, { spans }) => sum + spans, 0),
      bytes: run.reduce((sum, { bytes }) => sum + bytes, 0),
      firstArrival: Math.min(...run.map(({ firstArrival }) => firstArrival)),
      lastArrival: Math.max(...run.map(({ lastArrival }) => lastArrival)),
      shapes: [0],
      rewrites: run.flatMap(({ rewrites }) => rewrites.map(([spans, times]) => [spans, times + 1] as const)),
    };
    expect(run.length).toBeGreaterThan(1);
    expect(merged.spans).toBeLessThanOrEqual(MAX_SPANS);
    expect(merged.lastArrival - merged.firstArrival).toBeLessThanOrEqual(60 * MINUTE);
    current = [...current.slice(0, at), merged, ...current.slice(at + run.length)];
  }
}

test('a span is rewritten at most log2(full / its first block) times', () => {
  fc.assert(
    fc.property(arrivals, (list) => {
      let blocks: TestBlock[] = [];
      let now = 1_760_000_000_000;
      for (const next of list) {
        const block = arrive(now, next);
        now = block.lastArrival + 1;
        blocks = mergeAll([...blocks, block], (current) => chooseMerge(current, options(now)));
      }
      blocks = mergeAll(blocks, (current) => chooseMerge(current, options(now + 61 * MINUTE)));
      for (const [spans, times] of blocks.flatMap(({ rewrites }) => rewrites)) {
        expect(2 ** times * spans).toBeLessThanOrEqual(MAX_SPANS);
      }
      const total = list.reduce((sum, { spans }) => sum + spans, 0);
      expect(blocks.reduce((sum, { spans }) => sum + spans, 0)).toBe(total);
    }),
    { numRuns: 300 }
  );
});

test('compaction leaves no neighbours that could be one block', () => {
  fc.assert(
    fc.property(arrivals, (list) => {
      let now = 1_760_000_000_000;
      const blocks = list.map((next) => {
        const block = arrive(now, next);
        now = block.lastArrival + 1;
        return block;
      });
      const left = mergeAll(blocks, (current) => chooseCompaction(current, options(now)));
      left.forEach((before, i) => {
        const block = left[i + 1];
        if (block === undefined) {
          return;
        }
        const fits = before.spans + block.spans <= MAX_SPANS;
        expect(fits && block.lastArrival - before.firstArrival <= 60 * MINUTE).toBe(false);
      });
    }),
    { numRuns: 300 }
  );
});
