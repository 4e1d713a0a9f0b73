// SPDX-License-Identifier: Apache-2.0
//
// Where the traces of an open block lie: the first and the last row of each, and how late spans start up to a row. An
// open block is in the order of arrival and has no index, so without this every look-up would read all of it. Rows are
// added before their commit: what is here is never less than what a query can see.

/** Rows [first, end) of `spans`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Rows for which the latest start is remembered. */
export const GRANULE_ROWS = 2048;
const ID_WORDS = 4;

/** 64-bit values as pairs of words, the low one first: how columns lie in memory. */
type Words = Uint32Array;

/** See the head of the file. */
export class OpenRows {
  /** Rows so far. */
  count = 0;
  private traces = 0;
  private ids: Words;
  private first: Uint32Array;
  private end: Uint32Array;
  /** Trace number + 1 by hash; 0 is free. */
  private slots: Int32Array;
  /** Latest start up to the end of each full granule, and so far. */
  private readonly latestStarts: bigint[] = [];
  private latestHigh = 0;
  private latestLow = 0;

  constructor(expectedTraces = 1024) {
    this.ids = new Uint32Array(expectedTraces * ID_WORDS);
    this.first = new Uint32Array(expectedTraces);
    this.end = new Uint32Array(expectedTraces);
    let slots = 1024;
    while (slots < expectedTraces * 2) {
      slots *= 2;
    }
    this.slots = new Int32Array(slots);
  }

  /** Adds the next `rows` rows of the block. */
  add(traceHi: Words, traceLo: Words, start: Words, rows: number): void {
    let previous = -1;
    for (let at = 0; at < rows * 2; at += 2) {
      const row = this.count++;
      const high = start[at + 1] ?? 0;
      const low = start[at] ?? 0;
      if (high > this.latestHigh || (high === this.latestHigh && low > this.latestLow)) {
        this.latestHigh = high;
        this.latestLow = low;
      }
      if (this.count % GRANULE_ROWS === 0) {
        this.latestStarts.push(this.latestStart);
      }
      const a = traceHi[at + 1] ?? 0;
      const b = traceHi[at] ?? 0;
      const c = traceLo[at + 1] ?? 0;
      const d = traceLo[at] ?? 0;
      const trace = previous >= 0 && this.isTrace(previous, a, b, c, d) ? previous : this.findOrAdd(a, b, c, d, row);
      this.end[trace] = row + 1;
      previous = trace;
    }
  }

  /** The latest start of any row. */
  get latestStart(): bigint {
    return (BigInt(this.latestHigh) << 32n) | BigInt(this.latestLow);
  }

  /** The latest start of the rows before `row`, which must be a multiple of {@link GRANULE_ROWS}; undefined for none. */
  latestStartBefore(row: number): bigint | undefined {
    return this.latestStarts[row / GRANULE_ROWS - 1];
  }

  /** The rows among which those of a trace are; others may lie between them. */
  rangeOf(traceHi: bigint, traceLo: bigint): RowRange | undefined {
    const trace = this.find(
      Number(traceHi >> 32n),
      Number(traceHi & 0xffff_ffffn),
      Number(traceLo >> 32n),
      Number(traceLo & 0xffff_ffffn)
    );
    return trace < 0 ? undefined : { first: this.first[trace] ?? 0, end: this.end[trace] ?? 0 };
  }

  /** The first row of any trace that has rows from `row` on; `row` itself if there are none. Linear in the traces. */
  firstOfTracesSince(row: number): number {
    let least = row;
    for (let trace = 0; trace < this.traces; trace++) {
      const first = this.first[trace] ?? 0;
      if (first < least && (this.end[trace] ?? 0) > row) {
        least = first;
      }
    }
    return least;
  }

  private isTrace(trace: number, a: number, b: number, c: number, d: number): boolean {
    const { ids } = this;
    const at = trace * ID_WORDS;
    return ids[at + 3] === d && ids[at + 2] === c && ids[at + 1] === b && ids[at] === a;
  }

  /** The trace's number, or -1 less the slot where it would go. */
  private find(a: number, b: number, c: number, d: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = hash(a, b, c, d) & mask; ; slot = (slot + 1) & mask) {
      const trace = (slots[slot] ?? 0) - 1;
      if (trace < 0) {
        return -1 - slot;
      }
      if (this.isTrace(trace, a, b, c, d)) {
        return trace;
      }
    }
  }

  private findOrAdd(a: number, b: number, c: number, d: number, row: number): number {
    const found = this.find(a, b, c, d);
    if (found >= 0) {
      return found;
    }
    const trace = this.traces++;
    this.slots[-1 - found] = trace + 1;
    if (trace === this.first.length) {
      this.ids = grown(this.ids);
      this.first = grown(this.first);
      this.end = grown(this.end);
    }
    this.ids.set([a, b, c, d], trace * ID_WORDS);
    this.first[trace] = row;
    if (this.traces * 2 > this.slots.length) {
      this.rehash();
    }
    return trace;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    const { ids } = this;
    for (let trace = 0; trace < this.traces; trace++) {
      const at = trace * ID_WORDS;
      const slot = this.find(ids[at] ?? 0, ids[at + 1] ?? 0, ids[at + 2] ?? 0, ids[at + 3] ?? 0);
      this.slots[-1 - slot] = trace + 1;
    }
  }
}

function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}

function hash(a: number, b: number, c: number, d: number): number {
  let mixed = Math.imul(d ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ c ^ Math.imul(a, 0xc2b2ae35), 0x27d4eb2f);
  return mixed ^ (mixed >>> 15);
}
