// SPDX-License-Identifier: Apache-2.0
//
// Bad input against the real store over real sockets. Every case checks the status, the sentence, that the
// process goes on, and that the good spans of the same batch are stored.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { status as grpcStatus } from '@grpc/grpc-js';
import { openStore, type Store } from '@tracewell/store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { toStoreOptions } from '../cli/store-options.ts';
import { parseConfig } from '../config/parse.ts';
import { callGrpc, traceExport } from '../testing/grpc-client.ts';
import { exportRequest, hex, repeated, utf8, type SpanInput } from '../testing/otlp.ts';
import { send, startTestServer, type TestServer } from '../testing/test-server.ts';

const limits = [
  ...['--max-body-bytes', '200kB', '--max-decompressed-bytes', '1MB', '--max-spans-per-request', '500'],
  ...['--max-attribute-bytes', '10kB', '--min-free-disk', '0'],
];
let folder = '';
let store: Store;
let server: TestServer;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-bad-input-'));
  store = await openStore(toStoreOptions(parseConfig(['--data-dir', folder, ...limits], {})), { log: () => undefined });
  server = await startTestServer(store, limits);
});

afterAll(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const post = (body: Uint8Array | string, headers: Readonly<Record<string, string>> = {}) =>
  send(`${server.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body,
  });

interface StoredSpan {
  readonly spanId: string;
  readonly name?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
}

/** Spans of a trace as the query port has them, by Tempo's JSON. */
async function storedSpans(traceId: Uint8Array): Promise<StoredSpan[]> {
  const id = Buffer.from(traceId).toString('hex');
  const { text } = await send(`${server.urls.console}api/v2/traces/${id}`);
  const answer = JSON.parse(text) as {
    trace: { resourceSpans?: { scopeSpans: { spans: StoredSpan[] }[] }[] };
  };
  return (answer.trace.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

let lastTrace = 0;
const newTraceId = () => hex((0xabc0000 + ++lastTrace).toString(16).padStart(32, '0'));

async function expectAlive(): Promise<void> {
  const traceId = newTraceId();
  expect((await post(exportRequest([{ traceId }]))).status).toBe(200);
  expect(await storedSpans(traceId)).toHaveLength(1);
}

describe('spans that are refused; the good ones of their batch are kept', () => {
  test.each<[name: string, bad: SpanInput, message: RegExp]>([
    ['a trace id of 15 bytes', { traceId: repeated(1, 15) }, /trace_id has 15 bytes; it must have 16/],
    ['a trace id of zeros', { traceId: repeated(0, 16) }, /trace_id is all zero/],
    ['no trace id', { traceId: repeated(0, 0) }, /trace_id is missing/],
    ['a span id of 9 bytes', { spanId: repeated(1, 9) }, /span_id has 9 bytes; it must have 8/],
    ['a span id of zeros', { spanId: repeated(0, 8) }, /span_id is all zero/],
    ['an attribute over the limit', { attributes: { big: repeated(0x61, 10_001) } }, /10000|10,000|10001/],
  ])('%s', async (_name, bad, message) => {
    const traceId = newTraceId();
    const spans = [{ traceId }, { traceId, name: utf8('bad'), ...bad }, { traceId }];
    const answer = await post(exportRequest(spans));
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(message);
    expect((await storedSpans(traceId)).map(({ name }) => name)).toEqual(['good', 'good']);

    // The same over gRPC, with spans of its own.
    const other = newTraceId();
    const { answer: grpcAnswer } = await callGrpc(
      server.urls.otlpGrpc,
      traceExport,
      exportRequest([{ traceId: other }, { traceId: other, name: utf8('bad'), ...bad }])
    );
    expect(grpcAnswer?.toString('utf8')).toMatch(message);
    expect(await storedSpans(other)).toHaveLength(1);
    await expectAlive();
  });

  test('JSON: the number of rejected spans and why', async () => {
    const good = '{"traceId":"0000000000000000000000000abcffff","spanId":"00000000000000aa","name":"good"}';
    const bad = '{"traceId":"00000000000000000000000000000000","spanId":"00000000000000ab","name":"bad"}';
    const answer = await post(`{"resourceSpans":[{"scopeSpans":[{"spans":[${good},${bad}]}]}]}`, {
      'content-type': 'application/json',
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringMatching(/trace_id is all zero/) },
    });
    expect(await storedSpans(hex('0000000000000000000000000abcffff'))).toHaveLength(1);
  });
});

describe('odd spans that are stored as they were sent', () => {
  const nanosOf = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n;
  test.each<[name: string, span: { start: bigint; end: bigint }]>([
    ['the end before the start', { start: nanosOf('2026-01-01T00:00:01Z'), end: nanosOf('2026-01-01T00:00:00Z') }],
    ['in 1970', { start: 1n, end: 2n }],
    ['in 2554', { start: 2n ** 64n - 2n, end: 2n ** 64n - 1n }],
  ])('%s', async (_name, span) => {
    const traceId = newTraceId();
    const answer = await post(exportRequest([{ traceId, ...span }, { traceId }]));
    expect(answer.status).toBe(200);
    const stored = await storedSpans(traceId);
    expect(stored).toHaveLength(2);
    expect(stored).toContainEqual(
      expect.objectContaining({ startTimeUnixNano: String(span.start), endTimeUnixNano: String(span.end) })
    );
    await expectAlive();
  });
});

test('text that is not UTF-8: its span is refused or mended, with a sentence, and the others are kept', async () => {
  const traceId = newTraceId();
  const broken = Uint8Array.of(0x62, 0x61, 0x64, 0xff, 0xfe);
  const answer = await post(exportRequest([{ traceId }, { traceId, name: broken }, { traceId }]));
  expect(answer.status).toBe(200);
  expect(answer.text).toMatch(/UTF-8/);
  expect((await storedSpans(traceId)).filter(({ name }) => name === 'good')).toHaveLength(2);
  await expectAlive();
});

describe('requests that are refused as a whole', () => {
  const valid = () => exportRequest([{ traceId: newTraceId() }]);
  test.each<[name: string, request: () => ReturnType<typeof post>, status: number, message: RegExp]>([
    ['broken protobuf', () => post(valid().subarray(0, 60)), 400, /at byte \d+: expected/],
    ['text as protobuf', () => post('this is no protobuf'), 400, /at byte \d+: expected/],
    [
      'broken gzip',
      () => post(utf8('not gzip'), { 'content-encoding': 'gzip' }),
      400,
      /not valid gzip: incorrect header/,
    ],
    [
      'gzip that ends early',
      () => post(gzipSync(valid()).subarray(0, 40), { 'content-encoding': 'gzip' }),
      400,
      /not valid gzip: unexpected end of file/,
    ],
    [
      'a gzip bomb',
      () => post(gzipSync(new Uint8Array(100_000_000)), { 'content-encoding': 'gzip' }),
      413,
      /more than the limit of 1000000 bytes \(--max-decompressed-bytes\)/,
    ],
    ['a body over the limit', () => post(new Uint8Array(200_001)), 413, /limit of 200000 bytes \(--max-body-bytes\)/],
    [
      'too many spans',
      () => post(gzipSync(exportRequest(Array.from({ length: 501 }, () => ({})))), { 'content-encoding': 'gzip' }),
      413,
      /500/,
    ],
    [
      'a wrong content type',
      () => post(valid(), { 'content-type': 'text/plain' }),
      415,
      /text\/plain.*application\/x-protobuf or application\/json/,
    ],
    [
      'zstd',
      () => post(valid(), { 'content-encoding': 'zstd' }),
      415,
      /"zstd" is not supported; use gzip, deflate or none/,
    ],
    [
      'broken JSON',
      () => post('{"resourceSpans":', { 'content-type': 'application/json' }),
      400,
      /not an OTLP JSON export/,
    ],
    [
      'JSON of another kind',
      () => post('{"resourceSpans":"no"}', { 'content-type': 'application/json' }),
      400,
      /resourceSpans.*expected an array/,
    ],
    [
      'JSON that is not UTF-8',
      () => post(Uint8Array.of(0x7b, 0xff, 0x7d), { 'content-type': 'application/json' }),
      400,
      /not valid UTF-8/,
    ],
    [
      'a foreign Host header',
      () => post(valid(), { host: 'attacker.example' }),
      403,
      /"attacker\.example" is not a name of this store/,
    ],
  ])('%s', async (_name, request, status, message) => {
    const answer = await request();
    expect(answer.text).toMatch(message);
    expect(answer.status).toBe(status);
    await expectAlive();
  });

  test.each(['metrics', 'logs'])('%s', async (signal) => {
    const answer = await send(`${server.urls.otlpHttp}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(10),
    });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain(`Tracewell stores traces only, it takes no ${signal}`);
    await expectAlive();
  });
});

