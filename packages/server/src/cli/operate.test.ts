// SPDX-License-Identifier: Apache-2.0
//
// The commands for operating, on real stores: one that runs behind its ports, and a folder at rest.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { decodeSpans, encodeSpans, type AdminJobJson, type AdminStatsJson } from '@tracewell/protocols';
import { openStore, type Store } from '@tracewell/store';
import type { Span } from '@tracewell/trace';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseConfig } from '../config/parse.ts';
import { drawnSpans } from '../testing/real-server.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { runCommand, type CommandContext } from './command.ts';
import { toStoreOptions } from './store-options.ts';

// Some of these work for seconds on a busy machine.
jest.setTimeout(120_000);

const start = 1_760_000_000_000_000_000n;
const idOf = (number: number): string => number.toString(16).padStart(32, '0');
const drawing = `
shop  GET /     |----------|  [kind=server items=3 price=1.5 paid=true]
  cart  add      |---|        [status=error]
  cart  remove       |---|
`;

let folder: string;
let dataDir: string;
let store: Store | undefined;
let server: TestServer | undefined;
let url = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-operate-'));
  dataDir = path.join(folder, 'data');
});
afterEach(async () => {
  await stopServer();
  rmSync(folder, { recursive: true });
});

const silent = { log: () => undefined };
const flagsOf = (dir: string): string[] => ['--data-dir', dir, '--min-free-disk', '0'];
const open = (dir = dataDir): Promise<Store> => openStore(toStoreOptions(parseConfig(flagsOf(dir), {})), silent);

async function startServer(...flags: string[]): Promise<void> {
  store = await open();
  server = await startTestServer(store, [...flagsOf(dataDir), ...flags]);
  url = server.urls.console.replace(/\/$/, '');
}

async function stopServer(): Promise<void> {
  await server?.close();
  await store?.close();
  server = undefined;
  store = undefined;
}

const spansOf = (traces: number): Span[] =>
  Array.from({ length: traces }, (_, i) => drawnSpans(drawing, idOf(i + 1), start + BigInt(i) * 1_000_000_000n)).flat();

/** A folder at rest with two sealed blocks and an open one. */
async function fill(traces = 30): Promise<void> {
  const filled = await open();
  const spans = spansOf(traces);
  for (let part = 0; part < 3; part++) {
    await filled.ingest(encodeSpans(spans.filter((_, i) => i % 3 === part)));
    if (part < 2) {
      await filled.seal();
    }
  }
  await filled.close();
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], overrides: Partial<CommandContext> = {}): Promise<Run> {
  let out = '';
  let err = '';
  const code = await runCommand(args, {
    environment: { TRACEWELL_MIN_FREE_DISK: '0' },
    version: '1.2.3',
    consoleDir: '/nowhere',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    openStore,
    untilAskedToStop: () => new Promise(() => undefined),
    announce: () => undefined,
    ...overrides,
  });
  return { code, out, err };
}

/** What a folder at rest holds, in an order of its own. */
async function contentOf(dir: string): Promise<string[]> {
  const opened = await open(dir);
  try {
    const { id } = await opened.openExport({ query: '' });
    const spans: string[] = [];
    for (let isLast = false; !isLast;) {
      const part = await opened.nextExport(id);
      isLast = part.isLast;
      spans.push(...decodeSpans(part.bytes).map(textOf));
    }
    return spans.sort();
  } finally {
    await opened.close();
  }
}

