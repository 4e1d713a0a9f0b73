// SPDX-License-Identifier: Apache-2.0
//
// Folds a sealed block for a filter. Rows of a trace stand together there, so the caller of a span is found by walking
// through the trace, by steps to its row or by ids, which costs a fifth of joining all spans of a block with all of them.
// Spans without their other half in the block are left to the fold's SQL, as rows: they need attributes. The answer is the
// same as the fold's.

import type { BlockRef, SqlResult } from '../blocks/reader.ts';
import type { QueryContext } from '../execute/query-context.ts';
import { rowsSql } from '../plan/sql-text.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { cellOf, MAX_CELL } from './cells.ts';
import { CLIENT, CONSUMER, GraphFold, PRODUCER, SERVER, type PendingRow } from './fold.ts';
import { MINUTE, type GraphBuilder } from './graph-builder.ts';

export interface WalkOptions {
  /** SQL condition on a row of `spans`: only what these spans take part in is counted. */
  readonly hit: string;
  /** SQL condition on the time of a row of `spans`. */
  readonly within: string;
}

/** Rows that are read at a time; more if a trace has more. */
const READ_ROWS = 262_144;
/** Below this share of hits only the traces that have some are read. */
const FEW_HITS = 0.02;
/** Steps of the walk between two looks at the clock. */
const BREATH_STEPS = 100_000;
const ERROR = 2;
const CELLS = MAX_CELL + 1;
const TWO_32 = 4_294_967_296;

/** Adds what `hit` leaves of a sealed block to the graph. Resolves to the halves that the block cannot decide. */
export async function addWalked(
  context: QueryContext,
  graph: GraphBuilder,
  block: BlockRef,
  { hit, within }: WalkOptions
): Promise<PendingRow[]> {
  const query: QueryContext['reader']['query'] = (sql) => context.query(block, sql);
  const fold = new GraphFold(block, query, { hit });
  await fold.findBoundaries();
  const walk = new TraceWalk(context, block, graph.slotMinutes);
  context.begin('spans with their callers');
  const found = await context.query(
    block,
    `SELECT count(*)::UINTEGER AS hits FROM ${block.catalog}.spans WHERE ${hit}`
  );
  const isFew = (found.integers('hits')[0] ?? 0) < block.spans * FEW_HITS;
  // A half near the block's end counts if the other half is a hit, in whichever block that is.
  const relevant = `trace_index IN (SELECT s.trace_index FROM ${block.catalog}.spans s WHERE (${hit}) OR ${fold.near('s')})`;
  await walk.run({ hit, within, near: fold.near('spans'), where: isFew ? relevant : 'TRUE' });
  walk.addTo(graph);
  context.begin('spans without their other half');
  const pending =
    walk.orphans.length === 0 ? [] : await fold.orphans({ counted: within, alone: rowsSql(walk.orphans) });
  const peers = await fold.peers({ counted: within, alone: rowsSql(walk.leaves) });
  await graph.addSql(context, block, { edgesSql: [peers.edgesSql], nodesSql: [] });
  graph.addEdges(peers.edges);
  return [...pending, ...peers.pending];
}

/** So many numbers that may be counted by have a place each. */
const MAX_DENSE = 1_048_576;

/** Requests and errors by a number below `size`. */
class Counts {
  /** Places by number, if not every number has one of its own. */
  private readonly places: Map<number, number> | undefined;
  private readonly requests: { [place: number]: number; readonly length: number };
  private readonly errors: { [place: number]: number };

  constructor(size: number) {
    const isDense = size <= MAX_DENSE;
    this.places = isDense ? undefined : new Map<number, number>();
    this.requests = isDense ? new Uint32Array(size) : [];
    this.errors = isDense ? new Uint32Array(size) : [];
  }

  add(key: number, failed: boolean): void {
    const place = this.places === undefined ? key : this.placeOf(this.places, key);
    this.requests[place] = (this.requests[place] ?? 0) + 1;
    if (failed) {
      this.errors[place] = (this.errors[place] ?? 0) + 1;
    }
  }

  private placeOf(places: Map<number, number>, key: number): number {
    const place = places.get(key) ?? places.size;
    if (place === places.size) {
      places.set(key, place);
    }
    return place;
  }

  each(visit: (key: number, counted: { readonly requests: number; readonly errors: number }) => void): void {
    const { places, requests, errors } = this;
    const give = (key: number, place: number): void => {
      const count = requests[place] ?? 0;
      if (count > 0) {
        visit(key, { requests: count, errors: errors[place] ?? 0 });
      }
    };
    if (places === undefined) {
      for (let key = 0; key < requests.length; key++) {
        give(key, key);
      }
    } else {
      places.forEach((place, key) => give(key, place));
    }
  }
}

