// SPDX-License-Identifier: Apache-2.0
//
// What a store should hold, as a list in memory, and which spans a step sends. Spans are known by their content. Two
// spans of one trace, id and kind but other content ("twins") lie in traces that queries are not compared on: nobody
// could say which of the two comes first.

import { encodeSpans } from '@tracewell/protocols';
import { findText, type Attribute, type AttributeValue, type Span } from '@tracewell/trace';
import { createHash } from 'node:crypto';
import { START, toSpans } from '../search-arbitrary.ts';
import { makeSpan } from '../store-fixture.ts';
import type { Decoration, DrawnCall, DrawnSpan } from './steps.ts';

/** A span that the store holds. */
interface Held {
  readonly span: Span;
  /** By the store's clock, milliseconds. */
  readonly arrival: number;
  /** How often a block had been sealed by then. */
  readonly generation: number;
}

/** A request that was acknowledged. */
interface SentRequest {
  readonly spans: readonly Span[];
  readonly generation: number;
  readonly kills: number;
  readonly nowMs: number;
}

const SERVICES = ['front', 'back', 'third'];
const BULK_TRACES = 30;
const BULK_SPANS = 40;

/** Equal for equal spans only. */
export function contentOf(span: Span): string {
  return createHash('sha1')
    .update(encodeSpans([span]))
    .digest('base64');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** See the head of the file. */
export class Model {
  private readonly held = new Map<string, Held>();
  /** Content by trace, id and kind, of all spans there ever were. */
  private readonly known = new Map<string, string>();
  private readonly gone = new Set<string>();
  private readonly requests: SentRequest[] = [];
  readonly twinTraces = new Set<string>();
  /** How often a block was sealed, or may have been, and how often the process was killed. */
  generation = 0;
  kills = 0;
  nowMs = Number(START / 1_000_000n);

  get spans(): Span[] {
    return [...this.held.values()].map(({ span }) => span);
  }

  get size(): number {
    return this.held.size;
  }

  /** Ids of all traces that there ever were. */
  get traceIds(): string[] {
    return [...new Set([...this.known.keys()].map((key) => key.slice(0, 32)))];
  }

  /** Spans to send for what was drawn: new ones, and those that the store still has to recognise. */
  toSend(drawn: readonly DrawnSpan[], decoration: Decoration): Span[] {
    return this.sendable(toSpans(drawn).map((span) => decorated(span, decoration)));
  }

  callsToSend(calls: readonly DrawnCall[]): Span[] {
    return this.sendable(calls.flatMap(spansOfCall));
  }

  bulkToSend(number: number, flavour: number): Span[] {
    return this.sendable(bulkSpans(number, flavour));
  }

  /** A trace that there is, or was. */
  traceToDelete(which: number): string | undefined {
    const { traceIds } = this;
    return traceIds[which % Math.max(1, traceIds.length)];
  }

  /** A span like one that is held, but for its content. */
  twinToSend(which: number): Span[] {
    const { span } = [...this.held.values()][which % Math.max(1, this.held.size)] ?? {};
    if (span === undefined || isOfCall(span)) {
      return [];
    }
    const twin = { ...span, statusMessage: `${span.statusMessage} twin`, traceState: 'twin=1' };
    const content = contentOf(twin);
    if (this.held.has(content) || this.gone.has(content)) {
      return [];
    }
    this.twinTraces.add(span.traceId);
    return [twin];
  }

  /** Whether the store holds the span, so that it is a duplicate when it comes again. */
  holds(span: Span): boolean {
    return this.held.has(contentOf(span));
  }

  /** A request that the store has to recognise as a whole. */
  retryable(which: number): readonly Span[] | undefined {
    const candidates = this.requests.filter(
      (request) =>
        // Ten minutes, whatever is sealed meanwhile; only what a kill may take from the log must be in a young block.
        ((request.kills === this.kills && request.nowMs === this.nowMs) || this.isRecent(request)) &&
        request.spans.every((span) => this.holds(span))
    );
    return candidates[which % Math.max(1, candidates.length)]?.spans;
  }

  /** A request has been acknowledged. */
  accept(spans: readonly Span[]): void {
    const { nowMs, generation, kills } = this;
    for (const span of spans) {
      const content = contentOf(span);
      this.known.set(keyOf(span), this.known.get(keyOf(span)) ?? content);
      this.gone.delete(content);
      if (!this.held.has(content)) {
        this.held.set(content, { span, arrival: nowMs, generation });
      }
    }
    this.requests.push({ spans, generation, kills, nowMs });
  }

  /** Forgets what arrived before `cutoffMs`. */
  expire(cutoffMs: number): void {
    for (const [content, { arrival }] of this.held) {
      if (arrival < cutoffMs) {
        this.held.delete(content);
        this.gone.add(content);
      }
    }
  }

  /**
   * Forgets spans; they are new when they come again. With them the store forgets which requests it was sent before: what
   * is left of those it recognises no more.
   */
  delete(spans: readonly Span[]): void {
    this.generation += 2;
    this.requests.length = 0;
    for (const span of spans) {
      this.held.delete(contentOf(span));
    }
  }

  /** Forgets spans by what {@link keyOf} says, as {@link delete} does; it is not tried whether they are new. */
  lose(keys: ReadonlySet<string>): void {
    const lost = this.spans.filter((span) => keys.has(keyOf(span)));
    lost.forEach((span) => this.gone.add(contentOf(span)));
    this.delete(lost);
  }

  /**
   * A span that was drawn with the ids of a known one becomes that one again. It is sent if it is surely recognised
   * (the store looks back by a block) or surely new; not if it has expired, or lies further back.
   */
  private sendable(spans: readonly Span[]): Span[] {
    const chosen = new Map<string, Span>();
    for (const span of spans) {
      const content = contentOf(span);
      const known = this.known.get(keyOf(span));
      const held = this.held.get(known ?? content);
      if (held !== undefined) {
        if (this.isRecent(held)) {
          chosen.set(keyOf(span), held.span);
        }
      } else if (!this.gone.has(content) && (known === undefined || known === content)) {
        chosen.set(keyOf(span), span);
      }
    }
    return [...chosen.values()];
  }

  /** In the open block or in the one that was sealed last. */
  private isRecent({ generation }: { readonly generation: number }): boolean {
    return this.generation - generation <= 1;
  }
}

/** The same for twins only. */
function keyOf({ traceId, spanId, kind }: Span): string {
  return `${traceId} ${spanId} ${kind}`;
}

function decorated(span: Span, decoration: Decoration): Span {
  const extra: Record<Decoration, () => Attribute[]> = {
    none: () => [],
    huge: () => [{ key: 'huge', value: `${span.name}${'\u00e4 value beyond any page '.repeat(3000)}` }],
    many: () => Array.from({ length: 150 }, (_, i) => ({ key: `many.${i}`, value: i % 2 === 0 ? BigInt(i) : `${i}` })),
    deep: () => {
      let value: AttributeValue = 'bottom';
      for (let depth = 0; depth < 12; depth++) {
        value = depth % 2 === 0 ? [value, null] : { entries: [{ key: `level ${depth}`, value }] };
      }
      return [{ key: 'deep', value }];
    },
  };
  return { ...span, attributes: [...span.attributes, ...extra[decoration]()] };
}

const CALL_TRACE = 'ca11';

function isOfCall(span: Span): boolean {
  return span.traceId.startsWith(CALL_TRACE);
}

function spansOfCall({ number, caller, callee, half, error }: DrawnCall): Span[] {
  const traceId = `${CALL_TRACE}${hex(number, 28)}`;
  const client = hex(number * 2, 16);
  const base = { attributes: [], statusCode: error ? 2 : 0, startUnixNano: START, endUnixNano: START + 1_000_000n };
  const resource = (index: number): Span['resource'] => ({
    attributes: [{ key: 'service.name', value: SERVICES[index] ?? '' }],
    droppedAttributesCount: 0,
    schemaUrl: '',
  });
  const caller_ = makeSpan(1, 1, {
    ...base,
    traceId,
    spanId: client,
    parentSpanId: '',
    kind: 3,
    resource: resource(caller),
  });
  const callee_ = makeSpan(1, 2, {
    ...base,
    traceId,
    spanId: hex(number * 2 + 1, 16),
    parentSpanId: client,
    kind: 2,
    resource: resource(callee),
  });
  return [...(half === 'server' ? [] : [caller_]), ...(half === 'client' ? [] : [callee_])];
}

/** Requests from service to service: `front -> back`. A call within a service is none. */
export function countCalls(spans: readonly Span[]): Map<string, number> {
  const serviceOf = (span: Span): string => findText(span.resource.attributes, 'service.name') ?? '';
  const counts = new Map<string, number>();
  const ofCalls = spans.filter(isOfCall);
  const clients = new Map(ofCalls.filter(({ kind }) => kind === 3).map((span) => [span.traceId + span.spanId, span]));
  for (const server of ofCalls.filter(({ kind }) => kind === 2)) {
    const client = clients.get(server.traceId + server.parentSpanId);
    if (client !== undefined && serviceOf(client) !== serviceOf(server)) {
      const edge = `${serviceOf(client)} -> ${serviceOf(server)}`;
      counts.set(edge, (counts.get(edge) ?? 0) + 1);
    }
  }
  return counts;
}

/** Whether a node of the service graph is of {@link countCalls}. */
export function isCallService(name: string): boolean {
  return SERVICES.includes(name);
}

/** Traces of one flavour: their frequent attributes are of its own. */
function bulkSpans(number: number, flavour: number): Span[] {
  const attributes = (id: number): Attribute[] =>
    [
      [
        { key: 'x', value: `text ${id % 5}` },
        { key: 'bulk.kind', value: BigInt(id) },
      ],
      [
        { key: 'y', value: 200n },
        { key: 'x', value: id % 2 === 0 },
        { key: 'bulk.share', value: id / 7 },
      ],
      [
        { key: 'http.request.method', value: 'GET' },
        { key: 'x', value: BigInt(id % 3) },
        { key: 'x', value: 'second' },
      ],
    ][flavour] ?? [];
  return Array.from({ length: BULK_TRACES * BULK_SPANS }, (_, index) => {
    const trace = Math.floor(index / BULK_SPANS);
    const id = 1 + (index % BULK_SPANS);
    const start = START + BigInt(trace * 1000 + id) * 100_000n;
    return makeSpan(1, id, {
      traceId: `b01c${hex(number, 12)}${hex(trace + 1, 16)}`,
      attributes: attributes(id),
      startUnixNano: start,
      endUnixNano: start + 50_000n,
    });
  });
}