const textOf = (span: Span): string =>
  JSON.stringify(span, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

describe.each(['running', 'at rest'])('a store that is %s', (way) => {
  let target: string[];
  beforeEach(async () => {
    await fill();
    if (way === 'running') {
      await startServer();
      target = ['--url', url];
    } else {
      target = ['--data-dir', dataDir];
    }
  });

  test('stats', async () => {
    const { code, out, err } = await run(['stats', ...target, '--blocks']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^spans +90$/m);
    expect(out).toMatch(/^blocks +1 open, 0 sealing, 2 sealed$/m);
    expect(out).toMatch(/^cart +60 +30$/m);
    expect(out).toMatch(/^spans\.trace_lo +[\d.]+ k?B +[\d.]+ %$/m);
    expect(out).toMatch(/^\d+ +sealed +30 +30 +[\d.]+ \w+ +2025-10-09T08:53:20.000Z/m);
    const asJson = await run(['stats', ...target, '--json']);
    expect((JSON.parse(asJson.out) as AdminStatsJson).blocks).toHaveLength(3);
  });

  test('verify', async () => {
    const { code, out } = await run(['verify', ...target]);
    expect({ code, out }).toEqual({ code: 0, out: '90 spans read, 3 blocks are good; nothing is damaged\n' });
    const byBlock = await run(['verify', ...target, '--blocks']);
    expect(byBlock.out).toMatch(/^(block \d+: good\n){3}90 spans read/);
    const asJson = await run(['verify', ...target, '--json']);
    expect((JSON.parse(asJson.out) as AdminJobJson).result?.damaged).toBe(false);
  });

  test.each(['traces.jsonl', 'traces.jsonl.gz'])('export to %s and import give the same spans', async (name) => {
    const file = path.join(folder, name);
    const exported = await run(['export', '--out', file, ...target]);
    expect(exported).toMatchObject({ code: 0, err: `exported 90 spans to ${file}\n` });
    const text = name.endsWith('.gz') ? gunzipSync(readFileSync(file)).toString() : readFileSync(file, 'utf8');
    expect(Object.keys(JSON.parse(text.split('\n')[0] ?? '') as object)).toEqual(['resourceSpans']);
    expect(readdirSync(folder).sort()).toEqual(['data', name].sort());

    await stopServer();
    const expected = await contentOf(dataDir);
    dataDir = path.join(folder, 'second');
    if (way === 'running') {
      await startServer();
    }
    const imported = await run(['import', file, ...(way === 'running' ? ['--url', url] : ['--data-dir', dataDir])]);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('imported 90 spans into ') });
    await stopServer();
    expect(await contentOf(dataDir)).toEqual(expected);
  });

  test('export with a query and a range, to standard output', async () => {
    const args = ['--query', '{ name = "add" }', '--since', '2025-10-09T08:53:23Z', '--until', '2025-10-09T08:53:25Z'];
    const { code, out } = await run(['export', '--out', '-', ...args, ...target]);
    expect(code).toBe(0);
    const ids = [...out.matchAll(/"traceId":"(\w+)"/g)].map(([, id]) => id);
    expect(ids.sort()).toEqual([4, 4, 4, 5, 5, 5].map(idOf));
  });

  test('export to Parquet', async () => {
    const file = path.join(folder, 'traces.parquet');
    expect(await run(['export', '--out', file, ...target])).toMatchObject({ code: 0 });
    expect(readdirSync(folder).sort()).toEqual(['data', 'traces.parquet']);
    const content = readFileSync(file);
    expect([content.subarray(0, 4).toString(), content.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
  });

  test('what goes wrong is one line', async () => {
    expect(await run(['export', '--out', '/nowhere/x.jsonl', ...target])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^tracewell export: cannot write \/nowhere\/x.jsonl: ENOENT.*\n$/),
    });
    expect(await run(['export', '--out', '/nowhere/x.parquet', ...target])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^tracewell export: cannot write \/nowhere\/x.parquet: /),
    });
    const wrong = await run(['export', '--out', '-', '--query', '{ what', ...target]);
    expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringContaining('unknown identifier: what') });
    expect(await run(['import', '/nowhere', ...target])).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot read /nowhere'),
    });
  });

  test('an export that is cancelled leaves no file', async () => {
    const file = path.join(folder, 'traces.jsonl');
    const cancelled = await run(['export', '--out', file, ...target], {
      untilAskedToStop: () => Promise.resolve('SIGINT'),
    });
    expect(cancelled).toMatchObject({
      code: 1,
      err: expect.stringContaining(`SIGINT: cancelled, and ${file} is not written`),
    });
    expect(readdirSync(folder)).toEqual(['data']);
  });

  test('a job that is cancelled', async () => {
    const cancelled = await run(['verify', ...target], { untilAskedToStop: () => Promise.resolve('SIGINT') });
    // It may have ended before it heard of it.
    expect(cancelled.err).toContain('SIGINT: cancelling');
    expect([0, 1]).toContain(cancelled.code);
  });

  test('delete: says how much it is, asks, and it is gone', async () => {
    const questions: string[] = [];
    const ask = (answer: string) => (question: string) => {
      questions.push(question.replace(target[1] ?? '', 'HERE'));
      return Promise.resolve(answer);
    };
    const args = ['delete', '--query', '{ name = "add" }', ...target];
    expect(await run(args, { ask: ask('n') })).toMatchObject({ code: 1, out: '', err: 'nothing is deleted\n' });
    expect(await run(args, { ask: ask('y') })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^deleted 30 spans; /m),
    });
    const whole = ['delete', '--query', '{ name = "remove" }', '--until', '2025-10-09T08:53:40Z', '--whole-traces'];
    expect(await run([...whole, ...target], { ask: ask('yes') })).toMatchObject({ code: 0 });
    expect(await run(['delete', '--trace', idOf(30).slice(20), '--yes', ...target])).toMatchObject({ code: 0 });
    expect(await run(['delete', '--trace', idOf(30), '--yes', ...target])).toMatchObject({
      code: 0,
      err: 'nothing matches, so nothing is deleted\n',
    });
    expect(questions).toEqual([
      'Delete 30 spans of 30 traces from HERE? This cannot be undone. [y/N] ',
      'Delete 30 spans of 30 traces from HERE? This cannot be undone. [y/N] ',
      'Delete 20 whole traces, which have 20 matching spans from HERE? This cannot be undone. [y/N] ',
    ]);
    await stopServer();
    const left = await contentOf(dataDir);
    expect(left).toHaveLength(18);
    expect(left.filter((text) => text.includes('"name":"add"'))).toEqual([]);
    expect(await run(['verify', '--data-dir', dataDir])).toMatchObject({ code: 0 });
  });

  test('compact', async () => {
    const { code, out } = await run(['compact', ...target]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^3 blocks merged, 90 spans in them$/m) });
    const stats = JSON.parse((await run(['stats', '--json', ...target])).out) as AdminStatsJson;
    expect(stats.blocks.filter(({ state }) => state === 'sealed')).toHaveLength(1);
    expect(stats.spans).toBe(90);
  });

  test('import: what is rejected is told, what is broken is named by its line', async () => {
    const file = path.join(folder, 'in.jsonl');
    const span = {
      traceId: idOf(500),
      spanId: '00000000000000aa',
      name: 'x',
      startTimeUnixNano: '5',
      endTimeUnixNano: '6',
    };
    const line = (spans: object[]): string => `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })}\n`;
    writeFileSync(file, line([span, { ...span, traceId: idOf(0) }]));
    const partly = await run(['import', file, ...target]);
    expect(partly).toMatchObject({
      code: 1,
      err: expect.stringMatching(/imported 1 spans into .*, 1 were rejected\n$/),
    });
    writeFileSync(file, `${line([span])}{"resourceSpans":7}\n`);
    const broken = await run(['import', file, ...target]);
    expect(broken).toMatchObject({ code: 1, err: expect.stringContaining(`${file}, line 2: not OTLP JSON`) });
  });

  test('import of one document, of protobuf, compressed', async () => {
    const [one, two, three] = [1001, 1002, 1003].map((id) => encodeSpans(drawnSpans(drawing, idOf(id), start)));
    const files = ['one.pb', 'two.pb.gz'].map((name) => path.join(folder, name));
    writeFileSync(files[0] ?? '', one ?? '');
    writeFileSync(files[1] ?? '', gzipSync(two ?? ''));
    const spans = decodeSpans(three ?? new Uint8Array(0)).map(({ traceId, spanId }) => ({ traceId, spanId }));
    const document = path.join(folder, 'three.json');
    writeFileSync(document, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, undefined, 2));
    const imported = await run(['import', ...files, document, ...target]);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('imported 9 spans') });
  });
});

