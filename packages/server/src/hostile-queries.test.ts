// SPDX-License-Identifier: Apache-2.0
//
// Queries that want to break the store, over real sockets: each gets a clear refusal or a bounded answer, ingest and
// other queries go on meanwhile, and memory does not grow with what is asked.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { status as grpcStatus } from '@grpc/grpc-js';
import { exportRequest } from './testing/otlp.ts';
import { drawnSpans, startRealServer, type RealServer } from './testing/real-server.ts';
import { stream } from './testing/streaming-client.ts';
import { send, type Answer } from './testing/test-server.ts';

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n;
const TRACES = 1200;
/** The most that any of these may make the process grow. */
const MAX_GROWTH_BYTES = 600 * 2 ** 20;

// Some of these work for seconds on a busy machine.
jest.setTimeout(120_000);

let real: RealServer;

beforeAll(async () => {
  real = await startRealServer(['--max-queries', '4', '--max-waiting-queries', '30', '--max-span-bytes', '2MB']);
  const drawing = `web  GET /  |---|  [kind=server path="${'a'.repeat(200)}!"]`;
  const spans = Array.from({ length: TRACES }, (_, id) =>
    drawnSpans(drawing, (id + 1).toString(16).padStart(32, '0'), (START + BigInt(id)) * SECOND)
  );
  await real.ingest(spans.flat());
});
afterAll(() => real.close());

const range = { start: String(START), end: String(START + BigInt(TRACES)) };

/** Whoever asks next is answered, and what is sent now is stored. */
async function expectAlive(): Promise<void> {
  expect((await real.get('/api/echo')).text).toBe('echo');
  const exported = await send(`${real.server.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: exportRequest([{}]),
  });
  expect(exported.status).toBe(200);
  expect((await real.get('/api/search', { q: '{ name = "GET /" }', limit: 1, ...range })).status).toBe(200);
}

/** Runs something, and checks that the memory of this process did not grow by more than is allowed. */
async function withinMemory<T>(run: () => Promise<T>): Promise<T> {
  const before = process.memoryUsage().rss;
  const result = await run();
  expect(process.memoryUsage().rss - before).toBeLessThan(MAX_GROWTH_BYTES);
  return result;
}

const parentheses = (levels: number): string => `{ ${'('.repeat(levels)}true${')'.repeat(levels)} }`;
const chain = (operator: string, count: number): string =>
  `{ ${Array.from({ length: count }, (_, index) => `.a${index} = 1`).join(operator)} }`;

describe('the text of a query', () => {
  test.each<[name: string, query: string, message: RegExp]>([
    ['128 KiB of nested parentheses', parentheses(65_000), /parse error at line 1, col \d+: /],
    ['nested spansets', `${'('.repeat(20_000)}{}${')'.repeat(20_000)}`, /parse error at line 1, col \d+: /],
    ['parentheses that never close', '{ ' + '('.repeat(100_000), /parse error at line 1, col \d+: /],
    ['a tower of negations', `{ ${'!'.repeat(100_000)}true }`, /parse error at line 1, col \d+: /],
    ['a tower of minus signs', `{ 1 = ${'-'.repeat(100_000)}1 }`, /parse error at line 1, col \d+: /],
    ['ten thousand conditions', chain(' || ', 9000), /parse error at line 1, col \d+: /],
    ['a chain of structural operators', Array.from({ length: 20_000 }, () => '{}').join('>>'), /parse error at line/],
    ['a chain of stages', `{}${' | { true }'.repeat(10_000)}`, /at most 100 spanset filters/],
    ['more than the limit of length', `{ ${' '.repeat(131_072)} }`, /exceeds the configured maximum size/],
  ])('%s: refused with a place or a limit, by every route', async (_name, query, message) => {
    const asMetrics = `${query} | rate()`;
    for (const answer of [
      await real.get('/api/search', { q: query }),
      await real.get('/api/metrics/query_range', { q: asMetrics, ...range }),
      await real.get('/api/metrics/query', { q: asMetrics, ...range }),
    ]) {
      expect(answer.text.slice(0, 500)).toMatch(message);
      expect(answer.text.length).toBeLessThan(5000);
      expect(answer.status).toBe(400);
    }
    const streamed = await stream(real.url, 'Search', { Query: query });
    expect(streamed.error?.code).toBe(grpcStatus.INVALID_ARGUMENT);
    // Tag routes read a query leniently: what they do not understand narrows nothing.
    const values = await real.get('/api/v2/search/tag/resource.service.name/values', { q: query });
    expect([200, 400]).toContain(values.status);
    await expectAlive();
  });

  test('a URL that is too long', async () => {
    const answer = await real.get('/api/search', { q: ' '.repeat(600_000) });
    expect(answer.status).toBe(431);
    await expectAlive();
  });

  test('a body where none is read', async () => {
    const answer = await send(`${real.url}/api/search`, { method: 'POST', body: new Uint8Array(3_000_000) }).catch(
      (error: unknown) => String(error)
    );
    expect(typeof answer === 'string' ? 404 : answer.status).toBe(404);
    await expectAlive();
  });
});

describe('regular expressions', () => {
  // Each of these takes an engine that goes back and forth longer than anybody waits.
  test.each(['(a+)+$', '(a|a)*b', '(.*)*c', '(a|aa)+$', '([a-zA-Z]+)*x', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s is answered',
    async (pattern) => {
      for (const q of [`{ .path =~ \`${pattern}\` }`, `{ .path !~ \`${pattern}\` && name =~ \`${pattern}\` }`]) {
        expect((await real.get('/api/search', { q, limit: 5 })).status).toBe(200);
      }
      await expectAlive();
    }
  );

  test.each(['a{1,100000}', '((a{1,500}){1,500}){1,500}', '(?=a)b', '(a)\\1', '('.repeat(5000) + ')'.repeat(5000)])(
    'pattern %#: refused, or answered within bounds',
    async (pattern) => {
      await withinMemory(async () => {
        const answer = await real.get('/api/search', { q: `{ .path =~ \`${pattern}\` }`, limit: 5 });
        expect([200, 400]).toContain(answer.status);
        if (answer.status === 400) {
          expect(answer.text).toContain('invalid regex');
        }
      });
      await expectAlive();
    }
  );
});