describe('requests that are refused as a whole, over gRPC', () => {
  const service = (name: string) => `/opentelemetry.proto.collector.${name}/Export`;
  test.each<[name: string, call: () => ReturnType<typeof callGrpc>, code: number, message: RegExp]>([
    [
      'broken protobuf',
      () => callGrpc(server.urls.otlpGrpc, traceExport, utf8('this is no protobuf')),
      grpcStatus.INVALID_ARGUMENT,
      /at byte \d+: expected/,
    ],
    [
      'a message over the limit',
      () => callGrpc(server.urls.otlpGrpc, traceExport, new Uint8Array(1_000_001)),
      grpcStatus.RESOURCE_EXHAUSTED,
      /--max-decompressed-bytes/,
    ],
    [
      'a gzip bomb',
      () => callGrpc(server.urls.otlpGrpc, traceExport, new Uint8Array(50_000_000), { gzip: true }),
      grpcStatus.RESOURCE_EXHAUSTED,
      /--max-decompressed-bytes/,
    ],
    [
      'metrics',
      () => callGrpc(server.urls.otlpGrpc, service('metrics.v1.MetricsService'), new Uint8Array(3)),
      grpcStatus.UNIMPLEMENTED,
      /takes no metrics/,
    ],
    [
      'logs',
      () => callGrpc(server.urls.otlpGrpc, service('logs.v1.LogsService'), new Uint8Array(3)),
      grpcStatus.UNIMPLEMENTED,
      /takes no logs/,
    ],
    [
      'another service',
      () => callGrpc(server.urls.otlpGrpc, '/other.Service/Call', new Uint8Array(3)),
      grpcStatus.UNIMPLEMENTED,
      /does not implement/,
    ],
  ])('%s', async (_name, call, code, message) => {
    const { error } = await call();
    expect(error?.details).toMatch(message);
    expect(error?.code).toBe(code);
    await expectAlive();
  });

  test('gzip that is good is taken', async () => {
    const traceId = newTraceId();
    const outcome = await callGrpc(server.urls.otlpGrpc, traceExport, exportRequest([{ traceId }]), { gzip: true });
    expect(outcome.error).toBeUndefined();
    expect(await storedSpans(traceId)).toHaveLength(1);
  });
});

