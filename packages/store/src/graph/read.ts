// SPDX-License-Identifier: Apache-2.0
//
// The service graph of a range: the folded parts of sealed blocks by whole minutes, the live graphs of open ones, and
// with a filter all blocks, folded now. Halves of calls that no block could decide alone are joined here, over
// all blocks near the range: a client half and a server half with the same trace and span make a call, a
// client half alone is a call of what its attributes name, a server half alone is no edge.

import type { QueryOptions, ServiceGraphRequest, ServiceGraphResult } from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import { matchingSpansSql } from '../execute/matched-spans.ts';
import { withContext, type QueryContext } from '../execute/query-context.ts';
import { describePlan, planSearch, type SearchPlan } from '../plan/search-plan.ts';
import { sqlInteger } from '../plan/sql-text.ts';
import { foldServiceGraph, nodeMinutesSql, type GraphEdgeRow, type PendingRow } from './fold.ts';
import { GraphBuilder, MINUTE, type GraphParts } from './graph-builder.ts';
import { liveGraphOf, type LiveGraph, type LiveGraphParts } from './live.ts';
import { addWalked } from './trace-walk.ts';

/** How many minutes the halves of a call may be apart and still be joined. */
const PENDING_MINUTES = 10;
const UINT64_MAX = (1n << 64n) - 1n;

/** See `Store.serviceGraph`. */
export async function executeServiceGraph(
  reader: BlockReader,
  request: ServiceGraphRequest,
  options: QueryOptions = {}
): Promise<ServiceGraphResult> {
  const filtered = request.query.trim() !== '' && request.query.trim() !== '{}';
  const plan = planSearch(request.query);
  return withContext(reader, options, async (context) => {
    const blocks = context.blocks.filter(
      (block) => block.minTime < request.end && (block.state === 'open' || block.maxTime >= request.start)
    );
    context.recorder?.plan(filtered ? describePlan(plan) : 'Graphs of blocks, as they were folded when spans came.');
    const graph = new GraphBuilder(request);
    const pending: PendingRow[] = [];
    const stored = filtered ? [] : blocks.filter((block) => block.state === 'sealed' && block.hasGraph);
    const live = filtered ? [] : blocks.flatMap((block) => liveGraphOf(block) ?? []);
    await withLiveGraphs(reader, live, async (parts) => {
      const [first, last] = minutesOf(request);
      await graph.addStored(context, stored, [
        ...stored.map((block) => storedParts(block, block.catalog, block.hasGraphTotals, [first, last])),
        ...parts.map(({ block, schema }) => storedParts(block, schema, true, [first, last])),
      ]);
      for (const { edges, pending: waiting } of parts) {
        graph.addEdges(edges.filter(({ minute }) => minute >= first && minute <= last));
        addAll(pending, waiting.filter(isNearMinutes(first, last)));
      }
    });
    addAll(pending, await storedPending(context, stored, request));
    for (const block of blocks) {
      if (!stored.includes(block) && (filtered || liveGraphOf(block) === undefined)) {
        addAll(pending, await addNow(context, graph, block, request, filtered ? plan : undefined));
      }
    }
    const [first, last] = minutesOf(request);
    const joined = joinPending(pending).filter(({ minute }) => minute >= first && minute <= last);
    graph.addEdges(joined);
    return { ...graph.build(), cost: context.cost(), ...context.explained() };
  });
}

function addAll<T>(target: T[], items: readonly T[]): void {
  for (const item of items) {
    target.push(item);
  }
}

/** Brings the live graphs up to date, one after the other, and holds them until `read` has ended. */
async function withLiveGraphs(
  reader: BlockReader,
  [graph, ...others]: readonly LiveGraph[],
  read: (parts: readonly LiveGraphParts[]) => Promise<void>
): Promise<void> {
  if (graph === undefined) {
    await read([]);
    return;
  }
  await graph.use(
    (sql) => reader.query(sql),
    (parts) => withLiveGraphs(reader, others, (more) => read([parts, ...more]))
  );
}

/** What is folded of a block in the tables of `catalog`, added up if the range has all of it. */
function storedParts(
  { minTime, maxTime }: BlockRef,
  catalog: string,
  hasTotals: boolean,
  [first, last]: readonly [number, number]
): GraphParts {
  const isCovered = hasTotals && Number(minTime / MINUTE) >= first && Number(maxTime / MINUTE) <= last;
  const where = `minute BETWEEN ${first} AND ${last}`;
  const counted = 'requests, errors';
  const totals = `FROM ${catalog}.graph_totals WHERE`;
  return {
    edgeTotals: isCovered
      ? `SELECT name AS client, server, kind, cell, ${counted} ${totals} server IS NOT NULL`
      : `SELECT client, server, kind, cell, ${counted} FROM ${catalog}.graph_edges WHERE ${where}`,
    nodeTotals: isCovered
      ? `SELECT name, cell, ${counted} ${totals} server IS NULL AND minute IS NULL`
      : `SELECT name, cell, ${counted} FROM ${catalog}.graph_nodes WHERE ${where}`,
    nodeMinutes: hasTotals
      ? `SELECT name, minute, ${counted} ${totals} minute BETWEEN ${first} AND ${last}`
      : nodeMinutesSql(catalog, where, where),
  };
}

