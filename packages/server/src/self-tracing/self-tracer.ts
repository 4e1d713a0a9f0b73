// SPDX-License-Identifier: Apache-2.0
//
// Spans of the store's own work, stored in the store itself as those of the service "tracewell". They go straight to the
// store, past the receivers, so storing them makes no spans. How many traces begin in a second is bounded by kind of
// work, how many spans wait is bounded, and nobody ever waits for any of this: what is too much is counted and dropped.
import { encodeSpans } from '@tracewell/protocols';
import type { Store } from '@tracewell/store';
import type { Attribute, AttributeValue, Resource, Scope, Span } from '@tracewell/trace';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { RemoteParent } from './traceparent.ts';

/** Kinds of work, each with its own bound. */
export type SelfTracedWork = 'query' | 'export' | 'upkeep';

const TRACES_PER_SECOND: Readonly<Record<SelfTracedWork, number>> = { query: 20, export: 2, upkeep: 5 };
const MAX_WAITING_SPANS = 4096;
const MAX_TEXT = 1000;
const FLUSH_MS = 1000;

export const INTERNAL = 1;
export const SERVER = 2;
const ERROR = 2;

/** How a span begins. */
export interface SpanStart {
  readonly name: string;
  readonly kind: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** A span under way. */
export interface SelfSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly startUnixNano: bigint;
  set(key: string, value: AttributeValue): void;
  rename(name: string): void;
  /** A span of the past below this one. */
  addChild(start: SpanStart, startUnixNano: bigint, endUnixNano: bigint): void;
  /** Ends it once; with a message it is an error. */
  end(error?: string): void;
}

/** See the head of the file. */
export class SelfTracer {
  readonly counters = { sent: 0, dropped: 0 };
  private readonly store: Pick<Store, 'ingest'>;
  private readonly resource: Resource;
  private readonly scope: Scope;
  private readonly current = new AsyncLocalStorage<SelfSpan>();
  private readonly begun = new Map<SelfTracedWork, { second: number; count: number }>();
  private waiting: Span[] = [];
  private sending: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(store: Pick<Store, 'ingest'>, version: string) {
    this.store = store;
    this.resource = {
      attributes: toAttributes({
        'service.name': 'tracewell',
        'service.version': version,
        'service.instance.id': randomBytes(8).toString('hex'),
      }),
      droppedAttributesCount: 0,
      schemaUrl: '',
    };
    this.scope = { name: 'tracewell', version, attributes: [], droppedAttributesCount: 0, schemaUrl: '' };
    this.timer = setInterval(() => this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  /** The span that the running work belongs to, if it is traced. */
  get active(): SelfSpan | undefined {
    return this.current.getStore();
  }

  /**
   * Begins a trace, or goes on with the caller's. Undefined if it is not recorded: the caller does not record its
   * part, or enough traces have begun in this second.
   */
  begin(work: SelfTracedWork, start: SpanStart, parent?: RemoteParent, startUnixNano = now()): SelfSpan | undefined {
    if (parent?.sampled === false || !this.mayBegin(work)) {
      return undefined;
    }
    return this.span(start, parent?.traceId ?? randomBytes(16).toString('hex'), parent?.spanId ?? '', startUnixNano);
  }

  /** A span below the active one; undefined if that is not traced. */
  child(start: SpanStart): SelfSpan | undefined {
    const { active } = this;
    return active && this.span(start, active.traceId, active.spanId, now());
  }

  /** Runs work as part of a span. */
  within<T>(span: SelfSpan, work: () => T): T {
    return this.current.run(span, work);
  }

  /** Stores what waits, and nothing after. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.sending;
    this.flush();
    await this.sending;
  }

  private mayBegin(work: SelfTracedWork): boolean {
    const second = Math.floor(performance.now() / 1000);
    const before = this.begun.get(work);
    const count = before?.second === second ? before.count + 1 : 1;
    this.begun.set(work, { second, count });
    return count <= TRACES_PER_SECOND[work];
  }

  private span(start: SpanStart, traceId: string, parentSpanId: string, startUnixNano: bigint): SelfSpan {
    const spanId = newSpanId();
    const attributes = new Map(Object.entries(start.attributes ?? {}));
    let { name } = start;
    let hasEnded = false;
    return {
      traceId,
      spanId,
      startUnixNano,
      set: (key, value) => void attributes.set(key, value),
      rename: (renamed) => {
        name = renamed;
      },
      addChild: (child, from, to) => {
        const ids = { traceId, spanId: newSpanId(), parentSpanId: spanId };
        this.record({ ...child, ...ids, startUnixNano: from, endUnixNano: to });
      },
      end: (error) => {
        if (!hasEnded) {
          hasEnded = true;
          const ids = { traceId, spanId, parentSpanId, name, kind: start.kind };
          this.record({ ...ids, attributes: Object.fromEntries(attributes), startUnixNano, endUnixNano: now() }, error);
        }
      },
    };
  }

  private record(
    span: SpanStart & Pick<Span, 'traceId' | 'spanId' | 'parentSpanId' | 'startUnixNano' | 'endUnixNano'>,
    error?: string
  ): void {
    if (this.waiting.length >= MAX_WAITING_SPANS) {
      this.counters.dropped += 1;
      return;
    }
    this.waiting.push({
      ...span,
      ...nothing,
      attributes: toAttributes(span.attributes ?? {}),
      statusCode: error === undefined ? 0 : ERROR,
      statusMessage: (error ?? '').slice(0, MAX_TEXT),
      resource: this.resource,
      scope: this.scope,
    });
  }

  /** One request at a time; what the store refuses is not sent again. */
  private flush(): void {
    if (this.waiting.length === 0 || this.sending !== undefined) {
      return;
    }
    const spans = this.waiting;
    this.waiting = [];
    this.sending = this.store
      .ingest(encodeSpans(spans))
      .then(
        ({ acceptedSpans }) => {
          this.counters.sent += acceptedSpans;
          this.counters.dropped += spans.length - acceptedSpans;
        },
        () => {
          this.counters.dropped += spans.length;
        }
      )
      .finally(() => {
        this.sending = undefined;
      });
  }
}

const nothing = {
  traceState: '',
  flags: 0,
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
} as const;

const newSpanId = (): string => randomBytes(8).toString('hex');

/** Nanoseconds since 1970, of microsecond resolution; never goes back. */
export function now(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

function toAttributes(values: Readonly<Record<string, AttributeValue>>): Attribute[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
  }));
}
