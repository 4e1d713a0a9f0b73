// SPDX-License-Identifier: Apache-2.0

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tmpdir } from 'node:os';
import { Database } from '../blocks/database.ts';
import { QueryPool } from '../blocks/query-pool.ts';
import type { SqlResult } from '../blocks/reader.ts';
import { rowsSql, sqlDouble, sqlIdIn, sqlInteger, sqlText } from './sql-text.ts';

let database: Database;
let pool: QueryPool;

beforeAll(async () => {
  database = await Database.open({ memoryLimitBytes: 100_000_000, threads: 1, tempDirectory: tmpdir() });
  pool = await QueryPool.open(database, 1);
});

afterAll(async () => {
  await pool.close();
  database.close();
});

function read(sql: string): Promise<SqlResult> {
  return pool.query(`SELECT ${sql} AS value`);
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
        expect((await read(sqlText(text))).texts(0)[0]).toBe(text);
      }),
      { numRuns: 200 }
    );
  });

  test('any number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double(), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), async (double, int) => {
        expect((await read(sqlDouble(double))).numbers(0)[0]).toBe(double === 0 ? 0 : double);
        expect((await read(sqlInteger(int, 'BIGINT'))).bigints(0)[0]).toBe(int);
        const unsigned = BigInt.asUintN(64, int);
        expect((await read(sqlInteger(unsigned, 'UBIGINT'))).bigints(0)[0]).toBe(unsigned);
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

  test.each([
    ['none', []],
    ['a few', [0, 7, 8, 4999]],
    ['many', Array.from({ length: 900 }, (_, i) => 17 + ((i * 389) % 4000))],
    ['all', Array.from({ length: 5000 }, (_, i) => i)],
  ])('rows: %s', async (_, rows) => {
    await pool.query('CREATE OR REPLACE TABLE memory.numbered AS SELECT i FROM range(5000) r(i)');
    const found = await pool.query(`SELECT i FROM memory.numbered WHERE ${rowsSql(rows)} ORDER BY i`);
    expect([...found.numbers('i')]).toEqual([...new Set(rows)].sort((a, b) => a - b));
  });
});
