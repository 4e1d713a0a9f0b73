// SPDX-License-Identifier: Apache-2.0
//
// The answers of the OTLP HTTP port that do not depend on what is stored. What real spans meet is in
// bad-input.test.ts.
import { afterEach, describe, expect, test } from '@jest/globals';
import { StoreError } from '@tracewell/store';
import { connect } from 'node:net';
import { createFakeStore } from '../testing/fake-store.ts';
import { send, startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const protobuf = { 'content-type': 'application/x-protobuf' };
const json = { 'content-type': 'application/json' };

async function start(flags: readonly string[] = [], overrides: Parameters<typeof createFakeStore>[0] = {}) {
  server = await startTestServer(createFakeStore(overrides), flags);
  return server.urls.otlpHttp;
}

const post = (url: string, headers: Readonly<Record<string, string>>, body: Uint8Array | string = new Uint8Array(5)) =>
  send(`${url}/v1/traces`, { method: 'POST', headers, body });

describe('statuses of the store, in the format of the request', () => {
  test.each([
    ['overloaded', 429, '1', { code: 8, message: 'busy' }],
    ['closed', 503, '1', { code: 14, message: 'busy' }],
    ['disk-full', 507, undefined, { code: 8, message: 'busy' }],
    ['limit', 413, undefined, { code: 8, message: 'busy' }],
    ['malformed', 400, undefined, { code: 3, message: 'busy' }],
  ] as const)('%s', async (code, status, retryAfter, body) => {
    const url = await start([], { ingest: () => Promise.reject(new StoreError(code, 'busy')) });
    const answer = await post(url, json, '{"resourceSpans":[{}]}');
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toMatchObject(body);
    const binary = await post(url, protobuf);
    expect(binary.headers['content-type']).toBe('application/x-protobuf');
    expect(binary.bytes.subarray(0, 2)).toEqual(Buffer.from([0x08, body.code]));
  });

  test('a disk that may have room again is retryable', async () => {
    const url = await start([], {
      ingest: () => Promise.reject(new StoreError('disk-full', 'no room', { retryable: true })),
    });
    const answer = await post(url, protobuf);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  });

  test('a bug keeps its details to the log', async () => {
    const url = await start([], { ingest: () => Promise.reject(new Error('secret detail')) });
    const answer = await post(url, json, '{"resourceSpans":[{}]}');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret detail');
    expect(server?.logged.join()).toContain('secret detail');
  });

  test('partial success', async () => {
    const url = await start([], {
      ingest: () => Promise.resolve({ acceptedSpans: 1, duplicateSpans: 0, rejectedSpans: 2, message: 'why' }),
    });
    const answer = await post(url, json, '{"resourceSpans":[{}]}');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ partialSuccess: { rejectedSpans: '2', errorMessage: 'why' } });
  });
});

describe('who may send', () => {
  test('credentials: without 401, with either of them 200', async () => {
    const url = await start(['--basic-auth', 'me:pass', '--bearer-token', 'token']);
    const without = await post(url, protobuf);
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toBe(
      'Basic realm="tracewell", charset="UTF-8", Bearer realm="tracewell"'
    );
    expect((await post(url, { ...protobuf, authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post(url, { ...protobuf, authorization: 'bearer token' })).status).toBe(200);
    const basic = `Basic ${Buffer.from('me:pass').toString('base64')}`;
    expect((await post(url, { ...protobuf, authorization: basic })).status).toBe(200);
  });

  test('pages of other origins: only those that are allowed, by preflight and by request', async () => {
    const url = await start(['--otlp-cors-origin', 'https://shop.example']);
    const preflight = (origin: string) => send(`${url}/v1/traces`, { method: 'OPTIONS', headers: { origin } });
    const allowed = await preflight('https://shop.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect(allowed.headers['access-control-allow-headers']).toContain('content-type');
    const foreign = await preflight('https://attacker.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    const sent = await post(url, { ...protobuf, origin: 'https://shop.example' });
    expect(sent).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': 'https://shop.example' } });
    expect((await post(url, { ...protobuf, origin: 'https://attacker.example' })).status).toBe(403);
  });
});

describe('what is sent', () => {
  test('other paths and methods', async () => {
    const url = await start();
    expect(await send(url)).toMatchObject({ status: 200, text: expect.stringContaining('POST /v1/traces') });
    expect(await send(`${url}/v1/traces`)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect((await send(`${url}/nothing`)).status).toBe(404);
  });

  test('a body over the limit: refused with its declared length, and while it streams', async () => {
    const url = await start(['--max-body-bytes', '100kB', '--max-decompressed-bytes', '100kB']);
    const declared = await post(url, protobuf, new Uint8Array(100_001));
    expect(declared).toMatchObject({ status: 413, text: expect.stringContaining('100000 bytes (--max-body-bytes)') });
    const chunked = await post(url, { ...protobuf, 'transfer-encoding': 'chunked' }, new Uint8Array(2_000_000));
    expect(chunked).toMatchObject({ status: 413, text: expect.stringContaining('--max-body-bytes') });
    expect((await post(url, protobuf, new Uint8Array(100_000))).status).toBe(200);
  });

  test('a client that goes away in the middle harms nobody', async () => {
    const url = await start();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n');
    socket.write('Content-Length: 1000\r\n\r\nabc');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await post(url, protobuf)).status).toBe(200);
  });

  test('a closing server finishes the export in progress', async () => {
    let finish = () => {};
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const url = await start([], {
      ingest: () =>
        new Promise((resolve) => {
          finish = () => resolve({ acceptedSpans: 1, duplicateSpans: 0, rejectedSpans: 0, message: '' });
          begin();
        }),
    });
    const answer = post(url, protobuf);
    await begun;
    const closed = server?.close();
    server = undefined;
    await expect(post(url, protobuf)).rejects.toThrow('ECONNREFUSED');
    finish();
    expect((await answer).status).toBe(200);
    await closed;
  });
});
