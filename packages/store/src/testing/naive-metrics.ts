// SPDX-License-Identifier: Apache-2.0
//
// For tests: TraceQL metrics the slow and obvious way, over spans in memory.

import { findAttribute, findText, type Attribute, type Span } from '@tracewell/trace';
import {
  compileMetrics,
  labelValue,
  ORPHAN,
  parseQuery,
  printReference,
  ROOT,
  toValue,
  type ComparedAttribute,
  type MetricsTrace,
  type MetricsWindow,
  type Series,
  type SpanIntrinsicName,
  type SpanView,
  type Value,
} from '@tracewell/traceql';
import { naiveDuration, naiveTraces, type NaiveTrace } from './naive-search.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

const text = (value: string): Value => ({ kind: 'string', value });

/** The series of a query over these spans; a trace has no two spans with one id. */
export function naiveMetrics(query: string, spans: readonly Span[], window: MetricsWindow): Series<never>[] {
  const counter = compileMetrics(parseQuery(query), query, window);
  for (const trace of naiveTraces(spans)) {
    counter.add(toMetricsTrace(trace));
  }
  return counter.series();
}

function toMetricsTrace(trace: NaiveTrace): MetricsTrace {
  const positions = new Map(trace.spans.map(({ spanId }, position) => [spanId, position]));
  const parents = trace.spans.map(({ parentSpanId }) =>
    parentSpanId === '' ? ROOT : (positions.get(parentSpanId) ?? ORPHAN)
  );
  const views: SpanView[] = trace.spans.map((span, position) => ({
    ...viewOf(span, trace),
    get parent() {
      return views[parents[position] ?? -1];
    },
  }));
  return {
    spans: views,
    parents,
    starts: trace.spans.map(({ startUnixNano }) => startUnixNano),
    compared: (index) => {
      const span = trace.spans[index];
      return span === undefined ? [] : comparedOf(span, trace);
    },
  };
}

function rootService({ root }: NaiveTrace): string | undefined {
  return root && (findText(root.resource.attributes, 'service.name') ?? 'unknown_service');
}

function viewOf(span: Span, trace: NaiveTrace): SpanView {
  const { root } = trace;
  const intrinsics: Record<SpanIntrinsicName, () => Value | undefined> = {
    'span:duration': () => ({ kind: 'duration', value: naiveDuration(span.startUnixNano, span.endUnixNano) }),
    'span:name': () => text(span.name),
    'span:kind': () => ({ kind: 'spanKind', value: KINDS[span.kind] ?? 'unspecified' }),
    'span:status': () => ({ kind: 'status', value: STATUSES[span.statusCode] ?? 'unset' }),
    'span:statusMessage': () => text(span.statusMessage),
    'span:id': () => text(span.spanId),
    'span:parentID': () => text(span.parentSpanId),
    'span:childCount': () => {
      const children = trace.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
      return { kind: 'int', value: BigInt(children.length) };
    },
    'trace:duration': () => ({ kind: 'duration', value: trace.end - trace.start }),
    'trace:rootName': () => root && text(root.name),
    'trace:rootService': () => root && text(rootService(trace) ?? ''),
    'trace:id': () => text(span.traceId),
    'instrumentation:name': () => text(span.scope.name),
    'instrumentation:version': () => text(span.scope.version),
    nestedSetLeft: () => undefined,
    nestedSetRight: () => undefined,
    nestedSetParent: () => (span.parentSpanId === '' ? { kind: 'int', value: -1n } : { kind: 'int', value: 0n }),
  };
  const attributes = {
    span: span.attributes,
    resource: span.resource.attributes,
    instrumentation: span.scope.attributes,
  };
  return {
    attribute: (scope, name) => findAttribute(attributes[scope], name),
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

/** What compare() looks at. */
function comparedOf(span: Span, trace: NaiveTrace): ComparedAttribute[] {
  const { root } = trace;
  const found: ComparedAttribute[] = [
    { key: 'name', value: { kind: 'string', value: span.name } },
    { key: 'kind', value: { kind: 'spanKind', value: KINDS[span.kind] ?? 'unspecified' } },
    { key: 'status', value: { kind: 'status', value: STATUSES[span.statusCode] ?? 'unset' } },
    { key: 'statusMessage', value: { kind: 'string', value: span.statusMessage } },
    { key: 'instrumentation:name', value: { kind: 'string', value: span.scope.name } },
    { key: 'instrumentation:version', value: { kind: 'string', value: span.scope.version } },
    ...attributesOf('span', span.attributes),
    ...attributesOf('resource', span.resource.attributes),
    ...attributesOf('instrumentation', span.scope.attributes),
  ];
  if (root !== undefined) {
    found.push({ key: 'rootName', value: { kind: 'string', value: root.name } });
    found.push({ key: 'rootServiceName', value: { kind: 'string', value: rootService(trace) ?? '' } });
  }
  return found;
}

function attributesOf(
  scope: 'span' | 'resource' | 'instrumentation',
  attributes: readonly Attribute[]
): ComparedAttribute[] {
  const seen = new Set<string>();
  return attributes.flatMap(({ key, value }) => {
    if (seen.has(key)) {
      return [];
    }
    seen.add(key);
    const shown = labelValue(toValue(value));
    const range = { start: 0, end: 0 };
    return shown === undefined
      ? []
      : [{ key: printReference({ kind: 'attribute', scope, parent: false, name: key, range }), value: shown }];
  });
}
