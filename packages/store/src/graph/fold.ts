// SPDX-License-Identifier: Apache-2.0
//
// Folds a block's spans into its part of the service graph: who called whom, by minute and duration cell.
// The sealer stores the result in the block; the open block and filtered queries fold when asked. What one
// block alone cannot decide (a client span whose server span may have arrived in another block) is kept
// as pending and decided when the graph is read.
//
// - A span under a client span, or a server span, of another service than its parent: a call. It is counted at
//   the callee's minute, with the client span's duration where there is one: what the caller waited.
// - A root server span: an entry, from 'user'.
// - A client span with neither a server nor a client span under it: a call of what its attributes name, a
//   database, a messaging system or something external. If they name nothing it is not counted.
// - A producer or consumer span: traffic into or out of the destination that its attributes name. Both ends
//   name it, so neither links nor parents are needed to join them, and queues that lose spans still show.
// - A node's figures are those of its server and consumer spans.

import type { AttributeColumn, BlockReader, ResourceEntry, Shape, SqlOptions, SqlResult } from '../blocks/reader.ts';
import { findRemainderAttribute } from '../execute/remainder.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { DURATION_SQL, rowsSql, sqlIdIn, sqlInteger } from '../plan/sql-text.ts';
import { cellSql } from './cells.ts';
import { decisiveKeys, nodeId, peerKeys, peerOf, peerSql, type Peer, type PeerKey } from './peer.ts';

/** What the fold has to know of a block; a BlockRef is one. `catalog` must have `spans` and `resources`, and `traces` if it is sealed. */
export interface FoldSource {
  readonly catalog: string;
  readonly state: 'open' | 'sealed';
  readonly hasParentSteps: boolean;
  readonly attributeColumns: readonly AttributeColumn[];
  readonly resources: readonly ResourceEntry[];
  readonly shapes: readonly Shape[];
}

export interface GraphEdgeRow {
  readonly minute: number;
  /** Node ids, see peer.ts. */
  readonly client: string;
  readonly server: string;
  readonly kind: string;
  readonly cell: number;
  readonly requests: number;
  readonly errors: number;
}

/** One half of a call whose other half is not in the block. */
export interface PendingRow {
  readonly traceHi: bigint;
  readonly traceLo: bigint;
  /** The client span's id; for a server span its parent's id: both halves of a call have the same. */
  readonly spanId: bigint;
  readonly role: 'client' | 'server';
  readonly minute: number;
  readonly service: string;
  readonly cell: number;
  readonly error: boolean;
  /** Of a client span: the node it calls if no server span turns up; '' if nothing tells. */
  readonly peer: string;
  readonly peerKind: string;
  /** False for a half that the filter does not count; the call counts if either half does. */
  readonly hit: boolean;
}

/**
 * A block's part of the service graph. Most of it stays in the database, as SELECTs with the columns of `graph_edges`
 * and `graph_nodes` in their order (a row may come more than once and adds up): an hour of edges by minute and
 * cell can be half a million rows. Rows are what SQL could not tell.
 */
export interface FoldedGraph {
  readonly edgesSql: readonly string[];
  readonly nodesSql: readonly string[];
  readonly edges: readonly GraphEdgeRow[];
  readonly pending: readonly PendingRow[];
}

export interface FoldOptions extends SqlOptions {
  /** SQL condition on a row of `spans`: only what these spans take part in is counted. */
  readonly hit?: string;
  /** SQL condition on the time of a row of `spans`. */
  readonly within?: string;
}

/** Kinds of spans, as OTLP numbers them. */
export const SERVER = 2;
export const CLIENT = 3;
export const PRODUCER = 4;
export const CONSUMER = 5;

/** How far from a block's ends in time the other half of a call may lie in another block. */
const BOUNDARY_NANOS = 60_000_000_000n;
/** With so many rows an open block knows until when its calls may have begun in the block before. */
export const FIRST_ARRIVALS = 10_000;

