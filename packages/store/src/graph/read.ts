// SPDX-License-Identifier: Apache-2.0
//
// The service graph of a range: the folded parts of sealed blocks by whole minutes, the open blocks (and, with
// a filter, all blocks) folded now. Halves of calls that no block could decide alone are joined here, over
// all blocks near the range: a client half and a server half with the same trace and span make a call, a
// client half alone is a call of what its attributes name, a server half alone is no edge.

import { StoreError } from '../api.ts';
import type { QueryOptions, ServiceGraphRequest, ServiceGraphResult } from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import { matchingSpansSql } from '../execute/matched-spans.ts';
import { QueryContext } from '../execute/query-context.ts';
import { planSearch, toQueryError, type SearchPlan } from '../plan/search-plan.ts';
import { sqlInteger } from '../plan/sql-text.ts';
import { foldServiceGraph, type FoldedGraph, type GraphEdgeRow, type PendingRow } from './fold.ts';
import { GraphBuilder, MINUTE } from './graph-builder.ts';

/** How many minutes the halves of a call may be apart and still be joined. */
const PENDING_MINUTES = 10;

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
