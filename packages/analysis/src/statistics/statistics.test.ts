// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { buildTrace, traceFromText } from '@tracewell/trace';
import { operationStatistics } from './statistics.ts';

const MS = 1e6;

test('groups by service and name, most self time first', () => {
  const { trace, span } = traceFromText(`
    shop  GET /    |-------------------|
    cart    load     |---|  |------|         [status=error]
    db        SELECT  |-|    |-|
    shop    load                      |
  `);
  expect(operationStatistics(trace)).toEqual(
    [
      { service: 'shop', name: 'GET /', count: 1, errors: 0, total: 20, self: 9, average: 20, max: 20, slowest: 0 },
      {
        service: 'cart',
        name: 'load',
        count: 2,
        errors: 2,
        total: 11,
        self: 7,
        average: 5.5,
        max: 7,
        slowest: span('load#2'),
      },
      {
        service: 'db',
        name: 'SELECT',
        count: 2,
        errors: 0,
        total: 4,
        self: 4,
        average: 2,
        max: 2,
        slowest: span('db'),
      },
      {
        service: 'shop',
        name: 'load',
        count: 1,
        errors: 0,
        total: 0,
        self: 0,
        average: 0,
        max: 0,
        slowest: span('load#3'),
      },
    ].map((row) => ({
      ...row,
      total: row.total * MS,
      self: row.self * MS,
      average: row.average * MS,
      max: row.max * MS,
    }))
  );
});

test('of nothing', () => {
  expect(operationStatistics(buildTrace('aa', []))).toEqual([]);
});