/** All tables of a folded graph. */
export const graphTableNames: readonly string[] = ['graph_edges', 'graph_nodes', 'graph_pending', 'graph_totals'];

/** SQL that creates the three tables of a folded graph in the database `catalog`; see also {@link graphTotalsSql}. */
export function createGraphTablesSql(catalog: string): string[] {
  return [
    `CREATE TABLE ${catalog}.graph_edges (minute UINTEGER, client VARCHAR, server VARCHAR, kind VARCHAR, cell UTINYINT, requests UINTEGER, errors UINTEGER)`,
    `CREATE TABLE ${catalog}.graph_nodes (minute UINTEGER, name VARCHAR, kind VARCHAR, cell UTINYINT, requests UINTEGER, errors UINTEGER)`,
    `CREATE TABLE ${catalog}.graph_pending (trace_hi UBIGINT, trace_lo UBIGINT, span_id UBIGINT, role VARCHAR, minute UINTEGER, service VARCHAR, cell UTINYINT, error BOOLEAN, peer VARCHAR, peer_kind VARCHAR)`,
  ];
}

/**
 * Requests of nodes by minute, in SQL from the tables of `catalog`, of any duration: services answer with their own
 * spans; of the others only what reaches them, or comes from them, is known. Rows add up.
 */
export function nodeMinutesSql(catalog: string, edges: string, nodes: string): string {
  return `SELECT name, minute, requests, errors FROM ${catalog}.graph_nodes WHERE ${nodes}
    UNION ALL SELECT CASE WHEN kind = 'entry' THEN client ELSE server END AS name, minute, requests, errors
    FROM ${catalog}.graph_edges WHERE ${edges} AND (kind = 'entry' OR starts_with(server, kind || ':'))`;
}

/**
 * A SELECT of the rows of `graph_totals`: edges and nodes by cell over all minutes, and nodes by minute over all cells.
 * `edges` and `nodes` choose the rows of `graph_edges` and `graph_nodes` that are added up. All in one table, because
 * each takes at least a page of a sealed block.
 */
export function graphTotalsSql(catalog: string, type: 'UINTEGER' | 'INTEGER', edges = 'TRUE', nodes = 'TRUE'): string {
  const sums = `sum(requests)::${type} AS requests, sum(errors)::${type} AS errors`;
  const none = 'NULL::VARCHAR';
  return `SELECT client AS name, server, kind, cell, NULL::UINTEGER AS minute, ${sums} FROM ${catalog}.graph_edges WHERE ${edges} GROUP BY ALL
    UNION ALL SELECT name, ${none}, ${none}, cell, NULL::UINTEGER, ${sums} FROM ${catalog}.graph_nodes WHERE ${nodes} GROUP BY ALL
    UNION ALL SELECT name, ${none}, ${none}, NULL::UTINYINT, minute, ${sums} FROM (${nodeMinutesSql(catalog, edges, nodes)}) GROUP BY ALL
    ORDER BY ALL`;
}

/** SQL that puts into the tables in `catalog` what of a folded graph is in the database; its rows are appended. */
export function insertGraphSql(catalog: string, graph: Pick<FoldedGraph, 'edgesSql' | 'nodesSql'>): string[] {
  return [
    ...graph.edgesSql.map((sql) => `INSERT INTO ${catalog}.graph_edges ${sql} ORDER BY minute`),
    ...graph.nodesSql.map((sql) => `INSERT INTO ${catalog}.graph_nodes ${sql} ORDER BY minute`),
  ];
}

/**
 * Folds all spans of a block. `query` runs one reading statement on a connection that sees the block.
 * Linear in the block's spans, done by DuckDB; a block of 2 million takes well under a second.
 */
