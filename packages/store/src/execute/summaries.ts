// SPDX-License-Identifier: Apache-2.0
//
// Whole traces in a line each: start, end, root, spans and errors per service, over all blocks that hold a
// part of them. Sealed blocks have this in a table; the open block is aggregated when asked.

import type { BlockReader, BlockRef, SqlOptions } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { LAST_SQL, sqlInteger } from '../plan/sql-text.ts';
import type { TraceIdHalves } from './ids.ts';

/** DuckDB takes so many times longer to parse and look up the id of a trace than to read the trace. */
const NAMING_COST = 25;

export interface Summary {
  readonly hi: bigint;
  readonly lo: bigint;
  start: bigint;
  end: bigint;
  spans: number;
  errors: number;
  rootName: string | undefined;
  rootService: string | undefined;
  /** Span and error counts by service; those of sealed blocks only after {@link loadServices}. */
  readonly services: Map<string, { spans: number; errors: number }>;
  /** The sealed blocks that hold a part of it, and its trace_index there; open blocks with -1. */
  readonly places: Map<BlockRef, number>;
}

/** Traces by id, without making text of the id: the low half is random enough to be a key. */
export class TraceMap<T extends TraceIdHalves> {
  private readonly byLow = new Map<bigint, T | T[]>();
  size = 0;

  get(hi: bigint, lo: bigint): T | undefined {
    const found = this.byLow.get(lo);
    if (found === undefined) {
      return undefined;
    }
    return Array.isArray(found) ? found.find((entry) => entry.hi === hi) : found.hi === hi ? found : undefined;
  }

  /** Adds an entry whose id is not in the map. */
  add(entry: T): void {
    const found = this.byLow.get(entry.lo);
    this.byLow.set(entry.lo, found === undefined ? entry : Array.isArray(found) ? [...found, entry] : [found, entry]);
    this.size += 1;
  }

  *values(): IterableIterator<T> {
    for (const entry of this.byLow.values()) {
      if (Array.isArray(entry)) {
        yield* entry;
      } else {
        yield entry;
      }
    }
  }
}

/**
 * The trace may be one of these. Only the low half is compared, which costs a quarter of comparing both: a row of
 * another trace with the same half can slip through and must be told apart.
 */
export function traceIdsSql(ids: readonly TraceIdHalves[]): string {
  const low = [...new Set(ids.map(({ lo }) => lo))].map((value) => sqlInteger(value, 'UBIGINT'));
  return low.length === 0 ? 'FALSE' : `trace_lo IN (${low.join(', ')})`;
}

/** Rows of an open block that may belong to one of these traces. */
export function openTracesSql({ rows }: BlockRef, ids: readonly TraceIdHalves[]): string {
  let first = Infinity;
  let end = 0;
  for (const { hi, lo } of rows === undefined ? [] : ids) {
    const range = rows?.rangeOf(hi, lo);
    first = Math.min(first, range?.first ?? Infinity);
    end = Math.max(end, range?.end ?? 0);
  }
  return first < end ? sqlAnd(`rowid >= ${first}`, `rowid < ${end}`, traceIdsSql(ids)) : traceIdsSql(ids);
}

function summaryOf(map: TraceMap<Summary>, hi: bigint, lo: bigint): Summary {
  let summary = map.get(hi, lo);
  if (summary === undefined) {
    summary = {
      hi,
      lo,
      start: 0xffff_ffff_ffff_ffffn,
      end: 0n,
      spans: 0,
      errors: 0,
      rootName: undefined,
      rootService: undefined,
      services: new Map(),
      places: new Map(),
    };
    map.add(summary);
  }
  return summary;
}

function extend(summary: Summary, start: bigint, end: bigint, spans: number, errors: number): void {
  if (start < summary.start) {
    summary.start = start;
  }
  if (end > summary.end) {
    summary.end = end;
  }
  summary.spans += spans;
  summary.errors += errors;
}

function addService(summary: Summary, service: string, spans: number, errors: number): void {
  const before = summary.services.get(service);
  if (before === undefined) {
    summary.services.set(service, { spans, errors });
  } else {
    before.spans += spans;
    before.errors += errors;
  }
}

/**
 * Summaries of the given traces, over all of `blocks`. A trace with several roots is named after the one that
 * starts first. Traces that no block has are missing in the result.
 */
