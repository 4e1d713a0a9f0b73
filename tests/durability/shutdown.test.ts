// SPDX-License-Identifier: Apache-2.0
//
// A store that is asked to stop, whatever it does at that time: what was answered with 200 is there after the next start,
// every request that it has begun to read is answered in its protocol, and the process ends with 0 in its time.
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { exportBatch, traceIdOf } from '../support/export-batch.ts';
import { flatten } from '../support/official-otlp.ts';
import { eventually, postExport, readMetrics, readTrace } from '../support/store-client.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';

const SPANS = 200;
/** gRPC's code for "try again". */
const unavailable = 14;
const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let folder: string;
let store: TracewellProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tracewell-shutdown-'));
});
afterEach(async () => {
  await store?.kill();
  store = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(flags: readonly string[] = []): Promise<TracewellProcess> {
  store = await startTracewell(path.join(folder, 'data'), ['--min-free-disk', '0', ...flags]);
  return store;
}

async function expectTraces(running: TracewellProcess, traces: Iterable<number>): Promise<void> {
  for (const trace of traces) {
    const spans = flatten(await readTrace(running, traceIdOf(1, trace)));
    expect({ trace, spans: spans.length }).toEqual({ trace, spans: SPANS });
  }
}

/** The code of the answer, 0 for OK; codes that grpc-js makes up for a lost connection have its words in `details`. */
function callGrpc(client: Client, body: Uint8Array): Promise<{ code: number; details: string }> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      exportPath,
      (value: Uint8Array) => Buffer.from(value),
      (bytes: Buffer) => bytes,
      body,
      { deadline: Date.now() + 30_000 },
      (error) => resolve(error === null ? { code: 0, details: '' } : { code: error.code, details: error.details })
    );
  });
}

/** Sends traces until the store is gone; resolves to those that were acknowledged, and to answers that are none. */
async function sendAsLongAsPossible(
  running: TracewellProcess,
  protocol: 'http' | 'grpc',
  first: number
): Promise<{ acknowledged: number[]; wrong: string[] }> {
  const acknowledged: number[] = [];
  const wrong: string[] = [];
  const client = new Client(new URL(running.otlpGrpc).host, credentials.createInsecure());
  for (let trace = first, failures = 0; failures < 20; trace += 1) {
    const body = exportBatch(1, trace, SPANS);
    if (protocol === 'http') {
      const { status, text } = await postExport(running, body);
      if (status === 200) {
        acknowledged.push(trace);
      } else if (status !== 0 && status !== 503) {
        wrong.push(`${String(status)} ${text}`);
      }
      failures += status === 0 ? 1 : 0;
    } else {
      const { code, details } = await callGrpc(client, body);
      if (code === 0) {
        acknowledged.push(trace);
      } else if (code !== unavailable) {
        wrong.push(`${String(code)} ${details}`);
      }
      failures += code === 0 ? 0 : 1;
    }
  }
  client.close();
  return { acknowledged, wrong };
}

test('under load: what was acknowledged is there, and nothing is answered wrongly', async () => {
  let running = await start(['--block-spans', '10000']);
  const lanes = (['http', 'grpc', 'http', 'grpc', 'http', 'grpc'] as const).map((protocol, lane) =>
    sendAsLongAsPossible(running, protocol, lane * 100_000)
  );
  await wait(3000);
  expect(await running.stop()).toBe(0);
  const results = await Promise.all(lanes);
  running = await start();
  for (const { acknowledged, wrong } of results) {
    expect(wrong).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(5);
    await expectTraces(running, acknowledged.slice(-20));
  }
  const spans = results.reduce((sum, { acknowledged }) => sum + acknowledged.length * SPANS, 0);
  // A request whose answer got lost may be there as well; it is one a lane at the most.
  const stored = (await readMetrics(running)).get('tracewell_store_spans') ?? 0;
  expect(stored).toBeGreaterThanOrEqual(spans);
  expect(stored).toBeLessThanOrEqual(spans + lanes.length * SPANS);
  expect(await running.stop()).toBe(0);
}, 300_000);

test('requests whose commit is still to come are committed and acknowledged', async () => {
  let running = await start(['--commit-delay', '1s', '--commit-spans', '1000000']);
  const client = new Client(new URL(running.otlpGrpc).host, credentials.createInsecure());
  const http = [1, 2, 3].map((trace) => postExport(running, exportBatch(1, trace, SPANS)));
  const grpc = [4, 5, 6].map((trace) => callGrpc(client, exportBatch(1, trace, SPANS)));
  await eventually('all six are read', async () =>
    (await readMetrics(running)).get('tracewell_store_waiting_requests') === 6 ? true : undefined
  );
  const stopped = running.stop();
  expect((await Promise.all(http)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await Promise.all(grpc)).map(({ code }) => code)).toEqual([0, 0, 0]);
  client.close();
  expect(await stopped).toBe(0);
  running = await start();
  await expectTraces(running, [1, 2, 3, 4, 5, 6]);
  expect(await running.stop()).toBe(0);
}, 120_000);

