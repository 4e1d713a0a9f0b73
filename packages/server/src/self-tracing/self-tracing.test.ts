// SPDX-License-Identifier: Apache-2.0
//
// The store's own traces, in a real store behind its real ports.
import { afterEach, expect, jest, test } from '@jest/globals';
import { decodeSpans, encodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import { createFakeStore } from '../testing/fake-store.ts';
import { drawnSpans, startRealServer, type RealServer } from '../testing/real-server.ts';
import { send } from '../testing/test-server.ts';
import { SelfTracer, SERVER } from './self-tracer.ts';
import { parseTraceparent } from './traceparent.ts';
import { recordUpkeep } from './upkeep-spans.ts';

// Some of these work for seconds on a busy machine.
jest.setTimeout(120_000);

let real: RealServer | undefined;
afterEach(async () => {
  await real?.close();
  real = undefined;
});

const drawing = `shop  GET /  |----|`;
const idOf = (number: number): string => number.toString(16).padStart(32, '0');
const start = 1_760_000_000_000_000_000n;

/** All spans that the store has of itself; asks the store, so that asking leaves none. */
async function ownSpans({ store }: RealServer): Promise<Span[]> {
  const { id } = await store.openExport({ query: '{ resource.service.name = "tracewell" }' });
  const part = await store.nextExport(id);
  return decodeSpans(part.bytes);
}

async function waitFor(server: RealServer, isThere: (spans: readonly Span[]) => boolean): Promise<Span[]> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const spans = await ownSpans(server);
    if (isThere(spans)) {
      return spans;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the spans did not come');
}

const attribute = (span: Span | undefined, key: string): unknown =>
  span?.attributes.find((candidate) => candidate.key === key)?.value;

test('a query goes on with the trace of who asks, with its steps below it', async () => {
  real = await startRealServer(['--self-tracing']);
  await real.ingest(drawnSpans(drawing, idOf(1), start));
  const parent = { traceparent: `00-${idOf(0xabc)}-00000000000000dd-01` };
  const q = '{ name = "GET /" }';
  expect((await real.get('/api/search', { q }, parent)).status).toBe(200);
  const spans = await waitFor(real, (found) => found.some(({ name }) => name === 'GET /api/search'));
  const server = spans.find(({ name }) => name === 'GET /api/search');
  expect(server).toMatchObject({ traceId: idOf(0xabc), parentSpanId: '00000000000000dd', kind: SERVER });
  expect(attribute(server, 'http.response.status_code')).toBe(200n);
  const search = spans.find(({ name }) => name === 'store.search');
  expect(search).toMatchObject({ traceId: idOf(0xabc), parentSpanId: server?.spanId });
  expect(attribute(search, 'tracewell.query')).toBe(q);
  const steps = spans.filter(({ parentSpanId }) => parentSpanId === search?.spanId);
  expect(steps.map((step) => attribute(step, 'db.query.text')).filter((sql) => sql !== undefined)).not.toEqual([]);
});

test('who does not record its part is not recorded here', async () => {
  real = await startRealServer(['--self-tracing']);
  await real.get('/api/search', {}, { traceparent: `00-${idOf(0xabc)}-00000000000000dd-00` });
  await real.get('/api/search/tags', {}, { traceparent: `00-${idOf(0xdef)}-00000000000000dd-01` });
  const spans = await waitFor(real, (found) => found.some(({ name }) => name === 'GET /api/search/tags'));
  expect(spans.filter(({ traceId }) => traceId === idOf(0xabc))).toEqual([]);
});

test('an export is one span, and storing that makes no more', async () => {
  real = await startRealServer(['--self-tracing']);
  const body = encodeSpans(drawnSpans(drawing, idOf(1), start));
  const headers = { 'content-type': 'application/x-protobuf' };
  await send(`${real.server.urls.otlpHttp}/v1/traces`, { method: 'POST', headers, body });
  await waitFor(real, (found) => found.length > 0);
  // Two more flushes: were there feedback, there would be more by then.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const spans = await ownSpans(real);
  expect(spans.map(({ name }) => name)).toEqual(['export']);
  expect(attribute(spans[0], 'tracewell.spans')).toBe(1n);
  expect((await send(`${real.url}/metrics`)).text).toContain(
    'tracewell_self_tracing_spans_total{outcome="stored"} 1\n'
  );
});

test('off by default', async () => {
  real = await startRealServer();
  await real.get('/api/search', {}, { traceparent: `00-${idOf(0xabc)}-00000000000000dd-01` });
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await ownSpans(real)).toEqual([]);
});

test('traces that begin in a second are bounded, and what a store refuses is dropped', async () => {
  const requests: Span[][] = [];
  const store = createFakeStore({
    ingest: (request) => {
      requests.push(decodeSpans(request));
      return Promise.reject(new Error('busy'));
    },
  });
  const tracer = new SelfTracer(store, '1');
  const begun = Array.from({ length: 100 }, () => tracer.begin('query', { name: 'q', kind: SERVER }));
  const recorded = begun.filter((span) => span !== undefined);
  expect(recorded.length).toBeGreaterThanOrEqual(20);
  expect(recorded.length).toBeLessThanOrEqual(40);
  recorded.forEach((span) => span.end());
  await tracer.close();
  expect(requests.flat()).toHaveLength(recorded.length);
  expect(tracer.counters).toEqual({ sent: 0, dropped: recorded.length });
});

test('spans that wait are bounded', async () => {
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const empty = createFakeStore();
  const tracer = new SelfTracer({ ingest: (request) => held.then(() => empty.ingest(request)) }, '1');
  const span = tracer.begin('query', { name: 'q', kind: SERVER });
  for (let i = 0; i < 6000; i++) {
    span?.addChild({ name: 'step', kind: 1 }, 1n, 2n);
  }
  expect(tracer.counters.dropped).toBe(6000 - 4096);
  end();
  await tracer.close();
});

test('seals, merges and jobs become spans of the time they took', async () => {
  const requests: Span[][] = [];
  const empty = createFakeStore();
  const tracer = new SelfTracer(
    {
      ingest: (request) => {
        requests.push(decodeSpans(request));
        return empty.ingest(request);
      },
    },
    '1'
  );
  recordUpkeep(tracer, 'info', 'sealed a block', { block: '7', spans: 5, ms: 250 });
  recordUpkeep(tracer, 'error', 'a job has ended', { job: '1', kind: 'verify', state: 'failed', ms: 3, error: 'no' });
  recordUpkeep(tracer, 'info', 'a job begins', { job: '1' });
  await tracer.close();
  const spans = requests.flat();
  expect(spans.map(({ name, statusMessage }) => [name, statusMessage])).toEqual([
    ['seal', ''],
    ['job verify', 'no'],
  ]);
  const [seal] = spans;
  expect(Number((seal?.endUnixNano ?? 0n) - (seal?.startUnixNano ?? 0n)) / 1e6).toBeGreaterThanOrEqual(250);
  expect(attribute(seal, 'tracewell.block')).toBe('7');
});

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', false],
  ['cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-more', true],
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more', undefined],
  ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', undefined],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', undefined],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', undefined],
  ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', undefined],
  ['', undefined],
])('traceparent %j', (header, sampled) => {
  expect(parseTraceparent(header)?.sampled).toBe(sampled);
});
