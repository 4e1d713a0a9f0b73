// SPDX-License-Identifier: Apache-2.0
//
// A search's answer as a table: of traces, or of the spans that matched. The ids open the trace.
import { FieldType } from '@grafana/data';
import type { DataFrame, Field, FieldConfig, QueryResultMetaNotice } from '@grafana/data';
import type { FoundSpan, FoundTrace, SearchAnswer, TypedValue } from '@tracewell/views';
import { toQueryLink } from './links.ts';
import type { LinkTarget } from './links.ts';
import { nanosToMs } from './time.ts';

interface SearchFrameOptions extends LinkTarget {
  readonly refId: string;
}

/** Names of the columns of both tables, which annotations read. */
export const searchColumns = {
  traceId: 'traceID',
  spanId: 'spanID',
  start: 'startTime',
  duration: 'duration',
  service: 'service',
  name: 'name',
  errors: 'errors',
} as const;

/** One row for each trace. */
export function toTracesFrame(answer: SearchAnswer, options: SearchFrameOptions): DataFrame {
  const { traces } = answer;
  const column = columnsOf(traces);
  const matched = traces.some((trace) => trace.matched !== trace.spanCount);
  return toFrame('Traces', answer, options, traces.length, [
    column(searchColumns.traceId, 'Trace', FieldType.string, ({ traceId }) => traceId, {
      ...traceLink(options),
      custom: { width: 280 },
    }),
    column(searchColumns.start, 'Start time', FieldType.time, (trace) => nanosToMs(trace.startUnixNano), width(190)),
    column(
      searchColumns.service,
      'Service',
      FieldType.string,
      (trace) => trace.rootServiceName ?? '(root not received)',
      width(120)
    ),
    column(searchColumns.name, 'Name', FieldType.string, (trace) => trace.rootTraceName ?? ''),
    column(searchColumns.duration, 'Duration', FieldType.number, (trace) => Number(trace.durationNanos), {
      unit: 'ns',
      ...width(100),
    }),
    column('spans', 'Spans', FieldType.number, (trace) => trace.spanCount, width(80)),
    column(searchColumns.errors, 'Errors', FieldType.number, (trace) => trace.errorCount, width(80)),
    ...(matched ? [column('matched', 'Matched spans', FieldType.number, (trace) => trace.matched)] : []),
    column('services', 'Services', FieldType.string, servicesText),
  ]);
}

/** One row for each matched span that the answer holds, with a column for each attribute that came with them. */
export function toSpansFrame(answer: SearchAnswer, options: SearchFrameOptions): DataFrame {
  const rows = answer.traces.flatMap((trace) => trace.spans.map((span) => ({ trace, span })));
  const column = columnsOf(rows);
  const keys = new Map<string, TypedValue['type']>();
  for (const { span } of rows) {
    for (const { key, value } of span.attributes) {
      const known = keys.get(key);
      keys.set(key, known === undefined || known === value.type ? value.type : 'mixed');
    }
  }
  const serviceKey = ['service.name', 'resource.service.name'].find((key) => keys.has(key));
  keys.delete(serviceKey ?? '');
  return toFrame('Spans', answer, options, rows.length, [
    column(searchColumns.traceId, 'Trace', FieldType.string, ({ trace }) => trace.traceId, {
      ...traceLink(options),
      custom: { width: 280 },
    }),
    column(searchColumns.spanId, 'Span', FieldType.string, ({ span }) => span.spanId, {
      links: [
        toQueryLink(
          options,
          'Open span',
          { queryType: 'traceql', query: `\${__data.fields["${searchColumns.traceId}"]}` },
          '${__value.raw}'
        ),
      ],
      custom: { width: 160 },
    }),
    column(searchColumns.start, 'Start time', FieldType.time, ({ span }) => nanosToMs(span.startUnixNano), width(190)),
    column(searchColumns.service, 'Service', FieldType.string, ({ trace, span }) => serviceOf(trace, span, serviceKey)),
    column(searchColumns.name, 'Name', FieldType.string, ({ span }) => span.name ?? ''),
    column(searchColumns.duration, 'Duration', FieldType.number, ({ span }) => Number(span.durationNanos), {
      unit: 'ns',
      ...width(100),
    }),
    ...[...keys].map(([key, type]) =>
      column(key, key, fieldTypeOf(type), ({ span }) => {
        const found = span.attributes.find((attribute) => attribute.key === key)?.value;
        return found === undefined ? undefined : toCell(type, found.value);
      })
    ),
  ]);
}

/** Pixels of a column in a table panel. */
function width(pixels: number): FieldConfig {
  return { custom: { width: pixels } };
}

function traceLink(options: SearchFrameOptions): FieldConfig {
  return { links: [toQueryLink(options, 'Open trace', { queryType: 'traceql', query: '${__value.raw}' })] };
}

function columnsOf<T>(rows: readonly T[]) {
  return (name: string, title: string, type: FieldType, of: (row: T) => unknown, config: FieldConfig = {}): Field => ({
    name,
    type,
    config: { ...(title === name ? {} : { displayNameFromDS: title }), ...config },
    values: rows.map(of),
  });
}

function toFrame(
  name: string,
  answer: SearchAnswer,
  { refId }: SearchFrameOptions,
  length: number,
  fields: Field[]
): DataFrame {
  const notices: QueryResultMetaNotice[] =
    answer.partial === undefined ? [] : [{ severity: 'warning', text: answer.partial }];
  return {
    name,
    refId,
    length,
    fields,
    meta: {
      preferredVisualisationType: 'table',
      uniqueRowIdFields: [0],
      ...(notices.length === 0 ? {} : { notices }),
      stats: [
        { displayName: 'Inspected spans', value: answer.inspectedSpans },
        ...(answer.total === undefined ? [] : [{ displayName: 'Traces that match', value: answer.total.traces }]),
      ],
    },
  };
}

function servicesText({ services }: FoundTrace): string {
  return services.map(({ name, spanCount }) => `${name} ${String(spanCount)}`).join(', ');
}

function serviceOf(trace: FoundTrace, span: FoundSpan, key: string | undefined): string {
  const own = span.attributes.find((attribute) => attribute.key === key)?.value.value;
  return own ?? (trace.services.length === 1 ? (trace.services[0]?.name ?? '') : '');
}

function fieldTypeOf(type: string): FieldType {
  switch (type) {
    case 'int':
    case 'float':
    case 'duration':
      return FieldType.number;
    case 'bool':
      return FieldType.boolean;
    default:
      return FieldType.string;
  }
}

function toCell(type: string, text: string): unknown {
  switch (fieldTypeOf(type)) {
    case FieldType.number:
      return Number(text);
    case FieldType.boolean:
      return text === 'true';
    default:
      return text;
  }
}
