// SPDX-License-Identifier: Apache-2.0
//
// What a service of the shop is written with: routes, calls, operations, queries, messages and logs, all traced the
// way OpenTelemetry's semantic conventions say.

import { randomUUID } from 'node:crypto';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { FaultName } from '../faults.ts';
import type { LogRecord, QueueMessage } from '../messages.ts';
import type { InstanceSpec } from '../topology.ts';
import { work } from './chance.ts';
import type { Caller } from './client.ts';
import type { Router } from './router.ts';

export interface Query {
  /** `SELECT`, `INSERT`, ... */
  readonly operation: string;
  readonly table: string;
  readonly text: string;
  readonly medianMs: number;
}

/** Everything that a service may use. */
export interface Service {
  readonly route: Router['route'];
  readonly call: Caller;
  isOn(fault: FaultName): boolean;
  /** A span around `run`; what is thrown ends it as an error and is thrown on. */
  operation<T>(name: string, attributes: Attributes, run: (span: Span) => Promise<T>): Promise<T>;
  /** A statement on the shop's database. */
  query(query: Query): Promise<void>;
  /** A command on the cache. */
  cache(command: string, key: string, medianMs?: number): Promise<void>;
  /** Puts a message into the `orders` queue. */
  publish(body: unknown): Promise<void>;
  /** Takes messages from the `orders` queue; each is processed in a trace of its own that links to the sender. */
  subscribe(process: (body: unknown) => Promise<void>): void;
  log(level: LogRecord['level'], message: string, fields?: LogRecord['fields']): void;
  /** Runs until the shop closes. */
  repeat(next: () => Promise<void>): void;
  /** Attributes on the span that serves the present request. */
  annotate(attributes: Attributes): void;
  readonly spec: InstanceSpec;
  readonly rate: number;
}

/** A service's code: sets up its routes. */
export type ServiceMain = (service: Service) => void;

const QUEUE: Attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };

/** Runs `run` in the span, and ends it. */
export async function inSpan<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), run);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    span.recordException(failure);
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
    span.setAttribute('error.type', failure.name);
    throw error;
  } finally {
    span.end();
  }
}

export function runQuery(tracer: Tracer, { operation, table, text, medianMs }: Query): Promise<void> {
  const summary = `${operation} ${table}`;
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.operation.name': operation,
    'db.collection.name': table,
    'db.query.text': text,
    'db.query.summary': summary,
    'server.address': 'shop-db',
    'server.port': 5432,
  };
  return inSpan(tracer.startSpan(summary, { kind: SpanKind.CLIENT, attributes }), () => work(medianMs));
}

export function runCacheCommand(tracer: Tracer, command: string, key: string, medianMs = 1): Promise<void> {
  const attributes = {
    'db.system.name': 'redis',
    'db.namespace': '0',
    'db.operation.name': command,
    'db.query.text': `${command} ${key}`,
    'server.address': 'cache',
    'server.port': 6379,
  };
  return inSpan(tracer.startSpan(command, { kind: SpanKind.CLIENT, attributes }), () => work(medianMs));
}

export async function sendMessage(tracer: Tracer, body: unknown, post: (message: QueueMessage) => void): Promise<void> {
  const id = randomUUID();
  const attributes = {
    ...QUEUE,
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.message.id': id,
  };
  const span = tracer.startSpan('send orders', { kind: SpanKind.PRODUCER, attributes });
  await inSpan(span, async () => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    await work(1.5);
    post({ id, headers, body });
  });
}

export async function processMessage(
  tracer: Tracer,
  message: QueueMessage,
  process: (body: unknown) => Promise<void>
): Promise<void> {
  const sender = propagation.extract(ROOT_CONTEXT, message.headers);
  const senderContext = trace.getSpanContext(sender);
  const links: Link[] =
    senderContext === undefined ? [] : [{ context: senderContext, attributes: { 'messaging.message.id': message.id } }];
  const attributes = {
    ...QUEUE,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.consumer.group.name': 'ledger',
    'messaging.message.id': message.id,
  };
  // The baggage goes along, the parent does not.
  const own = trace.deleteSpan(sender);
  const span = tracer.startSpan('process orders', { kind: SpanKind.CONSUMER, attributes, links }, own);
  await context.with(own, () => inSpan(span, () => process(message.body)));
}
