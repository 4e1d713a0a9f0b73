// SPDX-License-Identifier: Apache-2.0
//
// A span of a trace as TraceQL's evaluator sees it. One view is moved along the trace instead of making one per span;
// a span is decoded only when the query asks for more than the trace's columns hold.

import { findAttribute, spanKinds, type Attribute, type Span, type SpanIndex, type Trace } from '@tracewell/trace';
import type { AttributeLookup, EventView, LinkView, SpanIntrinsicName, SpanView, Value } from '@tracewell/traceql';

export interface MovableSpanView extends SpanView {
  moveTo(index: SpanIndex): void;
}

const statusNames = ['unset', 'ok', 'error'] as const;

function lookup(attributes: readonly Attribute[]): AttributeLookup {
  return (name) => findAttribute(attributes, name);
}

function text(value: string): Value {
  return { kind: 'string', value };
}

function int(value: number): Value {
  return { kind: 'int', value: BigInt(value) };
}

/** A view of the trace's spans, at the first one. */
export function createSpanView(trace: Trace): MovableSpanView {
  let index = 0;
  let decoded: Span | undefined;
  const span = (): Span => (decoded ??= trace.spanAt(index));
  const duration = (): bigint => {
    const between = (trace.ends[index] ?? 0) - (trace.starts[index] ?? 0);
    // What the columns cannot tell: an end before the start, and times at which they saturate.
    const exact = between > 0 && (trace.ends[index] ?? 0) < Number.MAX_SAFE_INTEGER;
    return exact ? BigInt(between) : span().endUnixNano - span().startUnixNano;
  };
  const root = trace.roots[0] ?? 0;
  // Numbers of a nested set model, counted through the whole forest from 1.
  const left = (i: SpanIndex): number => 2 * i + 1 - (trace.depths[i] ?? 0);

  const intrinsics: Readonly<Record<SpanIntrinsicName, () => Value | undefined>> = {
    'span:duration': () => ({ kind: 'duration', value: duration() }),
    'span:name': () => text(trace.names[index] ?? ''),
    'span:kind': () => ({ kind: 'spanKind', value: spanKinds[trace.kinds[index] ?? 0] ?? 'unspecified' }),
    'span:status': () => ({ kind: 'status', value: statusNames[trace.statusCodes[index] ?? 0] ?? 'unset' }),
    'span:statusMessage': () => text(span().statusMessage),
    'span:id': () => text(trace.spanIds[index] ?? ''),
    'span:parentID': () => text(span().parentSpanId),
    'span:childCount': () => int(trace.childCounts[index] ?? 0),
    'trace:duration': () => ({ kind: 'duration', value: trace.endUnixNano - trace.startUnixNano }),
    'trace:rootName': () => text(trace.names[root] ?? ''),
    'trace:rootService': () => text(trace.serviceNames[trace.services[root] ?? 0] ?? ''),
    'trace:id': () => text(trace.traceId),
    'instrumentation:name': () => text(span().scope.name),
    'instrumentation:version': () => text(span().scope.version),
    nestedSetLeft: () => int(left(index)),
    nestedSetRight: () => int(left(index) + 2 * ((trace.subtreeEnds[index] ?? index + 1) - index) - 1),
    nestedSetParent: () => int((trace.parents[index] ?? -1) < 0 ? -1 : left(trace.parents[index] ?? 0)),
  };

  return {
    moveTo(next) {
      index = next;
      decoded = undefined;
    },
    attribute(scope, name) {
      switch (scope) {
        case 'span':
          return findAttribute(span().attributes, name);
        case 'resource':
          return findAttribute(span().resource.attributes, name);
        case 'instrumentation':
          return findAttribute(span().scope.attributes, name);
      }
    },
    intrinsic: (name) => intrinsics[name](),
    get events(): readonly EventView[] {
      return span().events.map((event) => ({
        attribute: lookup(event.attributes),
        name: event.name,
        timeSinceStart: event.timeUnixNano - span().startUnixNano,
      }));
    },
    get links(): readonly LinkView[] {
      return span().links.map((link) => ({
        attribute: lookup(link.attributes),
        traceId: link.traceId,
        spanId: link.spanId,
      }));
    },
  };
}
