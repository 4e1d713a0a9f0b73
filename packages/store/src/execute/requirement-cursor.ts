// SPDX-License-Identifier: Apache-2.0
//
// Candidates of interpreted plans: loading a whole trace costs far more than looking at masks, so a trace is a
// candidate only if its spans together have what the query requires, such as one for each side of `>>`. A
// block knows its part of a trace only: a part that lacks something is a candidate all the same if another
// block may have the rest. Every matching trace has a span that a driving filter matches, in some block, and is
// found from there.

import type { TimeRange } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { satisfies, satisfiesSql } from '../plan/requirement.ts';
import type { SearchPlan } from '../plan/search-plan.ts';
import type { BlockMatcher } from './block-matcher.ts';
import { mayBeInRange, nearBlockSql, nearRangeSql, type CandidateCursor, type CursorOptions } from './candidates.ts';
import type { TraceIdHalves } from './ids.ts';
import type { QueryContext } from './query-context.ts';
import { traceIdsSql, TraceMap } from './summaries.ts';

const FIRST_WINDOW_TRACES = 2_048;
const MAX_WINDOW_TRACES = 65_536;
const WINDOW_GROWTH = 4;
const FIRST_BATCH = 64;
const BATCH_GROWTH = 4;
const MAX_BATCH = 2_048;

interface Candidate extends TraceIdHalves {
  /** No less than the start of the whole trace. */
  start: bigint;
  /** Filters that its spans in this block may match. */
  bits: number;
}

/** Shared by the cursors of a search: after one block has given little, the next is taken in larger pieces. */
export interface Pace {
  window: number;
  batch: number;
}

export function createPace({ everything }: CursorOptions): Pace {
  return everything
    ? { window: MAX_WINDOW_TRACES, batch: MAX_BATCH }
    : { window: FIRST_WINDOW_TRACES, batch: FIRST_BATCH };
}

/** See the head of the file. */
export class RequirementCursor implements CandidateCursor {
  readonly block: BlockRef;
  bound: bigint | undefined;
  private readonly context: QueryContext;
  private readonly plan: SearchPlan;
  private readonly matcher: BlockMatcher;
  private readonly range: TimeRange;
  private readonly pace: Pace;
  private readonly others: readonly BlockRef[];
  private candidates: readonly Candidate[] = [];
  private position = 0;
  /** Traces of a sealed block that were not looked at yet: [least, before). Undefined before the first look. */
  private before: number | undefined;
  private least = 0;
  /** Greatest start of what is still to be looked at; undefined if that is nothing. */
  private unseen: bigint | undefined;

  constructor(context: QueryContext, plan: SearchPlan, matcher: BlockMatcher, range: TimeRange, pace: Pace) {
    this.context = context;
    this.plan = plan;
    this.matcher = matcher;
    this.block = matcher.block;
    this.range = range;
    this.pace = pace;
    this.others = context.blocks.filter((other) => other !== matcher.block);
    // A commit may have come since an open block's maxTime was read.
    this.bound =
      matcher.driving === 'FALSE' ? undefined : matcher.block.state === 'open' ? 1n << 64n : this.block.maxTime;
  }

  async next(): Promise<TraceIdHalves[]> {
    const { block, context, pace, plan } = this;
    if (this.position >= this.candidates.length) {
      context.begin('traces that have what the query requires');
      const found = block.state === 'sealed' ? await this.nextWindow() : await this.wholeBlock();
      const isComplete = ({ bits }: Candidate): boolean => satisfies(plan.requirement, bits);
      const possible = [
        ...found.filter(isComplete),
        ...(await inOtherBlocks(
          context,
          this.others,
          found.filter((part) => !isComplete(part))
        )),
      ];
      this.candidates = mayBeInRange(context, block, this.range, possible).sort((a, b) =>
        a.start < b.start ? 1 : a.start > b.start ? -1 : 0
      );
      this.position = 0;
      pace.window = Math.min(MAX_WINDOW_TRACES, pace.window * WINDOW_GROWTH);
    }
    const batch = this.candidates.slice(this.position, this.position + pace.batch);
    this.position += batch.length;
    pace.batch = Math.min(MAX_BATCH, pace.batch * BATCH_GROWTH);
    this.bound = later(this.candidates[this.position]?.start, this.unseen);
    return batch;
  }

