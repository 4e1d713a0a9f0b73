// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '../../parser/parse-query.ts';
import { Comparison, sideOf } from './comparison.ts';
import { ExactTally, Log2Tally, NumberTally, SumTally } from './tally.ts';

describe('tallies', () => {
  test('a bucket that there is not is left alone', () => {
    const count = new NumberTally('count', 2);
    count.add(2, 0, 5);
    expect([...count.values]).toEqual([0, 0]);
    const sums = new SumTally(1);
    sums.add(1, 3, 1);
    expect([[...sums.sums], [...sums.counts]]).toEqual([[0], [0]]);
    const exact = new ExactTally(1);
    exact.add(1, 3, 1);
    expect([...exact.quantile(0.5)]).toEqual([Number.NaN]);
    const cells = new Log2Tally();
    cells.add(1, 3, 1);
    expect(cells.byBucket(1)).toEqual([[]]);
  });

  test('least and greatest value', () => {
    for (const [kind, value] of [
      ['min', 2],
      ['max', 7],
    ] as const) {
      const tally = new NumberTally(kind, 2);
      [7, 2, 5].forEach((number) => tally.add(1, number, 1));
      expect([...tally.values]).toEqual([Number.NaN, value]);
    }
  });
});

describe('comparison', () => {
  const window = { start: 0n, end: 20n, step: 10n };

  test('says which attributes have more values than are shown', () => {
    const comparison = new Comparison(window);
    comparison.addTotal('selection', 'name', 0, 3);
    comparison.addValue('selection', { key: 'name', value: { kind: 'string', value: 'a' } }, 0, 1);
    comparison.setHasMore('selection', 'name');
    expect(
      comparison.series(10).map(({ labels }) => labels.map(({ key, value }) => `${key}=${value.value}`).join())
    ).toEqual([
      '__meta_type=selection,name=a',
      '__meta_type=selection_total,name=nil',
      '__meta_error=__too_many_values__,name=nil',
    ]);
  });

  test('a selection may have a window of its own', () => {
    const { body } = parseQuery('{} | compare({ status = error }, 10, 5, 9)');
    if (body.kind !== 'metricsPipeline' || body.function.kind !== 'compare') {
      throw new Error('expected compare()');
    }
    const measure = body.function;
    expect([5n, 6n, 9n, 10n].map((time) => sideOf(measure, time, true))).toEqual([
      'baseline',
      'selection',
      'selection',
      'baseline',
    ]);
    expect(sideOf(measure, 6n, false)).toBe('baseline');
  });
});
