// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseQuery } from './parser/parse-query.ts';
import { printQuery } from './printer.ts';
import { queryArbitrary, withoutRanges } from './testing/query-arbitrary.ts';

describe('printQuery', () => {
  test('parsing what was printed gives the same tree', () => {
    fc.assert(
      fc.property(queryArbitrary, (query) => {
        expect(withoutRanges(parseQuery(printQuery(query)))).toEqual(withoutRanges(query));
      }),
      { numRuns: 300 }
    );
  });

  test('printing is a fixed point: what was printed, parsed and printed again is the same text', () => {
    fc.assert(
      fc.property(queryArbitrary, (query) => {
        const text = printQuery(query);
        expect(printQuery(parseQuery(text))).toBe(text);
      })
    );
  });
});