export async function foldServiceGraph(
  source: FoldSource,
  query: BlockReader['query'],
  options: FoldOptions = {}
): Promise<FoldedGraph> {
  const fold = new GraphFold(source, query, options);
  await fold.findBoundaries();
  const counted = options.within ?? 'TRUE';
  const orphans = await fold.orphans({ counted, among: 'TRUE' });
  const peers = await fold.peers({ counted, among: 'TRUE' });
  return {
    edgesSql: [fold.entriesSql(counted), fold.callsSql(counted, 'TRUE'), peers.edgesSql],
    nodesSql: [fold.nodesSql(counted)],
    edges: peers.edges,
    pending: [...orphans, ...peers.pending],
  };
}

/** Conditions on rows of `spans`. */
export interface FoldRows {
  /** The rows that are counted. */
  readonly counted: string;
  /** Those in which the other half of a call would be. */
  readonly among: string;
  /** Of open blocks: count only what has its other half here, though not in `among`: what is no longer alone. */
  readonly foundIn?: string;
}

/** Conditions on rows of `spans`, where somebody has found out already which halves are alone. */
export interface LoneRows {
  readonly counted: string;
  /** Halves of calls without the other half in the block. */
  readonly alone: string;
}

/** Calls of what the attributes of a span name. */
export interface PeerEdges {
  /** Like {@link FoldedGraph.edgesSql}. */
  readonly edgesSql: string;
  readonly edges: readonly GraphEdgeRow[];
  readonly pending: readonly PendingRow[];
}

/** When the first and the last traces of sealed blocks start; they never change. */
const endsOfSealed = new WeakMap<FoldSource, { readonly least: bigint; readonly greatest: bigint }>();

/** The steps of a fold: {@link foldServiceGraph} takes them over all rows, live.ts over those that are new. */
export class GraphFold {
  private readonly source: FoldSource;
  private readonly query: BlockReader['query'];
  private readonly options: FoldOptions;
  /** Peer keys that have a string column, and the column. */
  private readonly columns = new Map<PeerKey, string>();
  /** Shapes in which a peer key must be looked up in the remainder. */
  private readonly remainderShapes: readonly number[];
  /** Whether the other half of a row's call may lie in another block; set by {@link findBoundaries}. */
  near: (alias: string) => string = () => 'TRUE';

  constructor(source: FoldSource, query: BlockReader['query'], options: FoldOptions) {
    this.source = source;
    this.query = query;
    this.options = options;
    const index = shapeIndexOf(source.shapes);
    const shapes = new Set<number>([0]);
    for (const key of peerKeys) {
      const column = source.attributeColumns.find((entry) => entry.key === key && entry.type === 'string');
      if (column !== undefined) {
        this.columns.set(key, column.column);
      }
      const found = index.keys.get(key);
      found?.remainder.filter(({ type }) => type === 'string').forEach(({ shape }) => shapes.add(shape));
      found?.repeated.forEach((shape) => shapes.add(shape));
    }
    this.remainderShapes = [...shapes];
  }

  /** The spans that take part, with the columns that joins need, and `hit`. */
  private spans(kinds: readonly number[], where: string, columns: readonly string[] = []): string {
    const { catalog, state } = this.source;
    const key = state === 'sealed' ? 'trace_index' : 'trace_hi, trace_lo';
    const hit = this.options.hit === undefined ? 'TRUE' : `((${this.options.hit}) IS TRUE)`;
    const steps = this.source.hasParentSteps ? ['parent_step'] : [];
    const all = [
      'rowid AS row',
      'span_id',
      'parent_id',
      'kind',
      'status',
      'start_ns',
      'end_ns',
      'resource_id',
      ...steps,
      ...columns,
    ];
    return `(SELECT ${key}, ${all.join(', ')}, ${hit} AS hit FROM ${catalog}.spans WHERE ${sqlAnd(kinds.length === 0 ? 'TRUE' : sqlIdIn('kind', kinds), where)})`;
  }

  private sameTrace(a: string, b: string): string {
    return this.source.state === 'sealed'
      ? `${a}.trace_index = ${b}.trace_index`
      : `${a}.trace_lo = ${b}.trace_lo AND ${a}.trace_hi = ${b}.trace_hi`;
  }

