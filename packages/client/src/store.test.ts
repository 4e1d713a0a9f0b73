// SPDX-License-Identifier: Apache-2.0
//
// The client against a store as users run it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportBatch, traceIdOf } from '../../../tests/support/export-batch.ts';
import { startTracewell } from '../../../tests/support/tracewell-process.ts';
import type { TracewellProcess } from '../../../tests/support/tracewell-process.ts';
import { createHostData } from './host-data.ts';
import { fetchTransport } from './testing/http.ts';

const run = 7;
const { signal } = new AbortController();
let folder: string;
let store: TracewellProcess;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tracewell-client-'));
  store = await startTracewell(folder, ['--basic-auth', 'reader:secret', '--retention-age', '3d']);
  for (const [trace, spans] of [3, 5].entries()) {
    const response = await fetch(`${store.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', authorization: credentials },
      body: exportBatch(run, trace, spans),
    });
    expect(response.status).toBe(200);
  }
});

afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true });
});

const credentials = `Basic ${Buffer.from('reader:secret').toString('base64')}`;
const authorized = () =>
  createHostData(async ({ path: asked, accept, signal: stop }) => {
    const response = await fetch(`${store.http}/${asked}`, {
      headers: { Accept: accept, authorization: credentials },
      signal: stop,
    });
    const contentType = response.headers.get('content-type') ?? '';
    return { status: response.status, contentType, body: await response.arrayBuffer() };
  });
const lastHour = () => ({ from: Date.now() - 3_600_000, to: Date.now() + 60_000 });

describe('a Tracewell store', () => {
  test('says what it is and can', async () => {
    const about = await authorized().capabilities(signal);
    expect(about).toMatchObject({ product: 'Tracewell', retentionMs: 3 * 86_400_000, spans: 8 });
    expect(about.missing).toBeUndefined();
    expect(about.features.has('service-graph')).toBe(true);
  });

  test('says why it takes no spans', async () => {
    expect((await authorized().capabilities(signal)).trouble).toBeUndefined();
    const full = await mkdtemp(path.join(tmpdir(), 'tracewell-client-full-'));
    const refusing = await startTracewell(full, ['--min-free-disk', '1000000GB']);
    try {
      const { trouble } = await createHostData(fetchTransport(refusing.http)).capabilities(signal);
      expect(trouble).toContain('free');
    } finally {
      await refusing.stop();
      await rm(full, { recursive: true });
    }
  });

  test('answers a search in the order that was asked for', async () => {
    const answer = await authorized().search(
      { query: '', range: lastHour(), limit: 10, order: 'most-spans', spansPerTrace: 2 },
      signal
    );
    expect(answer.traces.map(({ traceId, spanCount }) => [traceId, spanCount])).toEqual([
      [traceIdOf(run, 1), 5],
      [traceIdOf(run, 0), 3],
    ]);
    expect(answer.total?.traces).toBe(2);
  });

  test('answers a trace, by an id in upper case with dashes too, and none for an unknown one', async () => {
    const id = traceIdOf(run, 1);
    const found = await authorized().trace(`${id.slice(0, 8)}-${id.slice(8)}`.toUpperCase(), signal);
    expect(found?.trace.length).toBe(5);
    expect(await authorized().trace('0123456789abcdef0123456789abcdef', signal)).toBeUndefined();
  });

  test('places the error of a query', async () => {
    const search = authorized().search(
      { query: '{ foo }', range: lastHour(), limit: 10, order: 'newest', spansPerTrace: 2 },
      signal
    );
    await expect(search).rejects.toMatchObject({ code: 'invalid-query', range: { start: 2, end: 5 } });
  });

  test('refuses those without credentials', async () => {
    const stranger = createHostData(fetchTransport(store.http));
    await expect(stranger.capabilities(signal)).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(stranger.trace(traceIdOf(run, 1), signal)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('an aborted question rejects as aborted', async () => {
    const controller = new AbortController();
    const asked = authorized().tagNames(lastHour(), controller.signal);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
