// SPDX-License-Identifier: Apache-2.0
//
// The whole demo as it is shipped: built, started as a process, its traces decoded with protobufjs and the official
// schema by a receiver that comes up later than the shop does.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';

const ROOT = path.join(__dirname, '../../..');
const PROTO = path.join(ROOT, 'packages/protocols/testing/proto');

interface ReceivedSpan {
  readonly service: string;
  readonly resource: ReadonlyMap<string, string>;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly links: readonly { readonly traceId: string }[];
}

const received: ReceivedSpan[] = [];
let folder = '';
let demo: ChildProcess;
let controlUrl = '';
let ended: Promise<number | null>;
let receiver: http.Server;

/** The request as plain objects, ids in hex. */
function decode(type: protobuf.Type, bytes: Buffer): ReceivedSpan[] {
  interface KeyValue {
    key: string;
    value: Record<string, unknown>;
  }
  interface Request {
    resourceSpans: {
      resource: { attributes: KeyValue[] };
      scopeSpans: {
        spans: {
          traceId: Buffer;
          spanId: Buffer;
          parentSpanId: Buffer;
          name: string;
          kind: number;
          status: { code: number } | null;
          attributes: KeyValue[];
          links: { traceId: Buffer }[];
        }[];
      }[];
    }[];
  }
  const toMap = (list: KeyValue[]): Map<string, string> =>
    new Map(list.map(({ key, value }) => [key, String(Object.values(value)[0])]));
  const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex');
  const request = type.toObject(type.decode(bytes), { longs: String, defaults: true, arrays: true, oneofs: false });
  return (request as Request).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = toMap(resource.attributes);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: attributes.get('service.name') ?? '',
        resource: attributes,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        name: span.name,
        kind: span.kind,
        status: span.status?.code ?? 0,
        attributes: toMap(span.attributes),
        links: span.links.map((link) => ({ traceId: hex(link.traceId) })),
      }))
    );
  });
}

async function waitFor<T>(what: string, find: () => T | undefined): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const found = find();
    if (found !== undefined) {
      return found;
    }
    await sleep(100);
  }
  throw new Error(`${what} did not come; there are ${received.length} spans`);
}

