// SPDX-License-Identifier: Apache-2.0
//
// The service graph of a range: the folded parts of sealed blocks by whole minutes, the open blocks (and, with
// a filter, all blocks) folded now. Halves of calls that no block could decide alone are joined here, over
// all blocks near the range: a client half and a server half with the same trace and span make a call, a
// client half alone is a call of what its attributes name, a server half alone is no edge.

import { StoreError } from '../api.ts';
import type {
  QueryOptions,
  ServiceEdge,
  ServiceGraphRequest,
  ServiceGraphResult,
  ServiceNode,
  ServiceNodeKind,
  TrafficStats,
  EdgeKind,
} from '../api.ts';
import type { BlockReader, BlockRef, SqlResult } from '../blocks/reader.ts';
import { matchingSpansSql } from '../execute/matched-spans.ts';
import { QueryContext } from '../execute/query-context.ts';
import { planSearch, toQueryError, type SearchPlan } from '../plan/search-plan.ts';
import { sqlInteger } from '../plan/sql-text.ts';
import { CellHistogram } from './cells.ts';
import { foldServiceGraph, type FoldedGraph, type GraphEdgeRow, type PendingRow } from './fold.ts';

const MINUTE = 60_000_000_000n;
const SPARK_BUCKETS = 60;
/** How many minutes the halves of a call may be apart and still be joined. */
const PENDING_MINUTES = 10;

const nodeKinds: readonly ServiceNodeKind[] = ['service', 'database', 'messaging', 'external', 'user'];
const edgeKinds: readonly EdgeKind[] = ['call', 'database', 'messaging', 'external', 'entry'];

/** See `Store.serviceGraph`. */
export async function executeServiceGraph(
  reader: BlockReader,
  request: ServiceGraphRequest,
  options: QueryOptions = {}
): Promise<ServiceGraphResult> {
  const filtered = request.query.trim() !== '' && request.query.trim() !== '{}';
  const plan = planSearch(request.query);
  if (plan.filters.length !== 1) {
    throw new StoreError('not-supported', 'service graphs of more than one spanset filter are not yet supported', {
      range: plan.query.range,
    });
  }
  const lease = reader.acquire();
  try {
    const context = new QueryContext(reader, lease.blocks, options);
    const graph = new GraphBuilder(request);
    const pending: PendingRow[] = [];
    for (const block of context.blocks) {
      if (block.minTime >= request.end || (block.state === 'sealed' && block.maxTime < request.start)) {
        continue;
      }
      const stored = block.state === 'sealed' && block.hasGraph && !filtered;
      const part = stored
        ? await storedGraph(context, block, request)
        : await liveGraph(context, block, request, filtered ? plan : undefined);
      await graph.addSql(context, block, part);
      graph.addEdges(part.edges);
      for (const row of part.pending) {
        pending.push(row);
      }
    }
    const [first, last] = minutesOf(request);
    const joined = joinPending(pending).filter(({ minute }) => minute >= first && minute <= last);
    graph.addEdges(joined);
    return { ...graph.build(), cost: context.cost() };
  } catch (error) {
    throw toQueryError(error);
  } finally {
    lease.release();
  }
}

/** The folded graph that the sealer left, for the minutes that the range touches. */
async function storedGraph(context: QueryContext, block: BlockRef, request: ServiceGraphRequest): Promise<FoldedGraph> {
  const { catalog } = block;
  const [first, last] = minutesOf(request);
  const where = `minute BETWEEN ${first} AND ${last}`;
  const widened = `minute BETWEEN ${Math.max(0, first - PENDING_MINUTES)} AND ${last + PENDING_MINUTES}`;
  const pending = await context.query(
    block,
    `SELECT trace_hi, trace_lo, span_id, role, minute, service, cell, error, peer, peer_kind FROM ${catalog}.graph_pending WHERE ${widened}`
  );
  const text = (column: string, row: number): string => pending.texts(column)[row] ?? '';
  const integer = (column: string, row: number): number => pending.integers(column)[row] ?? 0;
  return {
    edgesSql: [`SELECT * FROM ${catalog}.graph_edges WHERE ${where}`],
    nodesSql: [`SELECT * FROM ${catalog}.graph_nodes WHERE ${where}`],
    edges: [],
    pending: Array.from({ length: pending.rowCount }, (_, i): PendingRow => ({
      traceHi: pending.bigints('trace_hi')[i] ?? 0n,
      traceLo: pending.bigints('trace_lo')[i] ?? 0n,
      spanId: pending.bigints('span_id')[i] ?? 0n,
      role: text('role', i) === 'server' ? 'server' : 'client',
      minute: integer('minute', i),
      service: text('service', i),
      cell: integer('cell', i),
      error: integer('error', i) !== 0,
      peer: text('peer', i),
      peerKind: text('peer_kind', i),
      hit: true,
    })),
  };
}

