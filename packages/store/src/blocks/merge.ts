// SPDX-License-Identifier: Apache-2.0
//
// Which neighbouring sealed blocks are worth merging into one. Pure. Every merge makes a block of at least twice the
// spans of the largest that goes into it, so a span is rewritten at most log2(maxSpans / smallest block) times; while
// more blocks are to come it waits for four times. A block that is nearly full is never rewritten.

/** What merging looks at. Arrival is milliseconds since 1970. */
export interface MergeableBlock {
  readonly spans: number;
  readonly bytes: number;
  readonly firstArrival: number;
  readonly lastArrival: number;
  readonly shapes: readonly unknown[];
}

export interface MergeOptions {
  /** Spans of a merged block. */
  readonly maxSpans: number;
  /** Milliseconds between the first and the last arrival in a merged block: what retention by age is sharp to. */
  readonly maxSpread: number;
  /** Shapes of a merged block, counted as if the blocks shared none. */
  readonly maxShapes: number;
  readonly nowMs: number;
  /** Bytes on disk that the sources may have together. */
  readonly maxBytes: number;
}

/** How many times the largest source's spans a merged block must have, while its neighbourhood still fills up ... */
const YOUNG_GROWTH = 4;
/** ... and afterwards. Below 2 a span could be rewritten any number of times. */
const OLD_GROWTH = 2;
/** Blocks that are merged at once: each is an attached file with tables to read. */
const MAX_SOURCES = 64;

/**
 * The neighbours to merge next, of blocks in the order of arrival; none if nothing is worth it. Of the possible ones
 * those that cost least for each block that goes away.
 */
export function chooseMerge<B extends MergeableBlock>(blocks: readonly B[], options: MergeOptions): readonly B[] {
  let best: readonly B[] = [];
  let bestCost = Infinity;
  for (const run of runs(blocks, options)) {
    const spans = run.reduce((sum, block) => sum + block.spans, 0);
    const largest = run.reduce((most, block) => Math.max(most, block.spans), 0);
    const isOld = options.nowMs - (run[0]?.firstArrival ?? 0) > options.maxSpread;
    const cost = spans / (run.length - 1);
    if (spans >= largest * (isOld ? OLD_GROWTH : YOUNG_GROWTH) && cost < bestCost) {
      best = run;
      bestCost = cost;
    }
  }
  return best;
}

/** As {@link chooseMerge}, for whoever wants as few blocks as possible whatever it costs: the longest run, oldest first. */
export function chooseCompaction<B extends MergeableBlock>(blocks: readonly B[], options: MergeOptions): readonly B[] {
  let best: readonly B[] = [];
  for (const run of runs(blocks, options)) {
    if (run.length > best.length) {
      best = run;
    }
  }
  return best;
}

/** All runs of at least two neighbours that keep the limits. */
function* runs<B extends MergeableBlock>(blocks: readonly B[], options: MergeOptions): Generator<readonly B[]> {
  for (let from = 0; from < blocks.length; from++) {
    let [spans, bytes, shapes] = [0, 0, 0];
    let first = Infinity;
    let last = -Infinity;
    for (let to = from; to < Math.min(blocks.length, from + MAX_SOURCES); to++) {
      const block = blocks[to];
      if (block === undefined) {
        break;
      }
      spans += block.spans;
      bytes += block.bytes;
      shapes += block.shapes.length;
      first = Math.min(first, block.firstArrival);
      last = Math.max(last, block.lastArrival);
      const isWithin = spans <= options.maxSpans && bytes <= options.maxBytes && shapes <= options.maxShapes;
      if (!isWithin || last - first > options.maxSpread) {
        break;
      }
      if (to > from) {
        yield blocks.slice(from, to + 1);
      }
    }
  }
}