export async function loadSummaries(
  reader: BlockReader,
  blocks: readonly BlockRef[],
  ids: readonly TraceIdHalves[],
  options: SqlOptions
): Promise<TraceMap<Summary>> {
  const map = new TraceMap<Summary>();
  /** Those that more than one part of a block, or more than one block, would name. */
  const contested = new Set<Summary>();
  const wanted = new TraceMap<TraceIdHalves>();
  for (const id of ids) {
    if (wanted.get(id.hi, id.lo) === undefined) {
      wanted.add(id);
    }
  }
  for (const block of blocks) {
    const inBlock = [...wanted.values()].filter(({ hi, lo }) => block.mayContainTrace(hi, lo));
    if (inBlock.length === 0) {
      continue;
    }
    if (block.state === 'sealed') {
      await addSealed(reader, block, inBlock, wanted, map, contested, options);
    } else {
      await addOpen(reader, block, inBlock, wanted, map, contested, options);
    }
  }
  await nameContested(reader, contested, options);
  return map;
}

interface Root {
  readonly order: readonly (bigint | number)[];
  readonly name: string;
  readonly service: string;
}

/** Names the traces of which several parts have roots. */
async function nameContested(reader: BlockReader, contested: ReadonlySet<Summary>, options: SqlOptions): Promise<void> {
  const blocks = new Set([...contested].flatMap(({ places }) => [...places.keys()]));
  const traces = new TraceMap<Summary>();
  contested.forEach((summary) => traces.add(summary));
  const first = new Map<Summary, Root>();
  for (const block of blocks) {
    const here = [...contested].filter(({ places }) => places.has(block));
    const where =
      block.state === 'sealed'
        ? traceIndexesSql(here.map(({ places }) => places.get(block) ?? 0))
        : openTracesSql(block, here);
    const rows = await reader.query(
      `SELECT trace_hi, trace_lo, start_ns, span_id, kind, end_ns, name, resource_id FROM ${block.catalog}.spans
      WHERE parent_id = 0 AND ${where}`,
      [],
      options
    );
    const hi = rows.bigints('trace_hi');
    const lo = rows.bigints('trace_lo');
    const starts = rows.bigints('start_ns');
    const ids = rows.bigints('span_id');
    const kinds = rows.integers('kind');
    const ends = rows.bigints('end_ns');
    const names = rows.texts('name');
    const resources = rows.integers('resource_id');
    for (let i = 0; i < rows.rowCount; i++) {
      const summary = traces.get(hi[i] ?? 0n, lo[i] ?? 0n);
      const order = [starts[i] ?? 0n, ids[i] ?? 0n, kinds[i] ?? 0, ends[i] ?? 0n];
      const before = summary && first.get(summary);
      if (summary !== undefined && (before === undefined || isBefore(order, before.order))) {
        first.set(summary, {
          order,
          name: names[i] ?? '',
          service: block.resources[resources[i] ?? 0]?.service ?? '',
        });
      }
    }
  }
  for (const [summary, { name, service }] of first) {
    summary.rootName = name;
    summary.rootService = service;
  }
}

function isBefore(left: Root['order'], right: Root['order']): boolean {
  const differs = left.findIndex((value, i) => value !== right[i]);
  return differs >= 0 && (left[differs] ?? 0) < (right[differs] ?? 0);
}

/** Whether it costs less to read all traces of a sealed block than to name these. */
function isCheaperToReadAll(ids: readonly TraceIdHalves[], { traces }: BlockRef): boolean {
  return traces !== undefined && ids.length * NAMING_COST > traces;
}

async function addSealed(
  reader: BlockReader,
  block: BlockRef,
  ids: readonly TraceIdHalves[],
  wanted: TraceMap<TraceIdHalves>,
  map: TraceMap<Summary>,
  contested: Set<Summary>,
  options: SqlOptions
): Promise<void> {
  const rows = await reader.query(
    `SELECT trace_index, trace_hi, trace_lo, start_ns, end_ns, span_count, error_count, root_service, root_name
    FROM ${block.catalog}.traces WHERE ${isCheaperToReadAll(ids, block) ? 'TRUE' : traceIdsSql(ids)}`,
    [],
    options
  );
  const hi = rows.bigints('trace_hi');
  const lo = rows.bigints('trace_lo');
  const start = rows.bigints('start_ns');
  const end = rows.bigints('end_ns');
  const spans = rows.integers('span_count');
  const errors = rows.integers('error_count');
  const rootServices = rows.texts('root_service');
  const rootNames = rows.texts('root_name');
  const indexes = rows.integers('trace_index');
  for (let i = 0; i < rows.rowCount; i++) {
    if (wanted.get(hi[i] ?? 0n, lo[i] ?? 0n) === undefined) {
      continue;
    }
    const summary = summaryOf(map, hi[i] ?? 0n, lo[i] ?? 0n);
    extend(summary, start[i] ?? 0n, end[i] ?? 0n, spans[i] ?? 0, errors[i] ?? 0);
    if (rootNames[i] !== null) {
      nameAfter(summary, rootNames[i] ?? '', rootServices[i] ?? '', contested);
    }
    summary.places.set(block, indexes[i] ?? 0);
  }
}

