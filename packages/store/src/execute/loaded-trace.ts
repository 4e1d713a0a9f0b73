// SPDX-License-Identifier: Apache-2.0
//
// Whole traces as the evaluator sees them, read from all blocks that hold a part. Rows stay columns; a span is
// a position in its trace, in the order of start, id, kind and end, which does not depend on the blocks.

import type {
  EventView,
  LinkView,
  SpanIntrinsicName,
  SpansetFilter,
  SpanView,
  TraceView,
  Value,
} from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd } from '../plan/predicate.ts';
import type { SearchPlan, SpanReads } from '../plan/search-plan.ts';
import type { BlockMatcher } from './block-matcher.ts';
import { partsSql, traceFacts, type MatchedSpan } from './found-trace.ts';
import { traceIdText } from './ids.ts';
import type { QueryContext } from './query-context.ts';
import { columnsForKeys, RowView, type TraceFacts } from './row-view.ts';
import { readColumns, SpanColumns } from './span-columns.ts';
import { TraceMap, type Summary } from './summaries.ts';
import { countChildren, linkParents, numberSpans, type NestedSets } from './trace-tree.ts';

/** Spans that are held at a time; a trace is never split. */
const BATCH_SPANS = 60_000;

/** Rows of one block, and what SQL says of them. */
interface LoadedRows {
  readonly matcher: BlockMatcher;
  readonly columns: SpanColumns;
  readonly view: RowView;
  readonly certain: ArrayLike<number>;
  readonly possible: ArrayLike<number>;
}

export class LoadedTrace implements TraceView {
  readonly summary: Summary;
  readonly facts: TraceFacts;
  readonly spans: readonly LoadedSpan[];
  private readonly plan: SearchPlan;
  private readonly parts: readonly LoadedRows[];
  private readonly rows: readonly number[];
  private links: Int32Array | undefined;
  private sets: NestedSets | undefined;
  private children: Int32Array | undefined;

  constructor(plan: SearchPlan, summary: Summary, parts: readonly LoadedRows[], rows: readonly number[]) {
    this.plan = plan;
    this.summary = summary;
    this.facts = traceFacts(summary);
    const order = orderOf(parts, rows);
    this.parts = order === undefined ? parts : order.map((at) => parts[at] ?? missing());
    this.rows = order === undefined ? rows : order.map((at) => rows[at] ?? 0);
    this.spans = rows.map((_, position) => new LoadedSpan(this, position));
  }

  part(position: number): LoadedRows {
    return this.parts[position] ?? missing();
  }

  row(position: number): number {
    return this.rows[position] ?? 0;
  }

  /** The row that a span is in. */
  place(position: number): MatchedSpan {
    const { matcher, columns } = this.part(position);
    const row = this.row(position);
    return {
      block: matcher.block,
      rowId: columns.result.numbers('row')[row] ?? 0,
      start: columns.start[row] ?? 0n,
      spanId: columns.spanId[row] ?? 0n,
    };
  }

  get parents(): Int32Array {
    this.links ??= linkParents({
      count: this.rows.length,
      spanId: (position) => this.part(position).columns.spanId[this.row(position)] ?? 0n,
      parentId: (position) => this.part(position).columns.parentAmong(this.row(position)),
      kind: (position) => this.part(position).columns.kind[this.row(position)] ?? 0,
    });
    return this.links;
  }

  get nestedSets(): NestedSets {
    return (this.sets ??= numberSpans(this.parents));
  }

  get childCounts(): Int32Array {
    return (this.children ??= countChildren(this.parents));
  }

  decided(filter: SpansetFilter): ((position: number) => boolean) | undefined {
    const index = this.plan.filterIndex.get(filter);
    const planned = index === undefined ? undefined : this.plan.filters[index];
    if (index === undefined || planned === undefined) {
      return undefined;
    }
    const bit = 1 << index;
    return (position) => {
      const { certain, possible } = this.part(position);
      const row = this.row(position);
      if (((certain[row] ?? 0) & bit) !== 0) {
        return true;
      }
      const span = this.spans[position];
      return ((possible[row] ?? 0) & bit) !== 0 && span !== undefined && planned.matches(span);
    };
  }
}

/** One span of a {@link LoadedTrace}. */
export class LoadedSpan implements SpanView {
  private readonly trace: LoadedTrace;
  private readonly position: number;

  constructor(trace: LoadedTrace, position: number) {
    this.trace = trace;
    this.position = position;
  }

  private view(): RowView {
    const { trace, position } = this;
    return trace.part(position).view.at(trace.row(position), trace.facts);
  }

  attribute(scope: 'span' | 'resource' | 'instrumentation', name: string): unknown {
    return this.view().attribute(scope, name);
  }

  intrinsic(name: SpanIntrinsicName): Value | undefined {
    const { trace, position } = this;
    switch (name) {
      case 'trace:id':
        return { kind: 'string', value: traceIdText(trace.summary.hi, trace.summary.lo) };
      case 'span:childCount':
        return int(trace.childCounts[position]);
      case 'nestedSetLeft':
        return int(trace.nestedSets.left[position]);
      case 'nestedSetRight':
        return int(trace.nestedSets.right[position]);
      case 'nestedSetParent': {
        const isRoot = trace.part(position).columns.isRoot(trace.row(position));
        return int(isRoot ? -1 : trace.nestedSets.parent[position]);
      }
      default:
        return this.view().intrinsic(name);
    }
  }

  get events(): readonly EventView[] {
    return this.view().events;
  }

  get links(): readonly LinkView[] {
    return this.view().links;
  }

