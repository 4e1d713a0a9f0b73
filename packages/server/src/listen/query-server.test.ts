// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from '@jest/globals';
import { StoreError, type SearchRequest, type Store } from '@tracewell/store';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createFakeStore } from '../testing/fake-store.ts';
import { send, startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer | undefined;
const folders: string[] = [];

afterEach(async () => {
  await server?.close();
  server = undefined;
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true });
  }
});

async function start(overrides: Partial<Store> = {}, flags: readonly string[] = [], consoleDir?: string) {
  server = await startTestServer(createFakeStore(overrides), flags, consoleDir);
  return server.urls.console.replace(/\/$/, '');
}

const cost = { inspectedSpans: 7, inspectedTraces: 2, inspectedBytes: 100, blocks: 1 };

describe("Tempo's API", () => {
  test('search: the strict JSON that Grafana parses', async () => {
    const asked: SearchRequest[] = [];
    const url = await start({
      search: (request) => {
        asked.push(request);
        return Promise.resolve({
          traces: [
            {
              traceId: '00000000000000000000000000000abc',
              rootServiceName: 'web',
              rootTraceName: 'GET /',
              startUnixNano: 1_700_000_000_000_000_001n,
              durationNanos: 5_000_000n,
              spanCount: 2,
              errorCount: 1,
              services: [{ name: 'web', spanCount: 2, errorCount: 1 }],
              spanSets: [],
            },
          ],
          cost,
        });
      },
    });
    const answer = await send(`${url}/api/search?q=%7B%20status%20%3D%20error%20%7D&limit=7`);
    expect(asked[0]).toMatchObject({ query: '{ status = error }', limit: 7 });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(JSON.parse(answer.text)).toEqual({
      traces: [
        {
          traceID: 'abc',
          rootServiceName: 'web',
          rootTraceName: 'GET /',
          startTimeUnixNano: '1700000000000000001',
          durationMs: 5,
          serviceStats: { web: { spanCount: 2, errorCount: 1 } },
        },
      ],
      metrics: expect.objectContaining({ inspectedTraces: 2, inspectedBytes: '100', inspectedSpans: '7' }),
    });
  });

  test('a wrong query: text with the place', async () => {
    const query = '{ nam = "x" }';
    const error = new StoreError(
      'invalid-query',
      'parse error at line 1, col 3: unknown identifier: nam\n\n1 | { nam = "x" }\n  |   ^^^\nDid you mean name?',
      { range: { start: 2, end: 5 } }
    );
    const url = await start({ search: () => Promise.reject(error) });
    const answer = await send(`${url}/api/search?q=${encodeURIComponent(query)}`);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.text.split('\n')).toEqual([
      'invalid TraceQL query: parse error at line 1, col 3: unknown identifier: nam',
      '',
      '1 | { nam = "x" }',
      '  |   ^^^',
      'Did you mean name?',
    ]);
    const ours = await send(`${url}/tracewell/api/v1/search?q=${encodeURIComponent(query)}`);
    expect(JSON.parse(ours.text)).toEqual({
      error: {
        code: 'invalid-query',
        message: 'parse error at line 1, col 3: unknown identifier: nam\nDid you mean name?',
        range: { start: 2, end: 5 },
      },
    });
  });

  test('traces that are not there: 404 by version 1, an empty one by version 2', async () => {
    const url = await start();
    expect(await send(`${url}/api/traces/abc`)).toMatchObject({ status: 404, text: '' });
    const second = await send(`${url}/api/v2/traces/abc`);
    expect(second.status).toBe(200);
    expect(JSON.parse(second.text)).toEqual({ trace: {} });
    expect(await send(`${url}/api/v2/traces/xyz`)).toMatchObject({
      status: 400,
      text: expect.stringContaining("invalid character 'x' at position 1"),
    });
  });

  test('tag values: any name in the path, and a sentence for what is none', async () => {
    const tags: string[] = [];
    const url = await start({
      tagValues: ({ tag }) => {
        tags.push(tag);
        return Promise.resolve({ values: [{ type: 'string', value: 'a' }] });
      },
    });
    for (const name of ['resource.service.name', 'span."a/b c"', '.http%2Fpath']) {
      const encoded = name.includes('%') ? name : encodeURIComponent(name);
      const answer = await send(`${url}/api/v2/search/tag/${encoded}/values?tag=ignored`);
      expect(JSON.parse(answer.text)).toMatchObject({ tagValues: [{ type: 'string', value: 'a' }] });
    }
    expect(tags).toEqual(['resource.service.name', 'span."a/b c"', '.http/path']);
    const old = await send(`${url}/api/search/tag/service.name/values`);
    expect(JSON.parse(old.text)).toMatchObject({ tagValues: ['a'] });
    expect(tags.at(-1)).toBe('.service.name');
    expect(await send(`${url}/api/v2/search/tag/app.user.id/values`)).toMatchObject({
      status: 400,
      text: expect.stringContaining('please provide a valid tagName: failed to parse identifier app.user.id'),
    });
    expect((await send(`${url}/api/v2/search/tag/x`)).status).toBe(404);
    expect((await send(`${url}/api/v2/search/tag//values`)).status).toBe(400);
  });

  test('ready: not while the store does not answer', async () => {
    const url = await start({ status: () => Promise.reject(new StoreError('closed', 'the store is closed')) });
    expect(await send(`${url}/ready`)).toMatchObject({ status: 503, text: 'not ready: the store is closed' });
  });

  test('ready: not while spans are refused, and it says so', async () => {
    const status = await createFakeStore().status();
    const health = { state: 'disk-full', reason: '/data has 3 bytes free', canIngest: false } as const;
    const url = await start({ status: () => Promise.resolve({ ...status, health }) });
    expect(await send(`${url}/ready`)).toMatchObject({
      status: 503,
      text: 'not ready: queries are answered, spans are refused (disk-full): /data has 3 bytes free',
    });
    const { text } = await send(`${url}/metrics`);
    expect(text).toContain('tracewell_store_ready 0\n');
    expect(text).toContain('tracewell_store_health{state="disk-full"} 1\n');
  });
});

