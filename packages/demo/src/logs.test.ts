// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createLineSink, createLokiSink, encodePush, type ServiceLog } from './logs.ts';

const record = (service: ServiceLog['service'], level: ServiceLog['level'] = 'info'): ServiceLog => ({
  timeUnixMilli: 1_700_000_000_123,
  level,
  service,
  message: 'order placed',
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  fields: { order: 'o 1', amount: 5 },
});
const NANOS = '1700000000123000000';
const IDS = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };

test('Loki gets JSON, text and structured metadata', () => {
  const json = { time: '2023-11-14T22:13:20.123Z', level: 'info', service: 'storefront', message: 'order placed' };
  expect(
    JSON.parse(encodePush([record('storefront'), record('payment', 'error'), record('email'), record('email')]))
  ).toEqual({
    streams: [
      {
        stream: { service_name: 'storefront', level: 'info' },
        values: [[NANOS, JSON.stringify({ ...json, ...IDS, order: 'o 1', amount: 5 }), {}]],
      },
      {
        stream: { service_name: 'payment', level: 'error' },
        values: [
          [
            NANOS,
            `level=error msg="order placed" trace_id=${IDS.trace_id} span_id=${IDS.span_id} order="o 1" amount=5`,
            {},
          ],
        ],
      },
      {
        stream: { service_name: 'email', level: 'info' },
        values: [
          [NANOS, 'order placed order="o 1" amount=5', IDS],
          [NANOS, 'order placed order="o 1" amount=5', IDS],
        ],
      },
    ],
  });
});

test('what Loki does not take is sent again', async () => {
  const bodies: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(`${request.url} ${body}`);
      response.writeHead(bodies.length === 1 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sink = createLokiSink(`http://127.0.0.1:${port}`);
  sink.write([record('email')]);
  await sink.close();
  await sink.close();
  await sink.close();
  server.close();
  expect(bodies).toHaveLength(2);
  expect(bodies[1]).toBe(`/loki/api/v1/push ${encodePush([record('email')])}`);
});

test('a file gets JSON lines', async () => {
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), 'demo-logs-')), 'shop.log');
  const sink = createLineSink(file);
  sink.write([record('ads'), record('cart', 'warn')]);
  await sink.close();
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { service: 'ads', level: 'info', ...IDS },
    { service: 'cart', level: 'warn', message: 'order placed' },
  ]);
});