test('a request that is half read is answered: send it again, on another connection', async () => {
  const running = await start();
  const { port } = new URL(running.otlpHttp);
  const body = Buffer.from(exportBatch(1, 1, SPANS));
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  const ended = new Promise<void>((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
  });
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/x-protobuf\r\n` +
      `Content-Length: ${String(body.length)}\r\n\r\n`
  );
  socket.write(body.subarray(0, 100));
  await wait(300);
  const stopped = running.stop();
  await wait(300);
  socket.write(body.subarray(100));
  await ended;
  socket.end();
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toMatch(/\r\nRetry-After: \d+\r\n/i);
  expect(answer).toMatch(/\r\nConnection: close\r\n/i);
  expect(await stopped).toBe(0);
}, 120_000);

test('asked twice it ends at once, and what was acknowledged is there', async () => {
  let running = await start(['--commit-delay', '1s', '--commit-spans', '1000000']);
  expect((await postExport(running, exportBatch(1, 1, SPANS))).status).toBe(200);
  const unanswered = postExport(running, exportBatch(1, 2, SPANS));
  await eventually('it is read', async () =>
    (await readMetrics(running)).get('tracewell_store_waiting_requests') === 1 ? true : undefined
  );
  const stopped = running.stop();
  await eventually('it is stopping', () => (running.output().includes('stopping') ? true : undefined));
  process.kill(running.pid, 'SIGTERM');
  expect(await stopped).toBe(1);
  const { status } = await unanswered;
  running = await start();
  await expectTraces(running, status === 200 ? [1, 2] : [1]);
  expect(await running.stop()).toBe(0);
}, 120_000);

test('while it reads a large log at the start it ends with 0, and the log is there for the next start', async () => {
  let running = await start(['--block-spans', '5000000']);
  const requests = 50;
  const spans = 5000;
  for (let trace = 0; trace < requests; trace += 1) {
    expect((await postExport(running, exportBatch(2, trace, spans))).status).toBe(200);
  }
  await running.kill();
  let pid = 0;
  const starting = startTracewell(path.join(folder, 'data'), ['--min-free-disk', '0', '--block-spans', '5000000'], {
    spawned: (id) => (pid = id),
  });
  // On a fast machine it may be ready before the signal comes.
  const ended = starting.then(
    (ready) =>
      eventually('it has stopped', () => (ready.output().includes('"msg":"stopped"') ? 'in order' : undefined)),
    (error: unknown) => String(error)
  );
  await eventually('it has begun to open the folder', () =>
    readFileSync(path.join(folder, 'data/LOCK'), 'utf8').includes(String(pid)) ? true : undefined
  );
  const asked = performance.now();
  process.kill(pid, 'SIGTERM');
  expect(await ended).toMatch(/^in order$|ended with 0 before it was ready/);
  expect(performance.now() - asked).toBeLessThan(10_000);
  running = await start();
  expect((await readMetrics(running)).get('tracewell_store_spans')).toBe(requests * spans);
  expect(await running.stop()).toBe(0);
}, 300_000);

/** A store with enough in it for a job, a seal and an export to take a while. */
async function filled(): Promise<TracewellProcess> {
  const running = await start(['--block-spans', '60000']);
  for (let trace = 0; trace < 600; trace += 1) {
    expect((await postExport(running, exportBatch(1, trace, SPANS))).status).toBe(200);
  }
  return running;
}

async function startJob(running: TracewellProcess, kind: string): Promise<void> {
  const response = await fetch(`${running.http}/tracewell/api/v1/admin/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind }),
  });
  expect(response.status).toBe(202);
}

interface Export {
  /** Whether the stream ended as it should. */
  readonly isWhole: boolean;
  readonly bytes: number;
}

/** Begins an export, and reads its beginning; `end` reads on, slower than the store writes if `pauseMs` says so. */
async function beginExport(running: TracewellProcess): Promise<{ readonly end: (pauseMs: number) => Promise<Export> }> {
  const response = await fetch(`${running.http}/tracewell/api/v1/admin/export`);
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  let bytes = (await reader?.read())?.value?.length ?? 0;
  return {
    end: async (pauseMs) => {
      try {
        for (;;) {
          const part = await reader?.read();
          if (part?.value === undefined) {
            return { isWhole: true, bytes };
          }
          bytes += part.value.length;
          await wait(pauseMs);
        }
      } catch {
        return { isWhole: false, bytes };
      }
    },
  };
}

test.each(['seal and merge', 'verify', 'export'])(
  'in the middle of: %s',
  async (work) => {
    let running = await filled();
    let exported: Promise<Export> | undefined;
    if (work === 'export') {
      exported = (await beginExport(running)).end(50);
    } else {
      await startJob(running, work === 'verify' ? 'verify' : 'compact');
      await wait(100);
    }
    expect(await running.stop()).toBe(0);
    running = await start();
    if (exported !== undefined) {
      // What ends as if it were whole is whole.
      const { isWhole, bytes } = await exported;
      const all = await (await beginExport(running)).end(0);
      expect({ isWhole, isAll: bytes === all.bytes }).toEqual({ isWhole, isAll: isWhole });
      expect(all.isWhole).toBe(true);
    }
    await expectTraces(running, [0, 1, 299, 300, 599]);
    expect((await readMetrics(running)).get('tracewell_store_spans')).toBe(600 * SPANS);
    expect((await readMetrics(running)).get('tracewell_store_broken_files')).toBe(0);
    expect(await running.stop()).toBe(0);
  },
  300_000
);
