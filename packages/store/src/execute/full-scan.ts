// SPDX-License-Identifier: Apache-2.0
//
// All matching traces, where a span's row decides the filters: counts by trace in each block, by SQL or one by one, added up over blocks. A
// trace whose matching spans lie in one block may have other spans elsewhere, so summaries are completed
// before traces are ordered or held against the range.

import type { SearchRequest } from '../api.ts';
import type { BlockRef, SqlResult } from '../blocks/reader.ts';
import { selectMasks, type MaskPlan } from '../plan/search-plan.ts';
import type { BlockMatcher } from './block-matcher.ts';
import { LAST_SQL } from '../plan/sql-text.ts';
import { nearRangeSql } from './candidates.ts';
import { compareTraces, isWanted } from './found-trace.ts';
import type { TraceIdHalves } from './ids.ts';
import type { QueryContext } from './query-context.ts';
import { loadSummaries, TraceMap, type Summary } from './summaries.ts';

export interface ScanResult {
  readonly traces: number;
  readonly spans: number;
  /** The first `limit` in the order asked for. */
  readonly best: readonly TraceIdHalves[];
}

/** A trace with matching spans: what the blocks that have them know of it. */
interface Entry extends Summary {
  /** Count of matching spans by mask; a single mask is kept without a map. */
  mask: number;
  count: number;
  others: Map<number, number> | undefined;
  /** The blocks that contributed their part of the summary. */
  readonly known: BlockRef;
  alsoKnown: readonly BlockRef[] | undefined;
}

/** Rows of a block that are decided at a time where SQL does not decide them. */
const DECIDED_ROWS = 65_536;

/** Scans the blocks in range. All matchers must be decidable. */
export async function scanAll(
  context: QueryContext,
  plan: MaskPlan,
  matchers: ReadonlyMap<BlockRef, BlockMatcher>,
  request: SearchRequest
): Promise<ScanResult> {
  const entries = new TraceMap<Entry>();
  for (const block of context.blocksInRange(request)) {
    const matcher = matchers.get(block);
    if (matcher !== undefined && matcher.any !== 'FALSE') {
      await addBlock(context, block, matcher, request, entries);
    }
  }
  await complete(context, entries);
  context.countTraces(entries.size);
  const compare = compareTraces(request.order);
  const matching: Entry[] = [];
  const selected = new Map<number, boolean>();
  let spans = 0;
  for (const entry of entries.values()) {
    const matched = isWanted(entry, request) ? matchedSpans(plan, entry, selected) : 0;
    if (matched > 0) {
      matching.push(entry);
      spans += matched;
    }
  }
  return { traces: matching.length, spans, best: selectBest(matching, request.limit, compare) };
}

/** `known` remembers of single masks whether they are a spanset. */
function matchedSpans(plan: MaskPlan, { mask, count, others }: Entry, known: Map<number, boolean>): number {
  if (others === undefined) {
    const isSelected = known.get(mask) ?? selectMasks(plan, [mask]).size > 0;
    known.set(mask, isSelected);
    return isSelected ? count : 0;
  }
  const selected = selectMasks(plan, [mask, ...others.keys()]);
  let matched = selected.has(mask) ? count : 0;
  for (const [other, amount] of others) {
    matched += selected.has(other) ? amount : 0;
  }
  return matched;
}

/** The first `limit` in order; linear in the entries as long as the limit is small. */
function selectBest(entries: readonly Entry[], limit: number, compare: (a: Summary, b: Summary) => number): Entry[] {
  const kept: Entry[] = [];
  const cut = Math.max(limit * 4, 1_000);
  for (const entry of entries) {
    const worst = kept[limit - 1];
    if (worst === undefined || compare(entry, worst) < 0) {
      kept.push(entry);
      if (kept.length >= cut) {
        kept.sort(compare);
        kept.length = limit;
      } else if (kept.length === limit) {
        kept.sort(compare);
      }
    }
  }
  return kept.sort(compare).slice(0, limit);
}

async function addBlock(
  context: QueryContext,
  block: BlockRef,
  matcher: BlockMatcher,
  request: SearchRequest,
  entries: TraceMap<Entry>
): Promise<void> {
  const { catalog } = block;
  const sealed = block.state === 'sealed';
  const summaries = sealed
    ? `(SELECT * FROM ${catalog}.traces WHERE ${nearRangeSql(request)})`
    : `(SELECT trace_hi, trace_lo, min(start_ns) AS start_ns, max(${LAST_SQL}) AS end_ns,
        count(*)::UINTEGER AS span_count, count(*) FILTER (status = 2)::UINTEGER AS error_count
      FROM ${catalog}.spans GROUP BY ALL HAVING ${nearRangeSql(request, 'min(start_ns)', `max(${LAST_SQL})`)})`;
  const columns = 'trace_hi, trace_lo, start_ns, end_ns, span_count, error_count';
  if (!matcher.exact) {
    const decided = await decidedMasks(context, block, matcher);
    const result = await context.query(block, `SELECT ${columns} FROM ${summaries}`);
    addParts(result, (part) => {
      for (const [mask, count] of decided.get(part.hi, part.lo)?.masks ?? []) {
        addMatches(entries, block, part, mask, count);
      }
    });
    return;
  }
  const key = sealed ? 'trace_index' : 'trace_hi, trace_lo';
  const all = matcher.any === 'TRUE' && /^\d+$/.test(matcher.certainMask);
  const matches = `SELECT ${key}, (${matcher.certainMask})::INTEGER AS mask, count(*)::UINTEGER AS matched
    FROM ${catalog}.spans WHERE ${matcher.any} GROUP BY ALL`;
  const result = await context.query(
    block,
    all
      ? `SELECT ${columns}, ${matcher.certainMask}::INTEGER AS mask, span_count AS matched FROM ${summaries}`
      : `SELECT ${columns}, mask, matched FROM ${summaries} JOIN (${matches}) USING (${key})`
  );
  const masks = result.integers('mask');
  const matched = result.integers('matched');
  addParts(result, (part, row) => addMatches(entries, block, part, masks[row] ?? 0, matched[row] ?? 0));
}

