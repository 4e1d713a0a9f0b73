// SPDX-License-Identifier: Apache-2.0
//
// The service graph in a panel's node graph frames: ours with all its numbers, those of others (Tempo, Jaeger, test data,
// any data source) in their own words. Field names count in any case, as in Grafana's node graph.
import type { DataFrame } from '@grafana/data';
import type { ServiceEdge, ServiceGraph, ServiceNode, TrafficStats } from '@tracewell/views';
import { linksOfRow } from './field-links.ts';
import { columnsOfFrame, numberOf } from './frame-columns.ts';
import type { Columns } from './frame-columns.ts';
import { failedShare, rateOf, wordsOf } from './graph-words.ts';
import { listOf } from './tag-value.ts';

export interface GraphInFrames {
  readonly graph: ServiceGraph;
  /** Length of the range that the counts are of. */
  readonly seconds: number;
  /** What is wrong if there are frames and none of them is a node graph. */
  readonly problem?: string;
}

/** What our own frames have besides Grafana's columns, and the one whose link the view has already. */
const graphColumns = {
  query: 'search',
  kind: 'kind',
  requestsOverTime: 'requestsOverTime',
  errorsOverTime: 'errorsOverTime',
} as const;

/** Reads all frames into one graph. `seconds` is the length of the panel's range. */
export function readGraph(frames: readonly DataFrame[], seconds: number): GraphInFrames {
  const nodes = new Map<string, ServiceNode>();
  const edges: ServiceEdge[] = [];
  let range = seconds;
  let recognised = false;
  for (const frame of frames) {
    const ours = secondsOfOurs(frame);
    range = ours ?? range;
    const isEdges = isEdgesFrame(frame);
    if (!isEdges && !isNodesFrame(frame)) {
      continue;
    }
    recognised = true;
    const columns = columnsOfFrame(frame);
    for (let row = 0; row < frame.length; row++) {
      if (isEdges) {
        const edge = readEdge(frame, columns, row, ours, seconds);
        if (edge !== undefined) {
          edges.push(edge);
        }
        continue;
      }
      const node = readNode(frame, columns, row, ours, seconds);
      if (node !== undefined && !nodes.has(node.id)) {
        nodes.set(node.id, node);
      }
    }
  }
  // Edges alone are a graph too, and an edge may name a node that its frame lacks.
  for (const id of edges.flatMap(({ client, server }) => [client, server])) {
    if (!nodes.has(id)) {
      nodes.set(id, nodeByName(id));
    }
  }
  const partial = frames.find((frame) => secondsOfOurs(frame) !== undefined)?.meta?.notices?.[0]?.text;
  return {
    graph: { nodes: [...nodes.values()], edges: mergeEdges(edges), ...(partial === undefined ? {} : { partial }) },
    seconds: range,
    ...(recognised || frames.every(({ length }) => length === 0) ? {} : { problem: problemOf(frames) }),
  };
}

/** Whether the rows are nodes: by Grafana's type, by the name, or by columns that only they have. */
export function isNodesFrame(frame: DataFrame): boolean {
  const { field } = columnsOfFrame(frame);
  const named = frame.name === 'nodes' || frame.meta?.preferredVisualisationType === 'nodeGraph';
  return field('id') !== undefined && (named || (field('title') !== undefined && field('mainstat') !== undefined));
}

/** Whether the rows are edges. */
export function isEdgesFrame(frame: DataFrame): boolean {
  const { field } = columnsOfFrame(frame);
  return field('source') !== undefined && field('target') !== undefined;
}

/** Set in our own frames only. */
function secondsOfOurs(frame: DataFrame): number | undefined {
  const custom: unknown = frame.meta?.custom;
  const { field } = columnsOfFrame(frame);
  return field(graphColumns.kind) !== undefined &&
    field('p95') !== undefined &&
    typeof custom === 'object' &&
    custom !== null &&
    'seconds' in custom
    ? numberOf(custom.seconds)
    : undefined;
}

type Ours = number | undefined;

