// SPDX-License-Identifier: Apache-2.0

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { temporaryFolder } from '../testing/store-fixture.ts';
import { Database, queryOn } from './database.ts';

const folder = temporaryFolder();
let database: Database;

beforeAll(async () => {
  database = await Database.open({ memoryLimitBytes: 1e8, threads: 1, tempDirectory: folder });
});
afterAll(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

async function numbers(type: string, values: readonly (bigint | null)[]): Promise<number[]> {
  const rows = values.map((value) => `(${value === null ? 'NULL' : `'${value}'`}::${type})`).join(', ');
  return [...(await queryOn(await database.connect(), `SELECT n FROM (VALUES ${rows}) t(n)`)).numbers('n')];
}

const least = -(2n ** 63n);
const greatest = 2n ** 64n - 1n;
const around = [2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 62n].flatMap((power) => [power - 1n, power, power + 1n]);

test.each([
  ['BIGINT', [0n, 1n, -1n, least, least + 1n, ...around, ...around.map((value) => -value), 2n ** 63n - 1n]],
  ['UBIGINT', [0n, 1n, ...around, 2n ** 63n, greatest - 1024n, greatest - 1023n, greatest]],
  ['HUGEINT', [0n, -1n, least, greatest, ...around]],
])('numbers of type %s are the nearest doubles', async (type, values) => {
  expect(await numbers(type, values)).toEqual(values.map(Number));
});

test('a NULL is NaN among numbers', async () => {
  expect(await numbers('BIGINT', [1n, null, 3n])).toEqual([1, Number.NaN, 3]);
  expect(await numbers('UTINYINT', [null, 255n])).toEqual([Number.NaN, 255]);
});

test('more rows than a chunk of DuckDB has keep their order', async () => {
  const result = await queryOn(await database.connect(), 'SELECT range * 3 AS n FROM range(5000)');
  expect([...result.numbers('n')]).toEqual(Array.from({ length: 5000 }, (_, i) => i * 3));
});
