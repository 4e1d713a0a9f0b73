// SPDX-License-Identifier: Apache-2.0
//
// For tests: TraceQL run the slow and obvious way, over spans in memory, with the evaluator of
// packages/traceql and nothing of the store's plans. What the store answers is held against this.

import { buildTrace, findAttribute, findText, type Span } from '@tracewell/trace';
import {
  compileSearch,
  ORPHAN,
  parseQuery,
  ROOT,
  type SpanIntrinsicName,
  type Spanset,
  type SpanView,
  type TraceView,
  type Value,
} from '@tracewell/traceql';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

function naiveDuration(start: bigint, end: bigint): bigint {
  return end > start ? end - start : 0n;
}

export interface NaiveTrace {
  readonly traceId: string;
  /** By start, id, kind and end. */
  readonly spans: readonly Span[];
  readonly start: bigint;
  readonly end: bigint;
  readonly root: Span | undefined;
}

export function naiveTraces(spans: readonly Span[]): NaiveTrace[] {
  const byId = new Map<string, Span[]>();
  for (const span of spans) {
    const same = byId.get(span.traceId);
    if (same === undefined) {
      byId.set(span.traceId, [span]);
    } else {
      same.push(span);
    }
  }
  return [...byId].map(([traceId, unordered]) => {
    const members = [...unordered].sort(
      (a, b) =>
        compare(a.startUnixNano, b.startUnixNano) ||
        compare(a.spanId, b.spanId) ||
        a.kind - b.kind ||
        compare(a.endUnixNano, b.endUnixNano)
    );
    const starts = members.map((span) => span.startUnixNano);
    const ends = members.map((span) => (span.endUnixNano > span.startUnixNano ? span.endUnixNano : span.startUnixNano));
    return {
      traceId,
      spans: members,
      start: starts.reduce((a, b) => (a < b ? a : b)),
      end: ends.reduce((a, b) => (a > b ? a : b)),
      root: members.find((span) => span.parentSpanId === ''),
    };
  });
}

function compare(a: bigint | string, b: bigint | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Parents by position, as the waterfall links them. */
function parentsOf(spans: readonly Span[]): number[] {
  const built = buildTrace('0', spans);
  // The trace's rows are in the order that a reader sees; each knows the span it came from.
  const positions = Array.from({ length: built.length }, (_, row) => spans.indexOf(built.spanAt(row)));
  const parents: number[] = [];
  positions.forEach((position, row) => {
    const parent = built.parents[row] ?? -1;
    parents[position] =
      parent >= 0 ? (positions[parent] ?? ORPHAN) : spans[position]?.parentSpanId === '' ? ROOT : ORPHAN;
  });
  return parents;
}

/** Left, right and parent numbers by position; 0 below orphans. */
function nestedSets(parents: readonly number[]): { left: number; right: number; parent: number }[] {
  const sets = parents.map(() => ({ left: 0, right: 0, parent: 0 }));
  let next = 1;
  const visit = (position: number, parent: number): void => {
    const left = next++;
    parents.forEach((up, child) => {
      if (up === position) {
        visit(child, left);
      }
    });
    sets[position] = { left, right: next++, parent };
  };
  parents.forEach((up, position) => {
    if (up === ROOT) {
      visit(position, -1);
    }
  });
  return sets;
}

/** A trace as the evaluator sees it. */
export function naiveView(trace: NaiveTrace): TraceView {
  const parents = parentsOf(trace.spans);
  const sets = nestedSets(parents);
  const views: SpanView[] = [];
  trace.spans.forEach((span, position) => {
    views.push(
      viewOf(span, trace, {
        ...(sets[position] ?? { left: 0, right: 0, parent: 0 }),
        children: parents.filter((parent) => parent === position).length,
        parentView: () => views[parents[position] ?? -1],
      })
    );
  });
  return { spans: views, parents };
}

interface Place {
  readonly left: number;
  readonly right: number;
  readonly parent: number;
  readonly children: number;
  parentView(): SpanView | undefined;
}

function viewOf(span: Span, trace: NaiveTrace, place: Place): SpanView {
  const text = (value: string): Value => ({ kind: 'string', value });
  const int = (value: number): Value => ({ kind: 'int', value: BigInt(value) });
  const intrinsics: Record<SpanIntrinsicName, () => Value | undefined> = {
    'span:duration': () => ({ kind: 'duration', value: naiveDuration(span.startUnixNano, span.endUnixNano) }),
    'span:name': () => text(span.name),
    'span:kind': () => ({ kind: 'spanKind', value: KINDS[span.kind] ?? 'unspecified' }),
    'span:status': () => ({ kind: 'status', value: STATUSES[span.statusCode] ?? 'unset' }),
    'span:statusMessage': () => text(span.statusMessage),
    'span:id': () => text(span.spanId),
    'span:parentID': () => text(span.parentSpanId),
    'span:childCount': () => int(place.children),
    'trace:duration': () => ({ kind: 'duration', value: trace.end - trace.start }),
    'trace:rootName': () => (trace.root === undefined ? undefined : text(trace.root.name)),
    'trace:rootService': () =>
      trace.root === undefined
        ? undefined
        : text(findText(trace.root.resource.attributes, 'service.name') ?? 'unknown_service'),
    'trace:id': () => text(span.traceId),
    'instrumentation:name': () => text(span.scope.name),
    'instrumentation:version': () => text(span.scope.version),
    nestedSetLeft: () => int(place.left),
    nestedSetRight: () => int(place.right),
    nestedSetParent: () => int(span.parentSpanId === '' ? -1 : place.parent),
  };
  return {
    attribute: (scope, name) =>
      findAttribute(
        { span: span.attributes, resource: span.resource.attributes, instrumentation: span.scope.attributes }[scope],
        name
      ),
    intrinsic: (name) => intrinsics[name](),
    get parent() {
      return place.parentView();
    },
    events: span.events.map((event) => ({
      name: event.name,
      timeSinceStart: event.timeUnixNano - span.startUnixNano,
      attribute: (name) => findAttribute(event.attributes, name),
    })),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attribute: (name) => findAttribute(link.attributes, name),
    })),
  };
}

export interface NaiveMatch {
  readonly trace: NaiveTrace;
  readonly spansets: readonly Spanset[];
}

/** All matching traces, newest first, with their spansets. */
export function naiveSearch(query: string, spans: readonly Span[]): NaiveMatch[] {
  const search = compileSearch(parseQuery(query), query);
  return naiveTraces(spans)
    .map((trace) => ({ trace, spansets: search(naiveView(trace)) }))
    .filter(({ spansets }) => spansets.length > 0)
    .sort((a, b) => compare(b.trace.start, a.trace.start) || compare(a.trace.traceId, b.trace.traceId));
}
