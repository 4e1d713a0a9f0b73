// SPDX-License-Identifier: Apache-2.0
//
// Finds traces that may match, newest first, a page at a time. Each block has a cursor with a bound: no
// trace that the block has not given yet starts later. Blocks only know their part of a trace, but the whole
// starts no later than any part, so the bound holds for the whole trace too, and the search can stop when it has
// enough traces that start after the bounds of all blocks.

import type { TimeRange } from '../api.ts';
import { GRANULE_ROWS } from '../blocks/open-rows.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { LAST_SQL, sqlInteger } from '../plan/sql-text.ts';
import type { BlockMatcher, MatchedRows } from './block-matcher.ts';
import type { TraceIdHalves } from './ids.ts';
import { TRACE_SLACK_NANOS, type QueryContext } from './query-context.ts';
import { traceIndexesSql, TraceMap } from './summaries.ts';

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const PAGE_GROWTH = 4;
const MAX_PAGE_ROWS = 65_536;
const OPEN_PAGE_FACTOR = 16;
/** Rows of an open block that are looked at first, and how many times as many each time after. */
const FIRST_OPEN_ROWS = 16 * GRANULE_ROWS;
const OPEN_ROWS_GROWTH = 8;
const FIRST_OPEN_BATCH = 32;
const MAX_OPEN_BATCH = 2_048;
const FIRST_STEP_TRACES = 512;
const MAX_STEP_TRACES = 16_384;

/** One block's candidates. */
export interface CandidateCursor {
  readonly block: BlockRef;
  /** No trace that is still to come starts after this; undefined when there are no more. */
  readonly bound: bigint | undefined;
  /** Candidates that come next; may repeat some. */
  next(): Promise<TraceIdHalves[]>;
}

export interface CursorOptions {
  /** Rows of the first page. */
  readonly pageRows: number;
  /** Whether the search goes to the end in any case. */
  readonly everything: boolean;
}

export function createCursor(
  context: QueryContext,
  matcher: BlockMatcher,
  range: TimeRange,
  options: CursorOptions
): CandidateCursor {
  if (matcher.block.state === 'open') {
    return new OpenCursor(context, matcher, range, options);
  }
  return matcher.decidesCandidates
    ? new DecidingCursor(context, matcher, range)
    : new SealedCursor(context, matcher, range, options.pageRows);
}

/**
 * SQL on a start and an end: near enough to the range that the whole trace may overlap it. A trace's part in this
 * block is allowed to miss the range by `TRACE_SLACK_NANOS`.
 */
export function nearRangeSql({ start, end }: TimeRange, startSql = 'start_ns', endSql = LAST_SQL): string {
  return sqlAnd(
    end === undefined || end > UINT64_MAX - TRACE_SLACK_NANOS
      ? 'TRUE'
      : `${startSql} < ${sqlInteger(end + TRACE_SLACK_NANOS, 'UBIGINT')}`,
    start === undefined || start < TRACE_SLACK_NANOS
      ? 'TRUE'
      : `${endSql} >= ${sqlInteger(start - TRACE_SLACK_NANOS, 'UBIGINT')}`
  );
}

/** The same for a sealed block; TRUE if all of it is near the range. */
export function nearBlockSql({ minTime, maxTime }: BlockRef, range: TimeRange): string {
  const { start, end } = range;
  const isNear =
    (end === undefined || maxTime < end + TRACE_SLACK_NANOS) &&
    (start === undefined || minTime >= start - TRACE_SLACK_NANOS);
  return isNear ? 'TRUE' : nearRangeSql(range);
}

/** Walks down trace_index, which is the order of start. */
class SealedCursor implements CandidateCursor {
  readonly block: BlockRef;
  bound: bigint | undefined;
  private readonly context: QueryContext;
  private readonly matcher: BlockMatcher;
  private readonly range: TimeRange;
  private pageRows: number;
  private before: number | undefined;
  private least = 0;

