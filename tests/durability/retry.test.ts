// SPDX-License-Identifier: Apache-2.0
//
// An exporter whose answer was lost sends again, with OpenTelemetry's own exporters as they are: the spans are there
// once, in their trace and in everything that counts, whatever has become of the block that they are in meanwhile.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { exportBatch } from '../support/export-batch.ts';
import { decodeExport, decodeTraceById, flatten } from '../support/official-otlp.ts';
import { startTracewell, type TracewellProcess } from '../support/tracewell-process.ts';
import { startCuttingProxy } from './cutting-proxy.ts';

const v1 = '/tracewell/api/v1';
const otherSpans = 20;
let folder: string;
let store: TracewellProcess;
/** The first start builds the store. */
const startMs = 180_000;
let others = 0;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-retry-'));
  store = await startTracewell(path.join(folder, 'data'), ['--min-free-disk', '0']);
}, startMs);
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

const portOf = (url: string) => Number(new URL(url).port);

/** Puts what is open into a sealed block, with all blocks that there are. */
async function seal(): Promise<void> {
  const started = await fetch(`${store.http}${v1}/admin/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"kind":"compact"}',
  });
  expect(started.status).toBe(202);
  let job = (await started.json()) as { id: string; state: string };
  while (['waiting', 'running'].includes(job.state)) {
    await wait(20);
    job = (await (await fetch(`${store.http}${v1}/admin/jobs/${job.id}`)).json()) as typeof job;
  }
  expect(job.state).toBe('done');
}

async function sendOthers(): Promise<void> {
  others += 1;
  const response = await fetch(`${store.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: exportBatch(7, others, otherSpans),
  });
  expect(response.status).toBe(200);
}

/** The same addresses again, as after an update. */
async function restart(kill: boolean): Promise<void> {
  const { http, otlpHttp, otlpGrpc } = store;
  await (kill ? store.kill() : store.stop());
  const at = (url: string) => `127.0.0.1:${String(portOf(url))}`;
  store = await startTracewell(path.join(folder, 'data'), [
    ...['--min-free-disk', '0', '--http-listen', at(http)],
    ...['--otlp-http-listen', at(otlpHttp), '--otlp-grpc-listen', at(otlpGrpc)],
  ]);
}

/** What comes between the commit and the exporter's second attempt. */
const interruptions: readonly (readonly [name: string, interrupt: () => Promise<void>])[] = [
  ['nothing', () => Promise.resolve()],
  ['a seal', seal],
  [
    'two seals',
    async () => {
      await seal();
      await sendOthers();
      await seal();
    },
  ],
  ['a restart', () => restart(false)],
  ['a kill', () => restart(true)],
  [
    'a seal and a restart',
    async () => {
      await seal();
      await restart(false);
    },
  ],
  [
    'a seal and a kill',
    async () => {
      await seal();
      await restart(true);
    },
  ],
];

interface Exported {
  readonly traceId: string;
  readonly serialized: string;
}

/** Runs an application that exports two spans; resolves when its exporter says that they have arrived. */
function runApplication(exporter: string, url: string): Promise<Exported> {
  const child = spawn(process.execPath, [path.resolve('tests/round-trip/send-with-sdk.mjs'), exporter, url, '20'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_TIMEOUT: '120000' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(output) as Exported) : reject(new Error(`ended with ${String(code)}: ${errors}`))
    );
  });
}

async function getJson<T>(route: string, query: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${store.http}${route}?${new URLSearchParams(query).toString()}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

async function storedSpans(): Promise<number> {
  return (await getJson<{ spans: number }>(`${v1}/capabilities`)).spans;
}

/** Spans of one trace, by everything that counts them. */
async function counted(traceId: string): Promise<Record<string, number>> {
  const q = `{ trace:id = "${traceId}" }`;
  const now = Math.floor(Date.now() / 1000);
  const range = { start: String(now - 600), end: String(now + 600) };
  const { total } = await getJson<{ total: { spans: number } }>(`${v1}/search`, { q, totals: 'true' });
  const red = await getJson<{ total: { counts: number[] } }>(`${v1}/red`, { q, ...range });
  const { series } = await getJson<{ series: { samples: { value?: number }[] }[] }>('/api/metrics/query_range', {
    q: `${q} | count_over_time()`,
    step: '60',
    ...range,
  });
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return {
    search: total.spans,
    rates: sum(red.total.counts),
    metrics: sum(series.flatMap(({ samples }) => samples.map(({ value }) => value ?? 0))),
  };
}

describe.each(['proto', 'json', 'grpc'])('the %s exporter', (exporter) => {
  test.each(interruptions)(
    'after %s',
    async (_name, interrupt) => {
      const isGrpc = exporter === 'grpc';
      const before = await storedSpans();
      const othersBefore = others;
      const proxy = await startCuttingProxy(portOf(isGrpc ? store.otlpGrpc : store.otlpHttp), isGrpc);
      try {
        const address = `http://127.0.0.1:${String(proxy.port)}${isGrpc ? '' : '/v1/traces'}`;
        const exported = runApplication(exporter, address);
        await Promise.race([proxy.lost, exported]);
        await interrupt();
        proxy.letThrough();
        const { traceId, serialized } = await exported;
        await proxy.lost;

        const sent = flatten(decodeExport(Buffer.from(serialized, 'base64')));
        const response = await fetch(`${store.http}/api/v2/traces/${traceId}`, {
          headers: { accept: 'application/protobuf' },
        });
        const found = flatten(decodeTraceById(new Uint8Array(await response.arrayBuffer())));
        expect(found).toEqual(sent);
        const spans = sent.length;
        expect(await counted(traceId)).toEqual({ search: spans, rates: spans, metrics: spans });
        expect((await storedSpans()) - before).toBe(spans + (others - othersBefore) * otherSpans);
      } finally {
        await proxy.close();
      }
    },
    180_000
  );
});