  private namesParent(child: string, parent: string): string {
    return `${this.sameTrace(child, parent)} AND ${parent}.span_id = ${child}.parent_id`;
  }

  /**
   * Ways for a child to find its parent: conditions on the child's row, and on both. A sealed block of this format has
   * steps to the parent's row, and ids where the parent is not in the block, or is one of several with its id.
   */
  private waysToParent(child: string, parent: string): readonly { readonly where: string; readonly on: string }[] {
    const on = this.namesParent(child, parent);
    return this.source.hasParentSteps
      ? [
          { where: 'parent_step <> 0', on: `${parent}.row = ${child}.row + ${child}.parent_step` },
          { where: 'parent_step = 0', on },
        ]
      : [{ where: 'TRUE', on }];
  }

  /** Has to come first. */
  async findBoundaries(): Promise<void> {
    const { catalog, state } = this.source;
    if (state === 'open') {
      // Only what came before can be in another block: the first arrivals tell when that was.
      const first = await this.query(
        `SELECT quantile_disc(start_ns, 0.5) AS least FROM (SELECT start_ns FROM ${catalog}.spans LIMIT ${FIRST_ARRIVALS})`,
        [],
        this.options
      );
      const until = sqlInteger(boundary(first.bigints('least')[0]), 'UBIGINT');
      this.near = (alias) => `${alias}.start_ns <= ${until}`;
      return;
    }
    // Quantiles, not extremes: a single clock in another year must not make the ends meaningless.
    let ends = endsOfSealed.get(this.source);
    if (ends === undefined) {
      const result = await this.query(
        `SELECT quantile_disc(start_ns, 0.005) AS least, quantile_disc(start_ns, 0.995) AS greatest FROM ${catalog}.traces`,
        [],
        this.options
      );
      ends = { least: result.bigints('least')[0] ?? 0n, greatest: result.bigints('greatest')[0] ?? 0n };
      endsOfSealed.set(this.source, ends);
    }
    const after = ends.greatest > BOUNDARY_NANOS ? ends.greatest - BOUNDARY_NANOS : 0n;
    const before = boundary(ends.least);
    this.near = (alias) =>
      `(${alias}.end_ns >= ${sqlInteger(after, 'UBIGINT')} OR ${alias}.start_ns <= ${sqlInteger(before, 'UBIGINT')})`;
  }

  nodesSql(counted: string): string {
    const { catalog } = this.source;
    return `SELECT ${minuteSql('start_ns')} AS minute, service AS name, 'service' AS kind, ${cellSql(DURATION_SQL)} AS cell,
        count(*)::UINTEGER AS requests, count(*) FILTER (status = 2)::UINTEGER AS errors
      FROM ${this.spans([SERVER, CONSUMER], counted)} s JOIN ${catalog}.resources USING (resource_id) WHERE hit GROUP BY ALL`;
  }

  entriesSql(counted: string): string {
    return `SELECT ${minuteSql('start_ns')} AS minute, 'user:user' AS client, service AS server, 'entry' AS kind, ${cellSql(DURATION_SQL)} AS cell,
        count(*)::UINTEGER AS requests, count(*) FILTER (status = 2)::UINTEGER AS errors
      FROM ${this.spans([SERVER], counted)} s JOIN ${this.source.catalog}.resources USING (resource_id)
      WHERE parent_id = 0 AND hit GROUP BY ALL`;
  }

