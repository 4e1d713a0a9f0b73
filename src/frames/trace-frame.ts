// SPDX-License-Identifier: Apache-2.0
//
// A trace as the data frame that Grafana's trace view draws (`TraceSpanRow`): times are milliseconds with fractions, which
// keeps about 0.2 us. Our own panel wants more, so exact nanoseconds stand beside them as strings.
import { FieldType } from '@grafana/data';
import type { DataFrame, DataLink, Field, TraceLog, TraceSpanReference } from '@grafana/data';
import { spanKinds, statusCodes } from '@tracewell/trace';
import type { Span, Trace } from '@tracewell/trace';
import { toTag } from './tag-value.ts';
import type { Tag } from './tag-value.ts';
import { nanosToMs } from './time.ts';

/** Names of the columns that only our panel reads. */
export const exactColumns = {
  start: 'startTimeUnixNano',
  duration: 'durationNanos',
  rest: 'spanRest',
} as const;

/** What a span has beyond Grafana's columns; what is as usual is left out. */
export interface SpanRest {
  readonly flags?: number;
  readonly kind?: number;
  readonly statusCode?: number;
  /** Dropped attributes, events and links of the span, and attributes of its resource and its scope. */
  readonly dropped?: readonly [number, number, number, number, number];
  readonly resourceSchema?: string;
  readonly scopeSchema?: string;
  readonly scopeTags?: readonly Tag[];
}

/** An event, with what only our panel reads. */
export interface ExactLog extends TraceLog {
  readonly timeUnixNano: string;
  readonly droppedAttributesCount?: number;
}

/** A link, with what only our panel reads. */
export interface ExactReference extends TraceSpanReference {
  readonly traceState?: string;
  readonly flags?: number;
  readonly droppedAttributesCount?: number;
}

function toLogs(span: Span): ExactLog[] {
  return span.events.map((event) => ({
    timestamp: nanosToMs(event.timeUnixNano),
    name: event.name,
    fields: event.attributes.map(toTag),
    timeUnixNano: event.timeUnixNano.toString(),
    ...(event.droppedAttributesCount === 0 ? {} : { droppedAttributesCount: event.droppedAttributesCount }),
  }));
}

function toReferences(span: Span): ExactReference[] {
  return span.links.map((link) => ({
    traceID: link.traceId,
    spanID: link.spanId,
    tags: link.attributes.map(toTag),
    ...(link.traceState === '' ? {} : { traceState: link.traceState }),
    ...(link.flags === 0 ? {} : { flags: link.flags }),
    ...(link.droppedAttributesCount === 0 ? {} : { droppedAttributesCount: link.droppedAttributesCount }),
  }));
}

function toRest(span: Span): SpanRest | undefined {
  const { resource, scope } = span;
  const dropped = [
    span.droppedAttributesCount,
    span.droppedEventsCount,
    span.droppedLinksCount,
    resource.droppedAttributesCount,
    scope.droppedAttributesCount,
  ] as const;
  const rest: SpanRest = {
    ...(span.flags === 0 ? {} : { flags: span.flags }),
    ...(spanKinds[span.kind] === undefined ? { kind: span.kind } : {}),
    ...(statusCodes[span.statusCode] === undefined ? { statusCode: span.statusCode } : {}),
    ...(dropped.some((count) => count > 0) ? { dropped } : {}),
    ...(resource.schemaUrl === '' ? {} : { resourceSchema: resource.schemaUrl }),
    ...(scope.schemaUrl === '' ? {} : { scopeSchema: scope.schemaUrl }),
    ...(scope.attributes.length === 0 ? {} : { scopeTags: scope.attributes.map(toTag) }),
  };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

interface TraceFrameOptions {
  readonly refId: string;
  /** Links that Grafana's trace view shows with every span. */
  readonly spanLinks?: readonly DataLink[];
  /** Why the trace may be incomplete. */
  readonly partial?: string;
}

/** The frame of one trace, in the order of its waterfall. */
export function toTraceFrame(trace: Trace, { refId, spanLinks, partial }: TraceFrameOptions): DataFrame {
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
    meta: {
      preferredVisualisationType: 'trace',
      custom: { traceFormat: 'otlp', ...(partial === undefined ? {} : { partial: true, message: partial }) },
      ...(partial === undefined ? {} : { notices: [{ severity: 'warning', text: partial }] }),
    },
    fields: [
      { ...text('traceID', () => trace.traceId), config: spanLinks === undefined ? {} : { links: [...spanLinks] } },
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
      column('serviceTags', FieldType.other, (span) => span.resource.attributes.map(toTag)),
      column('startTime', FieldType.number, (span) => nanosToMs(span.startUnixNano)),
      column('duration', FieldType.number, (span) =>
        span.endUnixNano > span.startUnixNano ? nanosToMs(span.endUnixNano - span.startUnixNano) : 0
      ),
      column('logs', FieldType.other, toLogs),
      column('references', FieldType.other, toReferences),
      column('tags', FieldType.other, (span) => span.attributes.map(toTag)),
      text(exactColumns.start, (span) => span.startUnixNano.toString()),
      text(exactColumns.duration, (span) => (span.endUnixNano - span.startUnixNano).toString()),
      column(exactColumns.rest, FieldType.other, toRest),
    ],
  };
}
