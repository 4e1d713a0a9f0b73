// SPDX-License-Identifier: Apache-2.0
//
// The pool and its results on a real instance: types, nulls, long and short text, and the ways a query ends early.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pbkdf2 } from 'node:crypto';
import { readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../testing/store-fixture.ts';
import { attachSql, Database, execute } from './database.ts';
import { QueryPool } from './query-pool.ts';

const folder = temporaryFolder();
const ENDLESS = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3';
let database: Database;
let pool: QueryPool;

beforeAll(async () => {
  database = await Database.open({ memoryLimitBytes: 128_000_000, threads: 1, tempDirectory: `${folder}/tmp` });
  pool = await QueryPool.open(database, 1);
});

afterAll(async () => {
  await pool.close();
  database.close();
  await rm(folder, { recursive: true, force: true });
});

test('gives columns of every type, over several vectors, with nulls', async () => {
  const result = await pool.query(
    `SELECT i::UBIGINT + 18446744073709540000 AS u, -i AS s, (i % 100)::UTINYINT AS small, i / 4 AS d, sum(i) OVER () AS huge,
      CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN 'short' ELSE 'a text longer than a slot ' || i END AS t,
      encode('b' || i) AS b, i = 1 AS yes, CASE WHEN i = 2 THEN NULL ELSE i END AS n FROM range(5000) r(i)`
  );
  expect(result.rowCount).toBe(5000);
  expect(result.bigints('u')[4999]).toBe(18446744073709540000n + 4999n);
  expect(result.bigints('s')[4999]).toBe(-4999n);
  expect(result.integers('small')[4999]).toBe(99);
  expect(result.numbers('d')[4999]).toBe(1249.75);
  expect(result.numbers('huge')[0]).toBe(12497500);
  expect(result.bigints('huge')[0]).toBe(12497500n);
  expect([4998, 4999, 2].map((row) => result.texts('t')[row])).toEqual([null, 'short', 'a text longer than a slot 2']);
  expect(Buffer.from(result.blobs('b')[3000] ?? []).toString()).toBe('b3000');
  expect([...result.integers('yes').slice(0, 3)]).toEqual([0, 1, 0]);
  expect(result.numbers('n')[2]).toBeNaN();
  expect([result.isNull('n', 2), result.isNull('n', 3)]).toEqual([true, false]);
  expect(() => result.integers('d')).toThrow(/column d: expected an integer type/);
  expect(() => result.texts('nowhere')).toThrow(/no column nowhere/);
});

test('binds every kind of value', async () => {
  const params = ["it's", 2n ** 64n - 1n, -5n, 7, 0.5, true, null, new Uint8Array([1, 2])] as const;
  const result = await pool.query('SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f, ? AS g, ? AS h', params);
  expect(result.texts('a')).toEqual(["it's"]);
  expect(result.bigints('b')[0]).toBe(2n ** 64n - 1n);
  expect([result.bigints('c')[0], result.bigints('d')[0], result.numbers('e')[0]]).toEqual([-5n, 7n, 0.5]);
  expect([result.integers('f')[0], result.isNull('g', 0)]).toEqual([1, true]);
  expect([...(result.blobs('h')[0] ?? [])]).toEqual([1, 2]);
});

test('ends a query at its time limit, its signal and its number of rows, and goes on', async () => {
  await expect(pool.query(ENDLESS, [], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  const controller = new AbortController();
  const running = pool.query(ENDLESS, [], { signal: controller.signal });
  const waiting = pool.query('SELECT 1', [], { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await expect(pool.query('FROM range(11)', [], { maxRows: 10 })).rejects.toMatchObject({ code: 'limit' });
  await expect(pool.query('SELECT nonsense')).rejects.toMatchObject({ code: 'internal' });
  expect((await pool.query('SELECT 42')).numbers(0)[0]).toBe(42);
});

test('ends a query whose time is up before a thread has begun it', async () => {
  const sql =
    'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range < $1 AND (a.range * b.range) % 7 = 3';
  // Kept, so that the next time nothing comes before its execution.
  await pool.query(sql, [1], { isFrequent: true });
  const hash = promisify(pbkdf2);
  const crowd = Array.from({ length: 60 }, () => hash('', '', 100_000, 64, 'sha512'));
  await expect(pool.query(sql, [1e6], { isFrequent: true, timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
  await Promise.all(crowd);
  expect((await pool.query('SELECT 42')).numbers(0)[0]).toBe(42);
});

test('a query that ends because the database is about to be closed may be asked again', async () => {
  const other = await database.connect();
  const running = pool.query(ENDLESS);
  const stop = database.interruptAll(other);
  await expect(running).rejects.toMatchObject({ code: 'closed', retryable: true });
  stop();
  database.disconnect(other);
  expect((await pool.query('SELECT 42')).numbers(0)[0]).toBe(42);
});

test('closing ends what runs, refuses who waits and who comes, and waits for the end', async () => {
  const closing = await QueryPool.open(database, 1);
  let ended = 0;
  const asked = [ENDLESS, 'SELECT 1'].map((sql) =>
    closing.query(sql).catch((error: unknown) => {
      ended += 1;
      return error;
    })
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  await closing.close();
  await expect(closing.query('SELECT 1')).rejects.toMatchObject({ code: 'closed' });
  expect(ended).toBe(2);
  expect(await Promise.all(asked)).toMatchObject([{ code: 'closed', retryable: true }, { code: 'closed' }]);
});

test('keeps frequent statements, and lets go of them before their block is detached', async () => {
  const path = join(folder, 'kept.duckdb');
  await pool.query(`ATTACH '${path}' AS kept`);
  await pool.query('CREATE TABLE kept.spans AS SELECT i AS n FROM range(100) r(i)');
  const count = async (from: number): Promise<number | undefined> => {
    const result = await pool.query('SELECT count(*) FROM kept.spans WHERE n >= $1', [from], { isFrequent: true });
    return result.numbers(0)[0];
  };
  expect([await count(0), await count(90), await count(0)]).toEqual([100, 10, 100]);
  await pool.query('INSERT INTO kept.spans VALUES (1000)');
  expect(await count(90)).toBe(11);
  expect(await count(95)).toBe(6);
  const isOpen = async (): Promise<boolean> => {
    const files = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
    );
    return files.includes(path);
  };
  const canSee = process.platform === 'linux';
  expect(!canSee || (await isOpen())).toBe(true);
  pool.forget('kept');
  await pool.query('DETACH kept');
  expect(canSee && (await isOpen())).toBe(false);
  await expect(count(0)).rejects.toMatchObject({ code: 'internal' });
});

test('cannot load extensions or change its settings', async () => {
  await expect(pool.query("SET memory_limit = '10GB'")).rejects.toThrow(/lock/i);
  await expect(pool.query('INSTALL httpfs')).rejects.toThrow();
});

test('counts rightly in a table that grows between the planning of a statement and its run', async () => {
  const growing = await Database.open({ memoryLimitBytes: 128_000_000, threads: 1, tempDirectory: `${folder}/tmp` });
  const queries = await QueryPool.open(growing, 2);
  const writer = await growing.connect();
  try {
    await execute(writer, attachSql(join(folder, 'growing.duckdb'), 'o1', false));
    await execute(writer, 'CREATE TABLE o1.spans (shape UINTEGER, kind UTINYINT)');
    await execute(writer, 'INSERT INTO o1.spans VALUES (0, 0)');
    let isWriting = true;
    const writing = (async () => {
      for (let shapes = 2; shapes <= 600; shapes++) {
        await execute(writer, `INSERT INTO o1.spans SELECT i, i % 3 FROM range(${shapes}) r(i)`);
      }
      isWriting = false;
    })();
    const readers = [0, 1].map(async () => {
      let wrong = 0;
      while (isWriting) {
        const groups = await queries.query(
          'SELECT kind, shape, count(*)::INTEGER AS n FROM o1.spans GROUP BY kind, shape'
        );
        const shapes = groups.integers('shape');
        const isRight = groups.integers('kind').every((kind, row) => kind === (shapes[row] ?? 0) % 3);
        wrong += isRight && new Set(shapes).size === groups.rowCount ? 0 : 1;
      }
      return wrong;
    });
    const found = await Promise.all(readers);
    await writing;
    expect(found).toEqual([0, 0]);
  } finally {
    await queries.close();
    growing.close();
  }
});
