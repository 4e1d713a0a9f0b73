// SPDX-License-Identifier: Apache-2.0
//
// Generated traces for looking at and measuring the trace view: a shop's checkout, the same with N+1 queries, one with
// failures and events, and large ones. Seeded: the same arguments give the same trace.

import { buildTrace, type Attribute, type Resource, type Span, type SpanEvent, type Trace } from '@tracewell/trace';

const MILLISECOND = 1_000_000n;
/** 2026-11-21 00:00:00 UTC. */
const EPOCH = 1_795_219_200_000_000_000n;

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function attributesOf(values: Readonly<Record<string, string | number | boolean>>): Attribute[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
  }));
}

export interface DrawnSpan {
  readonly service: string;
  readonly name: string;
  readonly kind?: number;
  /** Milliseconds from the trace's start. */
  readonly start: number;
  readonly end: number;
  readonly parent?: number;
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly events?: readonly {
    readonly at: number;
    readonly name: string;
    readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  }[];
}

const resources = new Map<string, Resource>();

function resourceOf(service: string): Resource {
  let resource = resources.get(service);
  if (resource === undefined) {
    resource = {
      attributes: attributesOf({
        'service.name': service,
        'service.version': '1.4.2',
        'service.instance.id': `${service}-0`,
        'deployment.environment.name': 'demo',
        'telemetry.sdk.language': 'nodejs',
      }),
      droppedAttributesCount: 0,
      schemaUrl: '',
    };
    resources.set(service, resource);
  }
  return resource;
}

const scope = { name: '@acme/shop', version: '0.9.0', attributes: [], droppedAttributesCount: 0, schemaUrl: '' };

function at(millis: number): bigint {
  return EPOCH + BigInt(Math.round(millis * 1000)) * (MILLISECOND / 1000n);
}

/** Spans as drawn; `parent` is an index into the list, ids count from 1. */
export function toTrace(traceId: string, drawn: readonly DrawnSpan[]): Trace {
  const id = (index: number): string => (index + 1).toString(16).padStart(16, '0');
  const spans = drawn.map((span, index): Span => {
    const events: SpanEvent[] = (span.events ?? []).map((event) => ({
      timeUnixNano: at(event.at),
      name: event.name,
      attributes: attributesOf(event.attributes ?? {}),
      droppedAttributesCount: 0,
    }));
    return {
      traceId,
      spanId: id(index),
      parentSpanId: span.parent === undefined ? '' : id(span.parent),
      traceState: index === 0 ? 'vendor=value' : '',
      flags: 1,
      name: span.name,
      kind: span.kind ?? 1,
      startUnixNano: at(span.start),
      endUnixNano: at(span.end),
      statusCode: span.error === undefined ? 0 : 2,
      statusMessage: span.error ?? '',
      attributes: attributesOf(span.attributes ?? {}),
      droppedAttributesCount: 0,
      events,
      droppedEventsCount: 0,
      links:
        index === 0
          ? [
              {
                traceId: 'f'.repeat(32),
                spanId: 'e'.repeat(16),
                traceState: '',
                attributes: attributesOf({ 'link.reason': 'retry of' }),
                droppedAttributesCount: 0,
                flags: 0,
              },
            ]
          : [],
      droppedLinksCount: 0,
      resource: resourceOf(span.service),
      scope,
    };
  });
  return buildTrace(traceId, spans);
}

const http = { 'http.request.method': 'POST', 'http.response.status_code': 200, 'url.path': '/checkout' };
const SERVER = 2;
const CLIENT = 3;

/** A trace in which the clock of `quote` is ahead by 400 ms. */
export function skewedTrace(): Trace {
  return toTrace('5b8efff798038103d269b633813fc60e', [
    { service: 'storefront', name: 'GET /product', kind: 2, start: 0, end: 180 },
    { service: 'catalog', name: 'GetProduct', kind: 2, start: 10, end: 60, parent: 0 },
    { service: 'storefront', name: 'POST quote', kind: 3, start: 70, end: 170, parent: 0 },
    {
      service: 'quote',
      name: 'Quote',
      kind: 2,
      start: 480,
      end: 560,
      parent: 2,
      events: [{ at: 500, name: 'rate looked up' }],
    },
    { service: 'quote', name: 'SELECT rates', kind: 3, start: 490, end: 540, parent: 3 },
  ]);
}

