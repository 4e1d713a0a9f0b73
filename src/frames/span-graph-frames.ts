// SPDX-License-Identifier: Apache-2.0
//
// The spans of one trace as Grafana's node graph, which Explore shows beside the trace.
import { FieldType } from '@grafana/data';
import type { DataFrame, Field, FieldConfig } from '@grafana/data';
import { selfTimes } from '@tracewell/analysis';
import { STATUS_ERROR } from '@tracewell/trace';
import type { Trace } from '@tracewell/trace';
import { formatDuration } from '@tracewell/views';

/** The node graph hides what is beyond this, and its layout takes too long. */
const mostNodes = 500;

/** Nodes and edges of the first spans in the waterfall's order, in which a parent comes before its children. */
export function toSpanGraphFrames(trace: Trace, refId: string): DataFrame[] {
  const self = selfTimes(trace);
  const nodes = Array.from({ length: Math.min(mostNodes, trace.length) }, (_, index) => index);
  const children = nodes.filter((index) => (trace.parents[index] ?? -1) >= 0);
  // Two spans may have the same id; two nodes must not.
  const idOf = (index: number) => {
    const id = trace.spanIds[index] ?? '';
    return trace.indexOf(id) === index ? id : `${id} ${String(index)}`;
  };
  const share = (index: number) => Math.min(1, (self[index] ?? 0) / Math.max(1, trace.duration));
  const notices =
    trace.length > mostNodes
      ? { notices: [{ severity: 'info' as const, text: `The node graph shows the first ${String(mostNodes)} spans.` }] }
      : {};
  const frame = (name: string, length: number, fields: Field[]): DataFrame => ({
    name,
    refId,
    length,
    fields,
    meta: { preferredVisualisationType: 'nodeGraph', ...notices },
  });
  const nodeColumn = (
    name: string,
    type: FieldType,
    of: (index: number) => unknown,
    config: FieldConfig = {}
  ): Field => ({
    name,
    type,
    config,
    values: nodes.map(of),
  });
  const edgeColumn = (name: string, of: (index: number) => string): Field => ({
    name,
    type: FieldType.string,
    config: {},
    values: children.map(of),
  });
  const duration = (name: string, title: string, of: (index: number) => number) =>
    nodeColumn(name, FieldType.string, (index) => formatDuration(of(index)), { displayName: title });
  const arc = (name: string, title: string, color: string, of: (index: number) => number) =>
    nodeColumn(name, FieldType.number, of, { displayName: title, color: { mode: 'fixed', fixedColor: color } });
  return [
    frame('nodes', nodes.length, [
      nodeColumn('id', FieldType.string, idOf),
      nodeColumn('title', FieldType.string, (index) => trace.serviceNames[trace.services[index] ?? 0] ?? ''),
      nodeColumn('subtitle', FieldType.string, (index) => trace.names[index] ?? ''),
      duration('mainstat', 'Duration', (index) => (trace.ends[index] ?? 0) - (trace.starts[index] ?? 0)),
      duration('secondarystat', 'Self time', (index) => self[index] ?? 0),
      arc('arc__self', 'Self time', 'blue', share),
      arc('arc__rest', 'Rest of the trace', 'gray', (index) => 1 - share(index)),
      nodeColumn('detail__status', FieldType.string, (index) =>
        trace.statusCodes[index] === STATUS_ERROR ? 'error' : 'no error'
      ),
    ]),
    frame('edges', children.length, [
      edgeColumn('id', (index) => `edge ${String(index)}`),
      edgeColumn('source', (index) => idOf(trace.parents[index] ?? 0)),
      edgeColumn('target', idOf),
    ]),
  ];
}
