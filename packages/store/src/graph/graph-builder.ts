// SPDX-License-Identifier: Apache-2.0
//
// Puts a service graph together from what blocks know of it: calls and answers counted by duration cell and by
// minute, from SQL or from joined halves. The order in which they come makes no difference.

import type { ServiceEdge, ServiceGraphRequest, ServiceNode, ServiceNodeKind, TrafficStats, EdgeKind } from '../api.ts';
import type { BlockRef, SqlResult } from '../blocks/reader.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { CellHistogram } from './cells.ts';
import type { FoldedGraph, GraphEdgeRow } from './fold.ts';

/** Nanoseconds. */
export const MINUTE = 60_000_000_000n;
const SPARK_BUCKETS = 60;
const EXTERNAL = 'external:';

const nodeKinds: readonly ServiceNodeKind[] = ['service', 'database', 'messaging', 'external', 'user'];
const edgeKinds: readonly EdgeKind[] = ['call', 'database', 'messaging', 'external', 'entry'];

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

  /** Adds other traffic's durations and counts, not its course over time. */
  addAll(other: Traffic): void {
    this.histogram.addAll(other.histogram);
    this.requests += other.requests;
    this.errors += other.errors;
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

/** SELECTs of what is counted already: over the whole time by duration cell, and by minute. Rows add up. */
export interface GraphParts {
  /** client, server, kind, cell, requests, errors */
  readonly edgeTotals: string;
  /** name, cell, requests, errors */
  readonly nodeTotals: string;
  /** name, minute, requests, errors; of all kinds of nodes. */
  readonly nodeMinutes: string;
}

/** Requests of a duration cell, of a span of time, or of both. */
export interface Counted {
  readonly cell?: number;
  readonly minute?: number;
  readonly minutes?: number;
  readonly requests: number;
  readonly errors: number;
}

/** Collects calls and answers from blocks, and says what the graph is. */
export class GraphBuilder {
  private readonly request: ServiceGraphRequest;
  private readonly edges = new Map<string, { client: string; server: string; kind: EdgeKind; traffic: Traffic }>();
  private readonly nodes = new Map<string, Traffic>();

  /** Minutes that are counted as one slot of time in SQL, so that a day does not come back by the minute. */
  readonly slotMinutes: number;

  constructor(request: ServiceGraphRequest) {
    this.request = request;
    this.slotMinutes = Math.max(1, Math.floor(Number((request.end - request.start) / MINUTE) / SPARK_BUCKETS));
  }

  /** Adds what a part has in SQL: by duration cell, and by time for the sparklines. */
  async addSql(
    context: QueryContext,
    block: BlockRef,
    { edgesSql, nodesSql }: Pick<FoldedGraph, 'edgesSql' | 'nodesSql'>
  ): Promise<void> {
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

  /** Adds graphs that are counted already, of all blocks at once. */
  async addStored(context: QueryContext, blocks: readonly BlockRef[], parts: readonly GraphParts[]): Promise<void> {
    if (parts.length === 0) {
      return;
    }
    const slot = `((minute // ${this.slotMinutes}) * ${this.slotMinutes})::UINTEGER AS slot`;
    // Live graphs take back what they counted too early; what is nothing in the end was never there.
    const ask = (key: string, pick: (part: GraphParts) => string): Promise<SqlResult> =>
      context.queryAll(
        blocks,
        `SELECT ${key}, sum(requests)::DOUBLE AS requests, sum(errors)::DOUBLE AS errors
        FROM (${parts.map(pick).join(' UNION ALL ')}) GROUP BY ALL HAVING sum(requests) > 0`
      );
    const edgesByCell = await ask('client, server, kind, cell', ({ edgeTotals }) => edgeTotals);
    const clients = edgesByCell.texts('client');
    const servers = edgesByCell.texts('server');
    const kinds = edgesByCell.texts('kind');
    this.eachCount(edgesByCell, (row, counted) => {
      this.addEdge(clients[row] ?? '', servers[row] ?? '', kinds[row] ?? '', counted);
    });
    const nodesByCell = await ask('name, cell', ({ nodeTotals }) => nodeTotals);
    const nodesBySlot = await ask(`name, ${slot}`, ({ nodeMinutes }) => nodeMinutes);
    for (const rows of [nodesByCell, nodesBySlot]) {
      const names = rows.texts('name');
      this.eachCount(rows, (row, counted) => {
        this.count(this.node(names[row] ?? ''), counted);
      });
    }
  }

  /** Rows that have either a cell or a slot of time. */
  private eachCount(rows: SqlResult, each: (row: number, counted: Counted) => void): void {
    const cells = rows.columnNames.includes('cell') ? rows.integers('cell') : undefined;
    const slots = cells === undefined ? rows.integers('slot') : [];
    const requests = rows.numbers('requests');
    const errors = rows.numbers('errors');
    for (let row = 0; row < rows.rowCount; row++) {
      const sums = { requests: requests[row] ?? 0, errors: errors[row] ?? 0 };
      const at =
        cells === undefined ? { minute: slots[row] ?? 0, minutes: this.slotMinutes } : { cell: cells[row] ?? 0 };
      each(row, { ...sums, ...at });
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

  /** Adds requests on an edge. */
  addEdge(clientId: string, serverId: string, kindName: string, counted: Counted): void {
    const kind = edgeKinds.find((known) => known === kindName) ?? 'call';
    const key = edgeKey(kind, clientId, serverId);
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

  /** Adds requests that a service has answered. */
  addAnswers(service: string, counted: Counted): void {
    this.count(this.node(service), counted);
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

  /**
   * A callee that is only known by its address, but has the name of a service that answers in this graph, is that
   * service: its own span was lost, never sampled, or has not arrived yet. It is the same call path then.
   */
  private joinKnownServices(): void {
    for (const [key, edge] of this.edges) {
      const name = edge.server.slice(EXTERNAL.length);
      if (edge.kind !== 'external' || !edge.server.startsWith(EXTERNAL) || !this.nodes.has(name)) {
        continue;
      }
      this.edges.delete(key);
      this.nodes.delete(edge.server);
      const callKey = edgeKey('call', edge.client, name);
      const call = this.edges.get(callKey);
      if (call === undefined) {
        this.edges.set(callKey, { client: edge.client, server: name, kind: 'call', traffic: edge.traffic });
      } else {
        call.traffic.addAll(edge.traffic);
      }
    }
  }

  build(): { nodes: ServiceNode[]; edges: ServiceEdge[] } {
    this.joinKnownServices();
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

function edgeKey(kind: EdgeKind, client: string, server: string): string {
  return `${kind}\u0000${client}\u0000${server}`;
}