/** Rows of some traces as columns; 64-bit numbers as two halves, the low one first. */
interface Rows {
  readonly count: number;
  /** The first row's rowid, or all of them where rows are left out. */
  readonly ids: Float64Array | number;
  readonly traces: ArrayLike<number>;
  readonly spanIds: Uint32Array;
  readonly parentIds: Uint32Array;
  /** Rows to the parent; 0 if `parentIds` says which it is, and without steps none has any. */
  readonly steps: ArrayLike<number> | undefined;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly resources: ArrayLike<number>;
  /** The kind in the low bits, and what else is to be known of a row. */
  readonly flags: ArrayLike<number>;
}

const KIND = 7;
const FAILED = 8;
/** The filter counts it. */
const HIT = 16;
/** It starts within the range. */
const WITHIN = 32;
/** Its other half may lie in another block. */
const NEAR = 64;

class TraceWalk {
  /** Server spans whose parent is not in the block, and client spans that nobody here answers. */
  readonly orphans: number[] = [];
  readonly leaves: number[] = [];
  private readonly context: QueryContext;
  private readonly block: BlockRef;
  private readonly slotMinutes: number;
  private readonly calls: Counts;
  private readonly entries: Counts;
  private readonly entrySlots: Counts;
  private readonly answers: Counts;
  private readonly answerSlots: Counts;
  private readonly services: readonly string[];
  private readonly serviceOf: Uint32Array;
  /** The first minute's start, and its number. */
  private readonly epoch: bigint;
  private readonly firstMinute: number;
  /** Slots of minutes are numbered from the one that has the first minute. */
  private readonly firstSlot: number;
  private readonly slots: number;
  /** Of the trace that is walked through: its spans by a hash of their id, as chains of rows. */
  private heads = new Int32Array(64);
  private next = new Int32Array(32);
  private called = new Uint8Array(32);

  constructor(context: QueryContext, block: BlockRef, slotMinutes: number) {
    this.context = context;
    this.block = block;
    this.slotMinutes = slotMinutes;
    const places = new Map<string, number>();
    this.serviceOf = Uint32Array.from(block.resources, ({ service }) => {
      const place = places.get(service) ?? places.size;
      places.set(service, place);
      return place;
    });
    this.services = [...places.keys()];
    this.epoch = block.minTime - (block.minTime % MINUTE);
    this.firstMinute = Number(this.epoch / MINUTE);
    this.firstSlot = Math.floor(this.firstMinute / slotMinutes);
    this.slots = Math.floor(Number(block.maxTime / MINUTE) / slotMinutes) - this.firstSlot + 1;
    const count = this.services.length;
    this.calls = new Counts(count * count * CELLS);
    this.entries = new Counts(count * CELLS);
    this.entrySlots = new Counts(count * this.slots);
    this.answers = new Counts(count * CELLS);
    this.answerSlots = new Counts(count * this.slots);
  }

  async run({
    hit,
    within,
    near,
    where,
  }: WalkOptions & { readonly near: string; readonly where: string }): Promise<void> {
    const { block, context } = this;
    const isAll = where === 'TRUE';
    const flag = (condition: string, bit: number): string =>
      `(CASE WHEN ${condition} THEN ${bit} ELSE 0 END)::UTINYINT`;
    const flags = [
      `(CASE WHEN kind < ${KIND} THEN kind ELSE ${KIND} END)::UTINYINT`,
      flag(`status = ${ERROR}`, FAILED),
      flag(hit, HIT),
      flag(within, WITHIN),
      flag(near, NEAR),
    ].join(' + ');
    const columns = `trace_index, span_id, parent_id,${block.hasParentSteps ? ' parent_step,' : ''} start_ns, end_ns, resource_id, (${flags})::UTINYINT AS flags${isAll ? '' : ', rowid AS row'}`;
    const read = (first: number, end: number): Promise<SqlResult> => {
      const range = sqlAnd(`rowid >= ${first} AND rowid < ${end}`, where);
      // Rows come in their order without being asked to, but for a statement that joins.
      const order = isAll ? '' : ' ORDER BY rowid';
      return context.query(block, `SELECT ${columns} FROM ${block.catalog}.spans WHERE ${range}${order}`);
    };
    let first = 0;
    let end = READ_ROWS;
    let reading = read(first, end);
    while (first < block.spans) {
      const result = await reading;
      const rows = rowsOf(result, isAll ? first : result.numbers('row'));
      let whole = rows.count;
      if (end < block.spans) {
        // The last trace may go on: it is read again with the rows after it.
        const last = rows.traces[whole - 1];
        while (whole > 0 && rows.traces[whole - 1] === last) {
          whole -= 1;
        }
      }
      const isStuck = whole === 0 && rows.count > 0;
      const size = isStuck ? 2 * (end - first) : READ_ROWS;
      first = isStuck ? first : whole === rows.count ? end : idOf(rows, whole);
      end = first + size;
      if (first < block.spans) {
        // Read while what is here is walked through.
        reading = read(first, end);
        reading.catch(() => undefined);
      }
      await this.walk(rows, whole);
    }
  }