function readNode(
  frame: DataFrame,
  columns: Columns,
  row: number,
  ours: Ours,
  seconds: number
): ServiceNode | undefined {
  const id = columns.text('id', row);
  if (id === '') {
    return undefined;
  }
  const kind = kindOf(columns, row);
  const base = {
    id,
    name: columns.text('title', row) || id,
    kind,
    requestsOverTime: numbers(columns.cell(graphColumns.requestsOverTime, row)),
    errorsOverTime: numbers(columns.cell(graphColumns.errorsOverTime, row)),
    get links() {
      return linksOfRow(frame, row, ours === undefined ? undefined : graphColumns.query);
    },
  };
  // Not by spreading `base` elsewhere: that would resolve the links of all nodes at once.
  return Object.assign(base, ours === undefined ? foreignStats(frame, row, seconds) : ownStats(columns, row));
}

function readEdge(
  frame: DataFrame,
  columns: Columns,
  row: number,
  ours: Ours,
  seconds: number
): ServiceEdge | undefined {
  const client = columns.text('source', row);
  const server = columns.text('target', row);
  if (client === '' || server === '') {
    return undefined;
  }
  const base = {
    client,
    server,
    kind: edgeKinds.find((kind) => kind === columns.cell(graphColumns.kind, row)) ?? 'call',
    get links() {
      return linksOfRow(frame, row, ours === undefined ? undefined : graphColumns.query);
    },
  };
  return Object.assign(base, ours === undefined ? foreignStats(frame, row, seconds) : ownStats(columns, row));
}

const edgeKinds = ['call', 'database', 'messaging', 'external', 'entry'] as const;
const nodeKinds = ['service', 'database', 'messaging', 'external', 'user'] as const;

function kindOf(columns: Columns, row: number): ServiceNode['kind'] {
  const own = nodeKinds.find((kind) => kind === columns.cell(graphColumns.kind, row));
  if (own !== undefined) {
    return own;
  }
  switch (columns.text('icon', row)) {
    case 'database':
      return 'database';
    case 'channel-add':
    case 'envelope':
      return 'messaging';
    case 'user':
    case 'users-alt':
      return 'user';
    case 'cloud':
      return 'external';
    default:
      return columns.cell('isinstrumented', row) === false ? 'external' : 'service';
  }
}

function ownStats(columns: Columns, row: number): TrafficStats {
  const stat = (name: string) => columns.number(name, row) ?? 0;
  return {
    requests: stat('requests'),
    errors: stat('errors'),
    p50: stat('p50'),
    p95: stat('p95'),
    p99: stat('p99'),
  };
}

function foreignStats(frame: DataFrame, row: number, seconds: number) {
  // Without a rate all are of one size.
  const rate = rateOf(frame, row);
  const requests = rate === undefined ? 1 : rate * seconds;
  const unknown = Number.NaN;
  return {
    requests,
    errors: requests * failedShare(frame, row),
    p50: unknown,
    p95: unknown,
    p99: unknown,
    words: wordsOf(frame, row),
  };
}

function nodeByName(id: string): ServiceNode {
  return {
    id,
    name: id,
    kind: 'service',
    requests: 1,
    errors: 0,
    p50: 0,
    p95: 0,
    p99: 0,
    requestsOverTime: [],
    errorsOverTime: [],
    words: { short: '', stats: [] },
  };
}

/** The map has one line from one node to another of each kind. */
function mergeEdges(edges: readonly ServiceEdge[]): ServiceEdge[] {
  const byEnds = new Map<string, ServiceEdge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.client, edge.server, edge.kind]);
    if (!byEnds.has(key)) {
      byEnds.set(key, edge);
    }
  }
  return [...byEnds.values()];
}

function numbers(cell: unknown): number[] {
  return listOf(cell).map((value) => numberOf(value) ?? 0);
}

function problemOf(frames: readonly DataFrame[]): string {
  const names = frames[0]?.fields.slice(0, 6).map(({ config, name }) => config.displayName ?? name) ?? [];
  return `Expected node graph frames (nodes with id and title, edges with id, source and target), found a table with ${names.join(', ')}.`;
}
