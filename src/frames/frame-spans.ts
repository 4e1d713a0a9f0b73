// SPDX-License-Identifier: Apache-2.0
//
// Rows of a trace frame as the spans of one trace. Every trace data source fills Grafana's columns its own way: ids of
// 64 bit or without leading zeros, the kind and the failure of a span as attributes (Jaeger, Zipkin), times of which a double
// keeps a quarter of a microsecond. What our own frame has besides (`exactColumns`, `exact` of a tag) is taken where it is.
import type { DataFrame } from '@grafana/data';
import { findAttribute, spanKinds, statusCodes, STATUS_ERROR, UNKNOWN_SERVICE } from '@tracewell/trace';
import type { Attribute, Resource, Scope, Span, SpanEvent, SpanLink, SpanSource } from '@tracewell/trace';
import { columnsOfFrame, numberOf, textOf } from './frame-columns.ts';
import type { Columns } from './frame-columns.ts';
import { fromTags, listOf } from './tag-value.ts';
import { msToNanos, parseNanos } from './time.ts';
import { exactColumns } from './trace-frame.ts';

const latestNanos = 2n ** 64n - 1n;

/** Hex ids in lower case with all their zeros; ids of another kind as they are. */
export function normalId(id: string, digits: 16 | 32): string {
  const trimmed = id.trim().toLowerCase();
  return /^[0-9a-f]+$/.test(trimmed) ? trimmed.padStart(digits, '0') : trimmed;
}

export interface FrameSpans {
  readonly source: SpanSource;
  /** Spans that say no start; they begin with the trace. */
  readonly withoutStart: number;
  /** Row of a span that the source has decoded. */
  readonly rowOf: (span: Span) => number;
}

/** The spans in these rows of a frame. */
export function createFrameSpans(frame: DataFrame, rows: readonly number[], traceId: string): FrameSpans {
  const columns = columnsOfFrame(frame);
  const starts = rows.map((row) => startOf(columns, row));
  const known = starts.filter((start) => start !== undefined);
  const earliest = known.reduce((least, start) => (start < least ? start : least), known[0] ?? 0n);
  const rowOfSpan = new WeakMap<Span, number>();
  const rowAt = (index: number) => rows[index] ?? -1;
  const startAt = (index: number) => starts[index] ?? earliest;
  const endAt = (index: number) => within(startAt(index) + durationOf(columns, rowAt(index)));

  const spanAt = (index: number): Span => {
    const row = rowAt(index);
    const attributes = attributesOf(columns, row);
    const rest = restOf(columns.cell(exactColumns.rest, row));
    const [attributesLost = 0, eventsLost = 0, linksLost = 0, resourceLost = 0, scopeLost = 0] = rest.dropped;
    const span: Span = {
      traceId,
      spanId: normalId(columns.text('spanID', row), 16),
      parentSpanId: parentOf(columns, row),
      traceState: columns.text('traceState', row),
      flags: rest.flags,
      name: columns.text('operationName', row),
      kind: kindOf(columns, row),
      startUnixNano: startAt(index),
      endUnixNano: endAt(index),
      statusCode: statusOf(columns, row),
      statusMessage: messageOf(columns, row, attributes),
      attributes,
      droppedAttributesCount: attributesLost,
      events: [...eventsOf(columns, row, startAt(index)), ...stacksOf(columns, row, startAt(index))],
      droppedEventsCount: eventsLost,
      links: linksOf(columns, row),
      droppedLinksCount: linksLost,
      resource: {
        attributes: resourceAttributesOf(columns, row),
        droppedAttributesCount: resourceLost,
        schemaUrl: rest.resourceSchema,
      } satisfies Resource,
      scope: {
        name: columns.text('instrumentationLibraryName', row),
        version: columns.text('instrumentationLibraryVersion', row),
        attributes: rest.scopeAttributes,
        droppedAttributesCount: scopeLost,
        schemaUrl: rest.scopeSchema,
      } satisfies Scope,
    };
    rowOfSpan.set(span, row);
    return span;
  };

  return {
    source: {
      length: rows.length,
      traceId,
      spanId: (index) => normalId(columns.text('spanID', rowAt(index)), 16),
      parentSpanId: (index) => parentOf(columns, rowAt(index)),
      name: (index) => columns.text('operationName', rowAt(index)),
      kind: (index) => kindOf(columns, rowAt(index)),
      statusCode: (index) => statusOf(columns, rowAt(index)),
      startUnixNano: startAt,
      endUnixNano: endAt,
      serviceName: (index) => serviceOf(columns, rowAt(index)),
      spanAt,
    },
    withoutStart: starts.length - known.length,
    rowOf: (span) => rowOfSpan.get(span) ?? -1,
  };
}

