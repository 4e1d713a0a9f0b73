// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import { foldSiblings } from './folding.ts';

const MS = 1e6;
/** The members of each group by index, groups apart. */
const groupsOf = (text: string): string =>
  foldSiblings(traceFromText(text).trace)
    .map((group) => group.members.join(' '))
    .join(' / ');

describe('folds', () => {
  test.each([
    ['three alike', 'x  r  |----------|\nx    q  |-|-|-|', '1 2 3'],
    ['not two', 'x  r  |----------|\nx    q  |-|-|', ''],
    ['not different names', 'x  r  |----------|\nx    q  |-|-|\nx    p      |-|', ''],
    ['not different services', 'x  r  |----------|\nx    q  |-|-|\ny    q      |-|', ''],
    ['not different kinds', 'x  r  |----------|\nx    q  |-|-|\nx    q      |-|  [kind=client]', ''],
    ['only what follows each other', 'x  r  |----------|\nx    q  |-|-|  |-|\nx    p      |-|', ''],
    ['two runs', 'x  r  |------------------|\nx    q  |-|-|-|  |-|-|-|\nx    p        |-|', '1 2 3 / 5 6 7'],
    ['roots', 'x  q  |-|-|-|', '0 1 2'],
    ['alike subtrees', 'x  r  |------------|\nx    q  |---|---|---|\nx      p |-| |-| |-|', '1 3 5'],
    ['not when one has a child', 'x  r  |------------|\nx    q  |--|--|--|\nx      p     |-|', ''],
    [
      'groups in groups',
      'x  r  |--------------------------|\nx    q  |------|------|------|\nx      p|-|-|-||-|-|-||-|-|-|',
      '1 5 9 / 2 3 4 / 6 7 8 / 10 11 12',
    ],
  ])('%s', (_, text, expected) => {
    expect(groupsOf(text)).toBe(expected);
  });
});

test('sums up', () => {
  const { trace, span } = traceFromText(`
    x  root  |-----------------|
    x    get   |----|
    x    get      |----|
    x    get            |----|    [status=error]
  `);
  expect(foldSiblings(trace)).toEqual([
    {
      parent: span('root'),
      members: [1, 2, 3],
      start: 2 * MS,
      end: 16 * MS,
      total: 15 * MS,
      union: 13 * MS,
      errors: 1,
    },
  ]);
});

test('counts an error below a member once', () => {
  const { trace } = traceFromText(`
    x  root  |------------------|
    x    get   |----|----|----|   [status=error]
    y      do   |--| |--| |--|    [status=error]
  `);
  expect(foldSiblings(trace)[0]).toMatchObject({ members: [1, 3, 5], errors: 3 });
});
