// SPDX-License-Identifier: Apache-2.0
//
// Spans as they were received become a `Trace`: a forest in pre-order, whatever was sent. A missing parent makes a
// root, a cycle is cut, a duplicate id is told; nothing is dropped. Everything is iterative over typed arrays:
// depth costs no stack, and 250,000 spans take a fraction of a second.
//
// "Row" is a span's position in the source here, "index" its position in the trace.

import { UNKNOWN_SERVICE } from './attributes.ts';
import { linkParents, NO_ROW, type Links } from './links.ts';
import type { Span, SpanIndex, Trace, TraceProblem } from './model.ts';
import { toSpanSource, type SpanSource } from './span-source.ts';

/** Largest relative time that a double holds exactly, 2^53 ns or 104 days. */
const LATEST = 2 ** 53;
const LATEST_NANOS = BigInt(LATEST);

/** Relative to `origin`, at most {@link LATEST}. */
function relative(time: bigint, origin: bigint): number {
  const difference = time - origin;
  return difference > LATEST_NANOS ? LATEST : Number(difference);
}

/**
 * Builds the trace of these spans, given in any order. `spans` are all taken to belong to `traceId`. O(n log n) for
 * sorting by start, near O(n) when they come sorted. Reads only the columns of a {@link SpanSource}; a whole span
 * is decoded when `spanAt` asks for it.
 */
export function buildTrace(traceId: string, spans: readonly Span[] | SpanSource): Trace {
  const source = toSpanSource(traceId, spans);
  const times = readTimes(source);
  const links = linkParents(source, times.starts);
  const layout = layOut(source.length, links.parents, links.order);
  return assemble(traceId, source, times, links, layout);
}

interface Times {
  readonly origin: bigint;
  readonly latest: bigint;
  /** By row, relative to `origin`. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly endsBeforeStart: Uint8Array;
  readonly outOfRange: Uint8Array;
}

function readTimes(source: SpanSource): Times {
  const count = source.length;
  const startNanos = new BigUint64Array(count);
  let origin = count === 0 ? 0n : source.startUnixNano(0);
  for (let row = 0; row < count; row++) {
    const start = source.startUnixNano(row);
    startNanos[row] = start;
    origin = start < origin ? start : origin;
  }
  let latest = origin;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  const endsBeforeStart = new Uint8Array(count);
  const outOfRange = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const start = startNanos[row] ?? 0n;
    let end = source.endUnixNano(row);
    if (end < start) {
      endsBeforeStart[row] = 1;
      end = start;
    }
    latest = end > latest ? end : latest;
    starts[row] = relative(start, origin);
    ends[row] = relative(end, origin);
    outOfRange[row] = end - origin > LATEST_NANOS ? 1 : 0;
  }
  return { origin, latest, starts, ends, endsBeforeStart, outOfRange };
}

interface Layout {
  /** Index -> row. */
  readonly rows: Uint32Array;
  /** Row -> index. */
  readonly indexes: Uint32Array;
  readonly parents: Int32Array;
  readonly depths: Uint32Array;
  readonly subtreeEnds: Uint32Array;
  readonly childCounts: Uint32Array;
  readonly roots: readonly SpanIndex[];
}

