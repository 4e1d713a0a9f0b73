// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from '@jest/globals';
import type { TimeRange } from '@tracewell/views';
import { createHostData } from './host-data.ts';
import { fetchTransport, startServer } from './testing/http.ts';
import type { TestServer } from './testing/http.ts';
import { recording, startTempo } from './testing/tempo.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const { signal } = new AbortController();
const range: TimeRange = { from: 1_795_236_000_500, to: 1_795_237_000_500 };
const failure = (code: string) => expect.objectContaining({ code });
const ask = { query: '{ status = error }', range, limit: 20, spansPerTrace: 3 };

async function tempo(options?: { first?: boolean }) {
  server = await startTempo(options);
  return { data: createHostData(fetchTransport(server.url)), asked: server.asked };
}

describe('a Tempo', () => {
  test('is known by its build info, and says what it lacks; our own API is never asked', async () => {
    const { data, asked } = await tempo();
    const about = await data.capabilities(signal);
    expect(about).toMatchObject({ product: 'Tempo', version: '3.1.0-dev' });
    expect([...about.features]).toEqual([]);
    expect(about.missing).toMatch(/no service graph/);
    await data.search({ ...ask, order: 'newest' }, signal);
    await expect(data.serviceGraph({ query: '', range }, signal)).rejects.toEqual(failure('unsupported'));
    await expect(data.red({ query: '', range, buckets: 10, rootsOnly: true, exemplars: 0 }, signal)).rejects.toEqual(
      failure('unsupported')
    );
    expect(asked.filter((path) => path.includes('tracewell'))).toEqual([]);
  });

  test('is asked once who it is', async () => {
    const { data, asked } = await tempo();
    await Promise.all([
      data.capabilities(signal),
      ...[1, 2, 3].map(() => data.search({ ...ask, order: 'newest' }, signal)),
      data.capabilities(signal),
    ]);
    expect(asked.filter((path) => path.includes('buildinfo'))).toHaveLength(1);
    // What it holds may have changed since.
    await data.capabilities(signal);
    expect(asked.filter((path) => path.includes('buildinfo'))).toHaveLength(2);
  });

  test('search: the newest, in whole seconds, with ids of 32 digits', async () => {
    const { data, asked } = await tempo();
    const answer = await data.search({ ...ask, order: 'newest' }, signal);
    const question = new URL(asked.at(-1) ?? '', 'http://tempo').searchParams;
    expect(Object.fromEntries(question)).toEqual({
      q: '{ status = error } with (most_recent=true)',
      start: '1795236000',
      end: '1795237001',
      limit: '20',
      spss: '3',
    });
    const first = answer.traces.find(({ traceId }) => traceId === recording.traceId);
    expect(recording.traceId).toMatch(/^0[0-9a-f]{31}$/);
    expect(first).toMatchObject({
      rootServiceName: 'web',
      rootTraceName: 'GET /cart',
      durationNanos: 4_000_000n,
      startUnixNano: 1795236952323039140n,
      spanCount: 4,
      errorCount: 2,
      matched: 2,
    });
    expect(first?.spans[0]).toMatchObject({
      spanId: 'b9b7914c994aef5e',
      name: 'GET /cart/{user}',
      durationNanos: 955334n,
      attributes: [
        { key: 'service.name', value: { type: 'string', value: 'storefront' } },
        { key: 'status', value: { type: 'keyword', value: 'error' } },
      ],
    });
  });

  test('another order sorts what was found, and says so when there may be more', async () => {
    const { data } = await tempo();
    const answer = await data.search({ ...ask, limit: 2, order: 'slowest' }, signal);
    const durations = answer.traces.map(({ durationNanos }) => durationNanos);
    expect(durations).toEqual([...durations].sort((a, b) => Number(b - a)));
    expect(answer.partial).toMatch(/newest 2 matches/);
    expect((await data.search({ ...ask, order: 'slowest' }, signal)).partial).toBeUndefined();
  });

  test('a TraceQL error has its place in the query', async () => {
    const { data } = await tempo();
    await expect(data.search({ ...ask, query: '{ foo }', order: 'newest' }, signal)).rejects.toMatchObject({
      code: 'invalid-query',
      message: 'parse error at line 1, col 3: unknown identifier: foo',
      range: { start: 2, end: 3 },
    });
  });

  test.each([{ first: false }, { first: true }])('a trace by its id, %j', async (options) => {
    const { data } = await tempo(options);
    const found = await data.trace(recording.traceId.toUpperCase(), signal);
    expect(found?.trace.traceId).toBe(recording.traceId);
    expect(found?.trace.length).toBe(4);
    expect(await data.trace('0123456789abcdef0123456789abcdef', signal)).toBeUndefined();
  });

  test('tags', async () => {
    const { data } = await tempo();
    const names = await data.tagNames(range, signal);
    expect(names.map(({ scope }) => scope)).toContain('resource');
    const values = await data.tagValues({ tag: 'resource.service.name', range }, signal);
    expect(values[0]).toEqual({ type: 'string', value: 'cart' });
  });
});

describe('what is no Tempo', () => {
  const about = async (status: number, type: string, body: string) => {
    server = await startServer((_, response) => response.writeHead(status, { 'content-type': type }).end(body));
    return createHostData(fetchTransport(server.url));
  };

  test.each([
    ['a page for every address', 200, 'text/html', '<html>'],
    ['nothing here', 404, 'text/plain', 'not found'],
    ['JSON of something else', 200, 'application/json', '{"status":"success"}'],
  ])('%s', async (_, status, type, body) => {
    const data = await about(status, type, body);
    await expect(data.capabilities(signal)).rejects.toEqual(failure('not-tempo'));
    await expect(data.search({ ...ask, order: 'newest' }, signal)).rejects.toEqual(failure('not-tempo'));
  });

  test('a trace by its id is not "not found" there', async () => {
    await expect((await about(404, 'text/plain', '')).trace('ab', signal)).rejects.toEqual(failure('not-tempo'));
    await server?.close();
    await expect((await about(200, 'text/html', '<html>')).trace('ab', signal)).rejects.toEqual(failure('malformed'));
  });

  test('refused credentials, and a failure that is asked again', async () => {
    const data = await about(401, 'text/plain', 'who are you');
    await expect(data.capabilities(signal)).rejects.toEqual(failure('unauthorized'));
    await expect(data.search({ ...ask, order: 'newest' }, signal)).rejects.toEqual(failure('unauthorized'));
    await expect(data.search({ ...ask, order: 'newest' }, signal)).rejects.toEqual(failure('unauthorized'));
    expect(server?.asked).toHaveLength(3);
  });
});
