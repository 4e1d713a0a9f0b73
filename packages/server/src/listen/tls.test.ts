// SPDX-License-Identifier: Apache-2.0
//
// TLS on every port.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, credentials, status as grpcStatus } from '@grpc/grpc-js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestCertificate } from '../testing/certificate.ts';
import { createFakeStore } from '../testing/fake-store.ts';
import { traceExport } from '../testing/grpc-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const { cert, key } = createTestCertificate();
const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-tls-'));
let server: TestServer;

/** The certificate is for the name. */
const byName = (url: string) => url.replace('127.0.0.1', 'localhost');

beforeAll(async () => {
  const certFile = path.join(folder, 'cert.pem');
  const keyFile = path.join(folder, 'key.pem');
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
  server = await startTestServer(createFakeStore(), ['--tls-cert', certFile, '--tls-key', keyFile]);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function get(url: string, options: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { body, ...rest } = options;
    const sent = request(byName(url), { ...rest, ca: cert, family: 4, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function callGrpc(url: string, method: string): Promise<number> {
  const client = new Client(new URL(byName(url)).host, credentials.createSsl(Buffer.from(cert)));
  return new Promise((resolve) => {
    const identity = (bytes: Buffer) => bytes;
    client.makeUnaryRequest(method, identity, identity, Buffer.from([1]), (error) => {
      client.close();
      resolve(error?.code ?? grpcStatus.OK);
    });
  });
}

test('HTTP and gRPC on the query port, and both OTLP ports', async () => {
  expect(server.urls.console).toMatch(/^https:/);
  expect(await get(`${server.urls.console}api/echo`)).toEqual({ status: 200, text: 'echo' });
  // Five zeros are no request: the service has read them.
  const search = await callGrpc(server.urls.console, '/tempopb.StreamingQuerier/Search');
  expect(search).toBe(grpcStatus.INVALID_ARGUMENT);
  expect(await callGrpc(server.urls.otlpGrpc, traceExport)).toBe(grpcStatus.OK);
  const headers = { 'content-type': 'application/x-protobuf' };
  const exported = get(`${server.urls.otlpHttp}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(5) });
  expect((await exported).status).toBe(200);
});