/** Puts the rows into pre-order; `order` is the order of siblings and roots. */
function layOut(count: number, parentRows: Int32Array, order: Uint32Array): Layout {
  // Children as linked lists, threaded from the last sibling to the first, so that each list is in order.
  const firstChild = new Int32Array(count).fill(NO_ROW);
  const nextSibling = new Int32Array(count).fill(NO_ROW);
  let firstRoot = NO_ROW;
  for (let i = count - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const parent = parentRows[row] ?? NO_ROW;
    if (parent === NO_ROW) {
      nextSibling[row] = firstRoot;
      firstRoot = row;
    } else {
      nextSibling[row] = firstChild[parent] ?? NO_ROW;
      firstChild[parent] = row;
    }
  }

  const rows = new Uint32Array(count);
  const indexes = new Uint32Array(count);
  const parents = new Int32Array(count);
  const depths = new Uint32Array(count);
  const subtreeEnds = new Uint32Array(count);
  const childCounts = new Uint32Array(count);
  const roots: SpanIndex[] = [];
  let row = firstRoot;
  let index = 0;
  while (row !== NO_ROW) {
    const parentRow = parentRows[row] ?? NO_ROW;
    const parent = parentRow === NO_ROW ? -1 : (indexes[parentRow] ?? 0);
    rows[index] = row;
    indexes[row] = index;
    parents[index] = parent;
    if (parent === -1) {
      roots.push(index);
    } else {
      depths[index] = (depths[parent] ?? 0) + 1;
      childCounts[parent] = (childCounts[parent] ?? 0) + 1;
    }
    index++;
    // Down if there is a child; else along the siblings, climbing where they end.
    let next = firstChild[row] ?? NO_ROW;
    let climbing = row;
    while (next === NO_ROW && climbing !== NO_ROW) {
      subtreeEnds[indexes[climbing] ?? 0] = index;
      next = nextSibling[climbing] ?? NO_ROW;
      climbing = parentRows[climbing] ?? NO_ROW;
    }
    row = next;
  }
  return { rows, indexes, parents, depths, subtreeEnds, childCounts, roots };
}

/** What fits a byte stays itself; other numbers, which no version of OTLP defines, count as unspecified. */
function toByte(code: number): number {
  return code >= 0 && code <= 255 ? code : 0;
}

function assemble(traceId: string, source: SpanSource, times: Times, links: Links, layout: Layout): Trace {
  const count = source.length;
  const { rows, indexes } = layout;
  const spanIds = new Array<string>(count);
  const names = new Array<string>(count);
  const kinds = new Uint8Array(count);
  const statusCodes = new Uint8Array(count);
  const services = new Uint32Array(count);
  const serviceNames: string[] = [];
  const serviceIndexes = new Map<string, number>();
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  const problems: TraceProblem[] = [];
  for (let span = 0; span < count; span++) {
    const row = rows[span] ?? 0;
    const spanId = source.spanId(row);
    spanIds[span] = spanId;
    names[span] = source.name(row);
    kinds[span] = toByte(source.kind(row));
    statusCodes[span] = toByte(source.statusCode(row));
    starts[span] = times.starts[row] ?? 0;
    ends[span] = times.ends[row] ?? 0;
    const serviceName = source.serviceName(row) || UNKNOWN_SERVICE;
    let service = serviceIndexes.get(serviceName);
    if (service === undefined) {
      service = serviceNames.length;
      serviceNames.push(serviceName);
      serviceIndexes.set(serviceName, service);
    }
    services[span] = service;

    if (links.missing[row] === 1) {
      problems.push({ kind: 'missing-parent', span, parentSpanId: source.parentSpanId(row) });
    }
    if (links.cut[row] === 1) {
      problems.push({ kind: 'cycle', span });
    }
    const original = links.duplicateOf.get(row);
    if (original !== undefined) {
      problems.push({ kind: 'duplicate-span-id', span, first: indexes[original] ?? 0 });
    }
    if (times.endsBeforeStart[row] === 1) {
      problems.push({ kind: 'end-before-start', span });
    }
    if (times.outOfRange[row] === 1) {
      problems.push({ kind: 'time-out-of-range', span });
    }
  }

  const decoded = new Map<SpanIndex, Span>();
  return {
    traceId,
    length: count,
    startUnixNano: times.origin,
    endUnixNano: times.latest,
    duration: relative(times.latest, times.origin),
    spanAt(index) {
      const cached = decoded.get(index);
      if (cached !== undefined) {
        return cached;
      }
      const row = rows[index];
      if (row === undefined) {
        throw new RangeError(`span index should be 0 to ${count - 1}, found ${index}`);
      }
      const span = source.spanAt(row);
      decoded.set(index, span);
      return span;
    },
    indexOf(spanId) {
      const row = links.rowsById.get(spanId);
      return row === undefined ? -1 : (indexes[row] ?? -1);
    },
    spanIds,
    names,
    kinds,
    statusCodes,
    services,
    serviceNames,
    starts,
    ends,
    parents: layout.parents,
    depths: layout.depths,
    subtreeEnds: layout.subtreeEnds,
    childCounts: layout.childCounts,
    roots: layout.roots,
    problems,
  };
}
