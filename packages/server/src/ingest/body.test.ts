// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { deflateSync, gzipSync } from 'node:zlib';
import { bodyEncoding, decompress, ownMemory } from './body.ts';
import { ByteBudget } from './budget.ts';
import { Refusal } from './refusal.ts';

const own = (bytes: Uint8Array) => new Uint8Array(bytes);

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Refusal) {
      return error;
    }
    throw error;
  }
  throw new Error('expected a refusal, found success');
}

describe('decompress', () => {
  // Random bytes do not compress; zeros compress a thousandfold. Both sides of the synchronous limit.
  const contents: [string, Uint8Array][] = [
    ['empty', new Uint8Array(0)],
    ['small', Uint8Array.from({ length: 300 }, (_, index) => index % 251)],
    ['large', Uint8Array.from({ length: 500_000 }, (_, index) => (index * 7919) % 251)],
    ['very compressible', new Uint8Array(3_000_000)],
  ];

  test.each(contents)('gzip and deflate: %s', async (_name, content) => {
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
    ] as const) {
      const output = await decompress(own(compress(content)), encoding, 4_000_000);
      expect(Buffer.compare(output, content)).toBe(0);
      expect(output.byteOffset).toBe(0);
    }
  });

  test('the limit itself is allowed, one byte more is not', async () => {
    const body = own(gzipSync(new Uint8Array(1000)));
    expect(await decompress(body, 'gzip', 1000)).toHaveLength(1000);
    const refusal = await refusalOf(decompress(body, 'gzip', 999));
    expect(refusal.httpStatus).toBe(413);
    expect(refusal.message).toContain('the limit of 999 bytes (--max-decompressed-bytes)');
  });

  test('a bomb that lies about its size is stopped at the limit', async () => {
    const bomb = gzipSync(new Uint8Array(50_000_000));
    bomb.writeUInt32LE(10, bomb.length - 4);
    expect((await refusalOf(decompress(own(bomb), 'gzip', 1_000_000))).httpStatus).toBe(413);
  });

  test('several gzip members are one body', async () => {
    const body = own(Buffer.concat([gzipSync('ab'), gzipSync('cd')]));
    expect(Buffer.from(await decompress(body, 'gzip', 100)).toString()).toBe('abcd');
  });

  test.each([
    ['not gzip at all', Buffer.from('hello hello hello hello'), 'incorrect header check'],
    ['cut off', gzipSync(Buffer.alloc(1000, 'abc')).subarray(0, 20), 'unexpected end of file'],
  ])('%s', async (_name, body, reason) => {
    const refusal = await refusalOf(decompress(own(body), 'gzip', 1000));
    expect(refusal.httpStatus).toBe(400);
    expect(refusal.message).toBe(`the request body is not valid gzip: ${reason}`);
  });
});

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['GZIP', 'gzip'],
  ['deflate', 'deflate'],
  ['zstd', undefined],
  ['gzip, gzip', undefined],
])('bodyEncoding(%p)', (header, expected) => {
  expect(bodyEncoding(header)).toBe(expected);
});

describe('ownMemory', () => {
  test('copies what shares its memory with others', () => {
    const pooled = Buffer.from('abc');
    expect(ownMemory(pooled).buffer).not.toBe(pooled.buffer);
    const slice = new Uint8Array(100_000).subarray(5, 10);
    expect(ownMemory(slice).buffer.byteLength).toBe(5);
  });
  test('does not copy what is large and alone', () => {
    const alone = new Uint8Array(5_000_000);
    expect(ownMemory(alone).buffer).toBe(alone.buffer);
    const shared = new Uint8Array(10_000_000).subarray(0, 5_000_000);
    expect(ownMemory(shared).buffer.byteLength).toBe(5_000_000);
  });
});

test('a budget lets one large request in, and nothing beside it', () => {
  const budget = new ByteBudget(10);
  expect(budget.tryReserve(50)).toBe(true);
  expect(budget.tryReserve(1)).toBe(false);
  budget.release(50);
  expect(budget.tryReserve(4)).toBe(true);
  expect(budget.tryReserve(6)).toBe(true);
  expect(budget.tryReserve(1)).toBe(false);
});