describe("Tracewell's API", () => {
  test('red: buckets, null where they are empty', async () => {
    const url = await start({
      red: () =>
        Promise.resolve({
          buckets: 2,
          total: {
            counts: Float64Array.of(3, 0),
            errors: Float64Array.of(1, 0),
            p50: Float64Array.of(5, NaN),
            p90: Float64Array.of(6, NaN),
            p99: Float64Array.of(7, NaN),
          },
          groups: [],
          heatmap: [
            { cells: Uint16Array.of(9), counts: Float64Array.of(3), errors: Float64Array.of(1) },
            { cells: Uint16Array.of(), counts: Float64Array.of(), errors: Float64Array.of() },
          ],
          exemplars: [],
          cost,
        }),
    });
    const answer = await send(`${url}/tracewell/api/v1/red?start=10&end=12&step=1000000000`);
    expect(JSON.parse(answer.text)).toEqual({
      start: '10000000000',
      end: '12000000000',
      step: '1000000000',
      total: { counts: [3, 0], errors: [1, 0], p50: [5, null], p90: [6, null], p99: [7, null] },
      groups: [],
      heatmap: [[[9, 3, 1]], []],
      exemplars: [],
      cost,
    });
  });

  test.each([
    ['search?limit=0', 400, 'bad-request', 'invalid limit: expected a whole number from 1 to 10000, found "0"'],
    ['search?order=best', 400, 'bad-request', 'invalid order: expected one of newest, slowest'],
    ['red?start=10', 400, 'bad-request', 'missing end: expected nanoseconds or seconds since 1970'],
    ['red?start=1&end=9000&step=1', 400, 'bad-request', 'at most 1000 are allowed'],
    ['service-graph?start=5&end=5', 400, 'bad-request', 'end must be after start'],
    ['nothing', 404, 'not-found', 'there is nothing at /tracewell/api/v1/nothing'],
  ])('%s', async (path, status, code, message) => {
    const url = await start();
    const answer = await send(`${url}/tracewell/api/v1/${path}`);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ error: { code, message: expect.stringContaining(message) } });
  });

  test('an error of TraceQL comes with its range', async () => {
    const error = new StoreError('not-supported', 'not yet supported', { range: { start: 1, end: 4 } });
    const url = await start({ search: () => Promise.reject(error) });
    const answer = await send(`${url}/tracewell/api/v1/search?q=x`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      error: { code: 'not-supported', message: 'not yet supported', range: { start: 1, end: 4 } },
    });
  });

  test('capabilities say where spans go', async () => {
    const url = await start();
    const answer = await send(`${url}/tracewell/api/v1/capabilities`);
    expect(JSON.parse(answer.text)).toMatchObject({ product: 'tracewell', otlp: { http: server?.urls.otlpHttp } });
  });
});

