// SPDX-License-Identifier: Apache-2.0

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { sqlDouble, sqlIdIn, sqlInteger, sqlText } from './sql-text.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});

afterAll(() => {
  connection.closeSync();
});

async function read(sql: string): Promise<unknown> {
  const result = await connection.runAndReadAll(`SELECT ${sql}`);
  return result.getRows()[0]?.[0];
}

describe('literals read back as the value they were made of', () => {
  test.each([
    ['', "''"],
    ["it's", "'it''s'"],
    ["'; DROP TABLE spans; --", "'''; DROP TABLE spans; --'"],
    ['back\\slash', "'back\\slash'"],
    ['a\u0000b', "('a' || chr(0) || 'b')"],
    ['\ud800', "'\ufffd'"],
  ])('%j', (text, sql) => {
    expect(sqlText(text)).toBe(sql);
  });

  test('any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await read(sqlText(text))).toBe(text);
      }),
      { numRuns: 200 }
    );
  });

  test('any number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double(), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), async (double, int) => {
        expect(await read(sqlDouble(double))).toBe(double === 0 ? 0 : double);
        expect(await read(sqlInteger(int, 'BIGINT'))).toBe(int);
        expect(await read(sqlInteger(BigInt.asUintN(64, int), 'UBIGINT'))).toBe(BigInt.asUintN(64, int));
      }),
      { numRuns: 200 }
    );
  });

  test('integers out of range are refused', () => {
    expect(() => sqlInteger(-1n, 'UBIGINT')).toThrow('expected a UBIGINT, found -1');
    expect(() => sqlInteger(1n << 63n, 'BIGINT')).toThrow('expected a BIGINT, found 9223372036854775808');
  });

  test.each([
    [[], 'FALSE'],
    [[3], 'x = 3'],
    [[4, 3, 5], 'x BETWEEN 3 AND 5'],
    [[1, 5, 2], 'x IN (1, 5, 2)'],
  ])('ids %j', (ids, sql) => {
    expect(sqlIdIn('x', ids)).toBe(sql);
  });
});
