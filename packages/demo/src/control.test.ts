// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import http from 'node:http';
import { isThisMachine, openControl, type ControlServer } from './control.ts';
import type { FaultName } from './faults.ts';
import { createMetrics } from './metrics.ts';
import { instances } from './topology.ts';

let active: ReadonlySet<FaultName> = new Set();
let control: ControlServer;
const metrics = createMetrics();

beforeAll(async () => {
  control = await openControl({ host: '127.0.0.1', port: 0 }, metrics, {
    active: () => active,
    replace: (next) => {
      active = next;
      metrics.showFaults(next);
    },
  });
});
afterAll(() => control.close());
beforeEach(() => {
  active = new Set(['nPlusOne']);
});

const JSON_TYPE = { 'content-type': 'application/json' };

/** Not fetch: it does not let a test choose the Host header. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${control.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('faults', () => {
  test('are shown', async () => {
    const [status, text] = await ask('GET', '/faults');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ nPlusOne: { active: true }, badDeploy: { active: false } });
  });

  test('are switched; the others stay', async () => {
    const [status] = await ask('POST', '/faults', JSON_TYPE, '{"badDeploy": true, "clockSkew": false}');
    expect(status).toBe(200);
    expect([...active]).toEqual(['nPlusOne', 'badDeploy']);
    await ask('POST', '/faults', JSON_TYPE, '{"nPlusOne": false}');
    expect([...active]).toEqual(['badDeploy']);
    const [, text] = await ask('GET', '/metrics');
    expect(text).toContain('demo_fault_active{fault="badDeploy"} 1');
    expect(text).toContain('demo_fault_active{fault="nPlusOne"} 0');
  });

  test.each<[string, Record<string, string>, string, number, string]>([
    ['no JSON', JSON_TYPE, 'on', 400, 'the body should be JSON'],
    ['no object', JSON_TYPE, '[]', 400, 'should be an object'],
    ['an unknown fault', JSON_TYPE, '{"x": true}', 400, '"x" is no fault'],
    ['no boolean', JSON_TYPE, '{"badDeploy": 1}', 400, '"badDeploy" should be true or false, found 1'],
    ['another content type', { 'content-type': 'text/plain' }, '{"badDeploy": true}', 415, 'application/json'],
    ['another host', { ...JSON_TYPE, host: 'evil.example' }, '{"badDeploy": true}', 403, 'found "evil.example"'],
    ['another origin', { ...JSON_TYPE, origin: 'http://evil.example' }, '{"badDeploy": true}', 403, 'Origin'],
    ['a huge body', JSON_TYPE, `{"badDeploy": ${' '.repeat(20_000)} true}`, 413, 'at most 16384'],
  ])('are not switched by %s', async (_, headers, body, status, message) => {
    const answer = await ask('POST', '/faults', headers, body);
    expect(answer).toEqual([status, expect.stringContaining(message)]);
    expect([...active]).toEqual(['nPlusOne']);
  });

  test('nothing else is there', async () => {
    expect(await ask('GET', '/')).toEqual([404, 'there are GET /metrics, GET /faults and POST /faults\n']);
  });
});

test('metrics are OpenMetrics with exemplars that lead to a trace', async () => {
  const spec = instances[0];
  const request = {
    method: 'GET',
    route: '/x',
    status: 200,
    seconds: 0.02,
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
  };
  metrics.observe(spec ?? fail(), '1.0.0', [request]);
  const [, text] = await ask('GET', '/metrics');
  expect(text).toMatch(/^# TYPE http_server_request_duration_seconds histogram$/m);
  expect(text).toMatch(/le="0\.025".* 1 # \{trace_id="a{32}",span_id="b{16}"\} 0\.02 /);
  expect(text.trimEnd().endsWith('# EOF')).toBe(true);
});

function fail(): never {
  throw new Error('there should be an instance');
}

test.each([
  ['127.0.0.1', true],
  ['127.0.0.2', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['172.18.0.3', false],
  ['::ffff:172.18.0.3', false],
  ['fe80::1', false],
  ['10.127.0.1', false],
  [undefined, false],
])('%s is this machine: %s', (address, expected) => {
  expect(isThisMachine(address)).toBe(expected);
});