function nameAfter(summary: Summary, name: string, service: string, contested: Set<Summary>): void {
  if (summary.rootName !== undefined) {
    contested.add(summary);
  }
  summary.rootName ??= name;
  summary.rootService ??= service;
}

/** Adds what sealed blocks know of the services of these traces. Call it once for a summary. */
export async function loadServices(
  reader: BlockReader,
  summaries: readonly Summary[],
  options: SqlOptions
): Promise<void> {
  const byBlock = new Map<BlockRef, Map<number, Summary>>();
  for (const summary of summaries) {
    for (const [block, index] of summary.places) {
      if (block.state === 'sealed') {
        const inBlock = byBlock.get(block) ?? new Map<number, Summary>();
        inBlock.set(index, summary);
        byBlock.set(block, inBlock);
      }
    }
  }
  for (const [block, byIndex] of byBlock) {
    const rows = await reader.query(
      `SELECT trace_index, service, span_count, error_count FROM ${block.catalog}.trace_services WHERE ${traceIndexesSql([...byIndex.keys()])}`,
      [],
      options
    );
    const indexes = rows.integers('trace_index');
    const names = rows.texts('service');
    const spans = rows.integers('span_count');
    const errors = rows.integers('error_count');
    for (let i = 0; i < rows.rowCount; i++) {
      const summary = byIndex.get(indexes[i] ?? 0);
      if (summary !== undefined) {
        addService(summary, names[i] ?? '', spans[i] ?? 0, errors[i] ?? 0);
      }
    }
  }
}

/** `trace_index IN (...)` with bounds, without which DuckDB reads every row group. */
export function traceIndexesSql(indexes: readonly number[]): string {
  if (indexes.length === 0) {
    return 'FALSE';
  }
  const least = indexes.reduce((a, b) => Math.min(a, b));
  const greatest = indexes.reduce((a, b) => Math.max(a, b));
  return least === greatest
    ? `trace_index = ${least}`
    : `(trace_index BETWEEN ${least} AND ${greatest} AND trace_index IN (${indexes.join(', ')}))`;
}

async function addOpen(
  reader: BlockReader,
  block: BlockRef,
  ids: readonly TraceIdHalves[],
  wanted: TraceMap<TraceIdHalves>,
  map: TraceMap<Summary>,
  contested: Set<Summary>,
  options: SqlOptions
): Promise<void> {
  const rows = await reader.query(
    `SELECT trace_hi, trace_lo, resource_id, min(start_ns) AS start_ns, max(${LAST_SQL}) AS end_ns,
      count(*)::UINTEGER AS spans,
      count(*) FILTER (status = 2)::UINTEGER AS errors,
      arg_min(name, (start_ns, span_id, kind, end_ns)) FILTER (parent_id = 0) AS root_name,
      count(*) FILTER (parent_id = 0)::UINTEGER AS roots
    FROM ${block.catalog}.spans WHERE ${ids.length > 20_000 ? 'TRUE' : openTracesSql(block, ids)} GROUP BY ALL`,
    [],
    options
  );
  const hi = rows.bigints('trace_hi');
  const lo = rows.bigints('trace_lo');
  const resources = rows.integers('resource_id');
  const start = rows.bigints('start_ns');
  const end = rows.bigints('end_ns');
  const spans = rows.integers('spans');
  const errors = rows.integers('errors');
  const roots = rows.integers('roots');
  const rootNames = rows.texts('root_name');
  for (let i = 0; i < rows.rowCount; i++) {
    if (wanted.get(hi[i] ?? 0n, lo[i] ?? 0n) === undefined) {
      continue;
    }
    const summary = summaryOf(map, hi[i] ?? 0n, lo[i] ?? 0n);
    extend(summary, start[i] ?? 0n, end[i] ?? 0n, spans[i] ?? 0, errors[i] ?? 0);
    const service = block.resources[resources[i] ?? 0]?.service ?? '';
    addService(summary, service, spans[i] ?? 0, errors[i] ?? 0);
    summary.places.set(block, -1);
    if ((roots[i] ?? 0) > 0) {
      nameAfter(summary, rootNames[i] ?? '', service, contested);
    }
  }
}
