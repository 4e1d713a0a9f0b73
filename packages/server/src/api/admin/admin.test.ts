// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { decodeSpans, type AdminJobJson, type AdminStatsJson } from '@tracewell/protocols';
import { drawnSpans, startRealServer, type RealServer } from '../../testing/real-server.ts';
import { send, type Answer } from '../../testing/test-server.ts';
import { parseConfig } from '../../config/parse.ts';
import { refuseAdmin } from './access.ts';

// Some of these work for seconds on a busy machine.
jest.setTimeout(120_000);

const json = { 'content-type': 'application/json' };
const start = 1_760_000_000_000_000_000n;
const idOf = (number: number): string => number.toString(16).padStart(32, '0');

/** A trace of three spans. */
const drawing = `
shop  GET /     |----------|
  cart  add      |---|
  cart  remove       |---|
`;

let real: RealServer;
let admin: string;
beforeEach(async () => {
  real = await startRealServer();
  admin = `${real.url}/tracewell/api/v1/admin`;
});
afterEach(() => real.close());

const post = (body: string, headers: Record<string, string> = json): Promise<Answer> =>
  send(`${admin}/jobs`, { method: 'POST', headers, body });

async function fill(traces: number): Promise<void> {
  for (let trace = 1; trace <= traces; trace++) {
    await real.ingest(drawnSpans(drawing, idOf(trace), start + BigInt(trace) * 1_000_000_000n));
  }
}

async function ended(id: string): Promise<AdminJobJson> {
  for (;;) {
    const job = JSON.parse((await send(`${admin}/jobs/${id}`)).text) as AdminJobJson;
    if (job.endedAt !== undefined) {
      return job;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The messages of a delimited stream. */
function messages(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) << shift;
      shift += 7;
    } while (byte > 0x7f);
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

test('a job is started, watched and listed', async () => {
  await fill(3);
  const answer = await post('{"kind":"verify"}');
  expect(answer.status).toBe(202);
  const { id } = JSON.parse(answer.text) as AdminJobJson;
  expect(await ended(id)).toMatchObject({
    state: 'done',
    request: { kind: 'verify' },
    result: { blocks: 1, spans: 9, damaged: false },
  });
  const listed = JSON.parse((await send(`${admin}/jobs`)).text) as { jobs: AdminJobJson[] };
  expect(listed.jobs.map((job) => job.id)).toEqual([id]);
  expect((await send(`${admin}/jobs/${id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await send(`${admin}/jobs/77`)).status).toBe(404);
});

test('stats', async () => {
  await fill(4);
  await real.store.seal();
  const stats = JSON.parse((await send(`${admin}/stats`)).text) as AdminStatsJson;
  expect(stats).toMatchObject({ spans: 12, traces: 4, setAside: [] });
  expect(stats.services).toEqual([
    { name: 'cart', spans: 8, errors: 0 },
    { name: 'shop', spans: 4, errors: 0 },
  ]);
  expect(stats.columns.find(({ name }) => name === 'spans.start_ns')?.bytes).toBeGreaterThan(0);
});

test('export: delimited messages with every span once', async () => {
  await fill(5);
  const answer = await send(
    `${admin}/export?q=${encodeURIComponent('{ name = "add" }')}&start=${start + 3_000_000_000n}`
  );
  expect(answer).toMatchObject({ status: 200, headers: { 'x-tracewell-spans': '15' } });
  const spans = messages(answer.bytes).flatMap((message) => decodeSpans(message));
  expect(spans.map(({ traceId }) => traceId).sort()).toEqual([3, 3, 3, 4, 4, 4, 5, 5, 5].map(idOf));
  expect((await send(`${admin}/export?q=${encodeURIComponent('{ what')}`)).status).toBe(400);
});

describe('refused', () => {
  test.each([
    ['no JSON', '{"kind":"verify"}', { 'content-type': 'text/plain' }, 415],
    ['broken JSON', '{"kind"', json, 400],
    ['an unknown kind', '{"kind":"explode"}', json, 400],
    ['a field too many', '{"kind":"verify","x":1}', json, 400],
    ['a query that is none', '{"kind":"delete","query":"{ what","wholeTraces":false}', json, 400],
    ['an empty query', '{"kind":"delete","query":"","wholeTraces":false}', json, 400],
    ['a page of another origin', '{"kind":"verify"}', { ...json, origin: 'https://evil.example' }, 403],
    ['through a proxy', '{"kind":"verify"}', { ...json, 'x-forwarded-for': '10.0.0.7' }, 403],
    ['a page of another site', '{"kind":"verify"}', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
  ])('%s', async (_what, body, headers, status) => {
    expect((await post(body, headers)).status).toBe(status);
    expect(await real.store.jobs()).toEqual([]);
  });

  test('reading too, where a proxy asks', async () => {
    for (const route of ['stats', 'export', 'jobs']) {
      expect((await send(`${admin}/${route}`, { headers: { 'x-forwarded-for': '10.0.0.7' } })).status).toBe(403);
    }
  });
});

describe('--admin', () => {
  const config = (...flags: string[]) => parseConfig(flags, {});
  const open = ['--http-listen', '0.0.0.0:3200'];
  test.each([
    [[], {}, undefined],
    [[], { 'x-grafana-referer': '' }, /through a proxy/],
    [['--admin', 'on'], { 'x-forwarded-for': '1.2.3.4' }, undefined],
    [['--admin', 'on'], { 'sec-fetch-site': 'cross-site' }, /another origin/],
    [['--admin', 'off'], {}, /switched off/],
    [[...open, '--allow-public'], {}, /without credentials/],
    [[...open, '--bearer-token', 'x'], {}, undefined],
    [[...open, '--allow-public', '--admin', 'on'], {}, undefined],
  ])('%j with %j', (flags, headers, refused) => {
    const found = refuseAdmin(headers, config(...flags))?.message;
    if (refused === undefined) {
      expect(found).toBeUndefined();
    } else {
      expect(found).toMatch(refused);
    }
  });
});