  private async walk(rows: Rows, count: number): Promise<void> {
    const { traces, parentIds, spanIds, steps: parentSteps, flags } = rows;
    let steps = 0;
    for (let first = 0, end = 0; first < count; first = end) {
      const trace = traces[first];
      let any = flags[first] ?? 0;
      for (end = first + 1; end < count && traces[end] === trace; end++) {
        any |= flags[end] ?? 0;
      }
      if ((any & (HIT | NEAR)) === 0) {
        continue;
      }
      this.begin(end - first);
      // Most traces lie in one block, and each of their spans knows the row of its parent: they need no index.
      let mask = -1;
      for (let row = first; row < end; row++) {
        const low = parentIds[2 * row] ?? 0;
        const high = parentIds[2 * row + 1] ?? 0;
        const flag = flags[row] ?? 0;
        const kind = flag & KIND;
        const step = parentSteps?.[row] ?? 0;
        const isRoot = low === 0 && high === 0;
        let isFound = isRoot || step !== 0;
        if (step !== 0) {
          this.addPair(rows, row, row + step, first);
        } else if (!isRoot) {
          mask = mask < 0 ? this.index(rows, first, end) : mask;
          for (
            let parent = this.heads[hashOf(low, high) & mask] ?? -1;
            parent >= 0;
            parent = this.next[parent - first] ?? -1
          ) {
            steps += 1;
            if (spanIds[2 * parent] === low && spanIds[2 * parent + 1] === high) {
              isFound = true;
              this.addPair(rows, row, parent, first);
            }
          }
        }
        if (!isFound && kind === SERVER && isWhole(flag, WITHIN | NEAR)) {
          this.orphans.push(idOf(rows, row));
        }
        if ((kind === SERVER || kind === CONSUMER) && isWhole(flag, WITHIN | HIT)) {
          this.addAnswer(rows, row, isRoot);
        }
        steps += 1;
        if (steps > BREATH_STEPS) {
          steps = 0;
          await this.context.breathe();
        }
      }
      for (let row = first; row < end; row++) {
        const flag = flags[row] ?? 0;
        const isClient = (flag & KIND) === CLIENT && this.called[row - first] === 0;
        if (isClient && (flag & WITHIN) !== 0 && (flag & (HIT | NEAR)) !== 0) {
          this.leaves.push(idOf(rows, row));
        }
      }
    }
  }

  private begin(count: number): void {
    if (count > this.called.length) {
      this.next = new Int32Array(2 * count);
      this.called = new Uint8Array(2 * count);
    }
    this.called.fill(0, 0, count);
  }

  /** Chains the spans of a trace by their ids; returns the mask of the hash. */
  private index({ spanIds }: Rows, first: number, end: number): number {
    const count = end - first;
    let size = 16;
    while (size < 2 * count) {
      size *= 2;
    }
    if (size > this.heads.length) {
      this.heads = new Int32Array(size);
    }
    this.heads.fill(-1, 0, size);
    for (let row = first; row < end; row++) {
      const place = hashOf(spanIds[2 * row] ?? 0, spanIds[2 * row + 1] ?? 0) & (size - 1);
      this.next[row - first] = this.heads[place] ?? -1;
      this.heads[place] = row;
    }
    return size - 1;
  }