  constructor(context: QueryContext, matcher: BlockMatcher, range: TimeRange, pageRows: number) {
    this.context = context;
    this.matcher = matcher;
    this.block = matcher.block;
    this.range = range;
    this.pageRows = pageRows;
    this.bound = matcher.driving === 'FALSE' ? undefined : matcher.block.maxTime;
  }

  async next(): Promise<TraceIdHalves[]> {
    const { block, context, matcher, pageRows } = this;
    const near = nearBlockSql(block, this.range);
    if (this.before === undefined && near === 'TRUE') {
      this.before = block.traces;
    }
    if (this.before === undefined && near !== 'TRUE') {
      const bounds = await context.query(
        block,
        `SELECT min(trace_index) AS least, max(trace_index) AS greatest FROM ${block.catalog}.traces WHERE ${near}`
      );
      if (bounds.rowCount === 0 || bounds.isNull('least', 0)) {
        this.bound = undefined;
        return [];
      }
      this.least = bounds.integers('least')[0] ?? 0;
      this.before = (bounds.integers('greatest')[0] ?? 0) + 1;
    }
    const within = sqlAnd(
      this.before === undefined ? 'TRUE' : `trace_index < ${this.before}`,
      this.least === 0 ? 'TRUE' : `trace_index >= ${this.least}`,
      // Every trace is a candidate: the page is known, and nothing else has to be read.
      matcher.driving === 'TRUE' && near === 'TRUE' && (this.before ?? 0) > pageRows
        ? `trace_index >= ${(this.before ?? 0) - pageRows}`
        : 'TRUE'
    );
    const all = matcher.driving === 'TRUE';
    const found = await context.query(
      block,
      `SELECT ${all ? 'trace_index, trace_hi, trace_lo, start_ns' : 'trace_index'} FROM ${block.catalog}.${all ? 'traces' : 'spans'}
      WHERE ${sqlAnd(all ? near : matcher.driving, within)} ORDER BY trace_index DESC LIMIT ${pageRows}`
    );
    const indexes = [...new Set(found.integers('trace_index'))];
    const last = indexes.at(-1);
    if (last === undefined) {
      this.bound = undefined;
      return [];
    }
    const traces = all
      ? found
      : await context.query(
          block,
          `SELECT trace_hi, trace_lo, start_ns FROM ${block.catalog}.traces WHERE ${traceIndexesSql(indexes)}`
        );
    const starts = traces.bigints('start_ns');
    this.before = last;
    this.bound = found.rowCount < pageRows ? undefined : least(starts);
    this.pageRows = Math.min(MAX_PAGE_ROWS, pageRows * PAGE_GROWTH);
    const low = traces.bigints('trace_lo');
    const parts = Array.from(traces.bigints('trace_hi'), (hi, i) => ({ hi, lo: low[i] ?? 0n, start: starts[i] ?? 0n }));
    return mayBeInRange(context, block, this.range, parts);
  }
}

/**
 * Leaves out traces whose part here starts after the range, unless another block may have an earlier part: the slack
 * at the range's end is for those few only, and without this a search in the past would confirm all of it.
 */
export function mayBeInRange<Part extends TraceIdHalves & { readonly start: bigint }>(
  { blocks }: QueryContext,
  block: BlockRef,
  { end }: TimeRange,
  parts: readonly Part[]
): Part[] {
  if (end === undefined) {
    return [...parts];
  }
  const others = blocks.filter((other) => other !== block && other.minTime < end);
  return parts.filter(({ hi, lo, start }) => start < end || others.some((other) => other.mayContainTrace(hi, lo)));
}

/** The same for an open block, whose traces are not put together: spans after the range, of traces with earlier ones. */
function openRangeSql({ catalog, maxTime }: BlockRef, range: TimeRange): string {
  const { end } = range;
  const near = nearRangeSql(range);
  if (end === undefined || maxTime < end) {
    return near;
  }
  const until = sqlInteger(end, 'UBIGINT');
  return sqlAnd(
    near,
    `(start_ns < ${until} OR trace_lo IN (SELECT trace_lo FROM ${catalog}.spans WHERE start_ns < ${until} AND ${near}))`
  );
}

