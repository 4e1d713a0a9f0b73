// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from '@jest/globals';
import { status as grpcStatus } from '@grpc/grpc-js';
import { connect } from 'node:net';
import { createFakeStore } from './testing/fake-store.ts';
import { callGrpc } from './testing/grpc-client.ts';
import { send, startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('the query port', () => {
  test('answers HTTP/1.1 and gRPC on one port', async () => {
    server = await startTestServer(createFakeStore());
    const echo = await send(`${server.urls.console}api/echo`);
    expect(echo).toMatchObject({ status: 200, text: 'echo' });
    const searched = await callGrpc(server.urls.console, '/tempopb.StreamingQuerier/Search', new Uint8Array(0));
    expect(searched).toEqual({ answer: expect.any(Buffer) });
    const { error } = await callGrpc(server.urls.console, '/tempopb.Querier/Search', new Uint8Array(0));
    expect(error?.code).toBe(grpcStatus.UNIMPLEMENTED);
  });

  test('tells the protocols apart when the first bytes come one at a time', async () => {
    server = await startTestServer(createFakeStore());
    const { http } = server.addresses;
    const socket = connect(http.port, http.host);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.setNoDelay(true);
    for (const character of 'GET /api/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n') {
      socket.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1\.1 200 OK[^]*echo$/);
  });
});

describe('the OTLP ports', () => {
  test('gRPC: stores an export and refuses other signals with a sentence', async () => {
    const stored: number[] = [];
    server = await startTestServer(
      createFakeStore({
        ingest: (request) => {
          stored.push(request.length);
          return Promise.resolve({ acceptedSpans: 1, duplicateSpans: 0, rejectedSpans: 2, message: 'two are bad' });
        },
      })
    );
    const path = (name: string) => `/opentelemetry.proto.collector.${name}/Export`;
    const { answer } = await callGrpc(server.urls.otlpGrpc, path('trace.v1.TraceService'), new Uint8Array(100_000));
    expect(stored).toEqual([100_000]);
    expect(answer?.toString('latin1')).toContain('two are bad');
    const { error } = await callGrpc(server.urls.otlpGrpc, path('logs.v1.LogsService'), new Uint8Array(3));
    expect(error?.code).toBe(grpcStatus.UNIMPLEMENTED);
    expect(error?.details).toContain('stores traces only');
  });

  test('HTTP: stores an export', async () => {
    const stored: number[] = [];
    server = await startTestServer(
      createFakeStore({
        ingest: (request) => {
          stored.push(request.length);
          return Promise.resolve({ acceptedSpans: 1, duplicateSpans: 0, rejectedSpans: 0, message: '' });
        },
      })
    );
    const answer = await send(`${server.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(70_000),
    });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(stored).toEqual([70_000]);
  });
});