describe('every answer', () => {
  test('closing the connection aborts the query', async () => {
    let aborted = () => {};
    const wasAborted = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const url = await start({
      search: (_request, options) =>
        new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => {
            aborted();
            reject(new StoreError('cancelled', 'the client is gone'));
          });
        }),
    });
    const controller = new AbortController();
    const answer = send(`${url}/api/search`, { signal: controller.signal });
    answer.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    await wasAborted;
    await expect(answer).rejects.toThrow();
    expect((await send(`${url}/api/echo`)).text).toBe('echo');
  });

  test.each([
    ['timeout', 504],
    ['overloaded', 429],
    ['limit', 422],
    ['closed', 503],
  ] as const)('%s is %d in both APIs', async (code, status) => {
    const url = await start({ search: () => Promise.reject(new StoreError(code, 'a sentence')) });
    expect(await send(`${url}/api/search`)).toMatchObject({ status, text: 'a sentence' });
    const ours = await send(`${url}/tracewell/api/v1/search`);
    expect(ours.status).toBe(status);
    expect(JSON.parse(ours.text)).toEqual({ error: { code, message: 'a sentence' } });
  });

  test('a foreign Host header, a foreign page that wants to change something', async () => {
    const url = await start();
    expect(await send(`${url}/api/echo`, { headers: { host: 'attacker.example' } })).toMatchObject({
      status: 403,
      text: expect.stringContaining('the Host header "attacker.example" is not a name of this store'),
    });
    const headers = { origin: 'https://attacker.example' };
    expect((await send(`${url}/api/echo`, { method: 'POST', headers })).status).toBe(403);
    expect((await send(`${url}/api/echo`, { headers })).headers['access-control-allow-origin']).toBeUndefined();
  });

  test('credentials are asked for everywhere but on /ready', async () => {
    const url = await start({}, ['--bearer-token', 'token']);
    expect((await send(`${url}/ready`)).status).toBe(200);
    for (const path of ['/', '/metrics', '/api/echo', '/nothing', '/tracewell/api/v1/capabilities']) {
      expect((await send(`${url}${path}`)).status).toBe(401);
    }
    expect((await send(`${url}/api/echo`, { headers: { authorization: 'Bearer token' } })).status).toBe(200);
  });

  test('a query of the allowed length arrives, a longer one is refused with the limit', async () => {
    const url = await start();
    const query = (length: number) => encodeURIComponent('{}'.padEnd(length, ' '));
    expect((await send(`${url}/api/search?q=${query(128 * 1024)}`)).status).toBe(200);
    expect(await send(`${url}/api/search?q=${query(128 * 1024 + 1)}`)).toMatchObject({
      status: 400,
      text: expect.stringContaining('the limit is 131072 (--max-query-bytes)'),
    });
  });

  test('metrics: queries by route and status, ingest, and the store', async () => {
    const url = await start();
    await send(`${url}/api/v2/traces/abc`);
    await send(`${url}/api/v2/traces/xyz`);
    const { text } = await send(`${url}/metrics`);
    expect(text).toContain('tracewell_query_duration_seconds_count{endpoint="/api/v2/traces/:id",status="200"} 1');
    expect(text).toContain('tracewell_query_duration_seconds_count{endpoint="/api/v2/traces/:id",status="400"} 1');
    expect(text).toContain('tracewell_store_up 1');
    expect(text).toContain('process_cpu_seconds_total');
  });
});

describe('the console', () => {
  function buildFakeConsole(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-console-'));
    folders.push(folder);
    mkdirSync(path.join(folder, 'assets'));
    writeFileSync(path.join(folder, 'index.html'), '<html><head><base href="/" /></head><body>console</body></html>');
    writeFileSync(path.join(folder, 'assets/console-ABCDEFGH.js'), `// ${'x'.repeat(5000)}`);
    writeFileSync(path.join(folder, 'favicon.svg'), '<svg/>');
    writeFileSync(path.join(folder, '.sources'), 'not for the public');
    return folder;
  }

  test('pages, files, caching and the policy', async () => {
    const url = await start({}, [], buildFakeConsole());
    for (const page of ['/', '/search?q=x', '/trace/abc', '/services']) {
      const answer = await send(`${url}${page}`);
      expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('<base href="/" />') });
      expect(answer.headers['content-security-policy']).toContain("script-src 'self';");
      expect(answer.headers['cache-control']).toBe('no-cache');
    }
    const first = await send(`${url}/`);
    const again = await send(`${url}/`, { headers: { 'if-none-match': String(first.headers.etag) } });
    expect(again).toMatchObject({ status: 304, text: '' });

    const script = await send(`${url}/assets/console-ABCDEFGH.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(gunzipSync(script.bytes).toString()).toContain('xxx');
    for (const path of ['/.sources', '/assets/../.sources', '/..%2f..%2fpackage.json', '/nothing']) {
      expect((await send(`${url}${path}`)).status).toBe(404);
    }
  });

  test('below a prefix, whether a proxy keeps it or strips it', async () => {
    const url = await start({}, ['--http-prefix', '/x/y'], buildFakeConsole());
    expect(url.endsWith('/x/y')).toBe(true);
    const { origin } = new URL(url);
    for (const base of [url, origin]) {
      expect((await send(`${base}/`)).text).toContain('<base href="/x/y/" />');
      expect((await send(`${base}/favicon.svg`)).headers['content-type']).toBe('image/svg+xml');
      expect((await send(`${base}/api/echo`)).text).toBe('echo');
    }
    expect((await send(`${origin}/x/yz/api/echo`)).status).toBe(404);
  });

  test('not built: says how', async () => {
    const url = await start();
    expect(await send(`${url}/`)).toMatchObject({ status: 503, text: expect.stringContaining('tooling/build.mjs') });
  });
});
