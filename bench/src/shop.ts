// SPDX-License-Identifier: Apache-2.0
//
// What the services of the benchmark's shop do, as spans: each kind of operation with the attributes that OpenTelemetry's
// semantic conventions give it, and the shop's own. Plans have no ids and no times yet; scenarios.ts puts them together
// into traces, generate.ts writes them.
import type { Random } from './random.ts';

/** A number that differs from request to request: eight characters, put in when the request is copied. */
export interface Varying {
  readonly prefix: string;
  /** `digits`: one of 20,000, so that values come again; `hex`: hardly ever the same. */
  readonly form: 'digits' | 'hex';
  /** Same slot, same number, within a trace. */
  readonly slot: number;
}

export type Value =
  string | boolean | readonly string[] | { readonly int: number } | { readonly double: number } | Varying;
export type Attributes = Readonly<Record<string, Value>>;

export interface EventPlan {
  readonly name: string;
  readonly attributes: Attributes;
}

export interface SpanPlan {
  readonly service: string;
  readonly scope: string;
  readonly kind: number;
  readonly name: string;
  attributes: Attributes;
  /** Time in the span itself. */
  readonly microseconds: number;
  readonly children: SpanPlan[];
  /** Begins when its parent has ended, and is linked to it. */
  readonly deferred?: boolean;
  error?: string;
  events?: EventPlan[];
}

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

const int = (value: number): Value => ({ int: value });
const double = (value: number): Value => ({ double: value });

export const userId: Varying = { prefix: 'user-', form: 'digits', slot: 0 };
export const productId: Varying = { prefix: 'SKU', form: 'digits', slot: 1 };
export const orderId: Varying = { prefix: 'order-', form: 'hex', slot: 2 };
const sessionId: Varying = { prefix: '', form: 'hex', slot: 3 };
const messageId: Varying = { prefix: 'msg-', form: 'hex', slot: 4 };
const paymentId: Varying = { prefix: 'pay_', form: 'hex', slot: 5 };
export const slotsPerTrace = 6;

const hosts = ['10.8.0.11', '10.8.0.12', '10.8.1.7', '10.8.1.9', '10.8.2.30'];
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6) Safari/605.1',
  'ShopApp/8.2 (Android 16)',
];

/** A duration around `typical` microseconds: most near it, a few many times longer. */
function lasting(random: Random, typical: number): number {
  const bell = random.unit() + random.unit() + random.unit() + random.unit() - 2;
  const slow = random.unit() < 0.01 ? 8 : 1;
  return Math.max(1, Math.floor(typical * Math.exp(1.1 * bell) * slow));
}

/** The span of a page or of a call of the API, as the browser's side sees it. */
export function page(
  random: Random,
  [method, route, path]: readonly [string, string, Value],
  children: SpanPlan[],
  own: Attributes = {}
): SpanPlan {
  const failed = children.some(({ error }) => error !== undefined);
  return {
    service: 'web',
    scope: '@opentelemetry/instrumentation-http',
    kind: SERVER,
    name: `${method} ${route}`,
    microseconds: lasting(random, 900),
    children,
    ...(failed && { error: '' }),
    attributes: {
      'http.request.method': method,
      'url.scheme': 'https',
      'url.path': path,
      'server.address': 'shop.example.com',
      'network.protocol.version': random.pick(['1.1', '2', '2', '2']),
      'user_agent.original': random.pick(agents),
      'client.address': `203.0.113.${String(random.integer(250))}`,
      'http.route': route,
      'http.response.status_code': int(failed ? 500 : 200),
      'user.id': userId,
      'user.tier': random.pick(['free', 'free', 'plus', 'gold']),
      'session.id': sessionId,
      ...(failed && { 'error.type': '500' }),
      ...own,
    },
  };
}

/** A call from service to service over HTTP, with the server's side of it. */
export function httpCall(
  random: Random,
  [from, to]: readonly [string, string],
  [method, route]: readonly [string, string],
  children: SpanPlan[],
  own: Attributes = {}
): SpanPlan {
  const failed = children.some(({ error }) => error !== undefined) || random.unit() < 0.004;
  const status = int(failed ? 503 : 200);
  const server: SpanPlan = {
    service: to,
    scope: '@opentelemetry/instrumentation-http',
    kind: SERVER,
    name: `${method} ${route}`,
    microseconds: lasting(random, 700),
    children,
    ...(failed && { error: 'upstream failed' }),
    attributes: {
      'http.request.method': method,
      'url.scheme': 'http',
      'url.path': route,
      'http.route': route,
      'http.response.status_code': status,
      'network.peer.address': random.pick(hosts),
      'app.region': random.pick(['eu-west', 'eu-north', 'us-east', 'ap-south']),
      ...(failed && { 'error.type': '503' }),
      ...own,
    },
  };
  return {
    service: from,
    scope: '@opentelemetry/instrumentation-undici',
    kind: CLIENT,
    name: method,
    microseconds: lasting(random, 300),
    children: [server],
    ...(failed && { error: '503 Service Unavailable' }),
    attributes: {
      'http.request.method': method,
      'url.full': `http://${to}.shop.svc:8080${route}`,
      'server.address': `${to}.shop.svc`,
      'server.port': int(8080),
      'http.response.status_code': status,
      'network.peer.address': random.pick(hosts),
      'http.request.body.size': int(random.integer(900)),
      'http.response.body.size': int(100 + random.integer(30_000)),
      ...(random.unit() < 0.03 && { 'http.request.resend_count': int(1) }),
      ...(failed && { 'error.type': '503' }),
    },
  };
}