/** The first and the last minute that a range touches. */
function minutesOf({ start, end }: ServiceGraphRequest): [number, number] {
  return [Number(start / MINUTE), Number((end > start ? end - 1n : start) / MINUTE)];
}

async function liveGraph(
  context: QueryContext,
  block: BlockRef,
  { start, end }: ServiceGraphRequest,
  plan: SearchPlan | undefined
): Promise<FoldedGraph> {
  // The same whole minutes as the stored part, so that blocks add up.
  const least = start - (start % MINUTE);
  const greatest = end % MINUTE === 0n ? end : end - (end % MINUTE) + MINUTE;
  const within = `start_ns >= ${sqlInteger(least, 'UBIGINT')} AND start_ns < ${sqlInteger(greatest, 'UBIGINT')}`;
  const hit = plan === undefined ? undefined : await matchingSpansSql(context, block, plan, 'TRUE');
  return foldServiceGraph(block, (sql) => context.query(block, sql), { within, ...(hit !== undefined && { hit }) });
}

/** Edges of the halves that only all blocks together can decide. */
export function joinPending(pending: readonly PendingRow[]): GraphEdgeRow[] {
  const keyOf = ({ traceHi, traceLo, spanId }: PendingRow): string => `${traceHi} ${traceLo} ${spanId}`;
  const servers = new Map<string, PendingRow[]>();
  for (const row of pending) {
    if (row.role === 'server') {
      const key = keyOf(row);
      servers.set(key, [...(servers.get(key) ?? []), row]);
    }
  }
  const edges: GraphEdgeRow[] = [];
  for (const client of pending) {
    if (client.role !== 'client') {
      continue;
    }
    const called = servers.get(keyOf(client)) ?? [];
    for (const server of called) {
      if (server.service !== client.service && (server.hit || client.hit)) {
        const errors = client.error || server.error ? 1 : 0;
        const { minute } = server;
        const ends = { client: client.service, server: server.service };
        edges.push({ minute, ...ends, kind: 'call', cell: client.cell, requests: 1, errors });
      }
    }
    if (called.length === 0 && client.peer !== '' && client.hit) {
      const { minute, cell, service, peer, peerKind } = client;
      const errors = client.error ? 1 : 0;
      edges.push({ minute, client: service, server: peer, kind: peerKind, cell, requests: 1, errors });
    }
  }
  return edges;
}

class Traffic {
  readonly histogram = new CellHistogram();
  requests = 0;
  errors = 0;
  readonly requestsOverTime = new Float64Array(SPARK_BUCKETS);
  readonly errorsOverTime = new Float64Array(SPARK_BUCKETS);

  add(cell: number, requests: number, errors: number): void {
    this.histogram.add(cell, requests);
    this.requests += requests;
    this.errors += errors;
  }

  stats(): TrafficStats {
    const { requests, errors, histogram } = this;
    return {
      requests,
      errors,
      p50: histogram.quantile(0.5),
      p95: histogram.quantile(0.95),
      p99: histogram.quantile(0.99),
    };
  }
}

/** Requests of a duration cell, of a span of time, or of both. */
interface Counted {
  readonly cell?: number;
  readonly minute?: number;
  readonly minutes?: number;
  readonly requests: number;
  readonly errors: number;
}

class GraphBuilder {
  private readonly request: ServiceGraphRequest;
  private readonly edges = new Map<string, { client: string; server: string; kind: EdgeKind; traffic: Traffic }>();
  private readonly nodes = new Map<string, Traffic>();

  /** Minutes that are counted as one slot of time in SQL, so that a day does not come back by the minute. */
  private readonly slotMinutes: number;

  constructor(request: ServiceGraphRequest) {
    this.request = request;
    this.slotMinutes = Math.max(1, Math.floor(Number((request.end - request.start) / MINUTE) / SPARK_BUCKETS));
  }

  /** Adds what a part has in SQL: by duration cell, and by time for the sparklines. */
  async addSql(context: QueryContext, block: BlockRef, { edgesSql, nodesSql }: FoldedGraph): Promise<void> {
    // Calls say nothing over time that the callee's own spans do not say.
    const slot = `((minute // ${this.slotMinutes}) * ${this.slotMinutes})::UINTEGER`;
    const sums = 'sum(requests)::DOUBLE AS requests, sum(errors)::DOUBLE AS errors';
    for (const sql of edgesSql) {
      const rows = await context.query(
        block,
        `SELECT client, server, kind, cell, slot, grouping(slot)::INTEGER AS by_cell, ${sums} FROM (SELECT *, ${slot} AS slot FROM (${sql}))
        GROUP BY GROUPING SETS ((client, server, kind, cell), (client, server, kind, slot))
        HAVING by_cell = 1 OR kind <> 'call'`
      );
      const clients = rows.texts('client');
      const servers = rows.texts('server');
      const kinds = rows.texts('kind');
      this.eachSum(rows, (row, counted) => {
        this.addEdge(clients[row] ?? '', servers[row] ?? '', kinds[row] ?? '', counted);
      });
    }
    for (const sql of nodesSql) {
      const rows = await context.query(
        block,
        `SELECT name, cell, slot, grouping(slot)::INTEGER AS by_cell, ${sums} FROM (SELECT *, ${slot} AS slot FROM (${sql}))
        GROUP BY GROUPING SETS ((name, cell), (name, slot))`
      );
      const names = rows.texts('name');
      this.eachSum(rows, (row, counted) => {
        this.count(this.node(names[row] ?? ''), counted);
      });
    }
  }

