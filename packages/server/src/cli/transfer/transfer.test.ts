// SPDX-License-Identifier: Apache-2.0
//
// What export and import are made of: cutting requests, streams of messages, files of any form, retries.
import { afterAll, describe, expect, test } from '@jest/globals';
import { countSpans, decodeSpans, encodeSpans, encodeTracesJson, WireReader } from '@tracewell/protocols';
import { spansFromText, type Span } from '@tracewell/trace';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Progress } from '../progress.ts';
import { delimitedMessages } from '../target/delimited.ts';
import { openRunningStore } from '../target/running-store.ts';
import { readTraces } from './read-traces.ts';
import { splitRequest } from './split-request.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-transfer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spans = spansFromText(`
  shop  GET /    |--------|  [items=3]
  cart    add      |--||-|
  cart    remove        |-|
  shop    pay            ||
`);
const text = (span: Span): string =>
  JSON.stringify(span, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

async function* chunksOf(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(at, at + length));
    at += length;
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

test('a request cut into parts has the same spans, each part within its limits', () => {
  const request = encodeSpans(spans);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 6 }), (maxBytes, maxSpans) => {
      const parts = [...splitRequest(request, { maxBytes, maxSpans })];
      expect(
        parts
          .flatMap((part) => decodeSpans(part.bytes))
          .map(text)
          .sort()
      ).toEqual(spans.map(text).sort());
      for (const part of parts) {
        expect(part.spans).toBe(decodeSpans(part.bytes).length);
        expect(part.spans).toBeLessThanOrEqual(maxSpans);
      }
    })
  );
  expect(countSpans(new WireReader(request))).toBe(spans.length);
  expect([...splitRequest(new Uint8Array(0), { maxBytes: 10, maxSpans: 10 })]).toEqual([]);
});

test('messages come out of a stream however it is cut', async () => {
  const messages = [1, 0, 127, 128, 20_000].map((length) => new Uint8Array(length).fill(length & 0xff));
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
  const stream = Buffer.concat(messages.flatMap((message) => [Buffer.from(varint(message.length)), message]));
  for (const lengths of [[1], [3, 7], [129], [5000], [stream.length]]) {
    const found = await all(delimitedMessages(chunksOf(stream, lengths)));
    expect(found.map((message) => Buffer.from(message).toString('hex'))).toEqual(
      messages.map((message) => Buffer.from(message).toString('hex'))
    );
  }
  await expect(all(delimitedMessages(chunksOf(stream.subarray(0, -1), [100])))).rejects.toThrow('broke off');
  await expect(all(delimitedMessages(chunksOf(Buffer.alloc(20, 0xff), [4])))).rejects.toThrow('not an export');
});

describe('files', () => {
  const bytes = encodeSpans(spans);
  const json = encodeTracesJson(bytes, 'otlp');
  const pretty = JSON.stringify(JSON.parse(json), undefined, 2);
  test.each<[string, string | Uint8Array, number]>([
    ['one line', json, 1],
    ['lines, with empty ones between', `${json}\n\n${json}\r\n  \n${json}\n`, 3],
    ['one document over lines', pretty, 1],
    ['one that begins with a brace alone', `{\n${pretty.slice(1)}`, 1],
    ['a byte order mark', `\ufeff${json}\n`, 1],
    ['protobuf', bytes, 1],
    ['lines, compressed', gzipSync(`${json}\n${json}\n`), 2],
    ['protobuf, compressed', gzipSync(bytes), 1],
    ['nothing', '', 0],
  ])('%s', async (name, content, documents) => {
    const file = path.join(folder, name.replaceAll(' ', '-'));
    writeFileSync(file, content);
    const found = await all(readTraces(file));
    expect(found.map((document) => decodeSpans(document.bytes).map(text).sort())).toEqual(
      Array.from({ length: documents }, () => spans.map(text).sort())
    );
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['a line that is no JSON', `${json}\nwhat\n`, /line 2: not OTLP JSON/],
    ['a document that is cut off', pretty.slice(0, -5), /not OTLP JSON/],
    ['a compressed file that is cut off', gzipSync(json).subarray(0, -12), /unexpected end of file/],
  ])('%s', async (name, content, message) => {
    const file = path.join(folder, name.replaceAll(' ', '-'));
    writeFileSync(file, content);
    await expect(all(readTraces(file))).rejects.toThrow(message);
  });

  test('a line longer than a chunk', async () => {
    const file = path.join(folder, 'long');
    const many = Array.from({ length: 400 }, () => spans).flat();
    writeFileSync(file, `${encodeTracesJson(encodeSpans(many), 'otlp')}\n${json}\n`);
    const found = await all(readTraces(file));
    expect(found.map((document) => countSpans(new WireReader(document.bytes)))).toEqual([many.length, spans.length]);
  });
});

describe('sending to a store that is busy', () => {
  /** Answers each request with the next status, the last one for ever. */
  async function send(statuses: readonly (readonly [number, Record<string, string>])[]) {
    let asked = 0;
    const waits: number[] = [];
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const [status, headers] = statuses[Math.min(asked++, statuses.length - 1)] ?? [200, {}];
      request.resume().on('end', () => response.writeHead(status, headers).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const wait = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    const target = openRunningStore({ url, otlpUrl: url, environment: {}, wait });
    const outcome = await target.ingest(encodeSpans(spans), new AbortController().signal).then(
      (result) => result,
      (error: Error) => error.message
    );
    await new Promise((resolve) => server.close(resolve));
    return { outcome, asked, waits };
  }

  test('it waits as long as it is told, and longer each time', async () => {
    const busy = [429, { 'retry-after': '7' }] as const;
    const { outcome, asked, waits } = await send([busy, [503, {}], [503, {}], [200, {}]]);
    expect({ outcome, asked, waits }).toEqual({
      outcome: { rejectedSpans: 0, message: '' },
      asked: 4,
      waits: [7000, 2000, 4000],
    });
  });

  test('it gives up in the end, and at once where sending again cannot help', async () => {
    const busy = await send([[503, {}]]);
    expect(busy.asked).toBe(14);
    expect(busy.outcome).toMatch(/answered 503/);
    expect(Math.max(...busy.waits)).toBe(30_000);
    expect(await send([[400, {}]])).toMatchObject({
      asked: 1,
      waits: [],
      outcome: expect.stringMatching('answered 400'),
    });
  });
});

describe('progress', () => {
  function drawn(isTTY: boolean) {
    let clock = 0;
    let output = '';
    const progress = new Progress(
      { isTTY, columns: 60, write: (written) => (output += written) },
      'spans',
      () => clock
    );
    return {
      progress,
      at: (ms: number) => (clock = ms),
      get output() {
        return output;
      },
    };
  }

  test('a bar on a terminal, not redrawn too often, removed at the end', () => {
    const screen = drawn(true);
    screen.progress.update('block 1 of 2', 500, 2000);
    screen.at(50);
    screen.progress.update('block 1 of 2', 600, 2000);
    expect(screen.output).toBe('\r[======                  ]  25 %  500 of 2,000 spans  block');
    screen.progress.end();
    expect(screen.output.endsWith(`\r${' '.repeat(59)}\r`)).toBe(true);
  });

  test('elsewhere a line now and then', () => {
    const file = drawn(false);
    for (let second = 0; second <= 12; second++) {
      file.at(second * 1000);
      file.progress.update('exporting', second, 0);
    }
    file.progress.end();
    expect(file.output).toBe('exporting: 5 spans\nexporting: 10 spans\n');
  });
});