describe('answers that would be too large', () => {
  const metrics = (q: string, more: Record<string, string> = {}): Promise<Answer> =>
    real.get('/api/metrics/query_range', { q, ...range, ...more });
  const seriesOf = ({ text }: Answer): { series: unknown[]; status?: string; message?: string } =>
    JSON.parse(text) as { series: unknown[] };

  test('by trace id: cut, and said to be', async () => {
    const answer = await metrics('{} | rate() by(trace:id)');
    expect(answer.status).toBe(200);
    const { series, status, message } = seriesOf(answer);
    expect(series).toHaveLength(1000);
    expect(status).toBe('PARTIAL');
    expect(message).toContain('maximum series limit of 1000');
    await expectAlive();
  });

  test('by trace id in thousands of buckets', async () => {
    await withinMemory(async () => {
      for (const q of ['{} | rate() by(trace:id)', '{} | histogram_over_time(duration) by(trace:id)']) {
        const answer = await metrics(q, { step: '300ms' });
        expect(answer.status).toBe(200);
        expect(seriesOf(answer).status).toBe('PARTIAL');
        expect(seriesOf(answer).series.length).toBeLessThanOrEqual(250);
      }
    });
    await expectAlive();
  });

  test('thousands of quantiles', async () => {
    const quantiles = Array.from({ length: 5000 }, (_, index) => (index / 5000).toFixed(4)).join(', ');
    const answer = await metrics(`{} | quantile_over_time(duration, ${quantiles})`, { step: '300ms' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('expected at most 20 quantiles, found 5000');
    await expectAlive();
  });

  test('comparing a thousand values of every attribute in thousands of buckets', async () => {
    await withinMemory(async () => {
      const answer = await metrics('{} | compare({ kind = server }, 1000)', { step: '300ms' });
      expect([200, 400, 422]).toContain(answer.status);
    });
    await expectAlive();
  });

  test('a spanset for every span', async () => {
    const answer = await real.get('/api/search', { q: '{} | by(span:id)', limit: 10_000, spss: 100 });
    expect([200, 422]).toContain(answer.status);
    await expectAlive();
  });

  test('ten years in milliseconds', async () => {
    const tenYears = { start: '1400000000', end: '1715360000', step: '1ms' };
    const answer = await metrics('{} | rate()', tenYears);
    expect(answer).toMatchObject({
      status: 400,
      text: 'step of 1ms is too small, minimum step for given range is 8h45m36s',
    });
    expect((await metrics('{} | rate()', { ...tenYears, step: '9h' })).status).toBe(200);
  });
});

describe('five hundred at once', () => {
  test('a few run, some wait, the rest is asked to come again; ingest and opening a trace go on', async () => {
    const query = '{ .path =~ `.*!` } | quantile_over_time(duration, 0.5, 0.9) by(name)';
    const { answers, meanwhile } = await withinMemory(async () => {
      const all = Array.from({ length: 500 }, (_, index) =>
        index % 2 === 0
          ? real.get('/api/metrics/query_range', { q: query, ...range })
          : real.get('/api/search', { q: `{ .path =~ \`.*${index}.*!\` } | count() > 0`, limit: 100, ...range })
      );
      const others = Array.from({ length: 20 }, () => expectIngestAndTrace());
      return { answers: await Promise.all(all), meanwhile: await Promise.all(others) };
    });
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(answered.length + refused.length).toBe(500);
    expect(answered.length).toBeGreaterThanOrEqual(34);
    for (const { text, headers } of refused) {
      expect(text).toBe(
        'too many queries at once: 4 run and 30 wait (--max-queries, --max-waiting-queries); try again'
      );
      expect(headers['retry-after']).toBe('1');
    }
    expect(meanwhile).toEqual(meanwhile.map(() => ({ exported: 200, opened: 200 })));
    await expectAlive();
  });

  test('clients that go away make room', async () => {
    const gone = Array.from({ length: 34 }, () => {
      const controller = new AbortController();
      const q = encodeURIComponent('{ .path =~ `.*!` } | rate()');
      const answer = send(`${real.url}/api/metrics/query_range?q=${q}&since=1000d`, { signal: controller.signal });
      setTimeout(() => controller.abort(), 5);
      return answer.catch(() => undefined);
    });
    await Promise.all(gone);
    await expectAlive();
  });
});

async function expectIngestAndTrace(): Promise<{ readonly exported: number; readonly opened: number }> {
  const [exported, opened] = await Promise.all([
    send(`${real.server.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: exportRequest([{}]),
    }),
    real.get('/api/v2/traces/1'),
  ]);
  return { exported: exported.status, opened: opened.status };
}
