// SPDX-License-Identifier: Apache-2.0
//
// The traces in a panel's frames, of whatever data source: ours, Tempo's, Jaeger's, Zipkin's, test data. Nothing that was
// sent is dropped: rows that are short of something are shown as well as can be, with a note.
import type { DataFrame } from '@grafana/data';
import { buildTrace } from '@tracewell/trace';
import type { Trace } from '@tracewell/trace';
import { columnsOfFrame } from './frame-columns.ts';
import { createFrameSpans, normalId } from './frame-spans.ts';
import { jaegerFrame } from './jaeger-json.ts';
import { exactColumns } from './trace-frame.ts';

/** A trace of a frame; `load` builds it, which costs time in large ones. */
export interface FoundInFrames {
  readonly traceId: string;
  readonly spans: number;
  readonly load: () => LoadedTrace;
}

export interface LoadedTrace {
  readonly trace: Trace;
  /** Why it is not all there, or not as sent. */
  readonly note?: string;
  readonly frame: DataFrame;
  /** The frame's row of the span at `index`. */
  readonly rowOf: (index: number) => number;
}

export interface TracesInFrames {
  readonly traces: readonly FoundInFrames[];
  /** What is wrong if there are frames and no trace among them. */
  readonly problem?: string;
}

/** Reads the frames; the same trace in two of them is read from the first. */
export function readTraces(frames: readonly DataFrame[]): TracesInFrames {
  const traces = new Map<string, FoundInFrames>();
  for (const given of frames) {
    const frame = jaegerFrame(given) ?? given;
    if (!isTraceFrame(frame)) {
      continue;
    }
    for (const [traceId, rows] of rowsByTrace(frame)) {
      if (!traces.has(traceId)) {
        traces.set(traceId, { traceId, spans: rows.length, load: () => load(frame, rows, traceId) });
      }
    }
  }
  const found = [...traces.values()];
  const withRows = frames.filter(({ length }) => length > 0);
  return found.length > 0 || withRows.length === 0 ? { traces: found } : { traces: [], problem: problemOf(withRows) };
}

/** Whether the rows of a frame are spans. A table of search results has neither names of operations nor the type. */
export function isTraceFrame(frame: DataFrame): boolean {
  const { field } = columnsOfFrame(frame);
  return (
    field('spanID') !== undefined &&
    (field('startTime') ?? field(exactColumns.start)) !== undefined &&
    (field('operationName') !== undefined || frame.meta?.preferredVisualisationType === 'trace')
  );
}

function rowsByTrace(frame: DataFrame): ReadonlyMap<string, number[]> {
  const { text } = columnsOfFrame(frame);
  const groups = new Map<string, number[]>();
  let previous = '';
  for (let row = 0; row < frame.length; row++) {
    // A row without an id is taken for one of the trace above it.
    const id = normalId(text('traceID', row), 32) || previous;
    previous = id;
    const rows = groups.get(id);
    if (rows === undefined) {
      groups.set(id, [row]);
    } else {
      rows.push(row);
    }
  }
  return groups;
}

function load(frame: DataFrame, rows: readonly number[], traceId: string): LoadedTrace {
  const spans = createFrameSpans(frame, rows, traceId);
  const trace = buildTrace(traceId, spans.source);
  const custom: unknown = frame.meta?.custom;
  const message =
    typeof custom === 'object' && custom !== null && 'message' in custom && typeof custom.message === 'string'
      ? custom.message
      : '';
  const notes = [
    ...(message === '' ? [] : [message]),
    ...(spans.withoutStart === 0
      ? []
      : [`${String(spans.withoutStart)} of ${String(rows.length)} spans say no start; they are drawn at the left.`]),
  ];
  return {
    trace,
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    frame,
    rowOf: (index) => spans.rowOf(trace.spanAt(index)),
  };
}

function problemOf(frames: readonly DataFrame[]): string {
  const names = frames[0]?.fields.slice(0, 6).map(({ config, name }) => config.displayName ?? name) ?? [];
  const more = (frames[0]?.fields.length ?? 0) > names.length ? ', ...' : '';
  return `Expected the spans of a trace (columns traceID, spanID, operationName, startTime, duration), found a table with ${names.join(', ')}${more}.`;
}