/**
 * Walks down trace_index in steps, and decides spans as it finds them: where a filter needs the evaluator, most
 * candidates are none, and confirming each as a trace would cost far more than its spans.
 */
class DecidingCursor implements CandidateCursor {
  readonly block: BlockRef;
  bound: bigint | undefined;
  private readonly context: QueryContext;
  private readonly matcher: BlockMatcher;
  private readonly range: TimeRange;
  private before: number | undefined;
  private least = 0;
  private step = FIRST_STEP_TRACES;

  constructor(context: QueryContext, matcher: BlockMatcher, range: TimeRange) {
    this.context = context;
    this.matcher = matcher;
    this.block = matcher.block;
    this.range = range;
    this.bound = matcher.driving === 'FALSE' ? undefined : matcher.block.maxTime;
  }

  async next(): Promise<TraceIdHalves[]> {
    const { block, context, matcher } = this;
    const near = nearBlockSql(block, this.range);
    if (this.before === undefined && near === 'TRUE' && block.traces !== undefined) {
      this.before = block.traces;
    }
    if (this.before === undefined) {
      const bounds = await context.query(
        block,
        `SELECT min(trace_index) AS least, max(trace_index) AS greatest FROM ${block.catalog}.traces WHERE ${near}`
      );
      if (bounds.rowCount === 0 || bounds.isNull('least', 0)) {
        this.bound = undefined;
        return [];
      }
      this.least = bounds.integers('least')[0] ?? 0;
      this.before = (bounds.integers('greatest')[0] ?? 0) + 1;
    }
    const from = Math.max(this.least, this.before - this.step);
    const within = `trace_index >= ${from} AND trace_index < ${this.before}`;
    const rows = await matcher.match(sqlAnd(matcher.driving, within), () => undefined);
    this.before = from;
    this.step = Math.min(MAX_STEP_TRACES, this.step * PAGE_GROWTH);
    if (from <= this.least) {
      this.bound = undefined;
    } else {
      const last = await context.query(
        block,
        `SELECT start_ns FROM ${block.catalog}.traces WHERE trace_index = ${from}`
      );
      this.bound = last.bigints('start_ns')[0] ?? 0n;
    }
    return decidedIds(rows, matcher);
  }
}

/** Traces of the rows that match a driving filter. */
function decidedIds({ masks, traceHi, traceLo }: MatchedRows, { drivingBits }: BlockMatcher): TraceIdHalves[] {
  const ids: TraceIdHalves[] = [];
  masks.forEach((mask, row) => {
    if ((mask & drivingBits) !== 0) {
      ids.push({ hi: traceHi[row] ?? 0n, lo: traceLo[row] ?? 0n });
    }
  });
  return ids;
}

/** A page of an open block's rows that match, newest first, and how far it was handed out. */
interface OpenPage {
  readonly hi: BigUint64Array | BigInt64Array;
  readonly lo: BigUint64Array | BigInt64Array;
  readonly starts: BigUint64Array | BigInt64Array;
  readonly masks: Int32Array | undefined;
  readonly isLast: boolean;
  position: number;
}

/**
 * Walks down the starts of the spans that match: a trace starts no later than any of its spans. What arrived last is
 * looked at first, because it is the newest as a rule; how late the rows before it start is known. A statement reads
 * all the rows it may, so pages are large and handed out in batches that are worth confirming at once.
 */
class OpenCursor implements CandidateCursor {
  readonly block: BlockRef;
  bound: bigint | undefined;
  private readonly context: QueryContext;
  private readonly matcher: BlockMatcher;
  private readonly near: string;
  private batchTraces: number;
  private readonly maxBatchTraces: number;
  private pageRows: number;
  private page: OpenPage | undefined;
  /** Rows [from, before) are being looked at; the first time also those that are committed meanwhile. */
  private from: number;
  private before: number | undefined;
  private stepRows = FIRST_OPEN_ROWS;
  /** The latest start of the rows before `from`; undefined if there are none. */
  private earlier: bigint | undefined;
  /** Rows of [from, before) that start later were handed out. */
  private startsUntil: bigint | undefined;

