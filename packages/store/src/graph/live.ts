// SPDX-License-Identifier: Apache-2.0
//
// The service graph of an open block, kept up to date: what came since it was last asked for is folded and added to
// tables in memory. Calls add up; what a span calls by its attributes, and halves that wait for the other, are
// taken back when the other half comes. All rows of the traces that new rows belong to are looked at again, and
// no others. A test holds it to the fold of the whole block.

import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import {
  FIRST_ARRIVALS,
  GraphFold,
  graphTotalsSql,
  type GraphEdgeRow,
  type PeerEdges,
  type PendingRow,
} from './fold.ts';

/** A graph by minute in SQL, and the rows that are not in it. */
export interface LiveGraphParts {
  readonly block: BlockRef;
  /** A catalog or schema with all tables of a folded graph; rows add up, and some are negative. */
  readonly schema: string;
  readonly edges: readonly GraphEdgeRow[];
  readonly pending: readonly PendingRow[];
}

/** The schema in the instance's memory that has the tables of a block; dropped when the block goes. */
export function liveGraphSchema(catalog: string): string {
  return `memory.live_${catalog}`;
}

const graphs = new WeakMap<BlockRef, LiveGraph>();

/** The graph of an open block; undefined if it must be folded as a whole: it is too young, or its rows are not known. */
export function liveGraphOf(block: BlockRef): LiveGraph | undefined {
  if (block.state !== 'open' || block.rows === undefined || block.spans < FIRST_ARRIVALS) {
    return undefined;
  }
  let graph = graphs.get(block);
  if (graph === undefined) {
    graph = new LiveGraph(block);
    graphs.set(block, graph);
  }
  return graph;
}

/** See the head of the file. */
export class LiveGraph {
  private readonly block: BlockRef;
  private readonly schema: string;
  private near: GraphFold['near'] | undefined;
  /** Rows of the block that are in. */
  private folded = 0;
  private readonly edges = new Map<string, GraphEdgeRow>();
  private readonly pending = new Map<string, PendingRow[]>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(block: BlockRef) {
    this.block = block;
    this.schema = liveGraphSchema(block.catalog);
  }

  /**
   * Folds what is new, and gives the graph to `read`; nobody changes it before that has ended. A fold is not ended with
   * the query that began it: others wait for it too.
   */
  use<T>(query: BlockReader['query'], read: (parts: LiveGraphParts) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      await this.update(query);
      return read({
        block: this.block,
        schema: this.schema,
        edges: [...this.edges.values()],
        pending: [...this.pending.values()].flat(),
      });
    };
    const result = this.last.then(run, run);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async update(query: BlockReader['query']): Promise<void> {
    const { block } = this;
    const from = this.folded;
    const until = block.spans;
    if (from === until) {
      return;
    }
    // Undone only by the end, so that a failure on the way leaves nothing half folded.
    this.folded = 0;
    if (from === 0) {
      await this.clear(query);
    }
    const fold = new GraphFold(block, query, {});
    if (this.near === undefined) {
      await fold.findBoundaries();
      this.near = fold.near;
    }
    fold.near = this.near;
    const edges = await this.rowsOf('graph_edges', query);
    const nodes = await this.rowsOf('graph_nodes', query);
    await this.add(fold, query, block.rows?.firstOfTracesSince(from) ?? 0, from, until);
    const totals = graphTotalsSql(this.schema, 'INTEGER', `rowid >= ${edges}`, `rowid >= ${nodes}`);
    await query(`INSERT INTO ${this.schema}.graph_totals ${totals}`);
    this.folded = until;
  }

  private async rowsOf(table: string, query: BlockReader['query']): Promise<number> {
    const result = await query(`SELECT count(*) AS n FROM ${this.schema}.${table}`);
    return result.numbers('n')[0] ?? 0;
  }

  private async clear(query: BlockReader['query']): Promise<void> {
    this.edges.clear();
    this.pending.clear();
    await query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await query(`CREATE SCHEMA ${this.schema}`);
    await query(
      `CREATE TABLE ${this.schema}.graph_edges (minute UINTEGER, client VARCHAR, server VARCHAR, kind VARCHAR, cell UTINYINT, requests INTEGER, errors INTEGER)`
    );
    await query(
      `CREATE TABLE ${this.schema}.graph_nodes (minute UINTEGER, name VARCHAR, kind VARCHAR, cell UTINYINT, requests INTEGER, errors INTEGER)`
    );
    await query(`CREATE TABLE ${this.schema}.graph_totals AS ${graphTotalsSql(this.schema, 'INTEGER')}`);
  }

  /** Adds rows [from, until); their traces have no rows before `first`. */
  private async add(
    fold: GraphFold,
    query: BlockReader['query'],
    first: number,
    from: number,
    until: number
  ): Promise<void> {
    const rows = (least: number, end: number): string => `rowid >= ${least} AND rowid < ${end}`;
    const fresh = rows(from, until);
    const all = rows(first, until);
    const insert = (table: string, sql: string): Promise<unknown> =>
      query(`INSERT INTO ${this.schema}.${table} ${sql}`);
    await insert('graph_nodes', fold.nodesSql(fresh));
    await insert('graph_edges', fold.entriesSql(fresh));
    await insert('graph_edges', fold.callsSql(fresh, all));
    if (first < from) {
      const old = rows(first, from);
      await insert('graph_edges', fold.callsSql(old, fresh));
      const noLonger = { counted: old, among: old, foundIn: fresh };
      for (const row of await fold.orphans(noLonger)) {
        this.pending.delete(pendingKey(row));
      }
      const peers = await fold.peers(noLonger);
      await insert(
        'graph_edges',
        `SELECT minute, client, server, kind, cell, -requests::INTEGER, -errors::INTEGER FROM (${peers.edgesSql})`
      );
      this.count(peers.edges, -1);
      for (const row of peers.pending) {
        this.pending.delete(pendingKey(row));
      }
    }
    this.wait(await fold.orphans({ counted: fresh, among: all }));
    const peers = await fold.peers({ counted: fresh, among: all });
    await insert('graph_edges', peers.edgesSql);
    this.count(peers.edges, 1);
    this.wait(peers.pending);
  }

  private wait(pending: readonly PendingRow[]): void {
    for (const row of pending) {
      const key = pendingKey(row);
      const same = this.pending.get(key);
      if (same === undefined) {
        this.pending.set(key, [row]);
      } else {
        same.push(row);
      }
    }
  }

  private count(edges: PeerEdges['edges'], sign: 1 | -1): void {
    for (const edge of edges) {
      const key = `${edge.minute} ${edge.cell} ${edge.kind} ${edge.client}\u0000${edge.server}`;
      const requests = (this.edges.get(key)?.requests ?? 0) + sign * edge.requests;
      const errors = (this.edges.get(key)?.errors ?? 0) + sign * edge.errors;
      if (requests === 0) {
        this.edges.delete(key);
      } else {
        this.edges.set(key, { ...edge, requests, errors });
      }
    }
  }
}

function pendingKey({ role, traceHi, traceLo, spanId }: PendingRow): string {
  return `${role} ${traceHi} ${traceLo} ${spanId}`;
}
