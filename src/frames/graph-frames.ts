// SPDX-License-Identifier: Apache-2.0
//
// A service graph as Grafana's node graph draws it: a frame of nodes and one of edges. The ring of a node shows the share of
// its requests that failed.
import { FieldType } from '@grafana/data';
import type { DataFrame, Field, FieldConfig } from '@grafana/data';
import { edgeQuery, formatDuration, formatRate, formatShare, nodeQuery } from '@tracewell/views';
import type { ServiceEdge, ServiceGraph, ServiceNode, TrafficStats } from '@tracewell/views';
import { toQueryLink } from './links.ts';
import type { LinkTarget } from './links.ts';

interface GraphFrameOptions extends LinkTarget {
  readonly refId: string;
  /** Length of the range that the counts are of, for rates. */
  readonly seconds: number;
}

/** Name of the column with the search for a node's or an edge's traces. */
const queryColumn = 'search';

const icons: Readonly<Record<ServiceNode['kind'], string>> = {
  service: '',
  database: 'database',
  messaging: 'channel-add',
  external: 'cloud',
  user: 'user',
};

/** Nodes and edges, in this order. */
export function toGraphFrames(graph: ServiceGraph, options: GraphFrameOptions): DataFrame[] {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  // The node graph does not survive an edge to a node that is not there.
  const edges = graph.edges.flatMap((edge) => {
    const client = byId.get(edge.client);
    const server = byId.get(edge.server);
    return client === undefined || server === undefined ? [] : [{ edge, client, server }];
  });
  const nodeColumn = columnsOf(graph.nodes);
  const edgeColumn = columnsOf(edges);
  const notices =
    graph.partial === undefined ? {} : { notices: [{ severity: 'warning' as const, text: graph.partial }] };
  const frame = (name: string, length: number, fields: Field[]): DataFrame => ({
    name,
    refId: options.refId,
    length,
    fields,
    meta: { preferredVisualisationType: 'nodeGraph', custom: { seconds: options.seconds }, ...notices },
  });
  return [
    frame('nodes', graph.nodes.length, [
      nodeColumn('id', FieldType.string, ({ id }) => id),
      nodeColumn('title', FieldType.string, ({ name }) => name),
      nodeColumn('subtitle', FieldType.string, ({ kind }) => (kind === 'service' ? '' : kind)),
      nodeColumn('icon', FieldType.string, ({ kind }) => icons[kind]),
      nodeColumn('kind', FieldType.string, ({ kind }) => kind),
      nodeColumn('requestsOverTime', FieldType.other, (node) => node.requestsOverTime),
      nodeColumn('errorsOverTime', FieldType.other, (node) => node.errorsOverTime),
      ...statColumns(nodeColumn, (node) => node, options.seconds),
      nodeColumn('arc__success', FieldType.number, (node) => (node.requests === 0 ? 1 : 1 - errorShare(node)), {
        displayName: 'Succeeded',
        color: { mode: 'fixed', fixedColor: 'green' },
      }),
      nodeColumn('arc__error', FieldType.number, errorShare, {
        displayName: 'Failed',
        color: { mode: 'fixed', fixedColor: 'red' },
      }),
      nodeColumn(queryColumn, FieldType.string, nodeQuery, searchLink(options)),
    ]),
    frame('edges', edges.length, [
      edgeColumn('id', FieldType.string, ({ edge }) => `${edge.client} ${edge.server} ${edge.kind}`),
      edgeColumn('source', FieldType.string, ({ edge }) => edge.client),
      edgeColumn('target', FieldType.string, ({ edge }) => edge.server),
      edgeColumn('kind', FieldType.string, ({ edge }) => edge.kind),
      ...statColumns(edgeColumn, ({ edge }) => edge, options.seconds),
      edgeColumn('color', FieldType.string, ({ edge }) => (errorShare(edge) > 0.01 ? '#e02f44' : undefined)),
      edgeColumn('thickness', FieldType.number, ({ edge }) => thickness(edge, graph.edges)),
      edgeColumn(queryColumn, FieldType.string, ({ client, server }) => edgeQuery(client, server), searchLink(options)),
    ]),
  ];
}

type Column<T> = (name: string, type: FieldType, of: (row: T) => unknown, config?: FieldConfig) => Field;

function columnsOf<T>(rows: readonly T[]): Column<T> {
  return (name, type, of, config = {}) => ({ name, type, config, values: rows.map(of) });
}

/**
 * What is written at a node or an edge and what its menu adds, as text: the node graph does not scale units. The numbers
 * stand beside it for whoever reads the frames.
 */
function statColumns<T>(column: Column<T>, of: (row: T) => TrafficStats, seconds: number): Field[] {
  const text = (name: string, title: string, write: (stats: TrafficStats) => string) =>
    column(
      name,
      FieldType.string,
      (row) => {
        const stats = of(row);
        return stats.requests === 0 ? '' : write(stats);
      },
      { displayName: title }
    );
  const exact = (name: keyof TrafficStats, unit: string) =>
    column(name, FieldType.number, (row) => of(row)[name], { unit });
  return [
    text('mainstat', 'p95', ({ p95 }) => formatDuration(p95)),
    text('secondarystat', 'Requests', ({ requests }) => formatRate(requests / Math.max(1, seconds))),
    text('detail__errors', 'Failed', ({ requests, errors }) => formatShare(errors, requests)),
    text('detail__requests', 'Requests in all', ({ requests }) => String(requests)),
    text('detail__p50', 'p50', ({ p50 }) => formatDuration(p50)),
    text('detail__p99', 'p99', ({ p99 }) => formatDuration(p99)),
    exact('requests', 'short'),
    exact('errors', 'short'),
    exact('p50', 'ns'),
    exact('p95', 'ns'),
    exact('p99', 'ns'),
  ];
}

function searchLink(options: GraphFrameOptions): FieldConfig {
  return { links: [toQueryLink(options, 'Show traces', { queryType: 'traceql', query: '${__value.raw}' })] };
}

function errorShare({ requests, errors }: TrafficStats): number {
  return requests === 0 ? 0 : Math.min(1, errors / requests);
}

/** 1 to 5, by the logarithm of the calls. */
function thickness(edge: ServiceEdge, all: readonly ServiceEdge[]): number {
  const most = Math.max(1, ...all.map(({ requests }) => requests));
  return most === 1 ? 1 : 1 + (4 * Math.log1p(edge.requests)) / Math.log1p(most);
}