  private eachSum(rows: SqlResult, each: (row: number, counted: Counted) => void): void {
    const byCell = rows.integers('by_cell');
    const cells = rows.integers('cell');
    const slots = rows.integers('slot');
    const requests = rows.numbers('requests');
    const errors = rows.numbers('errors');
    for (let row = 0; row < rows.rowCount; row++) {
      const sums = { requests: requests[row] ?? 0, errors: errors[row] ?? 0 };
      each(
        row,
        byCell[row] === 1
          ? { ...sums, cell: cells[row] ?? 0 }
          : { ...sums, minute: slots[row] ?? 0, minutes: this.slotMinutes }
      );
    }
  }

  addEdges(edges: readonly GraphEdgeRow[]): void {
    for (const { client, server, kind, minute, cell, requests, errors } of edges) {
      this.addEdge(client, server, kind, { minute, minutes: 1, cell, requests, errors });
    }
  }

  private addEdge(clientId: string, serverId: string, kindName: string, counted: Counted): void {
    const kind = edgeKinds.find((known) => known === kindName) ?? 'call';
    const key = `${kind}\u0000${clientId}\u0000${serverId}`;
    let edge = this.edges.get(key);
    if (edge === undefined) {
      edge = { client: clientId, server: serverId, kind, traffic: new Traffic() };
      this.edges.set(key, edge);
    }
    if (counted.cell !== undefined) {
      edge.traffic.add(counted.cell, counted.requests, counted.errors);
    }
    // Services answer with their own spans; of other nodes, only what reaches them is known.
    const client = this.node(clientId);
    const server = this.node(serverId);
    if (kindOf(serverId) !== 'service') {
      this.count(server, counted);
    } else if (kindOf(clientId) === 'user') {
      this.count(client, counted);
    }
  }

  private node(id: string): Traffic {
    let traffic = this.nodes.get(id);
    if (traffic === undefined) {
      traffic = new Traffic();
      this.nodes.set(id, traffic);
    }
    return traffic;
  }

  private count(traffic: Traffic, { cell, minute, minutes = 1, requests, errors }: Counted): void {
    if (cell !== undefined) {
      traffic.add(cell, requests, errors);
    }
    if (minute === undefined) {
      return;
    }
    const { start, end } = this.request;
    const bucket = Number(end - start) / SPARK_BUCKETS;
    // A slot's requests are spread evenly over the buckets it overlaps, and what it has outside is left out.
    const from = Math.max(0, Number(BigInt(minute) * MINUTE - start) / bucket);
    const to = Math.min(SPARK_BUCKETS, Number(BigInt(minute + minutes) * MINUTE - start) / bucket);
    const width = to - from;
    for (let i = Math.floor(from); i < to && width > 0; i++) {
      const share = (Math.min(i + 1, to) - Math.max(i, from)) / width;
      traffic.requestsOverTime[i] = (traffic.requestsOverTime[i] ?? 0) + requests * share;
      traffic.errorsOverTime[i] = (traffic.errorsOverTime[i] ?? 0) + errors * share;
    }
  }

  build(): { nodes: ServiceNode[]; edges: ServiceEdge[] } {
    const nodes = [...this.nodes].map(([id, traffic]): ServiceNode => {
      const kind = kindOf(id);
      return {
        id,
        name: kind === 'service' ? id : id.slice(kind.length + 1),
        kind,
        ...traffic.stats(),
        requestsOverTime: traffic.requestsOverTime,
        errorsOverTime: traffic.errorsOverTime,
      };
    });
    const edges = [...this.edges.values()].map(({ client, server, kind, traffic }): ServiceEdge => ({
      client,
      server,
      kind,
      ...traffic.stats(),
    }));
    return {
      nodes: nodes.sort((a, b) => b.requests - a.requests || (a.id < b.id ? -1 : 1)),
      edges: edges.sort(
        (a, b) => b.requests - a.requests || (`${a.client} ${a.server}` < `${b.client} ${b.server}` ? -1 : 1)
      ),
    };
  }
}

/** The kind that a node's id begins with. */
function kindOf(id: string): ServiceNodeKind {
  const colon = id.indexOf(':');
  const prefix = colon < 0 ? '' : id.slice(0, colon);
  return nodeKinds.find((kind) => kind !== 'service' && kind === prefix) ?? 'service';
}