  constructor(context: QueryContext, matcher: BlockMatcher, range: TimeRange, { pageRows, everything }: CursorOptions) {
    this.context = context;
    this.matcher = matcher;
    this.block = matcher.block;
    this.near = openRangeSql(matcher.block, range);
    this.maxBatchTraces = Math.max(pageRows, MAX_OPEN_BATCH);
    this.batchTraces = everything ? pageRows : Math.min(pageRows, FIRST_OPEN_BATCH);
    this.pageRows = pageRows * OPEN_PAGE_FACTOR;
    this.from = everything ? 0 : this.rowsBefore(matcher.block.rows?.count ?? 0);
    this.earlier = matcher.block.rows?.latestStartBefore(this.from);
    // A commit may have come since maxTime was read, so nothing bounds the first page.
    this.bound = matcher.driving === 'FALSE' ? undefined : UINT64_MAX;
  }

  private rowsBefore(end: number): number {
    return Math.max(0, Math.floor((end - this.stepRows) / GRANULE_ROWS) * GRANULE_ROWS);
  }

  async next(): Promise<TraceIdHalves[]> {
    const page = this.page ?? (await this.load());
    this.page = page;
    const batch = new TraceMap<TraceIdHalves>();
    for (; page.position < page.starts.length && batch.size < this.batchTraces; page.position++) {
      const hi = page.hi[page.position] ?? 0n;
      const lo = page.lo[page.position] ?? 0n;
      const matches = page.masks === undefined || ((page.masks[page.position] ?? 0) & this.matcher.drivingBits) !== 0;
      if (matches && batch.get(hi, lo) === undefined) {
        batch.add({ hi, lo });
      }
    }
    this.batchTraces = Math.min(this.maxBatchTraces, this.batchTraces * PAGE_GROWTH);
    if (page.position < page.starts.length) {
      this.bound = later(page.starts[page.position], this.earlier);
    } else if (!page.isLast) {
      // The page may have cut spans of one start in two: the next begins with that start again, and grows.
      this.startsUntil = page.starts.at(-1);
      this.bound = later(this.startsUntil, this.earlier);
      this.page = undefined;
    } else {
      this.bound = this.earlier;
      this.page = undefined;
      this.startsUntil = undefined;
      this.before = this.from;
      this.stepRows *= OPEN_ROWS_GROWTH;
      this.from = this.rowsBefore(this.before);
      this.earlier = this.block.rows?.latestStartBefore(this.from);
    }
    return [...batch.values()];
  }

  private async load(): Promise<OpenPage> {
    const { block, context, matcher, pageRows, from, before, startsUntil } = this;
    const where = sqlAnd(
      matcher.driving,
      this.near,
      from === 0 ? 'TRUE' : `rowid >= ${from}`,
      before === undefined ? 'TRUE' : `rowid < ${before}`,
      startsUntil === undefined ? 'TRUE' : `start_ns <= ${sqlInteger(startsUntil, 'UBIGINT')}`
    );
    const order = `ORDER BY start_ns DESC LIMIT ${pageRows}`;
    this.pageRows = pageRows * PAGE_GROWTH;
    if (matcher.decidesCandidates) {
      const { traceHi: hi, traceLo: lo, starts, masks, count } = await matcher.match(where, () => undefined, order);
      return { hi, lo, starts, masks, isLast: count < pageRows, position: 0 };
    }
    const found = await context.query(
      block,
      `SELECT trace_hi, trace_lo, start_ns FROM ${block.catalog}.spans WHERE ${where} ${order}`
    );
    return {
      hi: found.bigints('trace_hi'),
      lo: found.bigints('trace_lo'),
      starts: found.bigints('start_ns'),
      masks: undefined,
      isLast: found.rowCount < pageRows,
      position: 0,
    };
  }
}

function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function least(values: BigUint64Array | BigInt64Array): bigint {
  let result = UINT64_MAX;
  for (const value of values) {
    result = value < result ? value : result;
  }
  return result;
}