  get parent(): LoadedSpan | undefined {
    const { trace, position } = this;
    return trace.spans[trace.parents[position] ?? -1];
  }
}

function int(value: number | undefined): Value {
  return { kind: 'int', value: BigInt(value ?? 0) };
}

function missing(): never {
  throw new RangeError('expected a position in the trace');
}

/** Positions in order; undefined if they are already. */
function orderOf(parts: readonly LoadedRows[], rows: readonly number[]): number[] | undefined {
  const compare = (a: number, b: number): number => {
    const left = parts[a]?.columns ?? missing();
    const right = parts[b]?.columns ?? missing();
    const i = rows[a] ?? 0;
    const j = rows[b] ?? 0;
    return (
      compareBigints(left.start[i], right.start[j]) ||
      compareBigints(left.spanId[i], right.spanId[j]) ||
      (left.kind[i] ?? 0) - (right.kind[j] ?? 0) ||
      compareBigints(left.end[i], right.end[j])
    );
  };
  for (let at = 1; at < rows.length; at++) {
    if (compare(at - 1, at) > 0) {
      return rows.map((_, position) => position).sort(compare);
    }
  }
  return undefined;
}

function compareBigints(a = 0n, b = 0n): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface LoadOptions {
  /** What is read of each span besides ids, start, end, parent and kind. */
  readonly reads: (matcher: BlockMatcher) => readonly SpanReads[];
  /** All spans, or only those that may match a filter. */
  readonly allSpans: boolean;
}

/** Loads traces, in batches of so many spans, and gives each to `visit`, in no order. */
export async function visitTraces(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  summaries: readonly Summary[],
  options: LoadOptions,
  visit: (trace: LoadedTrace) => void
): Promise<void> {
  let batch: Summary[] = [];
  let spans = 0;
  for (const [index, summary] of summaries.entries()) {
    batch.push(summary);
    spans += summary.spans;
    if (spans >= BATCH_SPANS || index === summaries.length - 1) {
      for (const trace of await loadTraces(context, plan, matchers, batch, options)) {
        visit(trace);
        await context.breathe();
      }
      batch = [];
      spans = 0;
    }
  }
}

interface Gathered {
  readonly hi: bigint;
  readonly lo: bigint;
  readonly summary: Summary;
  readonly parts: LoadedRows[];
  readonly rows: number[];
}

async function loadTraces(
  context: QueryContext,
  plan: SearchPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  summaries: readonly Summary[],
  { reads, allSpans }: LoadOptions
): Promise<LoadedTrace[]> {
  const gathered = new TraceMap<Gathered>();
  for (const summary of summaries) {
    gathered.add({ hi: summary.hi, lo: summary.lo, summary, parts: [], rows: [] });
  }
  // A filter that looks at the parent or the trace reads spans of other blocks than the one that leaves it undecided.
  const beyond = [...matchers.values()].filter(({ decidable }) => !decidable).map((matcher) => matcher.reads);
  for (const [block, matcher] of matchers) {
    const where = sqlAnd(partsSql(block, summaries), allSpans ? matcher.known : matcher.any);
    if (where === 'FALSE') {
      continue;
    }
    const part = await loadRows(context, matcher, where, [...reads(matcher), ...beyond], allSpans);
    const { columns } = part;
    if (block.state === 'sealed') {
      const byIndex = new Map<number, Gathered>();
      for (const entry of gathered.values()) {
        const index = entry.summary.places.get(block);
        if (index !== undefined) {
          byIndex.set(index, entry);
        }
      }
      const indexes = columns.result.integers('trace_index');
      for (let row = 0; row < columns.rowCount; row++) {
        add(byIndex.get(indexes[row] ?? 0), part, row);
      }
    } else {
      for (let row = 0; row < columns.rowCount; row++) {
        add(gathered.get(columns.traceHi[row] ?? 0n, columns.traceLo[row] ?? 0n), part, row);
      }
    }
  }
  return [...gathered.values()].map(({ summary, parts, rows }) => new LoadedTrace(plan, summary, parts, rows));
}

function add(entry: Gathered | undefined, part: LoadedRows, row: number): void {
  if (entry !== undefined) {
    entry.parts.push(part);
    entry.rows.push(row);
  }
}

async function loadRows(
  context: QueryContext,
  matcher: BlockMatcher,
  where: string,
  reads: readonly SpanReads[],
  allSpans: boolean
): Promise<LoadedRows> {
  const { block } = matcher;
  const keys = new Set(reads.flatMap((each) => [...each.keys]));
  const names = [
    ...(block.state === 'sealed' ? ['trace_index'] : ['trace_hi', 'trace_lo']),
    ...['span_id', 'start_ns', 'end_ns', 'kind'],
    ...reads.flatMap(({ columns }) => [...columns]),
    ...columnsForKeys(block, keys).map(({ column }) => column),
    ...(reads.some(({ remainder }) => remainder) ? ['rest'] : []),
  ];
  // Whole traces have their parents with them.
  const columnsToRead = allSpans ? names.filter((name) => name !== 'parent_id') : names;
  const result = await context.query(
    block,
    `SELECT rowid AS row, ${readColumns(block, columnsToRead, 'id among rows')}, (${matcher.certainMask})::INTEGER AS certain${
      matcher.exact ? '' : `, (${matcher.possibleMask})::INTEGER AS possible`
    } FROM ${block.catalog}.spans WHERE ${where}`
  );
  const columns = new SpanColumns(block, result);
  const certain = result.integers('certain');
  return {
    matcher,
    columns,
    view: new RowView(columns),
    certain,
    possible: matcher.exact ? certain : result.integers('possible'),
  };
}