/** Times are unsigned 64-bit integers everywhere after this. */
function within(nanos: bigint): bigint {
  return nanos < 0n ? 0n : nanos > latestNanos ? latestNanos : nanos;
}

/** Undefined for what is no time, and for 0, which no span has. */
function startOf(columns: Columns, row: number): bigint | undefined {
  const exact = parseNanos(columns.text(exactColumns.start, row));
  const nanos = exact ?? msToNanos(columns.number('startTime', row) ?? 0);
  return nanos > 0n && nanos <= latestNanos ? nanos : undefined;
}

/** Negative only where our own frame says so: a span that ends before it starts. */
function durationOf(columns: Columns, row: number): bigint {
  const exact = parseNanos(columns.text(exactColumns.duration, row));
  return exact ?? msToNanos(Math.max(0, columns.number('duration', row) ?? 0));
}

function parentOf(columns: Columns, row: number): string {
  const id = normalId(columns.text('parentSpanID', row), 16);
  return /^0*$/.test(id) ? '' : id;
}

function serviceOf(columns: Columns, row: number): string {
  const name = columns.text('serviceName', row);
  return name === UNKNOWN_SERVICE ? '' : name;
}

/** The tags of a row without reading the others: the tree needs to know the kind and the status of every span. */
function tagText(columns: Columns, row: number, key: string): string {
  for (const tag of listOf(columns.cell('tags', row))) {
    if (typeof tag === 'object' && tag !== null && 'key' in tag && tag.key === key && 'value' in tag) {
      return typeof tag.value === 'boolean' ? String(tag.value) : textOf(tag.value);
    }
  }
  return '';
}

function kindOf(columns: Columns, row: number): number {
  const kind = restNumber(columns, row, 'kind');
  const name = columns.text('kind', row) || tagText(columns, row, 'span.kind');
  return kind ?? Math.max(0, kindNames.indexOf(name.toLowerCase()));
}

const kindNames: readonly string[] = spanKinds;

function statusOf(columns: Columns, row: number): number {
  const statusCode = restNumber(columns, row, 'statusCode');
  if (statusCode !== undefined) {
    return statusCode;
  }
  if (columns.field('statusCode') !== undefined) {
    const sent = columns.number('statusCode', row) ?? 0;
    return statusCodes[sent] === undefined ? 0 : sent;
  }
  // Jaeger and Zipkin say it with attributes: `true`, or in Zipkin what went wrong.
  const named = statusNames.indexOf(tagText(columns, row, 'otel.status_code').toLowerCase());
  const failed = !['', 'false', '0'].includes(tagText(columns, row, 'error'));
  return named > 0 ? named : failed ? STATUS_ERROR : 0;
}

const statusNames: readonly string[] = statusCodes;

function messageOf(columns: Columns, row: number, attributes: readonly Attribute[]): string {
  const sent = columns.text('statusMessage', row);
  if (sent !== '' || columns.field('statusMessage') !== undefined) {
    return sent;
  }
  const described = findAttribute(attributes, 'otel.status_description');
  const error = findAttribute(attributes, 'error');
  return typeof described === 'string' ? described : typeof error === 'string' && error !== 'true' ? error : '';
}

function attributesOf(columns: Columns, row: number): Attribute[] {
  const warnings = listOf(columns.cell('warnings', row)).filter((text) => typeof text === 'string');
  return [
    ...fromTags(columns.cell('tags', row)),
    ...(warnings.length === 0 ? [] : [{ key: 'warnings', value: warnings }]),
  ];
}

