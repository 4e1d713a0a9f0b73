// SPDX-License-Identifier: Apache-2.0
//
// The oldest form of a trace frame: one field, whose one value is the trace in Jaeger's JSON. It becomes a frame with
// Grafana's columns, so that there is one reader for all.
import { FieldType } from '@grafana/data';
import type { DataFrame, Field } from '@grafana/data';
import { numberOf, textOf } from './frame-columns.ts';
import { listOf } from './tag-value.ts';
import { exactColumns } from './trace-frame.ts';

type Json = Readonly<Record<string, unknown>>;

/** The same as a frame with columns; undefined if `frame` is of another kind. */
export function jaegerFrame(frame: DataFrame): DataFrame | undefined {
  const [field, ...others] = frame.fields;
  if (field === undefined || others.length > 0) {
    return undefined;
  }
  const values: readonly unknown[] = field.values;
  const trace = traceIn(values[0]);
  if (trace === undefined) {
    return undefined;
  }
  const spans = listOf(trace['spans']).map(recordOf);
  const processes = recordOf(trace['processes']);
  const processOf = (span: Json) => recordOf(processes[textOf(span['processID'])] ?? span['process']);
  const column = (name: string, type: FieldType, of: (span: Json) => unknown): Field => ({
    name,
    type,
    config: {},
    values: spans.map(of),
  });
  return {
    ...frame,
    meta: { ...frame.meta, preferredVisualisationType: 'trace' },
    length: spans.length,
    fields: [
      column('traceID', FieldType.string, (span) => textOf(span['traceID']) || textOf(trace['traceID'])),
      column('spanID', FieldType.string, (span) => span['spanID']),
      column('parentSpanID', FieldType.string, (span) => textOf(span['parentSpanID']) || parentOf(span)),
      column('operationName', FieldType.string, (span) => span['operationName']),
      column('serviceName', FieldType.string, (span) => processOf(span)['serviceName']),
      column('serviceTags', FieldType.other, (span) => processOf(span)['tags']),
      column('startTime', FieldType.number, (span) => (numberOf(span['startTime']) ?? 0) / 1000),
      column('duration', FieldType.number, (span) => (numberOf(span['duration']) ?? 0) / 1000),
      column('logs', FieldType.other, (span) => listOf(span['logs']).map(toLog)),
      column('references', FieldType.other, (span) => referencesOf(span).filter((one) => !isParent(one))),
      column('tags', FieldType.other, (span) => span['tags']),
      column('warnings', FieldType.other, (span) => span['warnings']),
      column(exactColumns.start, FieldType.string, (span) => toNanos(span['startTime'])),
      column(exactColumns.duration, FieldType.string, (span) => toNanos(span['duration'])),
    ],
  };
}

function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** A trace, or the answer of Jaeger's API around it, or either as text. */
function traceIn(value: unknown): Json | undefined {
  const parsed = typeof value === 'string' ? parse(value) : value;
  const record = recordOf(parsed);
  const trace = Array.isArray(record['data']) ? recordOf(record['data'][0]) : record;
  return Array.isArray(trace['spans']) ? trace : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toNanos(micros: unknown): string | undefined {
  const number = numberOf(micros);
  return number === undefined ? undefined : `${String(Math.trunc(number))}000`;
}

function toLog(log: unknown): Json {
  const { timestamp, ...rest } = recordOf(log);
  return { ...rest, timestamp: (numberOf(timestamp) ?? 0) / 1000, timeUnixNano: toNanos(timestamp) };
}

function referencesOf(span: Json): Json[] {
  return listOf(span['references']).map(recordOf);
}

function isParent(reference: Json): boolean {
  return reference['refType'] === 'CHILD_OF';
}

function parentOf(span: Json): string {
  return textOf(referencesOf(span).find(isParent)?.['spanID']);
}