function listen(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'demo-'));
  await promisify(execFile)(process.execPath, [path.join(ROOT, 'packages/demo/build.mjs'), folder]);
  const schema = new protobuf.Root();
  schema.resolvePath = (_, target) => (path.isAbsolute(target) ? target : path.join(PROTO, target));
  schema.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', { keepCase: false });
  const type = schema.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');

  const placeholder = http.createServer();
  const port = await listen(placeholder, 0);
  placeholder.close();
  const args = ['--otlp-endpoint', `http://127.0.0.1:${port}`, '--rate', '20', '--fault', 'nPlusOne,paymentFails'];
  demo = spawn(process.execPath, [path.join(folder, 'main.js'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  ended = new Promise((resolve) => demo.once('exit', resolve));
  let said = '';
  demo.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  controlUrl = await waitFor('the shop', () => /metrics at (\S+)\/metrics/.exec(said)?.[1]);

  receiver = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(...decode(type, Buffer.concat(chunks)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await listen(receiver, port);
}, 90_000);

afterAll(async () => {
  demo.kill('SIGKILL');
  receiver.closeAllConnections();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
});

const of = (traceId: string): ReceivedSpan[] => received.filter((span) => span.traceId === traceId);
const isWhole = (spans: readonly ReceivedSpan[]): boolean => {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.every(({ parentSpanId }) => parentSpanId === '' || ids.has(parentSpanId));
};
/** A whole trace in which the whole way of an order can be seen. */
const findOrder = (isFailed: boolean): ReceivedSpan[] | undefined =>
  received
    .filter(
      ({ service, name, status }) => service === 'web' && name === 'POST /checkout' && (status === 2) === isFailed
    )
    .map(({ traceId }) => of(traceId))
    .find((spans) => isWhole(spans) && spans.some(({ service }) => service === (isFailed ? 'fraud' : 'email')));

describe('the traces of the shop', () => {
  test('of an order cross its services, each with a name of its own', async () => {
    const spans = await waitFor('a whole order', () => findOrder(false));
    const services = new Set(spans.map(({ service }) => service));
    for (const service of ['web', 'storefront', 'checkout', 'cart', 'pricing', 'currency', 'shipping', 'quote']) {
      expect(services).toContain(service);
    }
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const server of spans.filter(({ kind }) => kind === 2)) {
      const client = byId.get(server.parentSpanId);
      expect(client).toMatchObject({ kind: 3, name: server.name });
      expect(client?.service).not.toBe(server.service);
    }
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === '');
    expect(roots.map(({ service, name }) => `${service} ${name}`)).toEqual(['web POST /checkout']);
  });

  test('carry what semantic conventions and comparisons need', async () => {
    const spans = await waitFor('a whole order', () => findOrder(false));
    const server = spans.find(({ service, kind }) => service === 'cart' && kind === 2);
    expect(server?.name).toBe('GET /cart/{user}');
    expect(Object.fromEntries(server?.attributes ?? [])).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/cart/{user}',
      'http.response.status_code': '200',
      'url.path': expect.stringMatching(/^\/cart\/u-\d+$/),
      'user.tier': expect.stringMatching(/^(free|silver|gold)$/),
      'app.region': expect.any(String),
      'app.cart.items': expect.stringMatching(/^\d+$/),
    });
    expect(Object.fromEntries(server?.resource ?? [])).toMatchObject({
      'service.version': '1.4.2',
      'service.instance.id': 'cart-1',
      'deployment.environment.name': 'demo',
    });
    const client = spans.find(({ service, name }) => service === 'payment' && name === 'POST /v1/charges');
    expect(Object.fromEntries(client?.attributes ?? [])).toMatchObject({ 'server.address': 'acquirer.example' });
    const query = spans.find(({ name }) => name === 'SELECT products');
    expect(Object.fromEntries(query?.attributes ?? [])).toMatchObject({
      'db.system.name': 'postgresql',
      'db.query.text': expect.stringContaining('SELECT'),
      'server.address': 'shop-db',
    });
  });

  test('show the N+1 of the cart and the declined charge', async () => {
    const queriesOf = (spans: readonly ReceivedSpan[]) => {
      const getCart = spans.find(({ name }) => name === 'GetCart');
      return spans.filter(({ parentSpanId, name }) => parentSpanId === getCart?.spanId && name === 'SELECT products');
    };
    // Leaves may come a batch later than the rest: no child of theirs tells that they are missing.
    const spans = await waitFor('a declined order with its queries', () => {
      const order = findOrder(true) ?? [];
      return queriesOf(order).length >= 20 ? order : undefined;
    });
    const failed = spans.filter(({ status }) => status === 2).map(({ service, name }) => `${service} ${name}`);
    expect(failed).toEqual(
      expect.arrayContaining(['payment Charge', 'checkout PlaceOrder', 'storefront POST /checkout'])
    );
  });

  test('link the ledger to the order', async () => {
    const linked = await waitFor('an order in the ledger', () =>
      received.find(({ service, name, links }) => {
        const order = of(links[0]?.traceId ?? '');
        return service === 'ledger' && name === 'process orders' && order.some((span) => span.name === 'send orders');
      })
    );
    expect(linked).toMatchObject({ kind: 5, parentSpanId: '' });
    expect(of(linked.traceId).map(({ name }) => name)).toContain('INSERT ledger');
  });
});

test('an exemplar names a span that was sent', async () => {
  const text = await (await fetch(`${controlUrl}/metrics`)).text();
  const pattern = /http_route="\/cart\/\{user\}".*trace_id="(\w{32})",span_id="(\w{16})"/;
  const [, traceId = '', spanId = ''] = pattern.exec(text) ?? [];
  const span = await waitFor('the exemplar', () => of(traceId).find((candidate) => candidate.spanId === spanId));
  expect(span).toMatchObject({ service: 'cart', kind: 2 });
});

test('a fault can be switched while it runs', async () => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ badDeploy: true });
  expect((await fetch(`${controlUrl}/faults`, { method: 'POST', headers, body })).status).toBe(200);
  const bad = await waitFor('the bad deploy', () =>
    received.find(({ resource }) => resource.get('service.version') === '2.0.1')
  );
  expect(bad.resource.get('service.instance.id')).toBe('pricing-3');
});

test('it ends when told to', async () => {
  demo.kill('SIGTERM');
  expect(await ended).toBe(0);
});