  private async nextWindow(): Promise<Candidate[]> {
    const { block, context, pace, range } = this;
    const { catalog } = block;
    const near = nearBlockSql(block, range);
    if (near === 'TRUE') {
      this.before ??= block.traces;
    }
    if (this.before === undefined) {
      const bounds = await context.query(
        block,
        `SELECT min(trace_index) AS least, max(trace_index) AS greatest FROM ${catalog}.traces WHERE ${near}`
      );
      if (bounds.rowCount === 0 || bounds.isNull('least', 0)) {
        this.unseen = undefined;
        return [];
      }
      this.least = bounds.integers('least')[0] ?? 0;
      this.before = (bounds.integers('greatest')[0] ?? 0) + 1;
    }
    const from = Math.max(this.least, this.before - pace.window);
    const within = `trace_index >= ${from} AND trace_index < ${this.before}`;
    this.before = from;
    this.unseen = undefined;
    if (from > this.least) {
      const last = await context.query(block, `SELECT start_ns FROM ${catalog}.traces WHERE trace_index = ${from}`);
      this.unseen = last.bigints('start_ns')[0] ?? 0n;
    }
    if (this.isDecided()) {
      return this.decide(within);
    }
    return this.read(
      `SELECT trace_hi, trace_lo, start_ns, bits FROM (SELECT * FROM ${catalog}.traces WHERE ${within})
      JOIN (SELECT trace_index, ${this.bitsSql()} AS bits FROM ${catalog}.spans WHERE ${sqlAnd(this.matcher.any, within)}
      GROUP BY trace_index HAVING ${this.havingSql()}) USING (trace_index)`
    );
  }

  /** An open block is in the order of arrival: all of it is looked at once. */
  private async wholeBlock(): Promise<Candidate[]> {
    const { block, matcher, range } = this;
    const near = nearRangeSql(range);
    if (this.isDecided() && near === 'TRUE') {
      return this.decide('TRUE');
    }
    return this.read(
      `SELECT trace_hi, trace_lo, min(start_ns) AS start_ns, ${this.bitsSql()} AS bits FROM ${block.catalog}.spans
      WHERE ${matcher.any} GROUP BY trace_hi, trace_lo HAVING ${sqlAnd(this.havingSql(), near === 'TRUE' ? near : `bool_or(${near})`)}`
    );
  }

  /** Whether the evaluator looks at the spans that SQL does not decide: one costs less than a whole trace. */
  private isDecided(): boolean {
    return this.matcher.decidesCandidates;
  }

  private bitsSql(): string {
    return `bit_or((${this.matcher.possibleMask})::INTEGER)`;
  }

  private havingSql(): string {
    const driving = `(bits & ${this.matcher.drivingBits}) <> 0`;
    return this.others.length === 0 ? sqlAnd(driving, satisfiesSql(this.plan.requirement, 'bits')) : driving;
  }

  private async read(sql: string): Promise<Candidate[]> {
    const result = await this.context.query(this.block, sql);
    const high = result.bigints('trace_hi');
    const low = result.bigints('trace_lo');
    const starts = result.bigints('start_ns');
    const bits = result.integers('bits');
    return Array.from(high, (hi, i) => ({ hi, lo: low[i] ?? 0n, start: starts[i] ?? 0n, bits: bits[i] ?? 0 }));
  }

  private async decide(where: string): Promise<Candidate[]> {
    const { matcher } = this;
    const rows = await matcher.match(where, () => undefined);
    const traces = new TraceMap<Candidate>();
    for (let row = 0; row < rows.count; row++) {
      const hi = rows.traceHi[row] ?? 0n;
      const lo = rows.traceLo[row] ?? 0n;
      const start = rows.starts[row] ?? 0n;
      const known = traces.get(hi, lo);
      if (known === undefined) {
        traces.add({ hi, lo, start, bits: rows.masks[row] ?? 0 });
      } else {
        known.bits |= rows.masks[row] ?? 0;
        known.start = start < known.start ? start : known.start;
      }
    }
    return [...traces.values()].filter(({ bits }) => (bits & matcher.drivingBits) !== 0);
  }
}

/** Those of these traces that another block has a part of. */
export async function inOtherBlocks<Part extends TraceIdHalves>(
  context: QueryContext,
  others: readonly BlockRef[],
  parts: readonly Part[]
): Promise<Part[]> {
  const found = new Set<Part>();
  for (const other of others) {
    const asked = new TraceMap<Part>();
    for (const part of parts) {
      if (!found.has(part) && other.mayContainTrace(part.hi, part.lo)) {
        asked.add(part);
      }
    }
    if (other.state === 'open') {
      addAll(found, asked.values());
    } else if (asked.size > 0) {
      const result = await context.query(
        other,
        `SELECT trace_hi, trace_lo FROM ${other.catalog}.traces WHERE ${traceIdsSql([...asked.values()])}`
      );
      const low = result.bigints('trace_lo');
      addAll(
        found,
        Array.from(result.bigints('trace_hi'), (hi, i) => asked.get(hi, low[i] ?? 0n)).filter(
          (part) => part !== undefined
        )
      );
    }
  }
  return [...found];
}

function addAll<T>(set: Set<T>, items: Iterable<T>): void {
  for (const item of items) {
    set.add(item);
  }
}

function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
