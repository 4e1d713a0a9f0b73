// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type duckdb from '@duckdb/node-bindings';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachSql, createSealedSql, Database, execute, queryOn } from './database.ts';
import { runUrgently } from './run-statement.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracewell-statement-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(threads: number): Promise<Database> {
  return Database.open({ memoryLimitBytes: 100_000_000, threads, tempDirectory: join(folder, 'tmp') });
}

/** Names of the files of the folder that this process holds open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path.slice(folder.length + 1)] : [];
    } catch {
      return [];
    }
  });
}

async function countOf(connection: duckdb.Connection, table: string): Promise<bigint | undefined> {
  return (await queryOn(connection, `SELECT count(*) FROM ${table}`)).bigints(0)[0];
}

describe.each([1, 2])('statements of an instance with %d threads', (threads) => {
  test('do what they say, beside each other', async () => {
    const database = await open(threads);
    const [one, other] = [await database.connect(), await database.connect()];
    await execute(one, attachSql(join(folder, 'a.duckdb'), 'a', false));
    await execute(one, 'CREATE TABLE a.t AS SELECT range AS i FROM range(1000)');
    await runUrgently(other, 'BEGIN TRANSACTION');
    await execute(other, 'INSERT INTO a.t SELECT 0 FROM range(10)');
    const long = execute(one, 'CREATE TEMP TABLE u AS SELECT i FROM range(300000) r(i) ORDER BY hash(i)');
    await runUrgently(other, 'COMMIT');
    expect(await countOf(other, 'a.t')).toBe(1010n);
    await long;
    expect(await countOf(one, 'u')).toBe(300_000n);
    database.close();
  });

  test('reject with the error of the engine, and the next one runs', async () => {
    const database = await open(threads);
    const connection = await database.connect();
    await expect(execute(connection, 'SELECT nothing')).rejects.toThrow(/nothing/);
    await expect(execute(connection, `SELECT error('stop') FROM range(10)`)).rejects.toThrow(/stop/);
    await expect(runUrgently(connection, 'COMMIT')).rejects.toThrow(/transaction/i);
    expect(await countOf(connection, 'range(5)')).toBe(5n);
    database.close();
  });

  test('end while everything has to, those that begin later too, but for one connection', async () => {
    const database = await open(threads);
    const [one, other] = [await database.connect(), await database.connect()];
    const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3';
    const stop = database.interruptAll(other);
    const long = countOf(other, 'range(3000000) r(i) WHERE hash(i) % 2 < 2');
    await expect(execute(one, endless)).rejects.toThrow(/interrupt/i);
    await expect(execute(one, endless)).rejects.toThrow(/interrupt/i);
    expect(await long).toBe(3_000_000n);
    stop();
    expect(await countOf(one, 'range(5)')).toBe(5n);
    database.close();
  });

  test('keep no file open that was detached', async () => {
    const database = await open(threads);
    const connection = await database.connect();
    await execute(connection, createSealedSql(join(folder, 'a.duckdb'), 'a'));
    await execute(connection, 'CREATE TABLE a.t AS SELECT range AS i FROM range(200000)');
    await execute(connection, 'CHECKPOINT a');
    expect(await countOf(connection, 'a.t')).toBe(200_000n);
    expect(openFiles()).toContain('a.duckdb');
    await execute(connection, 'DETACH a');
    expect(openFiles()).toEqual([]);
    database.close();
  });
});