  /** Calls whose callee is in `counted` and whose caller is in `among`. */
  callsSql(counted: string, among: string): string {
    const { catalog } = this.source;
    const duration = durationOf('w');
    const pairs = this.waysToParent('c', 'p').map(
      ({ where, on }) => `SELECT c.start_ns AS called_ns, pr.service AS client, cr.service AS server,
          CASE WHEN p.kind = ${CLIENT} THEN p.start_ns ELSE c.start_ns END AS start_ns,
          CASE WHEN p.kind = ${CLIENT} THEN p.end_ns ELSE c.end_ns END AS end_ns,
          (p.status = 2 OR c.status = 2) AS failed
        FROM ${this.spans([], sqlAnd(counted, where))} c
        JOIN ${this.spans([], among)} p ON ${on}
        JOIN ${catalog}.resources cr ON cr.resource_id = c.resource_id
        JOIN ${catalog}.resources pr ON pr.resource_id = p.resource_id
        WHERE c.parent_id <> 0 AND c.resource_id <> p.resource_id AND (c.kind = ${SERVER} OR p.kind = ${CLIENT})
          AND c.kind <> ${CONSUMER} AND p.kind <> ${PRODUCER} AND (c.hit OR p.hit) AND cr.service <> pr.service`
    );
    return `SELECT ${minuteSql('called_ns')} AS minute, client, server, 'call' AS kind, ${cellSql(duration)} AS cell,
        count(*)::UINTEGER AS requests, count(*) FILTER (failed)::UINTEGER AS errors
      FROM (${pairs.join(' UNION ALL ')}) w GROUP BY ALL`;
  }

  /** Server spans whose parent is not in the block. */
  async orphans(rows: FoldRows | LoneRows): Promise<PendingRow[]> {
    const { catalog, state } = this.source;
    const { counted } = rows;
    const lost = this.source.hasParentSteps ? 'parent_step = 0 AND parent_id <> 0' : 'TRUE';
    const alone =
      'alone' in rows
        ? `${this.spans([SERVER], sqlAnd(counted, rows.alone))} s`
        : `${this.spans([SERVER], sqlAnd(counted, lost))} s ANTI JOIN ${this.spans([], rows.among)} p ON ${this.namesParent('s', 'p')}
      ${rows.foundIn === undefined ? '' : `SEMI JOIN ${this.spans([], rows.foundIn)} f ON ${this.namesParent('s', 'f')}`}`;
    const ids = state === 'sealed' ? 't.trace_hi, t.trace_lo' : 's.trace_hi, s.trace_lo';
    const traces = state === 'sealed' ? `JOIN ${catalog}.traces t ON t.trace_index = s.trace_index` : '';
    const result = await this.query(
      `SELECT ${ids}, s.parent_id AS span_id, ${minuteSql('s.start_ns')} AS minute, r.service AS service,
        ${cellSql(durationOf('s'))} AS cell, s.status = 2 AS error, s.hit
      FROM ${alone}
      JOIN ${catalog}.resources r ON r.resource_id = s.resource_id ${traces}
      WHERE s.parent_id <> 0 AND ${this.near('s')}`,
      [],
      this.options
    );
    const traceHi = result.bigints('trace_hi');
    const traceLo = result.bigints('trace_lo');
    const spanIds = result.bigints('span_id');
    const minutes = result.integers('minute');
    const services = result.texts('service');
    const cells = result.integers('cell');
    const errors = result.integers('error');
    const hits = result.integers('hit');
    return Array.from({ length: result.rowCount }, (_, i) => ({
      hit: hits[i] !== 0,
      traceHi: traceHi[i] ?? 0n,
      traceLo: traceLo[i] ?? 0n,
      spanId: spanIds[i] ?? 0n,
      role: 'server',
      minute: minutes[i] ?? 0,
      service: services[i] ?? '',
      cell: cells[i] ?? 0,
      error: errors[i] !== 0,
      peer: '',
      peerKind: '',
    }));
  }

