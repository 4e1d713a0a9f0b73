// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { drawnSpans, startRealServer, type RealServer } from '../testing/real-server.ts';
import { createFakeStore } from '../testing/fake-store.ts';
import { send, startTestServer } from '../testing/test-server.ts';
import { renderStoreMetrics } from './store-metrics.ts';

let real: RealServer;
beforeEach(async () => {
  real = await startRealServer();
});
afterEach(() => real.close());

const drawing = `shop  GET /  |----|`;
const id = '1'.padStart(32, '0');

test('every metric of the store has a type and says what it counts', async () => {
  await real.ingest(drawnSpans(drawing, id, 1_760_000_000_000_000_000n));
  await real.store.seal();
  const text = await renderStoreMetrics(real.store);
  expect(text).not.toContain('Not described');
  const names = [...text.matchAll(/^(\w+?)(?:_bucket|_sum|_count)?(?:\{.*\})? [\d.e+-]+$/gm)].map(([, name]) => name);
  const described = [...text.matchAll(/^# TYPE (\w+) (?:gauge|counter|histogram)$/gm)].map(([, name]) => name);
  expect([...new Set(names)].sort()).toEqual([...described].sort());
  expect(described.filter((name) => text.split(`# HELP ${name} `).length !== 2)).toEqual([]);
  expect(text).toContain('tracewell_store_spans_accepted_total 1\n');
  expect(text).toContain('tracewell_store_blocks{state="sealed"} 1\n');
  expect(text).toMatch(/^tracewell_store_commit_duration_seconds_bucket\{le="\+Inf"\} 1$/m);
  expect(text).toMatch(/^tracewell_store_commit_duration_seconds_count 1$/m);
  expect(text).toMatch(/^tracewell_store_database_memory_bytes \d+$/m);
});

test('a store that does not answer is down', async () => {
  const down = createFakeStore({ status: () => Promise.reject(new Error('gone')) });
  expect(await renderStoreMetrics(down)).toMatch(/\ntracewell_store_up 0\n$/);
});

test('refused exports by reason, queries by lane', async () => {
  const { otlpHttp } = real.server.urls;
  const headers = { 'content-type': 'application/x-protobuf' };
  expect((await send(`${otlpHttp}/v1/traces`, { method: 'POST', headers, body: 'x' })).status).toBe(400);
  const { text } = await send(`${real.url}/metrics`);
  expect(text).toContain('tracewell_ingest_refused_total{reason="malformed"} 1\n');

  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const slow = createFakeStore();
  const search: typeof slow.search = (...asked) => held.then(() => slow.search(...asked));
  const server = await startTestServer({ ...slow, search }, ['--max-queries', '1', '--max-waiting-queries', '0']);
  const url = server.urls.console.replace(/\/$/, '');
  const first = send(`${url}/api/search`);
  let busy = '';
  while (!busy.includes('tracewell_queries_running{lane="long"} 1\n')) {
    busy = (await send(`${url}/metrics`)).text;
  }
  expect((await send(`${url}/api/search`)).status).toBe(429);
  end();
  expect((await first).status).toBe(200);
  const after = (await send(`${url}/metrics`)).text;
  expect(after).toContain('tracewell_queries_refused_total{lane="long"} 1\n');
  expect(after).toContain('tracewell_queries_running{lane="long"} 0\n');
  await server.close();
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
(hasPromtool ? test : test.skip)("promtool has nothing to say against the metrics' names and types", async () => {
  const { text } = await send(`${real.url}/metrics`);
  // Default metrics of Node's client library are not ours to name.
  const own = text
    .split('\n')
    .filter((line) => /^(# \w+ )?tracewell_/.test(line))
    .join('\n');
  expect(execFileSync('promtool', ['check', 'metrics'], { input: `${own}\n`, encoding: 'utf8' })).toBe('');
});
