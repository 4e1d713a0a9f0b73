// SPDX-License-Identifier: Apache-2.0
//
// Many exports at once, small on the wire and huge in memory: what is held of them stays within the budget, and those
// that find no room are asked to come again. The store of this test does not answer before it is told to.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { IngestResult } from '@tracewell/store';
import { deflateSync, gzipSync } from 'node:zlib';
import { createFakeStore } from '../testing/fake-store.ts';
import { callGrpc, traceExport } from '../testing/grpc-client.ts';
import { send, startTestServer, type TestServer } from '../testing/test-server.ts';

const MEBIBYTE = 2 ** 20;
/** Two of the largest exports. */
const BUDGET = 128 * MEBIBYTE;
const REQUESTS = 20;
const huge = new Uint8Array(20 * MEBIBYTE);

let server: TestServer | undefined;
let answerAll: () => void = () => undefined;
let held: { bytes: number; most: number };

afterEach(async () => {
  answerAll();
  await server?.close();
  server = undefined;
});

/** A server whose store holds what it gets until {@link answerAll}. */
async function start(): Promise<TestServer> {
  held = { bytes: 0, most: 0 };
  const answered = new Promise<void>((resolve) => {
    answerAll = resolve;
  });
  const ingest = async (request: Uint8Array): Promise<IngestResult> => {
    held.bytes += request.length;
    held.most = Math.max(held.most, held.bytes);
    await answered;
    held.bytes -= request.length;
    return { acceptedSpans: 1, duplicateSpans: 0, rejectedSpans: 0, message: '' };
  };
  server = await startTestServer(createFakeStore({ ingest }));
  return server;
}

async function refusedOf(running: TestServer): Promise<number> {
  const { text } = await send(`${running.urls.console}metrics`);
  return Number(/^tracewell_ingest_refused_total\{reason="overloaded"\} (\d+)/m.exec(text)?.[1]);
}

async function untilRefused(running: TestServer): Promise<void> {
  // All but those that have room are refused while the store answers nobody.
  while ((await refusedOf(running)) < REQUESTS - Math.floor(BUDGET / huge.length)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('twenty exports of 20 MiB at once', () => {
  // A gzip stream that says it is small is not believed longer than it is.
  const lie = gzipSync(huge);
  lie.writeUInt32LE(1000, lie.length - 4);
  test.each([
    ['gzip', gzipSync(huge), 'gzip'],
    ['deflate', deflateSync(huge), 'deflate'],
    ['gzip that lies about its size', lie, 'gzip'],
  ])(
    '%s',
    async (name, body, encoding) => {
      const running = await start();
      const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding };
      const post = () => send(`${running.urls.otlpHttp}/v1/traces`, { method: 'POST', headers, body });
      const answers = Array.from({ length: REQUESTS }, post);
      if (name.includes('lies')) {
        answerAll();
        for (const { status } of await Promise.all(answers)) {
          expect([400, 429]).toContain(status);
        }
      } else {
        await untilRefused(running);
        answerAll();
        const statuses = (await Promise.all(answers)).map(({ status, headers: { 'retry-after': after } }) =>
          `${String(status)} ${after ?? ''}`.trim()
        );
        expect(new Set(statuses)).toEqual(new Set(['200', '429 1']));
      }
      expect(held.most).toBeLessThanOrEqual(BUDGET);
      expect(held.bytes).toBe(0);
      // Everything that was held is given back: there is room again.
      expect(
        (await send(`${running.urls.otlpHttp}/v1/traces`, { method: 'POST', headers, body: packed(encoding) })).status
      ).toBe(200);
    },
    60_000
  );

  test('over gRPC', async () => {
    const running = await start();
    const calls = Array.from({ length: REQUESTS }, () =>
      callGrpc(running.urls.otlpGrpc, traceExport, huge, { gzip: true })
    );
    await untilRefused(running);
    answerAll();
    const outcomes = await Promise.all(calls);
    expect(new Set(outcomes.map(({ error }) => Number(error?.code ?? 0)))).toEqual(new Set([0, 8]));
    expect(
      outcomes.find(({ error }) => Number(error?.code) === 8)?.error?.metadata.get('grpc-status-details-bin')
    ).toHaveLength(1);
    expect(held.most).toBeLessThanOrEqual(BUDGET);
    expect((await callGrpc(running.urls.otlpGrpc, traceExport, huge)).error).toBeUndefined();
  }, 60_000);
});

function packed(encoding: string): Uint8Array {
  return (encoding === 'gzip' ? gzipSync : deflateSync)(huge);
}