  /**
   * Client spans without a span under them, producers and consumers: SQL for most, rows for the others. With `foundIn`
   * only client spans: the others are nobody's half.
   */
  async peers(rows: FoldRows | LoneRows): Promise<PeerEdges> {
    const { counted } = rows;
    const columns = [...this.columns.values()];
    const decisive = decisiveKeys.flatMap((key) => this.columns.get(key) ?? []);
    const undecided = `(l.kind = ${CLIENT} AND ${this.near('l')} AND ${decisive.length === 0 ? 'TRUE' : `coalesce(${decisive.join(', ')}) IS NULL`})`;
    const inRemainder = sqlIdIn('l.shape_id', this.remainderShapes);
    const read = ['shape_id', ...columns];
    const children = (alias: string, among: string): string[] =>
      this.waysToParent(alias, 's').map(
        ({ where, on }) => `${this.spans([SERVER, CLIENT], sqlAnd(among, where))} ${alias} ON ${on}`
      );
    const clients =
      'alone' in rows
        ? `SELECT * FROM ${this.spans([CLIENT], sqlAnd(counted, rows.alone), read)} s`
        : `SELECT * FROM ${this.spans([CLIENT], counted, read)} s ${children('h', rows.among)
            .map((child) => `ANTI JOIN ${child}`)
            .join(' ')}`;
    const foundIn = 'alone' in rows ? undefined : rows.foundIn;
    const leaves =
      foundIn === undefined
        ? `(${clients} UNION ALL SELECT * FROM ${this.spans([PRODUCER, CONSUMER], counted, read)} m)`
        : `(${clients} SEMI JOIN ${children('f', foundIn).join()})`;
    const { catalog, state } = this.source;
    const from = `FROM ${leaves} l JOIN ${catalog}.resources r ON r.resource_id = l.resource_id`;
    const minute = `${minuteSql('l.start_ns')} AS minute`;
    const cell = `${cellSql(durationOf('l'))} AS cell`;
    const ids = state === 'sealed' ? 't.trace_hi, t.trace_lo' : 'l.trace_hi, l.trace_lo';
    const traces = state === 'sealed' ? `JOIN ${catalog}.traces t ON t.trace_index = l.trace_index` : '';
    const { kind, node } = peerSql((key) => this.columns.get(key));
    const peerRows = await this.peerRows(
      `SELECT ${[ids, 'l.span_id', minute, 'l.resource_id', 'l.kind AS kind', cell, ...columns].join(', ')},
        l.row, ${inRemainder} AS in_rest, ${kind}::VARCHAR AS peer_kind, ${node}::VARCHAR AS peer, ${undecided} AS undecided, l.hit, (l.status = 2)::UINTEGER AS errors
      FROM ${leaves} l ${traces} WHERE ${undecided} OR (l.hit AND ${inRemainder})`
    );
    const ends = `CASE WHEN inward THEN node ELSE service END AS client, CASE WHEN inward THEN service ELSE node END AS server`;
    // Those of few rows are added up by whoever asks.
    const [sums, group] =
      'alone' in rows
        ? ['1::UINTEGER AS requests, failed::UINTEGER AS errors', '']
        : ['count(*)::UINTEGER AS requests, count(*) FILTER (failed)::UINTEGER AS errors', 'GROUP BY ALL'];
    const edgesSql = `SELECT minute, ${ends}, kind, cell, ${sums}
      FROM (SELECT ${minute}, r.service AS service, l.kind = ${CONSUMER} AS inward, ${kind} AS kind, ${node} AS node, ${cell}, l.status = 2 AS failed
        ${from} WHERE l.hit AND NOT ${undecided} AND NOT (${inRemainder}))
      WHERE node IS NOT NULL ${group}`;
    return { edgesSql, ...peerRows };
  }

