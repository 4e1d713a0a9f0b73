// SPDX-License-Identifier: Apache-2.0
//
// A trace as the data frame that Grafana's trace view draws (`TraceSpanRow`): times are milliseconds with fractions, which
// keeps about 0.2 us. Our own panel wants more, so exact nanoseconds stand beside them as strings.
import { FieldType } from '@grafana/data';
import type { DataFrame, Field, TraceKeyValuePair, TraceLog, TraceSpanReference } from '@grafana/data';
import { spanKinds } from '@tracewell/trace';
import type { Attribute, AttributeValue, KeyValueList, Span, Trace } from '@tracewell/trace';

/** Names of the columns that only our panel reads. */
export const exactColumns = {
  start: 'startTimeUnixNano',
  duration: 'durationNanos',
} as const;

/** Nanoseconds as milliseconds with a fraction. */
function toMs(nanos: bigint): number {
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
}

function isKeyValueList(value: readonly AttributeValue[] | KeyValueList): value is KeyValueList {
  return !Array.isArray(value);
}

function toPlain(value: AttributeValue): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value instanceof Uint8Array) {
    return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (isKeyValueList(value)) {
    return JSON.stringify(Object.fromEntries(value.entries.map((entry) => [entry.key, toPlain(entry.value)])));
  }
  return JSON.stringify(value.map(toPlain));
}

function toTags(attributes: readonly Attribute[]): TraceKeyValuePair[] {
  return attributes.map(({ key, value }) => ({ key, value: toPlain(value) }));
}

function toLogs(span: Span): TraceLog[] {
  return span.events.map((event) => ({
    timestamp: toMs(event.timeUnixNano),
    name: event.name,
    fields: toTags(event.attributes),
  }));
}

function toReferences(span: Span): TraceSpanReference[] {
  return span.links.map((link) => ({ traceID: link.traceId, spanID: link.spanId, tags: toTags(link.attributes) }));
}

/** The frame of one trace, in the order of its waterfall. */
export function toTraceFrame(trace: Trace, refId: string): DataFrame {
  const spans = Array.from({ length: trace.length }, (_, index) => trace.spanAt(index));
  const column = (name: string, type: FieldType, of: (span: Span, index: number) => unknown): Field => ({
    name,
    type,
    config: {},
    values: spans.map(of),
  });
  const text = (name: string, of: (span: Span, index: number) => string | undefined) =>
    column(name, FieldType.string, of);
  return {
    name: 'Trace',
    refId,
    length: trace.length,
    meta: { preferredVisualisationType: 'trace', custom: { traceFormat: 'otlp' } },
    fields: [
      text('traceID', () => trace.traceId),
      text('spanID', (span) => span.spanId),
      text('parentSpanID', (span) => (span.parentSpanId === '' ? undefined : span.parentSpanId)),
      text('operationName', (span) => span.name),
      text('serviceName', (_, index) => trace.serviceNames[trace.services[index] ?? 0]),
      text('kind', (span) => spanKinds[span.kind] ?? 'unspecified'),
      column('statusCode', FieldType.number, (span) =>
        span.statusCode >= 0 && span.statusCode <= 2 ? span.statusCode : 0
      ),
      text('statusMessage', (span) => span.statusMessage),
      text('instrumentationLibraryName', (span) => span.scope.name),
      text('instrumentationLibraryVersion', (span) => span.scope.version),
      text('traceState', (span) => span.traceState),
      column('serviceTags', FieldType.other, (span) => toTags(span.resource.attributes)),
      column('startTime', FieldType.number, (span) => toMs(span.startUnixNano)),
      column('duration', FieldType.number, (span) =>
        span.endUnixNano > span.startUnixNano ? toMs(span.endUnixNano - span.startUnixNano) : 0
      ),
      column('logs', FieldType.other, toLogs),
      column('references', FieldType.other, toReferences),
      column('tags', FieldType.other, (span) => toTags(span.attributes)),
      text(exactColumns.start, (span) => span.startUnixNano.toString()),
      text(exactColumns.duration, (span) => (span.endUnixNano - span.startUnixNano).toString()),
    ],
  };
}