/** A gRPC call from service to service, with the server's side of it. */
export function rpcCall(
  random: Random,
  [from, to]: readonly [string, string],
  [service, method]: readonly [string, string],
  children: SpanPlan[],
  own: Attributes = {}
): SpanPlan {
  const failed = children.some(({ error }) => error !== undefined) || random.unit() < 0.004;
  const shared = {
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': method,
    'rpc.grpc.status_code': int(failed ? 14 : 0),
  };
  const server: SpanPlan = {
    service: to,
    scope: 'go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc',
    kind: SERVER,
    name: `${service}/${method}`,
    microseconds: lasting(random, 400),
    children,
    ...(failed && { error: 'transport: connection reset', events: [exception(random)] }),
    attributes: {
      ...shared,
      'network.peer.address': random.pick(hosts),
      'network.peer.port': int(32_768 + random.integer(28_000)),
      'network.transport': 'tcp',
      'user.tier': random.pick(['free', 'free', 'plus', 'gold']),
      ...own,
    },
  };
  return {
    service: from,
    scope: 'go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc',
    kind: CLIENT,
    name: `${service}/${method}`,
    microseconds: lasting(random, 200),
    children: [server],
    ...(failed && { error: 'UNAVAILABLE' }),
    attributes: {
      ...shared,
      'server.address': `${to}.shop.svc`,
      'server.port': int(9000),
      'network.peer.address': random.pick(hosts),
      'app.region': random.pick(['eu-west', 'eu-north', 'us-east', 'ap-south']),
      'rpc.message.sent': int(1),
      'rpc.message.size': int(40 + random.integer(4000)),
    },
  };
}

/** A statement to PostgreSQL. */
export function sql(random: Random, service: string, table: string, where: string): SpanPlan {
  const [operation, text] = where.startsWith('INSERT')
    ? ['INSERT', where]
    : ['SELECT', `SELECT * FROM ${table} WHERE ${where}`];
  const failed = random.unit() < 0.002;
  return {
    service,
    scope: '@opentelemetry/instrumentation-pg',
    kind: CLIENT,
    name: `${operation} ${table}`,
    microseconds: lasting(random, table === 'orders' ? 4000 : 1200),
    children: [],
    ...(failed && { error: 'canceling statement due to statement timeout', events: [exception(random)] }),
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.collection.name': table,
      'db.operation.name': operation,
      'db.query.text': text,
      'server.address': `${service}-db.shop.svc`,
      'server.port': int(5432),
      'db.response.returned_rows': int(operation === 'INSERT' ? 0 : random.integer(60)),
      'db.client.connection.pool.name': `${service}-pool`,
      ...(failed && { 'db.response.status_code': '57014', 'error.type': '57014' }),
    },
  };
}

/** A command to Redis. */
export function cache(random: Random, service: string, command: string, key: string): SpanPlan {
  return {
    service,
    scope: '@opentelemetry/instrumentation-redis',
    kind: CLIENT,
    name: command,
    microseconds: lasting(random, 180),
    children: [],
    attributes: {
      'db.system.name': 'redis',
      'db.operation.name': command,
      'db.query.text': `${command} ${key} ?`,
      'db.namespace': '0',
      'server.address': 'redis.shop.svc',
      'server.port': int(6379),
      'network.peer.address': random.pick(hosts),
      'app.cache.hit': random.unit() < 0.8,
      'app.cache.ttl': int(60 * (1 + random.integer(5))),
    },
  };
}

