// SPDX-License-Identifier: Apache-2.0
//
// Streaming as Grafana uses it, with a client that shares no code with the server.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { status as grpcStatus } from '@grpc/grpc-js';
import { StoreError, type Store } from '@tracewell/store';
import { createFakeStore } from '../testing/fake-store.ts';
import { drawnSpans, startRealServer, type RealServer } from '../testing/real-server.ts';
import { stream } from '../testing/streaming-client.ts';
import { send, startTestServer, type TestServer } from '../testing/test-server.ts';

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n;
const cost = { inspectedSpans: 0, inspectedTraces: 0, inspectedBytes: 0, blocks: 0 };

describe('over a real store', () => {
  let real: RealServer;
  const ask = (method: string, request: Record<string, unknown>) => stream(real.url, method, request);

  beforeAll(async () => {
    real = await startRealServer();
    const shop = `
      web   GET /cart   |----------|   [kind=server http.status_code=200]
      cart    GetCart     |----|       [kind=client status=error db.system=redis]
    `;
    for (const id of [1, 2, 3]) {
      const traceId = `${id}`.padStart(32, '0');
      await real.ingest(drawnSpans(shop, traceId, (START + BigInt(id)) * SECOND));
    }
  });
  afterAll(() => real.close());

  test('Search: the newest first, each trace once, with metrics', async () => {
    const range = { start: Number(START), end: Number(START) + 10 };
    const { packets, error } = await ask('Search', { Query: '{ status = error }', Limit: 2, ...range });
    expect(error).toBeUndefined();
    expect(packets).toEqual([
      {
        traces: [3, 2].map((id) => ({
          traceID: String(id),
          rootServiceName: 'web',
          rootTraceName: 'GET /cart',
          startTimeUnixNano: String((START + BigInt(id)) * SECOND),
          durationMs: 11,
          spanSet: expect.objectContaining({ matched: 1 }),
          spanSets: [
            {
              matched: 1,
              spans: [expect.objectContaining({ attributes: [{ key: 'status', value: { stringValue: 'error' } }] })],
            },
          ],
          serviceStats: { web: { spanCount: 1 }, cart: { spanCount: 1, errorCount: 1 } },
        })),
        metrics: expect.objectContaining({ completedJobs: 1, totalJobs: 1 }),
      },
    ]);
  });

  test("Search: what Grafana's health check asks, and tags of old clients", async () => {
    expect((await ask('Search', { Query: '{}', Limit: 1, start: 5, end: 10 })).error).toBeUndefined();
    const byTags = await ask('Search', { Tags: { 'db.system': 'redis' }, MinDurationMs: 5, MaxDurationMs: 20 });
    expect(byTags.packets[0]?.['traces']).toHaveLength(3);
    expect((await ask('Search', { MinDurationMs: 20 })).packets[0]?.['traces']).toBeUndefined();
  });

  test('names and values of attributes, versions 1 and 2', async () => {
    const metrics = { totalJobs: 1, completedJobs: 1 };
    const first = await ask('SearchTags', { scope: 'span' });
    expect(first.packets).toEqual([{ tagNames: expect.arrayContaining(['http.status_code', 'db.system']), metrics }]);
    const second = await ask('SearchTagsV2', { scope: 'resource' });
    expect(second.packets).toEqual([{ scopes: [{ name: 'resource', tags: ['service.name'] }], metrics }]);
    const texts = await ask('SearchTagValues', { tagName: 'service.name' });
    expect(texts.packets).toEqual([{ tagValues: expect.arrayContaining(['web', 'cart']), metrics }]);
    const typed = await ask('SearchTagValuesV2', { tagName: 'span.http.status_code' });
    expect(typed.packets).toEqual([{ tagValues: [{ type: 'int', value: '200' }], metrics }]);
    const narrowed = await ask('SearchTagValuesV2', {
      tagName: 'resource.service.name',
      query: '{ status = error }',
      start: Number(START),
      end: Number(START) + 10,
      maxTagValues: 5,
    });
    expect(narrowed.packets).toEqual([{ tagValues: [{ type: 'string', value: 'cart' }], metrics }]);
  });

  test('MetricsQueryRange and MetricsQueryInstant', async () => {
    const range = { start: String(START * SECOND), end: String((START + 5n) * SECOND) };
    const query = '{ kind = server } | count_over_time() by(resource.service.name)';
    const { packets } = await ask('MetricsQueryRange', { query, ...range, step: String(SECOND) });
    const labels = [{ key: 'resource.service.name', value: { stringValue: 'web' } }];
    const samples = [0, 1, 1, 1, 0, 0].map((value, index) => ({
      timestampMs: String((START + BigInt(index)) * 1000n),
      ...(value === 0 ? {} : { value }),
    }));
    expect(packets).toMatchObject([{ series: [{ labels, samples }], metrics: { totalJobs: 1 } }]);
    const instant = await ask('MetricsQueryInstant', { query, ...range });
    expect(instant.packets).toMatchObject([{ series: [{ labels, value: 3 }] }]);
  });

  test.each<[method: string, request: Record<string, unknown>, code: number, details: string]>([
    ['Search', { Query: '{ nam = 1 }' }, grpcStatus.INVALID_ARGUMENT, 'invalid TraceQL query: parse error at line 1'],
    ['Search', { Limit: 300_000 }, grpcStatus.INVALID_ARGUMENT, 'limit 300000 exceeds max limit 10000'],
    ['Search', { Query: '{}', Tags: { a: 'b' } }, grpcStatus.INVALID_ARGUMENT, "can't specify tags and q"],
    ['Search', { Query: ' '.repeat(131_073) }, grpcStatus.INVALID_ARGUMENT, 'TraceQL expression exceeds'],
    ['Search', { Query: ' '.repeat(400_000) }, grpcStatus.RESOURCE_EXHAUSTED, 'larger than max'],
    ['SearchTags', { scope: 'x' }, grpcStatus.INVALID_ARGUMENT, 'invalid scope: x'],
    ['SearchTagValuesV2', { tagName: 'app.user' }, grpcStatus.INVALID_ARGUMENT, 'failed to parse identifier app.user'],
    ['SearchTagValues', {}, grpcStatus.INVALID_ARGUMENT, 'please provide a valid tagName'],
    [
      'MetricsQueryRange',
      { query: '{} | rate()', start: 2, end: 1 },
      grpcStatus.INVALID_ARGUMENT,
      'end must be greater',
    ],
    [
      'MetricsQueryRange',
      { query: '{} | rate()', start: 0, end: '20000000000000', step: 1 },
      grpcStatus.INVALID_ARGUMENT,
      'step of 1ns is too small, minimum step for given range is 2s',
    ],
    ['MetricsQueryInstant', { query: ' '.repeat(131_073), end: 5 }, grpcStatus.INVALID_ARGUMENT, 'TraceQL expression'],
  ])('%s with what is wrong: %#', async (method, request, code, details) => {
    const { error } = await ask(method, request);
    expect(error?.details).toContain(details);
    expect(error?.code).toBe(code);
  });
});

