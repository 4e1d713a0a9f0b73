// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from '@jest/globals';
import { StoreError, type MetricsRequest, type QueryOptions, type SearchRequest, type Store } from '@tracewell/store';
import { createFakeStore } from '../testing/fake-store.ts';
import { send, startTestServer, type TestServer } from '../testing/test-server.ts';
import { runExplain } from './explain.ts';

const cost = { inspectedSpans: 1200, inspectedTraces: 3, inspectedBytes: 0, blocks: 1 };
const explanation = {
  plan: 'spans whose status is error\ndecided by SQL',
  steps: [
    { what: 'candidates, newest first', block: 'b1', sql: `SELECT ${'x'.repeat(300)}`, rows: 20, milliseconds: 12.34 },
    { what: 'evaluate', rows: 3, milliseconds: 0.5 },
  ],
};

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function run(args: readonly string[], overrides: Partial<Store> = {}, flags: readonly string[] = []) {
  server = await startTestServer(
    createFakeStore({
      search: () => Promise.resolve({ traces: [], cost, explanation }),
      metrics: () => Promise.resolve({ buckets: 1, series: [], cost, explanation, partial: 'cut' }),
      ...overrides,
    }),
    flags
  );
  let out = '';
  let err = '';
  const code = await runExplain([...args, '--url', server.urls.console], {
    environment: { TRACEWELL_BEARER_TOKEN: 'secret' },
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

describe('tracewell explain', () => {
  test('a search: plan, steps and what it found', async () => {
    const asked: [request: SearchRequest, options?: QueryOptions | undefined][] = [];
    const { code, out } = await run(['{ status = error }', '--limit', '7'], {
      search: (...request) => {
        asked.push(request);
        return Promise.resolve({ traces: [], cost, explanation });
      },
    });
    expect(out).toBe(
      `${[
        'spans whose status is error',
        'decided by SQL',
        '',
        '     12.3 ms        20 rows  candidates, newest first  [b1]',
        `             SELECT ${'x'.repeat(153)} ...`,
        '      0.5 ms         3 rows  evaluate',
        '',
      ].join('\n')}\n${out.split('\n').slice(-2)[0]}\n`
    );
    expect(out).toMatch(/\n0 traces in \d+\.\d ms; 1200 spans in 1 block looked at\n$/);
    expect(code).toBe(0);
    expect(asked[0]?.[0]).toMatchObject({ query: '{ status = error }', limit: 7 });
    expect(asked[0]?.[0]).not.toHaveProperty('start');
    expect(asked[0]?.[1]).toMatchObject({ explain: true, timeoutMs: expect.any(Number) });
  });

  test('a metrics query: of the last hour if nothing is said', async () => {
    const asked: MetricsRequest[] = [];
    const { out } = await run(['{} | rate()', '--step', '1m', '--sql'], {
      metrics: (request) => {
        asked.push(request);
        return Promise.resolve({ buckets: 1, series: [], cost, explanation, partial: 'cut' });
      },
    });
    expect(out).toContain(`SELECT ${'x'.repeat(300)}\n`);
    expect(out).toMatch(/0 series in .*\nnot complete: cut\n$/);
    expect(asked[0]?.step).toBe(60_000_000_000n);
    expect((asked[0]?.end ?? 0n) - (asked[0]?.start ?? 0n)).toBe(3_600_000_000_000n);
  });

  test('as JSON, with credentials from the environment', async () => {
    const { code, out } = await run(['{}', '--json', '--since', '5m'], {}, ['--bearer-token', 'secret']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      kind: 'search',
      ...explanation,
      found: 0,
      milliseconds: expect.any(Number),
      cost,
    });
  });

  test('a query with a mistake: the sentence of the store', async () => {
    const error = new StoreError('invalid-query', 'parse error at line 1, col 3: unknown identifier: nam');
    const { code, err } = await run(['{ nam = 1 }'], { search: () => Promise.reject(error) });
    expect(code).toBe(1);
    expect(err).toContain('answered 400: parse error at line 1, col 3: unknown identifier: nam\n');
  });

  test('nobody there', async () => {
    let err = '';
    const stderr = { write: (text: string) => (err += text) };
    const context = { environment: {}, stdout: { write: () => undefined }, stderr };
    expect(await runExplain(['{}', '--url', 'http://127.0.0.1:9'], context)).toBe(1);
    expect(err).toMatch(
      /^tracewell explain: no store answers at http:\/\/127.0.0.1:9: .*; give its address by --url\n$/
    );
  });

  test.each([
    [[], 'expected one query (in quotes), found 0'],
    [['{', '}'], 'expected one query (in quotes), found 2'],
    [['{}', '--since', 'soon'], '--since: found "soon", expected a duration'],
    [['{}', '--step', 'x'], '--step: found "x", expected a duration'],
    [['{}', '--nothing'], 'nothing'],
  ])('%j is a wrong command line', async (args, message) => {
    const { code, err, out } = await run(args);
    expect(err).toContain(`tracewell explain: `);
    expect(err).toContain(message);
    expect(err).toContain('Usage: tracewell explain QUERY');
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('GET explain', () => {
  test.each([
    ['q=%7B%7D%20%7C%20rate()', 'missing start: expected nanoseconds or seconds since 1970'],
    [
      'q=%7B%7D%20%7C%20rate()&start=1&end=9000&step=1',
      'makes more than 10000 buckets; expected at least 899900000 ns',
    ],
  ])('%s is refused', async (query, message) => {
    server = await startTestServer(createFakeStore());
    const { status, text } = await send(`${server.urls.console}tracewell/api/v1/explain?${query}`);
    expect(JSON.parse(text)).toEqual({ error: { code: 'bad-request', message: expect.stringContaining(message) } });
    expect(status).toBe(400);
  });
});