describe('queries', () => {
  const search = (query: string) => send(`${server.urls.console}api/search?q=${encodeURIComponent(query)}`);

  test.each([
    ['a syntax error', '{ span.a = }', 'line 1, col 12', '1 | { span.a = }\n  |            ^'],
    ['an unknown name', '{\n  nam = "x" }', 'line 2, col 3', '2 |   nam = "x" }\n  |   ^^^'],
    ['a type error', '{ span:duration = "x" }', 'same type', '1 | { span:duration = "x" }\n  |   ^^^'],
    ['a broken regular expression', '{ name =~ "(" }', '', '  |           ^'],
  ])('%s', async (_name, query, place, excerpt) => {
    const answer = await search(query);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toContain('invalid TraceQL query: ');
    expect(answer.text).toContain(place);
    expect(answer.text).toContain(excerpt);
    const ours = await send(`${server.urls.console}tracewell/api/v1/search?q=${encodeURIComponent(query)}`);
    expect(ours.status).toBe(400);
    expect(JSON.parse(ours.text)).toMatchObject({
      error: { code: 'invalid-query', range: { start: expect.any(Number), end: expect.any(Number) } },
    });
    await expectAlive();
  });

  test('a metrics query where traces are asked for', async () => {
    const answer = await search('{ } | rate()');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('1 | { } | rate()');
  });

  test('unknown and malformed ids', async () => {
    const unknown = 'f'.repeat(32);
    expect((await send(`${server.urls.console}api/traces/${unknown}`)).status).toBe(404);
    expect(JSON.parse((await send(`${server.urls.console}api/v2/traces/${unknown}`)).text)).toEqual({ trace: {} });
    const malformed = await send(`${server.urls.console}api/traces/no-id`);
    expect(malformed).toMatchObject({
      status: 400,
      text: expect.stringContaining("invalid character 'n' at position 1"),
    });
  });

  test('a foreign Host header', async () => {
    const answer = await send(`${server.urls.console}api/search`, { headers: { host: 'attacker.example:3200' } });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('is not a name of this store') });
  });
});