/** The resource's own, and its name, which Jaeger and Zipkin keep apart from the tags. */
function resourceAttributesOf(columns: Columns, row: number): Attribute[] {
  const attributes = fromTags(columns.cell('serviceTags', row));
  const service = serviceOf(columns, row);
  return service === '' || findAttribute(attributes, 'service.name') !== undefined
    ? attributes
    : [{ key: 'service.name', value: service }, ...attributes];
}

function eventsOf(columns: Columns, row: number, start: bigint): SpanEvent[] {
  return listOf(columns.cell('logs', row)).flatMap((log): SpanEvent[] => {
    if (typeof log !== 'object' || log === null) {
      return [];
    }
    const attributes = fromTags('fields' in log ? log.fields : undefined);
    const named = 'name' in log ? textOf(log.name) : undefined;
    // OpenTracing has the event's name among its fields.
    const event = findAttribute(attributes, 'event');
    const exact = 'timeUnixNano' in log ? parseNanos(textOf(log.timeUnixNano)) : undefined;
    const ms = 'timestamp' in log ? numberOf(log.timestamp) : undefined;
    return [
      {
        timeUnixNano: within(exact ?? (ms === undefined ? start : msToNanos(ms))),
        name: named ?? (typeof event === 'string' ? event : 'log'),
        attributes,
        droppedAttributesCount: countOf('droppedAttributesCount' in log ? log.droppedAttributesCount : undefined),
      },
    ];
  });
}

/** Stacks that stand beside the events, without a time of their own. */
function stacksOf(columns: Columns, row: number, start: bigint): SpanEvent[] {
  return listOf(columns.cell('stackTraces', row)).flatMap((stack) =>
    typeof stack !== 'string' || stack === ''
      ? []
      : [
          {
            timeUnixNano: start,
            name: 'exception',
            attributes: [{ key: 'exception.stacktrace', value: stack }],
            droppedAttributesCount: 0,
          },
        ]
  );
}

function linksOf(columns: Columns, row: number): SpanLink[] {
  return listOf(columns.cell('references', row)).flatMap((link): SpanLink[] => {
    if (typeof link !== 'object' || link === null || !('spanID' in link) || textOf(link.spanID) === '') {
      return [];
    }
    return [
      {
        traceId: normalId('traceID' in link ? textOf(link.traceID) : columns.text('traceID', row), 32),
        spanId: normalId(textOf(link.spanID), 16),
        traceState: 'traceState' in link ? textOf(link.traceState) : '',
        attributes: fromTags('tags' in link ? link.tags : undefined),
        droppedAttributesCount: countOf('droppedAttributesCount' in link ? link.droppedAttributesCount : undefined),
        flags: countOf('flags' in link ? link.flags : undefined),
      },
    ];
  });
}

function countOf(value: unknown): number {
  return Math.max(0, numberOf(value) ?? 0);
}

/** A number of `SpanRest` that has no column of its own. */
function restNumber(columns: Columns, row: number, name: 'kind' | 'statusCode'): number | undefined {
  const rest = columns.cell(exactColumns.rest, row);
  return typeof rest === 'object' && rest !== null && name in rest
    ? numberOf(Object.getOwnPropertyDescriptor(rest, name)?.value)
    : undefined;
}

/** What our own frame adds (`SpanRest`); nothing of it in other frames. */
function restOf(cell: unknown) {
  const rest: object = typeof cell === 'object' && cell !== null ? cell : {};
  return {
    flags: 'flags' in rest ? countOf(rest.flags) : 0,
    dropped: 'dropped' in rest ? listOf(rest.dropped).map(countOf) : [],
    resourceSchema: 'resourceSchema' in rest ? textOf(rest.resourceSchema) : '',
    scopeSchema: 'scopeSchema' in rest ? textOf(rest.scopeSchema) : '',
    scopeAttributes: 'scopeTags' in rest ? fromTags(rest.scopeTags) : [],
  };
}
