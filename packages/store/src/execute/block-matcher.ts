// SPDX-License-Identifier: Apache-2.0
//
// Runs the filters of a query on one block. A span's mask has bit i set if it matches filter i. SQL gives a
// mask that is certain and one that is possible; where they differ the evaluator looks at the span.

import type { BlockRef } from '../blocks/reader.ts';
import { knownRowsSql, planFilter } from '../plan/filter.ts';
import { isExact, NEVER, sqlAnd, sqlOr, type Predicate } from '../plan/predicate.ts';
import {
  drivingFiltersOf,
  readsOf,
  type MaskPlan,
  type SearchPlan,
  type SpanReads,
  type SpansetTree,
} from '../plan/search-plan.ts';
import { dictionaryEvaluator, type QueryContext } from './query-context.ts';
import { columnsForKeys, RowView, type TraceFacts } from './row-view.ts';
import { readColumns, SpanColumns } from './span-columns.ts';

/** Spans that match at least one filter, as columns. */
export interface MatchedRows {
  readonly count: number;
  readonly rowIds: Float64Array;
  readonly traceHi: BigUint64Array | BigInt64Array;
  readonly traceLo: BigUint64Array | BigInt64Array;
  readonly starts: BigUint64Array | BigInt64Array;
  readonly spanIds: BigUint64Array | BigInt64Array;
  /** 0 where the evaluator found that nothing matches. */
  readonly masks: Int32Array;
}

/** Rows that are decided between two looks at the clock. */
const BREATH_ROWS = 1_024;
const ALWAYS_READ = ['trace_hi', 'trace_lo', 'span_id', 'start_ns'];

export class BlockMatcher {
  readonly block: BlockRef;
  /** Whether SQL decides everything. */
  readonly exact: boolean;
  /** True for every span that may match a filter that every matching trace has spans of. */
  readonly driving: string;
  /** Bits of the driving filters in a mask. */
  readonly drivingBits: number;
  /** Whether a span's own row decides the filters. */
  readonly decidable: boolean;
  /**
   * Whether candidates are decided as they are found: SQL leaves something open, their own rows decide it, and there are
   * driving filters at all. Without those every trace is a candidate, also one whose spans match nothing.
   */
  readonly decidesCandidates: boolean;
  /** True for every span that may match any filter. */
  readonly any: string;
  /** True for the rows that the plan knows of: a block may take more while a query runs. */
  readonly known: string;
  readonly certainMask: string;
  readonly possibleMask: string;
  /** What is read of spans to decide the filters that SQL does not. */
  readonly reads: SpanReads;
  private readonly predicates: readonly Predicate[];
  private readonly plan: SearchPlan;
  private readonly context: QueryContext;

  private constructor(
    context: QueryContext,
    block: BlockRef,
    plan: SearchPlan,
    predicates: readonly Predicate[],
    driving: readonly number[] | undefined
  ) {
    this.context = context;
    this.block = block;
    this.plan = plan;
    this.predicates = predicates;
    this.exact = predicates.every(isExact);
    const undecided = plan.filters.filter((_, filter) => !isExact(predicates[filter] ?? NEVER));
    this.reads = readsOf(undecided.flatMap(({ references }) => references));
    this.decidable = undecided.every(({ needs }) => needs === 'row');
    this.decidesCandidates = !this.exact && this.decidable && driving !== undefined;
    this.drivingBits = driving === undefined ? -1 : driving.reduce((bits, filter) => bits | (1 << filter), 0);
    this.known = knownRowsSql(block);
    const upper = (filter: number): string => predicates[filter]?.upper ?? 'FALSE';
    this.driving = sqlAnd(driving === undefined ? 'TRUE' : sqlOr(...driving.map(upper)), this.known);
    this.any = sqlAnd(sqlOr(...predicates.map((predicate) => predicate.upper)), this.known);
    this.certainMask = maskSql(predicates.map((predicate) => predicate.lower));
    this.possibleMask = maskSql(predicates.map((predicate) => predicate.upper));
  }

  static async create(
    context: QueryContext,
    block: BlockRef,
    plan: SearchPlan,
    driving: readonly number[] | undefined
  ): Promise<BlockMatcher> {
    const filterContext = await context.filterContext(block, dictionaryEvaluator(plan.source));
    const predicates = plan.filters.map(({ expression }) => planFilter(expression, filterContext));
    return new BlockMatcher(context, block, plan, predicates, driving);
  }

