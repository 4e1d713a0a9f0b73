// SPDX-License-Identifier: Apache-2.0
//
// What one query carries through its steps: the leased blocks, the deadline, what it has cost so far, and the
// blocks' plans. A query takes one statement after the other, or two where it adds up blocks, so that several queries
// share the threads fairly and none holds a connection while it waits for another.

import { compileFilter, type FieldExpression } from '@tracewell/traceql';
import { StoreError, type QueryCost, type QueryExplanation, type QueryOptions, type TimeRange } from '../api.ts';
import {
  OVERFLOW_SHAPE_ID,
  outOfTime,
  type BlockReader,
  type BlockRef,
  type SqlOptions,
  type SqlResult,
} from '../blocks/reader.ts';
import type { DictionaryEvaluator, FilterContext } from '../plan/filter.ts';
import { toQueryError } from '../plan/query-errors.ts';
import { QueryRecorder } from './explanation.ts';
import { inLanes } from './lanes.ts';
import { dictionaryView } from './row-view.ts';

/** A trace may reach this far from the range and still be found by it; see `blocksInRange`. */
export const TRACE_SLACK_NANOS = 60_000_000_000n;
const BLOCK_SLACK_NANOS = 3_600_000_000_000n;
/** Work without a pause. */
const BREATH_MS = 25;
/** Blocks that one query adds up at a time: a statement over one block leaves a second core idle half of the time. */
const LANES = 2;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

/** Sealed blocks with spans of the overflow shape, or without; they never change. */
const overflowBlocks = new WeakMap<BlockReader, Map<string, boolean>>();

export class QueryContext {
  readonly reader: BlockReader;
  readonly blocks: readonly BlockRef[];
  readonly signal: AbortSignal | undefined;
  /** Present if the query is to be explained. */
  readonly recorder: QueryRecorder | undefined;
  /** What {@link reader} reads; the same for all queries of a store. */
  private readonly source: BlockReader;
  private readonly deadline: number | undefined;
  private readonly touched = new Set<BlockRef>();
  private inspectedTraces = 0;
  private lastBreath = performance.now();

  constructor(reader: BlockReader, blocks: readonly BlockRef[], options: QueryOptions) {
    this.source = reader;
    this.blocks = blocks.filter(({ spans }) => spans > 0);
    this.recorder = options.explain === true ? new QueryRecorder(this.blocks) : undefined;
    this.reader = this.recorder?.reader(reader) ?? reader;
    this.signal = options.signal;
    this.deadline = options.timeoutMs === undefined ? undefined : performance.now() + options.timeoutMs;
  }

  /** Options for the next statement. Throws StoreError 'cancelled' or 'timeout' when there is no time left. */
  sqlOptions(): SqlOptions {
    if (this.signal?.aborted === true) {
      throw new StoreError('cancelled', 'the query was cancelled', { cause: this.signal.reason });
    }
    const left = this.deadline === undefined ? undefined : this.deadline - performance.now();
    if (left !== undefined && left <= 0) {
      throw outOfTime();
    }
    return { ...(this.signal && { signal: this.signal }), ...(left !== undefined && { timeoutMs: left }) };
  }

  /**
   * To be called now and then by work in this thread: lets others have it, ingest and other queries, and throws as
   * {@link sqlOptions} does when there is no time left.
   */
  async breathe(): Promise<void> {
    if (performance.now() - this.lastBreath > BREATH_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      this.sqlOptions();
      this.lastBreath = performance.now();
    }
  }

  query(block: BlockRef, sql: string): Promise<SqlResult> {
    this.touched.add(block);
    return this.reader.query(sql, [], this.sqlOptions());
  }