  /** See the head of fold.ts for what is a call. */
  private addPair(rows: Rows, child: number, parent: number, first: number): void {
    const { flags, resources } = rows;
    const flag = flags[child] ?? 0;
    const both = flag | (flags[parent] ?? 0);
    const kind = flag & KIND;
    const parentKind = (flags[parent] ?? 0) & KIND;
    if (kind === SERVER || kind === CLIENT) {
      this.called[parent - first] = 1;
    }
    if (
      (flag & WITHIN) === 0 ||
      (both & HIT) === 0 ||
      (kind !== SERVER && parentKind !== CLIENT) ||
      kind === CONSUMER ||
      parentKind === PRODUCER
    ) {
      return;
    }
    const callee = this.serviceOf[resources[child] ?? 0] ?? 0;
    const caller = this.serviceOf[resources[parent] ?? 0] ?? 0;
    if (callee !== caller) {
      const cell = cellOfRow(rows, parentKind === CLIENT ? parent : child);
      this.calls.add((caller * this.services.length + callee) * CELLS + cell, (both & FAILED) !== 0);
    }
  }

  private addAnswer(rows: Rows, row: number, isRoot: boolean): void {
    const service = this.serviceOf[rows.resources[row] ?? 0] ?? 0;
    const flag = rows.flags[row] ?? 0;
    const failed = (flag & FAILED) !== 0;
    const byCell = service * CELLS + cellOfRow(rows, row);
    const bySlot = service * this.slots + this.slotOf(rows, row);
    this.answers.add(byCell, failed);
    this.answerSlots.add(bySlot, failed);
    if (isRoot && (flag & KIND) === SERVER) {
      this.entries.add(byCell, failed);
      this.entrySlots.add(bySlot, failed);
    }
  }

  private slotOf({ starts }: Rows, row: number): number {
    const low = starts[2 * row] ?? 0;
    const high = starts[2 * row + 1] ?? 0;
    const offset = (high - Number(this.epoch >> 32n)) * TWO_32 + (low - Number(this.epoch & 0xffff_ffffn));
    const minute = Number.isSafeInteger(offset)
      ? this.firstMinute + Math.floor(offset / Number(MINUTE))
      : Number(((BigInt(high) << 32n) | BigInt(low)) / MINUTE);
    return Math.floor(minute / this.slotMinutes) - this.firstSlot;
  }

  addTo(graph: GraphBuilder): void {
    const { services, slotMinutes, firstSlot, slots } = this;
    const name = (place: number): string => services[place] ?? '';
    const atSlot = (key: number): { readonly minute: number; readonly minutes: number } => ({
      minute: (firstSlot + (key % slots)) * slotMinutes,
      minutes: slotMinutes,
    });
    this.calls.each((key, counted) => {
      const pair = Math.floor(key / CELLS);
      const caller = name(Math.floor(pair / services.length));
      graph.addEdge(caller, name(pair % services.length), 'call', { ...counted, cell: key % CELLS });
    });
    const addEntry = (service: string, counted: Parameters<GraphBuilder['addEdge']>[3]): void =>
      graph.addEdge('user:user', service, 'entry', counted);
    this.entries.each((key, counted) => addEntry(name(Math.floor(key / CELLS)), { ...counted, cell: key % CELLS }));
    this.entrySlots.each((key, counted) => addEntry(name(Math.floor(key / slots)), { ...counted, ...atSlot(key) }));
    this.answers.each((key, counted) =>
      graph.addAnswers(name(Math.floor(key / CELLS)), { ...counted, cell: key % CELLS })
    );
    this.answerSlots.each((key, counted) =>
      graph.addAnswers(name(Math.floor(key / slots)), { ...counted, ...atSlot(key) })
    );
  }
}

function rowsOf(result: SqlResult, ids: Float64Array | number): Rows {
  const halves = (column: string): Uint32Array => new Uint32Array(result.bigints(column).buffer);
  return {
    count: result.rowCount,
    ids,
    traces: result.integers('trace_index'),
    spanIds: halves('span_id'),
    parentIds: halves('parent_id'),
    steps: result.columnNames.includes('parent_step') ? result.integers('parent_step') : undefined,
    starts: halves('start_ns'),
    ends: halves('end_ns'),
    resources: result.integers('resource_id'),
    flags: result.integers('flags'),
  };
}

/** Whether a row has all of some flags. */
function isWhole(flag: number, wanted: number): boolean {
  return (flag & wanted) === wanted;
}

function idOf({ ids }: Rows, row: number): number {
  return typeof ids === 'number' ? ids + row : (ids[row] ?? 0);
}

/** The cell of a span's duration. */
function cellOfRow({ starts, ends }: Rows, row: number): number {
  const high = (ends[2 * row + 1] ?? 0) - (starts[2 * row + 1] ?? 0);
  return cellOf(high * TWO_32 + ((ends[2 * row] ?? 0) - (starts[2 * row] ?? 0)));
}

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
