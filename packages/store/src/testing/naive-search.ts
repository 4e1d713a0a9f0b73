// SPDX-License-Identifier: Apache-2.0
//
// For tests: TraceQL run the slow and obvious way, over spans in memory, with the evaluator of
// packages/traceql and nothing of the store's plans. What the store answers is held against this.

import { findAttribute, findText, type Span } from '@tracewell/trace';
import {
  compileFilter,
  parseQuery,
  type SpanIntrinsicName,
  type SpanView,
  type SpansetExpression,
  type Value,
} from '@tracewell/traceql';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

export function naiveDuration(start: bigint, end: bigint): bigint {
  return end > start ? end - start : 0n;
}

export interface NaiveTrace {
  readonly traceId: string;
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
  return [...byId].map(([traceId, members]) => {
    const starts = members.map((span) => span.startUnixNano);
    const ends = members.map((span) => (span.endUnixNano > span.startUnixNano ? span.endUnixNano : span.startUnixNano));
    const roots = members
      .filter((span) => span.parentSpanId === '')
      .sort((a, b) =>
        a.startUnixNano === b.startUnixNano
          ? a.spanId < b.spanId
            ? -1
            : 1
          : a.startUnixNano < b.startUnixNano
            ? -1
            : 1
      );
    return {
      traceId,
      spans: members,
      start: starts.reduce((a, b) => (a < b ? a : b)),
      end: ends.reduce((a, b) => (a > b ? a : b)),
      root: roots[0],
    };
  });
}

function viewOf(span: Span, trace: NaiveTrace): SpanView {
  const text = (value: string): Value => ({ kind: 'string', value });
  const intrinsics: Record<SpanIntrinsicName, () => Value | undefined> = {
    'span:duration': () => ({ kind: 'duration', value: naiveDuration(span.startUnixNano, span.endUnixNano) }),
    'span:name': () => text(span.name),
    'span:kind': () => ({ kind: 'spanKind', value: KINDS[span.kind] ?? 'unspecified' }),
    'span:status': () => ({ kind: 'status', value: STATUSES[span.statusCode] ?? 'unset' }),
    'span:statusMessage': () => text(span.statusMessage),
    'span:id': () => text(span.spanId),
    'span:parentID': () => text(span.parentSpanId),
    'span:childCount': () => ({
      kind: 'int',
      value: BigInt(trace.spans.filter((other) => other.parentSpanId === span.spanId).length),
    }),
    'trace:duration': () => ({ kind: 'duration', value: trace.end - trace.start }),
    'trace:rootName': () => (trace.root === undefined ? undefined : text(trace.root.name)),
    'trace:rootService': () =>
      trace.root === undefined
        ? undefined
        : text(findText(trace.root.resource.attributes, 'service.name') ?? 'unknown_service'),
    'trace:id': () => text(span.traceId),
    'instrumentation:name': () => text(span.scope.name),
    'instrumentation:version': () => text(span.scope.version),
    nestedSetLeft: () => undefined,
    nestedSetRight: () => undefined,
    nestedSetParent: () => (span.parentSpanId === '' ? { kind: 'int', value: -1n } : undefined),
  };
  return {
    attribute: (scope, name) =>
      findAttribute(
        { span: span.attributes, resource: span.resource.attributes, instrumentation: span.scope.attributes }[scope],
        name
      ),
    intrinsic: (name) => intrinsics[name](),
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

/** Spans of a trace that a spanset expression of filters, `&&` and `||` selects. */
function evaluate(expression: SpansetExpression, trace: NaiveTrace, source: string): Set<Span> {
  if (expression.kind === 'spansetFilter') {
    const matches = compileFilter(expression, source);
    return new Set(trace.spans.filter((span) => matches(viewOf(span, trace))));
  }
  if (expression.kind === 'pipeline' || (expression.operator !== '&&' && expression.operator !== '||')) {
    throw new Error(`the naive interpreter knows filters, && and ||, found ${expression.kind}`);
  }
  const left = evaluate(expression.left, trace, source);
  const right = evaluate(expression.right, trace, source);
  return expression.operator === '&&' && (left.size === 0 || right.size === 0)
    ? new Set()
    : new Set([...left, ...right]);
}

export interface NaiveMatch {
  readonly trace: NaiveTrace;
  readonly spanIds: readonly string[];
}

/** All matching traces, newest first, with the ids of their matching spans by start. */
export function naiveSearch(query: string, spans: readonly Span[]): NaiveMatch[] {
  const { body } = parseQuery(query);
  const stage = body.kind === 'pipeline' ? body.stages[0] : undefined;
  if (stage === undefined || (stage.kind !== 'spansetFilter' && stage.kind !== 'spansetOperation')) {
    throw new Error(`the naive interpreter needs a spanset expression, found ${query}`);
  }
  const matches: NaiveMatch[] = [];
  for (const trace of naiveTraces(spans)) {
    const found = [...evaluate(stage, trace, query)].sort((a, b) =>
      a.startUnixNano === b.startUnixNano ? (a.spanId < b.spanId ? -1 : 1) : a.startUnixNano < b.startUnixNano ? -1 : 1
    );
    if (found.length > 0) {
      matches.push({ trace, spanIds: found.map((span) => span.spanId) });
    }
  }
  return matches.sort((a, b) =>
    a.trace.start === b.trace.start
      ? a.trace.traceId < b.trace.traceId
        ? -1
        : 1
      : a.trace.start > b.trace.start
        ? -1
        : 1
  );
}