  /**
   * Does `work` for each of the items, which all have statements of their own: for two at a time, or one after the other
   * for an explanation, which says which step a statement belongs to.
   */
  inLanes<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
    return inLanes(items, this.recorder === undefined ? LANES : 1, work);
  }

  /** Runs a statement over several blocks. */
  queryAll(blocks: readonly BlockRef[], sql: string): Promise<SqlResult> {
    blocks.forEach((block) => this.touched.add(block));
    return this.reader.query(sql, [], this.sqlOptions());
  }

  /** Names the step that the statements from now on belong to, for the explanation. */
  begin(what: string): void {
    this.recorder?.begin(what);
  }

  /** What to add to the result: the explanation, if it was asked for. */
  explained(): { explanation?: QueryExplanation } {
    return this.recorder === undefined ? {} : { explanation: this.recorder.explanation() };
  }

  countTraces(count: number): void {
    this.inspectedTraces += count;
  }

  /** Spans are those of whole blocks: DuckDB does not say what it skipped, nor what it read. */
  cost(): QueryCost {
    const blocks = [...this.touched];
    return {
      inspectedSpans: blocks.reduce((sum, block) => sum + block.spans, 0),
      inspectedTraces: this.inspectedTraces,
      inspectedBytes: 0,
      blocks: blocks.length,
    };
  }

  /**
   * Blocks in which a trace that overlaps the range may have spans. Blocks know the starts of their spans only,
   * so those that end up to an hour before the range are looked at too; a trace with parts further apart is found
   * by the parts near the range.
   */
  blocksInRange({ start, end }: TimeRange): BlockRef[] {
    const least = start === undefined || start < BLOCK_SLACK_NANOS ? 0n : start - BLOCK_SLACK_NANOS;
    const greatest = end === undefined || end > UINT64_MAX - TRACE_SLACK_NANOS ? UINT64_MAX : end + TRACE_SLACK_NANOS;
    return this.blocks.filter((block) => block.maxTime >= least && block.minTime <= greatest);
  }

  /** What planning a filter needs to know of a block. */
  async filterContext(block: BlockRef, evaluator: DictionaryEvaluator): Promise<FilterContext> {
    return { block, evaluator, overflow: await this.hasOverflow(block) };
  }

  private async hasOverflow(block: BlockRef): Promise<boolean> {
    if (block.hasOverflow !== undefined) {
      return block.hasOverflow;
    }
    const known = overflowBlocks.get(this.source) ?? new Map<string, boolean>();
    overflowBlocks.set(this.source, known);
    const before = known.get(block.id);
    if (block.state === 'sealed' && before !== undefined) {
      return before;
    }
    const found = await this.query(
      block,
      `SELECT 1 FROM ${block.catalog}.spans WHERE shape_id = ${OVERFLOW_SHAPE_ID} LIMIT 1`
    );
    if (block.state === 'sealed') {
      known.set(block.id, found.rowCount > 0);
    }
    return found.rowCount > 0;
  }
}

/**
 * Runs a query on the blocks that there are now; they stay until it has ended. What is wrong with its TraceQL is
 * thrown as the StoreError that a client gets.
 */
export async function withContext<Result>(
  reader: BlockReader,
  options: QueryOptions,
  run: (context: QueryContext) => Promise<Result>
): Promise<Result> {
  const lease = reader.acquire();
  try {
    return await run(new QueryContext(reader, lease.blocks, options));
  } catch (error) {
    throw toQueryError(error);
  } finally {
    lease.release();
  }
}

/** Decides conditions on resources and scopes of any block; `source` is the query's text. */
export function dictionaryEvaluator(source: string): DictionaryEvaluator {
  const compiled = new WeakMap<FieldExpression, ReturnType<typeof compileFilter>>();
  const compile = (expression: FieldExpression): ReturnType<typeof compileFilter> => {
    let matches = compiled.get(expression);
    if (matches === undefined) {
      matches = compileFilter({ kind: 'spansetFilter', expression, range: expression.range }, source);
      compiled.set(expression, matches);
    }
    return matches;
  };
  return {
    resourceMatches: (expression, { resource }) => compile(expression)(dictionaryView(resource, undefined)),
    scopeMatches: (expression, { scope }) => compile(expression)(dictionaryView(undefined, scope)),
    constantMatches: (expression) => compile(expression)(dictionaryView(undefined, undefined)),
  };
}
