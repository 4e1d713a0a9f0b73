// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { chooseCompaction, chooseMerge } from './merge.ts';
import type { MergeOptions } from './merge.ts';

const HOUR = 3_600_000;
const limits: MergeOptions = { maxSpans: 1000, maxSpread: 7 * HOUR, maxShapes: 100, maxBytes: 1e9, nowMs: 10 * HOUR };

/** Blocks of an hour each, from hour 0 on, named by their position. */
function blocks(...spans: readonly number[]) {
  return spans.map((count, i) => ({
    name: i,
    spans: count,
    bytes: count,
    firstArrival: i * HOUR,
    lastArrival: (i + 1) * HOUR - 1,
    shapes: [0, 1],
  }));
}

const names = (run: readonly { readonly name: number }[]): number[] => run.map(({ name }) => name);
const young = { ...limits, nowMs: 5 * HOUR };

interface Case {
  readonly what: string;
  readonly options: MergeOptions;
  readonly spans: readonly number[];
  readonly expected: readonly number[];
}

const cases: readonly Case[] = [
  { what: 'nothing', options: young, spans: [], expected: [] },
  { what: 'one block', options: young, spans: [10], expected: [] },
  { what: 'three of a size wait for a fourth', options: young, spans: [10, 10, 10], expected: [] },
  { what: 'four of a size', options: young, spans: [10, 10, 10, 10], expected: [0, 1, 2, 3] },
  {
    what: 'two of a size, when no more can come',
    options: { ...limits, nowMs: 20 * HOUR },
    spans: [10, 10],
    expected: [0, 1],
  },
  { what: 'a large one is not rewritten for small ones', options: young, spans: [900, 10, 10], expected: [] },
  { what: 'nor is a full one ever', options: { ...limits, nowMs: 90 * HOUR }, spans: [1000, 1000, 1000], expected: [] },
  {
    what: 'beside a large one small ones are merged',
    options: young,
    spans: [500, 10, 10, 10, 10],
    expected: [1, 2, 3, 4],
  },
  { what: 'arrivals too far apart', options: { ...limits, maxSpread: HOUR }, spans: [10, 10, 10, 10], expected: [] },
  { what: 'too little room on the disk', options: { ...young, maxBytes: 30 }, spans: [10, 10, 10, 10], expected: [] },
  { what: 'too many shapes together', options: { ...young, maxShapes: 7 }, spans: [10, 10, 10, 10], expected: [] },
];

test.each(cases)('$what', ({ options, spans, expected }) => {
  expect(names(chooseMerge(blocks(...spans), options))).toEqual(expected);
});

test('compaction takes the longest run that fits, whatever the sizes', () => {
  expect(names(chooseCompaction(blocks(900, 90, 5, 5), limits))).toEqual([0, 1, 2, 3]);
  expect(names(chooseCompaction(blocks(900, 900, 5), limits))).toEqual([1, 2]);
  expect(names(chooseCompaction(blocks(900, 900), limits))).toEqual([]);
});