/** A message to Kafka, and what its receiver does, later. */
export function publish(
  random: Random,
  [from, to]: readonly [string, string],
  topic: string,
  children: SpanPlan[],
  own: Attributes = {}
): SpanPlan {
  const shared = {
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'messaging.message.id': messageId,
    'messaging.destination.partition.id': String(random.integer(12)),
    'messaging.message.body.size': int(200 + random.integer(2000)),
  };
  return {
    service: from,
    scope: '@opentelemetry/instrumentation-kafkajs',
    kind: PRODUCER,
    name: `send ${topic}`,
    microseconds: lasting(random, 500),
    attributes: {
      ...shared,
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.client.id': `${from}-producer`,
      'server.address': 'kafka.shop.svc',
      'server.port': int(9092),
    },
    children: [
      {
        service: to,
        scope: '@opentelemetry/instrumentation-kafkajs',
        kind: CONSUMER,
        name: `process ${topic}`,
        microseconds: lasting(random, 2500),
        deferred: true,
        children,
        attributes: {
          ...shared,
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.consumer.group.name': `${to}-workers`,
          'messaging.kafka.offset': int(random.integer(2_000_000)),
          ...own,
        },
      },
    ],
  };
}

/** A step within a service. */
export function step(
  random: Random,
  service: string,
  [name, line]: readonly [string, number],
  children: SpanPlan[],
  own: Attributes = {},
  events: EventPlan[] = []
): SpanPlan {
  return {
    service,
    scope: `com.example.shop.${service}`,
    kind: INTERNAL,
    name,
    microseconds: lasting(random, 350),
    children,
    ...(events.length > 0 && { events }),
    attributes: {
      'code.function.name': `${service}.${name}`,
      'code.file.path': `/app/src/${service}/${name}.ts`,
      'code.line.number': int(line),
      'thread.id': int(1 + random.integer(16)),
      'thread.name': `worker-${String(random.integer(8))}`,
      'app.region': random.pick(['eu-west', 'eu-north', 'us-east', 'ap-south']),
      ...own,
    },
  };
}

/** The shop's own attributes, by what is dealt with. */
export const facts = {
  cart: (random: Random): Attributes => ({
    'app.cart.items': int(random.integer(40)),
    'app.cart.total': double(random.integer(90_000) / 100),
    'app.currency': random.pick(['EUR', 'SEK', 'USD', 'INR']),
  }),
  product: (random: Random): Attributes => ({
    'app.product.id': productId,
    'app.product.category': random.pick(['lenses', 'mounts', 'books', 'tripods', 'filters']),
    'app.product.tags': ['new', random.pick(['sale', 'rare', 'bulky'])],
  }),
  order: (random: Random): Attributes => ({
    'app.order.id': orderId,
    'app.order.amount': double(random.integer(200_000) / 100),
    'app.order.gift': random.unit() < 0.1,
  }),
  payment: (random: Random): Attributes => ({
    'app.payment.id': paymentId,
    'app.payment.method': random.pick(['card', 'card', 'invoice', 'wallet']),
    'app.payment.attempt': int(random.unit() < 0.06 ? 2 : 1),
  }),
  fraud: (random: Random): Attributes => ({
    'app.fraud.score': double(random.integer(1000) / 1000),
    'app.fraud.rules': ['velocity', random.pick(['address', 'amount', 'device'])],
  }),
  parcel: (random: Random): Attributes => ({
    'app.shipping.carrier': random.pick(['dhl', 'postnord', 'ups']),
    'app.shipping.weight': double(random.integer(30_000) / 1000),
    'app.quote.count': int(1 + random.integer(12)),
  }),
  price: (random: Random): Attributes => ({
    'app.pricing.rule': random.pick(['list', 'tier', 'season', 'bundle']),
    'app.pricing.discount': double(random.integer(40) / 100),
  }),
  search: (random: Random): Attributes => ({
    'app.search.term': random.pick(['telescope', 'eyepiece', 'star map', 'red torch', 'solar filter']),
    'app.search.results': int(random.integer(400)),
    'app.experiment': random.unit() < 0.2,
  }),
} as const;

/** What a feature flag answered. */
export function flagEvent(random: Random): EventPlan {
  return {
    name: 'feature_flag.evaluation',
    attributes: {
      'feature_flag.key': random.pick(['new-ranking', 'fast-checkout']),
      'feature_flag.provider.name': 'flagd',
      'feature_flag.result.variant': random.pick(['on', 'off']),
    },
  };
}

function exception(random: Random): EventPlan {
  const type = random.pick(['IOException', 'TimeoutException', 'IllegalStateException']);
  return {
    name: 'exception',
    attributes: {
      'exception.type': `java.lang.${type}`,
      'exception.message': 'the other side closed the connection',
      'exception.stacktrace': `java.lang.${type}: the other side closed the connection\n${[
        'Client.call(Client.java:211)',
        'Retry.run(Retry.java:54)',
        'Handler.handle(Handler.java:88)',
      ]
        .map((at) => `\tat com.example.shop.${at}`)
        .join('\n')}`,
      'exception.escaped': true,
    },
  };
}