  private async peerRows(sql: string): Promise<Pick<PeerEdges, 'edges' | 'pending'>> {
    const pending: PendingRow[] = [];
    const edges: GraphEdgeRow[] = [];
    const result = await this.query(sql, [], this.options);
    const minutes = result.integers('minute');
    const resources = result.integers('resource_id');
    const kinds = result.integers('kind');
    const cells = result.integers('cell');
    const failed = result.integers('errors');
    const inRest = result.integers('in_rest');
    const fromRest = await this.peersFromRest(result);
    const peerKinds = result.texts('peer_kind');
    const peerNodes = result.texts('peer');
    const undecided = result.integers('undecided');
    const hits = result.integers('hit');
    const traceHi = result.bigints('trace_hi');
    const traceLo = result.bigints('trace_lo');
    const spanIds = result.bigints('span_id');
    for (let i = 0; i < result.rowCount; i++) {
      const peer = inRest[i] === 0 ? { kind: peerKinds[i] ?? '', node: peerNodes[i] ?? '' } : fromRest(i);
      const minute = minutes[i] ?? 0;
      const cell = cells[i] ?? 0;
      const service = this.source.resources[resources[i] ?? 0]?.service ?? '';
      if (undecided[i] === 1 && (peer.kind === '' || peer.kind === 'external')) {
        pending.push({
          minute,
          cell,
          traceHi: traceHi[i] ?? 0n,
          traceLo: traceLo[i] ?? 0n,
          spanId: spanIds[i] ?? 0n,
          role: 'client',
          hit: hits[i] !== 0,
          service,
          error: failed[i] !== 0,
          peer: peer.node,
          peerKind: peer.kind,
        });
      } else if (peer.kind !== '' && hits[i] !== 0) {
        const { node } = peer;
        const inward = kinds[i] === CONSUMER;
        edges.push({
          minute,
          cell,
          client: inward ? node : service,
          server: inward ? service : node,
          kind: peer.kind,
          requests: 1,
          errors: failed[i] ?? 0,
        });
      }
    }
    return { edges, pending };
  }

  /**
   * The peers of rows that have a key in the remainder; '' for none. Only their remainders are read: whoever selects them
   * with the other columns unpacks those of all spans.
   */
  private async peersFromRest(
    result: SqlResult
  ): Promise<(row: number) => { readonly kind: Peer['kind'] | ''; readonly node: string }> {
    const inRest = result.integers('in_rest');
    const rowIds = result.numbers('row');
    const remainders = new Map<number, Uint8Array>();
    const wanted = [...rowIds].filter((_, row) => inRest[row] !== 0);
    if (wanted.length > 0) {
      const found = await this.query(
        `SELECT rowid AS row, rest FROM ${this.source.catalog}.spans WHERE ${rowsSql(wanted)}`,
        [],
        this.options
      );
      const rows = found.numbers('row');
      found.blobs('rest').forEach((rest, i) => {
        if (rest !== null) {
          remainders.set(rows[i] ?? 0, rest);
        }
      });
    }
    return (row) => {
      const rest = remainders.get(rowIds[row] ?? 0);
      const peer = peerOf((key) => {
        const found = rest === undefined ? undefined : findRemainderAttribute(rest, keyBytes(key));
        const column = this.columns.get(key);
        return typeof found === 'string'
          ? found
          : ((column === undefined ? undefined : result.texts(column)[row]) ?? undefined);
      });
      return peer === undefined ? { kind: '', node: '' } : { kind: peer.kind, node: nodeId(peer.kind, peer.name) };
    };
  }
}

/** Until when a block that begins at `start` may hold the other half of a call in the block before. */
function boundary(start = 0n): bigint {
  const end = start + BOUNDARY_NANOS;
  return end > 0xffff_ffff_ffff_ffffn ? 0xffff_ffff_ffff_ffffn : end;
}

function minuteSql(column: string): string {
  return `(${column} // 60000000000::UBIGINT)::UINTEGER`;
}

function durationOf(alias: string): string {
  return DURATION_SQL.replaceAll('end_ns', `${alias}.end_ns`).replaceAll('start_ns', `${alias}.start_ns`);
}

const encodedKeys = new Map<string, Uint8Array>();

function keyBytes(key: string): Uint8Array {
  let bytes = encodedKeys.get(key);
  if (bytes === undefined) {
    bytes = new TextEncoder().encode(key);
    encodedKeys.set(key, bytes);
  }
  return bytes;
}
