// SPDX-License-Identifier: Apache-2.0
//
// What is sent comes back, whatever the way in: the OpenTelemetry JS exporters over gRPC, HTTP/protobuf and HTTP/JSON,
// and messages made by hand that use every field of the protocol. Compared through protobufjs and the official .proto
// files, never through our own codec.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

/** Spans as an application makes them: a server span with a client child, an event, a link, an error. */
async function spansOfSdk(): Promise<ReadableSpan[]> {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.2.3', 'process.pid': 42 }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  const tracer = provider.getTracer('shop-tracer', '0.1.0');
  const server = tracer.startSpan('GET /cart', {
    kind: SpanKind.SERVER,
    attributes: { 'http.route': '/cart', ok: true },
  });
  const { traceId, spanId } = server.spanContext();
  const child = tracer.startSpan(
    'SELECT items',
    {
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'postgresql', rows: 17, ratio: 0.25, tags: ['a', 'b'], sizes: [1, 2] },
      links: [{ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED }, attributes: { why: 'batch' } }],
    },
    trace.setSpan(ROOT_CONTEXT, server)
  );
  child.addEvent('retry', { attempt: 2 });
  child.recordException(new Error('connection reset'));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'no connection' });
  child.end();
  server.end();
  await provider.forceFlush();
  return memory.getFinishedSpans();
}

async function send(exporter: SpanExporter, spans: ReadableSpan[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    exporter.export(spans, ({ error }) => (error === undefined ? resolve() : reject(error)));
  });
  await exporter.shutdown();
}

describe('the OpenTelemetry JS exporters', () => {
  test.each<[string, () => SpanExporter]>([
    ['gRPC', () => new GrpcExporter({ url: store.otlpGrpc })],
    ['HTTP with protobuf', () => new ProtoExporter({ url: `${store.otlpHttp}/v1/traces` })],
    ['HTTP with JSON', () => new JsonExporter({ url: `${store.otlpHttp}/v1/traces` })],
  ])('%s', async (_, exporter) => {
    const spans = await spansOfSdk();
    const sent = decodeExport(ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array());
    expect(flatten(sent)).toHaveLength(2);
    await send(exporter(), spans);
    expect(flatten(await readBack(spans[0]?.spanContext().traceId ?? ''))).toEqual(flatten(sent));
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