  /** True for every span that may be in a spanset by itself; for plans that are {@link isRowWise}. */
  rowWiseSql({ tree, narrowing }: MaskPlan): string {
    const upper = (filter: number): string => this.predicates[filter]?.upper ?? 'FALSE';
    const union = (part: SpansetTree): string =>
      part.kind === 'filter' ? upper(part.filter) : sqlOr(union(part.left), union(part.right));
    return sqlAnd(union(tree), ...narrowing.map(upper), this.known);
  }

  /**
   * The spans among those that `where` selects that match a filter; `order` may sort and limit them before they are
   * decided. `facts` tells of a span's whole trace.
   */
  async match(
    where: string,
    facts: (hi: bigint, lo: bigint) => TraceFacts | undefined,
    order = ''
  ): Promise<MatchedRows> {
    const { block, context, plan, reads } = this;
    const from = `FROM ${block.catalog}.spans WHERE ${sqlAnd(this.any, where)} ${order}`;
    if (this.exact) {
      const result = await context.query(
        block,
        `SELECT rowid AS row, trace_hi, trace_lo, span_id, start_ns, (${this.certainMask})::INTEGER AS mask ${from}`
      );
      return {
        count: result.rowCount,
        rowIds: result.numbers('row'),
        traceHi: result.bigints('trace_hi'),
        traceLo: result.bigints('trace_lo'),
        starts: result.bigints('start_ns'),
        spanIds: result.bigints('span_id'),
        masks: Int32Array.from(result.integers('mask')),
      };
    }
    const attributes = columnsForKeys(block, reads.keys).map(({ column }) => column);
    const names = [...ALWAYS_READ, ...reads.columns, ...attributes, ...(reads.remainder ? ['rest'] : [])];
    const result = await context.query(
      block,
      `SELECT rowid AS row, ${readColumns(block, names)}, (${this.certainMask})::INTEGER AS certain, (${this.possibleMask})::INTEGER AS possible ${from}`
    );
    const rows = new SpanColumns(block, result);
    const view = new RowView(rows);
    const certain = result.integers('certain');
    const possible = result.integers('possible');
    const masks = new Int32Array(rows.rowCount);
    const factsOfRow = plan.needsTrace ? byRow(rows, facts) : () => undefined;
    for (let row = 0; row < rows.rowCount; row++) {
      if (row % BREATH_ROWS === 0) {
        await context.breathe();
      }
      let mask = certain[row] ?? 0;
      const undecided = (possible[row] ?? 0) & ~mask;
      if (undecided !== 0) {
        view.at(row, factsOfRow(row));
        for (let filter = 0; filter < plan.filters.length; filter++) {
          if ((undecided & (1 << filter)) !== 0 && plan.filters[filter]?.matches(view) === true) {
            mask |= 1 << filter;
          }
        }
      }
      masks[row] = mask;
    }
    return {
      count: rows.rowCount,
      rowIds: result.numbers('row'),
      traceHi: rows.traceHi,
      traceLo: rows.traceLo,
      starts: rows.start,
      spanIds: rows.spanId,
      masks,
    };
  }
}

/** Facts by row. Rows of a trace stand together, as a rule: it is looked up once for all of them. */
function byRow(
  { traceHi, traceLo }: SpanColumns,
  facts: (hi: bigint, lo: bigint) => TraceFacts | undefined
): (row: number) => TraceFacts | undefined {
  const high = new Uint32Array(traceHi.buffer);
  const low = new Uint32Array(traceLo.buffer);
  const isSame = (words: Uint32Array, a: number, b: number): boolean =>
    words[2 * a] === words[2 * b] && words[2 * a + 1] === words[2 * b + 1];
  let last: { readonly row: number; readonly facts: TraceFacts | undefined } | undefined;
  return (row) => {
    if (last === undefined || !isSame(low, row, last.row) || !isSame(high, row, last.row)) {
      last = { row, facts: facts(traceHi[row] ?? 0n, traceLo[row] ?? 0n) };
    }
    return last.facts;
  };
}

function maskSql(predicates: readonly string[]): string {
  const bits = predicates.flatMap((sql, filter) => {
    const bit = 1 << filter;
    return sql === 'FALSE' ? [] : sql === 'TRUE' ? [String(bit)] : [`(CASE WHEN ${sql} THEN ${bit} ELSE 0 END)`];
  });
  return bits.length === 0 ? '0' : bits.join(' | ');
}

/** The matchers of all blocks for a plan. */
export async function createMatchers(context: QueryContext, plan: SearchPlan): Promise<Map<BlockRef, BlockMatcher>> {
  context.begin('what the blocks hold');
  const driving = drivingFiltersOf(plan);
  const matchers = new Map<BlockRef, BlockMatcher>();
  for (const block of context.blocks) {
    matchers.set(block, await BlockMatcher.create(context, block, plan, driving));
  }
  return matchers;
}