test('verify finds a damaged block: exit code 1', async () => {
  await fill(900);
  const tenant = path.join(dataDir, 'single-tenant');
  const name = readdirSync(tenant).find((file) => /^block-.*\.duckdb$/.test(file)) ?? '';
  const file = openSync(path.join(tenant, name), 'r+');
  writeSync(file, Buffer.from('damage'), 0, 6, Math.min(12_288 + 2 * 262_144 + 4000, fstatSync(file).size - 10));
  closeSync(file);
  const { code, out } = await run(['verify', '--data-dir', dataDir]);
  expect(code).toBe(1);
  // Where the damage lies decides whether the block could be opened at all.
  expect(out).toMatch(/block \d+: table \w+ cannot be read: .*checksum|block-\d+\.duckdb was set aside/);
  expect(out).toMatch(/2 blocks are good; damage was found/);
});

test('a folder that a store has open: its process is named, and the other way', async () => {
  await startServer();
  for (const command of [['stats'], ['verify'], ['export', '--out', '-']]) {
    expect(await run([...command, '--data-dir', dataDir])).toMatchObject({
      code: 1,
      err: `tracewell ${command[0]}: ${dataDir} is in use by process ${process.pid}; stop it, or choose another data folder, or ask the store that runs, by --url\n`,
    });
  }
});

