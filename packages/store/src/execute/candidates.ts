// SPDX-License-Identifier: Apache-2.0
//
// Finds traces that may match, newest first, a page at a time. Each block has a cursor with a bound: no
// trace that the block has not given yet starts later. Blocks only know their part of a trace, but the whole
// starts no later than any part, so the bound holds for the whole trace too, and the search can stop when it has
// enough traces that start after the bounds of all blocks.

import type { TimeRange } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { sqlInteger } from '../plan/sql-text.ts';
import type { BlockMatcher, MatchedRows } from './block-matcher.ts';
import type { TraceIdHalves } from './ids.ts';
import { TRACE_SLACK_NANOS, type QueryContext } from './query-context.ts';
import { traceIndexesSql } from './summaries.ts';

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const PAGE_GROWTH = 4;
const MAX_PAGE_ROWS = 65_536;
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

export function createCursor(
  context: QueryContext,
  matcher: BlockMatcher,
  range: TimeRange,
  pageRows: number
): CandidateCursor {
  if (matcher.block.state === 'open') {
    return new OpenCursor(context, matcher, range, pageRows);
  }
  return matcher.exact || !matcher.decidable
    ? new SealedCursor(context, matcher, range, pageRows)
    : new DecidingCursor(context, matcher, range);
}

/**
 * SQL on a start and an end: near enough to the range that the whole trace may overlap it. A trace's part in this
 * block is allowed to miss the range by `TRACE_SLACK_NANOS`.
 */
export function nearRangeSql(
  { start, end }: TimeRange,
  startSql = 'start_ns',
  endSql = 'greatest(start_ns, end_ns)'
): string {
  return sqlAnd(
    end === undefined || end > UINT64_MAX - TRACE_SLACK_NANOS
      ? 'TRUE'
      : `${startSql} < ${sqlInteger(end + TRACE_SLACK_NANOS, 'UBIGINT')}`,
    start === undefined || start < TRACE_SLACK_NANOS
      ? 'TRUE'
      : `${endSql} >= ${sqlInteger(start - TRACE_SLACK_NANOS, 'UBIGINT')}`
  );
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
    const near = nearRangeSql(this.range);
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
      this.least === 0 ? 'TRUE' : `trace_index >= ${this.least}`
    );
    const all = matcher.driving === 'TRUE';
    const found = await context.query(
      block,
      `SELECT trace_index FROM ${block.catalog}.${all ? 'traces' : 'spans'} WHERE ${sqlAnd(all ? near : matcher.driving, within)}
      ORDER BY trace_index DESC LIMIT ${pageRows}`
    );
    const indexes = [...new Set(found.integers('trace_index'))];
    const last = indexes.at(-1);
    if (last === undefined) {
      this.bound = undefined;
      return [];
    }
    const traces = await context.query(
      block,
      `SELECT trace_hi, trace_lo, start_ns FROM ${block.catalog}.traces WHERE ${traceIndexesSql(indexes)}`
    );
    const starts = traces.bigints('start_ns');
    this.before = last;
    this.bound = found.rowCount < pageRows ? undefined : least(starts);
    this.pageRows = Math.min(MAX_PAGE_ROWS, pageRows * PAGE_GROWTH);
    return mayBeInRange(
      context,
      block,
      this.range,
      idsOf(traces.bigints('trace_hi'), traces.bigints('trace_lo')),
      starts
    );
  }
}

/**
 * Leaves out traces whose part here starts after the range, unless another block may have an earlier part: the slack
 * at the range's end is for those few only, and without this a search in the past would confirm all of it.
 */
function mayBeInRange(
  { blocks }: QueryContext,
  block: BlockRef,
  { end }: TimeRange,
  ids: readonly TraceIdHalves[],
  starts: BigUint64Array | BigInt64Array
): TraceIdHalves[] {
  if (end === undefined) {
    return [...ids];
  }
  const others = blocks.filter((other) => other !== block && other.minTime < end);
  return ids.filter(
    ({ hi, lo }, i) => (starts[i] ?? 0n) < end || others.some((other) => other.mayContainTrace(hi, lo))
  );
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
    if (this.before === undefined) {
      const bounds = await context.query(
        block,
        `SELECT min(trace_index) AS least, max(trace_index) AS greatest FROM ${block.catalog}.traces WHERE ${nearRangeSql(this.range)}`
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

/** Walks down the starts of the spans that match: a trace starts no later than any of its spans. */
class OpenCursor implements CandidateCursor {
  readonly block: BlockRef;
  bound: bigint | undefined;
  private readonly context: QueryContext;
  private readonly matcher: BlockMatcher;
  private readonly near: string;
  private pageRows: number;
  private from: bigint | undefined;

  constructor(context: QueryContext, matcher: BlockMatcher, range: TimeRange, pageRows: number) {
    this.context = context;
    this.matcher = matcher;
    this.block = matcher.block;
    this.near = openRangeSql(matcher.block, range);
    this.pageRows = pageRows;
    // A commit may have come since maxTime was read, so nothing bounds the first page.
    this.bound = matcher.driving === 'FALSE' ? undefined : UINT64_MAX;
  }

  async next(): Promise<TraceIdHalves[]> {
    const { block, pageRows, from } = this;
    const within = from === undefined ? 'TRUE' : `start_ns <= ${sqlInteger(from, 'UBIGINT')}`;
    const where = sqlAnd(this.matcher.driving, this.near, within);
    const order = `ORDER BY start_ns DESC LIMIT ${pageRows}`;
    if (!this.matcher.exact && this.matcher.decidable) {
      const rows = await this.matcher.match(where, () => undefined, order);
      this.from = rows.starts.at(-1);
      this.bound = rows.count < pageRows ? undefined : this.from;
      this.pageRows = pageRows * PAGE_GROWTH;
      return decidedIds(rows, this.matcher);
    }
    const found = await this.context.query(
      block,
      `SELECT trace_hi, trace_lo, start_ns FROM ${block.catalog}.spans WHERE ${where} ${order}`
    );
    // The page may have cut spans of one start in two: the next begins with that start again, and grows.
    this.from = found.bigints('start_ns').at(-1);
    this.bound = found.rowCount < pageRows ? undefined : this.from;
    this.pageRows = pageRows * PAGE_GROWTH;
    return idsOf(found.bigints('trace_hi'), found.bigints('trace_lo'));
  }
}

function idsOf(high: BigUint64Array | BigInt64Array, low: BigUint64Array | BigInt64Array): TraceIdHalves[] {
  return Array.from(high, (hi, i) => ({ hi, lo: low[i] ?? 0n }));
}

function least(values: BigUint64Array | BigInt64Array): bigint {
  let result = UINT64_MAX;
  for (const value of values) {
    result = value < result ? value : result;
  }
  return result;
}