function isNearMinutes(first: number, last: number): (row: PendingRow) => boolean {
  return ({ minute }) => minute >= first - PENDING_MINUTES && minute <= last + PENDING_MINUTES;
}

/** Halves of calls that the sealer left, for the minutes that the range touches and those next to them. */
async function storedPending(
  context: QueryContext,
  blocks: readonly BlockRef[],
  request: ServiceGraphRequest
): Promise<PendingRow[]> {
  if (blocks.length === 0) {
    return [];
  }
  const [first, last] = minutesOf(request);
  const widened = `minute BETWEEN ${Math.max(0, first - PENDING_MINUTES)} AND ${last + PENDING_MINUTES}`;
  const result = await context.queryAll(
    blocks,
    blocks
      .map(
        ({ catalog }) =>
          `SELECT trace_hi, trace_lo, span_id, role, minute, service, cell, error, peer, peer_kind FROM ${catalog}.graph_pending WHERE ${widened}`
      )
      .join(' UNION ALL ')
  );
  const traceHi = result.bigints('trace_hi');
  const traceLo = result.bigints('trace_lo');
  const spanIds = result.bigints('span_id');
  const roles = result.texts('role');
  const minutes = result.integers('minute');
  const services = result.texts('service');
  const cells = result.integers('cell');
  const errors = result.integers('error');
  const peers = result.texts('peer');
  const peerKinds = result.texts('peer_kind');
  return Array.from({ length: result.rowCount }, (_, i): PendingRow => ({
    traceHi: traceHi[i] ?? 0n,
    traceLo: traceLo[i] ?? 0n,
    spanId: spanIds[i] ?? 0n,
    role: roles[i] === 'server' ? 'server' : 'client',
    minute: minutes[i] ?? 0,
    service: services[i] ?? '',
    cell: cells[i] ?? 0,
    error: errors[i] !== 0,
    peer: peers[i] ?? '',
    peerKind: peerKinds[i] ?? '',
    hit: true,
  }));
}

/** The first and the last minute that a range touches. */
function minutesOf({ start, end }: ServiceGraphRequest): [number, number] {
  return [Number(start / MINUTE), Number((end > start ? end - 1n : start) / MINUTE)];
}

/** Adds a block that is folded for this question: what a filter leaves of it, or all of one that has no graph yet. */
async function addNow(
  context: QueryContext,
  graph: GraphBuilder,
  block: BlockRef,
  { start, end }: ServiceGraphRequest,
  plan: SearchPlan | undefined
): Promise<readonly PendingRow[]> {
  // The same whole minutes as the stored part, so that blocks add up.
  const least = start - (start % MINUTE);
  const greatest = end % MINUTE === 0n ? end : end - (end % MINUTE) + MINUTE;
  const isCovered = block.state === 'sealed' && block.minTime >= least && block.maxTime < greatest;
  // The last minute that a time can be in ends beyond all times.
  const until = greatest > UINT64_MAX ? 'TRUE' : `start_ns < ${sqlInteger(greatest, 'UBIGINT')}`;
  const within = isCovered ? 'TRUE' : `start_ns >= ${sqlInteger(least, 'UBIGINT')} AND ${until}`;
  const hit = plan === undefined ? 'TRUE' : await matchingSpansSql(context, block, plan, 'TRUE');
  if (block.state === 'sealed') {
    return addWalked(context, graph, block, { within, hit });
  }
  context.begin('the graph of an open block');
  const part = await foldServiceGraph(block, (sql) => context.query(block, sql), { within, hit });
  await graph.addSql(context, block, part);
  graph.addEdges(part.edges);
  return part.pending;
}

/** Edges of the halves that only all blocks together can decide. */
export function joinPending(pending: readonly PendingRow[]): GraphEdgeRow[] {
  // Span ids are as good as unique; what else must be equal is seen when two are.
  const servers = new Map<bigint, PendingRow[]>();
  for (const row of pending) {
    if (row.role === 'server') {
      const same = servers.get(row.spanId);
      if (same === undefined) {
        servers.set(row.spanId, [row]);
      } else {
        same.push(row);
      }
    }
  }
  const edges: GraphEdgeRow[] = [];
  for (const client of pending) {
    if (client.role !== 'client') {
      continue;
    }
    const called = (servers.get(client.spanId) ?? []).filter(
      ({ traceHi, traceLo }) => traceHi === client.traceHi && traceLo === client.traceLo
    );
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