test('a folder that is none is not made one', async () => {
  expect(await run(['stats', '--data-dir', path.join(folder, 'nothing')])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is no data folder: expected a file FORMAT in it'),
  });
  expect(existsSync(path.join(folder, 'nothing'))).toBe(false);
});

test('an old folder is not emptied by retention when it is looked at', async () => {
  await fill(3);
  await run(['stats', '--data-dir', dataDir], {
    environment: { TRACEWELL_RETENTION_BYTES: '1', TRACEWELL_MIN_FREE_DISK: '0' },
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await contentOf(dataDir)).toHaveLength(9);
});

test('credentials, and a store that does not answer', async () => {
  await startServer('--bearer-token', 'secret');
  expect(await run(['stats', '--url', url])).toMatchObject({ code: 1, err: expect.stringContaining('answered 401') });
  const environment = { TRACEWELL_BEARER_TOKEN: 'secret' };
  expect(await run(['stats', '--url', url], { environment })).toMatchObject({ code: 0 });
  expect(await run(['stats', '--url', 'http://127.0.0.1:9'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no store answers at http://127.0.0.1:9'),
  });
});

describe('a wrong command line: exit code 2', () => {
  test.each([
    [['stats', '--what'], "Unknown option '--what'"],
    [['stats', '--url', 'x'], '--url: found "x", expected an address'],
    [['compact', '--blocks'], "Unknown option '--blocks'"],
    [['verify', '--url', 'http://a', '--data-dir', 'b'], 'found both, expected one of them'],
    [['export'], 'expected --out FILE'],
    [['export', '--out', 'x', '--format', 'csv'], '--format: found "csv"'],
    [['export', '--out', '-', '--format', 'parquet'], 'not compressed for Parquet'],
    [['export', '--out', 'x', '--since', 'noon'], '--since: found "noon"'],
    [['export', '--out', 'x', '--since', '1h', '--until', '2h'], 'is not after --since'],
    [['import'], 'expected a file to import'],
    [['delete', '--yes'], 'expected either --trace or --query, found neither'],
    [['delete', '--trace', '1', '--query', '{}', '--yes'], 'found both'],
    [['delete', '--trace', 'xyz', '--yes'], '--trace: found "xyz"'],
    [['delete', '--trace', '1', '--since', '1h', '--yes'], 'go with --query'],
    [['delete', '--query', ' ', '--yes'], '--query: found nothing'],
    [['delete', '--trace', '1'], 'there is no terminal to ask at, expected --yes'],
  ])('%j', async (args, message) => {
    const { code, err, out } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(`Usage: tracewell ${args[0]}`);
  });
});