describe('the connection', () => {
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const start = async (overrides: Partial<Store> = {}, flags: readonly string[] = []) => {
    server = await startTestServer(createFakeStore(overrides), flags);
    return server.urls.console;
  };

  test('credentials and the Host are asked for as over HTTP', async () => {
    const url = await start({}, ['--basic-auth', 'user:password']);
    const without = await stream(url, 'Search', {});
    expect(without.error).toMatchObject({ code: grpcStatus.UNAUTHENTICATED });
    const authorization = `Basic ${Buffer.from('user:password').toString('base64')}`;
    expect((await stream(url, 'Search', {}, { metadata: { authorization } })).error).toBeUndefined();
    const elsewhere = await stream(url, 'Search', {}, { metadata: { authorization }, authority: 'attacker.example' });
    expect(elsewhere.error).toMatchObject({ code: grpcStatus.PERMISSION_DENIED });
    expect(elsewhere.error?.details).toContain('"attacker.example" is not a name of this store');
  });

  test('large answers come in packets below 1 MiB, with every trace once', async () => {
    const traces = Array.from({ length: 10_000 }, (_, index) => ({
      traceId: (index + 1).toString(16).padStart(32, '0'),
      rootServiceName: 'x'.repeat(300),
      rootTraceName: 'y'.repeat(300),
      startUnixNano: 1n,
      durationNanos: 1n,
      spanCount: 1,
      errorCount: 0,
      services: [],
      spanSets: [],
    }));
    const url = await start({ search: () => Promise.resolve({ traces, cost }) });
    const { packets, sizes } = await stream(url, 'Search', { Limit: 10_000 });
    expect(packets.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 ** 20);
    const ids = packets.flatMap(({ traces: some }) => (Array.isArray(some) ? some : []));
    expect(ids.map((trace: { traceID: string }) => trace.traceID)).toEqual(
      traces.map(({ traceId }) => traceId.replace(/^0+/, ''))
    );
  });

  test('a client that goes away cancels its query', async () => {
    let aborted: (reason: string) => void = () => undefined;
    const wasAborted = new Promise<string>((resolve) => {
      aborted = resolve;
    });
    const url = await start({
      metrics: (_request, options) =>
        new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => {
            aborted('aborted');
            reject(new StoreError('cancelled', 'the client is gone'));
          });
        }),
    });
    const request = { query: '{} | rate()', start: 1, end: 2_000_000_000 };
    const { error } = await stream(url, 'MetricsQueryRange', request, { cancelAfterMs: 100 });
    expect(error?.code).toBe(grpcStatus.CANCELLED);
    expect(await wasAborted).toBe('aborted');
  });

  test.each([
    ['timeout', grpcStatus.INTERNAL],
    ['overloaded', grpcStatus.RESOURCE_EXHAUSTED],
    ['limit', grpcStatus.FAILED_PRECONDITION],
    ['closed', grpcStatus.INTERNAL],
    ['invalid-query', grpcStatus.INVALID_ARGUMENT],
  ] as const)('%s is code %d, and counted with its HTTP status', async (code, expected) => {
    const url = await start({ search: () => Promise.reject(new StoreError(code, 'a sentence')) });
    const { error } = await stream(url, 'Search', {});
    expect(error?.code).toBe(expected);
    expect(error?.details).toContain('a sentence');
    const { text } = await send(`${url}metrics`);
    expect(text).toMatch(
      /tracewell_query_duration_seconds_count\{endpoint="\/tempopb.StreamingQuerier\/Search",status="\d+"\} 1/
    );
  });

  test('a bug keeps its details to the log', async () => {
    const url = await start({ search: () => Promise.reject(new TypeError('secret detail')) });
    const { error } = await stream(url, 'Search', {});
    expect(error).toMatchObject({ code: grpcStatus.INTERNAL });
    expect(error?.details).not.toContain('secret');
    expect(server?.logged.join('')).toContain('secret detail');
  });
});
