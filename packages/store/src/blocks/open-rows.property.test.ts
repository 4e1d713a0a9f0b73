// SPDX-License-Identifier: Apache-2.0

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GRANULE_ROWS, OpenRows } from './open-rows.ts';

interface Row {
  readonly hi: bigint;
  readonly lo: bigint;
  readonly start: bigint;
}

function words(values: readonly bigint[]): Uint32Array {
  return new Uint32Array(BigUint64Array.from(values).buffer);
}

function add(index: OpenRows, rows: readonly Row[]): void {
  index.add(
    words(rows.map(({ hi }) => hi)),
    words(rows.map(({ lo }) => lo)),
    words(rows.map(({ start }) => start)),
    rows.length
  );
}

const id = fc.oneof(
  fc.bigInt({ min: 0n, max: 3n }),
  fc.bigInt({ min: 0xffff_fffen, max: 0x1_0000_0001n }),
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
);
const row = fc.record({ hi: id, lo: id, start: id });

test('knows the first and the last row of every trace, whatever the commits', () => {
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 40 }), { maxLength: 8 }), row, (commits, other) => {
      const index = new OpenRows(1);
      commits.forEach((rows) => add(index, rows));
      const all = commits.flat();
      expect(index.count).toBe(all.length);
      for (const { hi, lo } of [...all, other]) {
        const mine = all.flatMap((entry, i) => (entry.hi === hi && entry.lo === lo ? [i] : []));
        const range = index.rangeOf(hi, lo);
        expect(range).toEqual(mine.length === 0 ? undefined : { first: mine[0], end: (mine.at(-1) ?? 0) + 1 });
      }
    })
  );
});

test('knows the latest start before a granule, and where traces of new rows begin', () => {
  const index = new OpenRows();
  const rows = Array.from({ length: 3 * GRANULE_ROWS + 7 }, (_, i): Row => ({
    hi: 1n,
    lo: BigInt(Math.floor(i / 100)),
    start: (BigInt(i * 7919) % 1000n) << 32n,
  }));
  for (let from = 0; from < rows.length; from += 1500) {
    add(index, rows.slice(from, from + 1500));
  }
  expect(index.latestStartBefore(0)).toBeUndefined();
  for (const granules of [1, 2, 3]) {
    const starts = rows.slice(0, granules * GRANULE_ROWS).map(({ start }) => start);
    expect(index.latestStartBefore(granules * GRANULE_ROWS)).toBe(starts.reduce((a, b) => (a > b ? a : b)));
  }
  expect(index.firstOfTracesSince(0)).toBe(0);
  expect(index.firstOfTracesSince(250)).toBe(200);
  expect(index.firstOfTracesSince(300)).toBe(300);
  add(index, [{ hi: 1n, lo: 0n, start: 5n }]);
  expect(index.firstOfTracesSince(rows.length)).toBe(0);
  expect(index.firstOfTracesSince(rows.length + 1)).toBe(rows.length + 1);
});