/** What a block knows of a trace. */
interface TracePart {
  hi: bigint;
  lo: bigint;
  start: bigint;
  end: bigint;
  spans: number;
  errors: number;
}

/** Gives each row to `add`, as the same object, because an object each costs more than all else. */
function addParts(result: SqlResult, add: (part: Readonly<TracePart>, row: number) => void): void {
  const hi = result.bigints('trace_hi');
  const lo = result.bigints('trace_lo');
  const start = result.bigints('start_ns');
  const end = result.bigints('end_ns');
  const spans = result.integers('span_count');
  const errors = result.integers('error_count');
  const part = { hi: 0n, lo: 0n, start: 0n, end: 0n, spans: 0, errors: 0 };
  for (let row = 0; row < result.rowCount; row++) {
    part.hi = hi[row] ?? 0n;
    part.lo = lo[row] ?? 0n;
    part.start = start[row] ?? 0n;
    part.end = end[row] ?? 0n;
    part.spans = spans[row] ?? 0;
    part.errors = errors[row] ?? 0;
    add(part, row);
  }
}

interface DecidedTrace extends TraceIdHalves {
  /** Count of matching spans by mask. */
  readonly masks: Map<number, number>;
}

/** The matching spans of a block in which SQL does not decide all filters, by trace. */
async function decidedMasks(
  context: QueryContext,
  block: BlockRef,
  matcher: BlockMatcher
): Promise<TraceMap<DecidedTrace>> {
  const traces = new TraceMap<DecidedTrace>();
  for (let first = 0; first < block.spans; first += DECIDED_ROWS) {
    // An open block may have got more rows than it had when the query began; the matcher leaves them out.
    const isLast = first + DECIDED_ROWS >= block.spans;
    const range = isLast ? `rowid >= ${first}` : `rowid >= ${first} AND rowid < ${first + DECIDED_ROWS}`;
    const { count, masks, traceHi, traceLo } = await matcher.match(range, () => undefined);
    for (let row = 0; row < count; row++) {
      const mask = masks[row] ?? 0;
      if (mask !== 0) {
        const hi = traceHi[row] ?? 0n;
        const lo = traceLo[row] ?? 0n;
        let trace = traces.get(hi, lo);
        if (trace === undefined) {
          trace = { hi, lo, masks: new Map() };
          traces.add(trace);
        }
        trace.masks.set(mask, (trace.masks.get(mask) ?? 0) + 1);
      }
    }
  }
  return traces;
}

function addMatches(
  entries: TraceMap<Entry>,
  block: BlockRef,
  part: Readonly<TracePart>,
  mask: number,
  count: number
): void {
  const entry = entries.get(part.hi, part.lo);
  if (entry === undefined) {
    entries.add({
      hi: part.hi,
      lo: part.lo,
      start: part.start,
      end: part.end,
      spans: part.spans,
      errors: part.errors,
      rootName: undefined,
      rootService: undefined,
      services: noServices,
      places: noPlaces,
      mask,
      count,
      others: undefined,
      known: block,
      alsoKnown: undefined,
    });
    return;
  }
  if (!isKnown(entry, block)) {
    extend(entry, part.start, part.end, part.spans, part.errors);
    entry.alsoKnown = [...(entry.alsoKnown ?? []), block];
  }
  if (entry.mask === mask) {
    entry.count += count;
  } else {
    entry.others ??= new Map();
    entry.others.set(mask, (entry.others.get(mask) ?? 0) + count);
  }
}

/** Shared by all entries: a scan of 100,000 traces must not make as many maps that stay empty. */
const noServices: Summary['services'] = new Map();
const noPlaces: Summary['places'] = new Map();

function isKnown({ known, alsoKnown }: Entry, block: BlockRef): boolean {
  return known === block || (alsoKnown !== undefined && alsoKnown.includes(block));
}

function extend(entry: Summary, start: bigint, end: bigint, spans: number, errors: number): void {
  entry.start = start < entry.start ? start : entry.start;
  entry.end = end > entry.end ? end : entry.end;
  entry.spans += spans;
  entry.errors += errors;
}

/** Adds what blocks know of the traces in which they have no matching spans. */
async function complete(context: QueryContext, entries: TraceMap<Entry>): Promise<void> {
  if (context.blocks.length === 1) {
    return;
  }
  const missing = new Map<BlockRef, Entry[]>();
  // A trace at a time: the filters of all blocks are asked with the same hash.
  for (const entry of entries.values()) {
    for (const block of context.blocks) {
      if (!isKnown(entry, block) && block.mayContainTrace(entry.hi, entry.lo)) {
        const here = missing.get(block);
        if (here === undefined) {
          missing.set(block, [entry]);
        } else {
          here.push(entry);
        }
      }
    }
    await context.breathe();
  }
  for (const [block, here] of missing) {
    const found = await loadSummaries(context.reader, [block], here, context.sqlOptions());
    for (const part of found.values()) {
      const entry = entries.get(part.hi, part.lo);
      if (entry !== undefined) {
        extend(entry, part.start, part.end, part.spans, part.errors);
      }
    }
  }
}