/** A checkout: `queries` sequential SELECTs below the cart, and a declined payment with `fails`. */
export function shopTrace(options: { queries?: number; fails?: boolean } = {}): Trace {
  const { queries = 4, fails = false } = options;
  const error = fails ? 'card declined' : undefined;
  const cart = 20 + queries * 7;
  const end = cart + 520;
  const failed = error === undefined ? {} : { error };
  const spans: DrawnSpan[] = [
    {
      service: 'storefront',
      name: 'POST /checkout',
      kind: SERVER,
      start: 0,
      end,
      ...(fails ? { error: 'upstream failed' } : {}),
      attributes: {
        ...http,
        'http.response.status_code': fails ? 502 : 200,
        'url.full': 'https://shop.example/checkout?cart=8f0c',
        'client.address': '203.0.113.9',
        'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
        'user.tier': 'gold',
        'app.region': 'eu-west-1',
        'app.cart.items': queries,
        'feature_flag.key': 'newCheckout',
        'feature_flag.result.variant': 'on',
      },
      events: [{ at: 4, name: 'session loaded', attributes: { 'session.age_s': 312 } }],
    },
    {
      service: 'cart',
      name: 'GetCart',
      kind: SERVER,
      start: 12,
      end: cart,
      parent: 0,
      attributes: { 'rpc.system': 'grpc', 'rpc.service': 'Cart', 'rpc.method': 'GetCart', 'rpc.grpc.status_code': 0 },
    },
  ];
  for (let i = 0; i < queries; i++) {
    spans.push({
      service: 'cart',
      name: 'SELECT orders',
      kind: CLIENT,
      start: 16 + i * 7,
      end: 21 + i * 7 + (i % 3) * 0.5,
      parent: 1,
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.text': 'SELECT * FROM orders WHERE id = $1',
        'db.collection.name': 'orders',
        'db.operation.name': 'SELECT',
        'server.address': 'shop-db',
        'server.port': 5432,
      },
    });
  }
  const checkout = spans.length;
  const first = cart + 10;
  spans.push(
    {
      service: 'checkout',
      name: 'PlaceOrder',
      kind: SERVER,
      start: first,
      end: end - 12,
      parent: 0,
      ...failed,
      attributes: { 'rpc.system': 'grpc', 'rpc.service': 'Checkout', 'rpc.method': 'PlaceOrder' },
    },
    {
      service: 'pricing',
      name: 'Quote',
      kind: SERVER,
      start: first + 10,
      end: first + 90,
      parent: checkout,
      attributes: { 'rpc.system': 'grpc', 'rpc.method': 'Quote' },
    },
    { service: 'currency', name: 'Convert', kind: SERVER, start: first + 30, end: first + 60, parent: checkout + 1 },
    {
      service: 'shipping',
      name: 'GET /quote',
      kind: SERVER,
      start: first + 20,
      end: first + 180,
      parent: checkout,
      attributes: { ...http, 'url.path': '/quote' },
    },
    {
      service: 'payment',
      name: 'Charge',
      kind: SERVER,
      start: first + 190,
      end: end - 60,
      parent: checkout,
      ...failed,
      events: fails
        ? [
            { at: first + 200, name: 'acquirer chosen', attributes: { acquirer: 'north' } },
            {
              at: end - 70,
              name: 'exception',
              attributes: {
                'exception.type': 'CardDeclinedError',
                'exception.message': 'card declined',
                'exception.stacktrace':
                  'CardDeclinedError: card declined\n    at charge (/app/payment.js:88:11)\n    at async handler (/app/server.js:41:5)\n    at async Server.<anonymous> (/app/node_modules/http/index.js:12:3)',
              },
            },
          ]
        : [{ at: first + 200, name: 'acquirer chosen', attributes: { acquirer: 'north' } }],
    },
    { service: 'fraud', name: 'Score', kind: SERVER, start: first + 200, end: first + 240, parent: checkout + 4 },
    {
      service: 'payment',
      name: 'POST acquirer.example',
      kind: CLIENT,
      start: first + 245,
      end: end - 75,
      parent: checkout + 4,
      ...failed,
      attributes: { ...http, 'server.address': 'acquirer.example', 'http.response.status_code': fails ? 402 : 200 },
    },
    {
      service: 'checkout',
      name: 'publish orders',
      kind: 4,
      start: end - 40,
      end: end - 20,
      parent: checkout,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation.type': 'send',
      },
    }
  );
  return toTrace('5b8efff798038103d269b633813fc60c', spans);
}

/** A trace of about `count` spans: calls of ten services, up to twelve deep, with errors and events here and there. */
export function largeTrace(count: number, seed = 7): Trace {
  const next = random(seed);
  const services = [
    'web',
    'storefront',
    'catalog',
    'cart',
    'checkout',
    'pricing',
    'payment',
    'shipping',
    'ledger',
    'shop-db',
  ];
  const names = [
    'GET /product/{id}',
    'GetCart',
    'SELECT items',
    'Quote',
    'Charge',
    'HGETALL',
    'publish orders',
    'rebuild index',
    'Convert',
  ];
  const spans: DrawnSpan[] = [{ service: 'web', name: 'nightly import', kind: SERVER, start: 0, end: 60_000 }];
  const depths = [0];
  while (spans.length < count) {
    // Mostly below one of the last spans, so that it gets deep; else anywhere.
    const parent = Math.floor(next() < 0.7 ? Math.max(0, spans.length - 1 - next() * 30) : next() * spans.length);
    const depth = (depths[parent] ?? 0) + 1;
    const above = spans[parent];
    if (depth > 12 || above === undefined) continue;
    const room = above.end - above.start;
    const start = above.start + room * next() * 0.8;
    const end = start + Math.max(0.001, (above.end - start) * (0.1 + next() * 0.9));
    const failing = next() < 0.01;
    spans.push({
      service: services[Math.floor(next() * services.length)] ?? 'web',
      name: names[Math.floor(next() * names.length)] ?? '',
      kind: next() < 0.5 ? SERVER : CLIENT,
      start,
      end,
      parent,
      ...(failing ? { error: 'deadline exceeded' } : {}),
      attributes: {
        ...http,
        'http.response.status_code': failing ? 500 : 200,
        'request.id': `r-${spans.length}`,
        shard: spans.length % 32,
      },
      ...(next() < 0.05 ? { events: [{ at: (start + end) / 2, name: 'cache miss' }] } : {}),
    });
    depths.push(depth);
  }
  return toTrace('00000000000000000000000000250000', spans);
}
