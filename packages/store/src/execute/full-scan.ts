// SPDX-License-Identifier: Apache-2.0
//
// All matching traces, where SQL decides the filters: counts by trace in each block, added up over blocks. A
// trace whose matching spans lie in one block may have other spans elsewhere, so summaries are completed
// before traces are ordered or held against the range.

import type { SearchRequest } from '../api.ts';
import type { BlockRef } from '../blocks/reader.ts';
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
  known: Set<BlockRef> | BlockRef;
}

/** Scans the blocks in range. All matchers must be exact. */
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
  const key = sealed ? 'trace_index' : 'trace_hi, trace_lo';
  const all = matcher.any === 'TRUE' && /^\d+$/.test(matcher.certainMask);
  const matches = `SELECT ${key}, (${matcher.certainMask})::INTEGER AS mask, count(*)::UINTEGER AS matched
    FROM ${catalog}.spans WHERE ${matcher.any} GROUP BY ALL`;
  const summaries = sealed
    ? `(SELECT * FROM ${catalog}.traces WHERE ${nearRangeSql(request)})`
    : `(SELECT trace_hi, trace_lo, min(start_ns) AS start_ns, max(${LAST_SQL}) AS end_ns,
        count(*)::UINTEGER AS span_count, count(*) FILTER (status = 2)::UINTEGER AS error_count
      FROM ${catalog}.spans GROUP BY ALL HAVING ${nearRangeSql(request, 'min(start_ns)', `max(${LAST_SQL})`)})`;
  const columns = 'trace_hi, trace_lo, start_ns, end_ns, span_count, error_count';
  const result = await context.query(
    block,
    all
      ? `SELECT ${columns}, ${matcher.certainMask}::INTEGER AS mask, span_count AS matched FROM ${summaries}`
      : `SELECT ${columns}, mask, matched FROM ${summaries} JOIN (${matches}) USING (${key})`
  );
  const hi = result.bigints('trace_hi');
  const lo = result.bigints('trace_lo');
  const start = result.bigints('start_ns');
  const end = result.bigints('end_ns');
  const spans = result.integers('span_count');
  const errors = result.integers('error_count');
  const masks = result.integers('mask');
  const matched = result.integers('matched');
  for (let i = 0; i < result.rowCount; i++) {
    const mask = masks[i] ?? 0;
    const count = matched[i] ?? 0;
    let entry = entries.get(hi[i] ?? 0n, lo[i] ?? 0n);
    if (entry === undefined) {
      entry = {
        hi: hi[i] ?? 0n,
        lo: lo[i] ?? 0n,
        start: start[i] ?? 0n,
        end: end[i] ?? 0n,
        spans: spans[i] ?? 0,
        errors: errors[i] ?? 0,
        rootName: undefined,
        rootService: undefined,
        services: noServices,
        places: noPlaces,
        mask,
        count,
        others: undefined,
        known: block,
      };
      entries.add(entry);
      continue;
    }
    if (!isKnown(entry, block)) {
      extend(entry, start[i] ?? 0n, end[i] ?? 0n, spans[i] ?? 0, errors[i] ?? 0);
      entry.known = new Set(entry.known instanceof Set ? [...entry.known, block] : [entry.known, block]);
    }
    if (entry.mask === mask) {
      entry.count += count;
    } else {
      entry.others ??= new Map();
      entry.others.set(mask, (entry.others.get(mask) ?? 0) + count);
    }
  }
}

/** Shared by all entries: a scan of 100,000 traces must not make as many maps that stay empty. */
const noServices: Summary['services'] = new Map();
const noPlaces: Summary['places'] = new Map();

function isKnown({ known }: Entry, block: BlockRef): boolean {
  return known instanceof Set ? known.has(block) : known === block;
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
  for (const block of context.blocks) {
    const missing: Entry[] = [];
    for (const entry of entries.values()) {
      if (!isKnown(entry, block) && block.mayContainTrace(entry.hi, entry.lo)) {
        missing.push(entry);
      }
    }
    if (missing.length > 0) {
      const found = await loadSummaries(context.reader, [block], missing, context.sqlOptions());
      for (const part of found.values()) {
        const entry = entries.get(part.hi, part.lo);
        if (entry !== undefined) {
          extend(entry, part.start, part.end, part.spans, part.errors);
        }
      }
    }
  }
}
