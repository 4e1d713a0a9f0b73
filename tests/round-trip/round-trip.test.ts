// SPDX-License-Identifier: Apache-2.0
//
// What is sent comes back, whatever the way in: the OpenTelemetry JS exporters over gRPC, HTTP/protobuf and HTTP/JSON,
// and messages made by hand that use every field of the protocol. Compared through protobufjs and the official .proto
// files, never through our own codec.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { decodeExport, decodeTraceById, encodeExport, flatten } from '../support/official-otlp.ts';
import type { PlainMessage } from '../support/official-otlp.ts';
import { startTracewell } from '../support/tracewell-process.ts';
import type { TracewellProcess } from '../support/tracewell-process.ts';
import { everyField, toOtlpJson } from './every-field.ts';

let store: TracewellProcess;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'tracewell-round-trip-'));
  store = await startTracewell(dataDir);
}, 120_000);
afterAll(async () => {
  await store.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function readBack(traceId: string): Promise<PlainMessage> {
  const response = await fetch(`${store.http}/api/v2/traces/${traceId}`, {
    headers: { Accept: 'application/protobuf' },
  });
  expect(response.status).toBe(200);
  return decodeTraceById(new Uint8Array(await response.arrayBuffer()));
}

const run = promisify(execFile);

describe('the OpenTelemetry JS exporters', () => {
  test.each<[string, string, () => string]>([
    ['gRPC', 'grpc', () => store.otlpGrpc],
    ['HTTP with protobuf', 'proto', () => `${store.otlpHttp}/v1/traces`],
    ['HTTP with JSON', 'json', () => `${store.otlpHttp}/v1/traces`],
  ])('%s', async (_, kind, url) => {
    const { stdout } = await run(process.execPath, [path.join(__dirname, 'send-with-sdk.mjs'), kind, url()]);
    const { traceId, serialized } = JSON.parse(stdout) as { traceId: string; serialized: string };
    const sent = flatten(decodeExport(Buffer.from(serialized, 'base64')));
    expect(sent).toHaveLength(2);
    expect(flatten(await readBack(traceId))).toEqual(sent);
  });
});

describe('every field of the protocol', () => {
  async function post(body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>): Promise<void> {
    const response = await fetch(`${store.otlpHttp}/v1/traces`, { method: 'POST', body, headers });
    expect(response.status).toBe(200);
  }

  test('sent as protobuf', async () => {
    const { traceId, message } = everyField(1);
    await post(encodeExport(message), { 'Content-Type': 'application/x-protobuf' });
    expect(flatten(await readBack(traceId))).toEqual(flatten(decodeExport(encodeExport(message))));
  });

  test('sent as compressed protobuf', async () => {
    const { traceId, message } = everyField(2);
    await post(new Uint8Array(gzipSync(encodeExport(message))), {
      'Content-Type': 'application/x-protobuf',
      'Content-Encoding': 'gzip',
    });
    expect(flatten(await readBack(traceId))).toEqual(flatten(decodeExport(encodeExport(message))));
  });

  test('sent as JSON', async () => {
    const { traceId, message } = everyField(3);
    await post(JSON.stringify(toOtlpJson(message)), { 'Content-Type': 'application/json' });
    expect(flatten(await readBack(traceId))).toEqual(flatten(decodeExport(encodeExport(message))));
  });

  test('and read as JSON, with the ids that Tempo writes', async () => {
    const { traceId, message } = everyField(4);
    await post(encodeExport(message), { 'Content-Type': 'application/x-protobuf' });
    const response = await fetch(`${store.http}/api/v2/traces/${traceId}`, { headers: { Accept: 'application/json' } });
    const answer = (await response.json()) as { trace: PlainMessage };
    const spans = flatten(answer.trace);
    const expected = flatten(decodeExport(encodeExport(message)));
    expect(spans.map(({ span }) => span['spanId'])).toEqual(expected.map(({ span }) => span['spanId']));
    expect(spans.map(({ span }) => span['attributes'])).toEqual(expected.map(({ span }) => span['attributes']));
    expect(spans.map(({ span }) => span['startTimeUnixNano'])).toEqual(
      expected.map(({ span }) => span['startTimeUnixNano'])
    );
  });
});
