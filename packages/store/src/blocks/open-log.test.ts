// SPDX-License-Identifier: Apache-2.0
//
// The log that the installed DuckDB writes is the one that open-log.ts knows: its header, its frames, the frame that
// ends a transaction.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';
import { cutLog, frameStart, inspectLog, restoreHeader } from './open-log.ts';

const EXPORTS = 3;
const folder = temporaryFolder();
const path = join(folder, 'copy.wal');
let bytes = Buffer.alloc(0);

beforeAll(async () => {
  const store = await openStore(storeOptions(folder), { log: () => undefined });
  for (let trace = 1; trace <= EXPORTS; trace++) {
    await store.ingest(requestOf([1, 2, 3].map((id) => makeSpan(trace, id))));
  }
  await store.close();
  const tenant = join(folder, 'single-tenant');
  bytes = readFileSync(join(tenant, readdirSync(tenant).find((name) => name.endsWith('.wal')) ?? ''));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a look finds in the log after some change. */
function inspect(content: Buffer): ReturnType<typeof inspectLog> {
  writeFileSync(path, content);
  return inspectLog(path);
}

/** The log with one byte changed. */
function flipped(at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 0x20;
  return changed;
}

// One commit made the tables.
const whole = { headerIsGood: true, commits: EXPORTS + 1, isTornInside: false };

test('a log as DuckDB writes it is whole', async () => {
  expect(await inspect(bytes)).toEqual({ ...whole, size: bytes.length, wholeEnd: bytes.length });
});

test('there may be none', async () => {
  expect(await inspectLog(join(folder, 'nothing'))).toBeUndefined();
});

test.each([1, 10, 21])('cut off %i bytes before its end, the last transaction is missing', async (missing) => {
  expect(await inspect(bytes.subarray(0, bytes.length - missing))).toMatchObject({ ...whole, commits: EXPORTS });
});

test('zeros at its end, as a power cut leaves them, are no frames', async () => {
  const found = await inspect(Buffer.concat([bytes, Buffer.alloc(5000)]));
  expect(found).toEqual({ ...whole, size: bytes.length + 5000, wholeEnd: bytes.length });
});

test('a damaged length before whole transactions is damage, not a power cut', async () => {
  expect(await inspect(flipped(8 + 5))).toMatchObject({ wholeEnd: 8, commits: 0, isTornInside: true });
});

test('a damaged head is written anew', async () => {
  expect(await inspect(flipped(0))).toMatchObject({ headerIsGood: false, commits: EXPORTS + 1 });
  await restoreHeader(path);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('is cut where the frame begins that DuckDB complains of', async () => {
  writeFileSync(path, bytes);
  // DuckDB names the first byte after the frame's head.
  const first = 8;
  expect(await frameStart(path, first + 16)).toBe(first);
  const second = first + 16 + Number(bytes.readBigUInt64LE(first));
  expect(await frameStart(path, second + 16)).toBe(second);
  await cutLog(path, second);
  expect(readFileSync(path)).toHaveLength(second);
});
