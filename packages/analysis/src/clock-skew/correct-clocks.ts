// SPDX-License-Identifier: Apache-2.0
//
// A trace as it would look if all clocks agreed: the shifts of `clockShifts` applied to times, siblings in their new
// order. A picture for display; the trace as it was sent stays untouched beside it, and each knows the other's indexes.

import type { Span, SpanIndex, Trace } from '@tracewell/trace';
import { childrenOf } from '../children.ts';

export interface ClockCorrection {
  /** The same spans with other times. Its `spanAt` gives shifted times too, those of events included. */
  readonly trace: Trace;
  /** Index in the trace as sent, by index in `trace`. */
  readonly sent: Uint32Array;
  /** Index in `trace`, by index in the trace as sent. */
  readonly places: Uint32Array;
  /** Nanoseconds by which a span was moved, by index in `trace`. */
  readonly shifts: Float64Array;
}

/**
 * Number of services with a span that has to be moved by at least `least` nanoseconds. `shifts` are those of `trace`.
 */
export function skewedServices(trace: Trace, shifts: Float64Array, least: number): number {
  const skewed = new Set<number>();
  for (let span = 0; span < trace.length; span++) {
    const shift = Math.abs(shifts[span] ?? 0);
    if (shift > 0 && shift >= least) {
      skewed.add(trace.services[span] ?? 0);
    }
  }
  return skewed.size;
}

/** Applies `shifts` (nanoseconds by span index, rounded to whole ones here). O(n log n). */
export function correctClocks(trace: Trace, shifts: Float64Array): ClockCorrection {
  const count = trace.length;
  const moved = Float64Array.from(shifts, Math.round);
  const startOf = (span: SpanIndex): number => (trace.starts[span] ?? 0) + (moved[span] ?? 0);
  const sent = orderBy(trace, startOf);
  const places = new Uint32Array(count);
  let origin = count === 0 ? 0 : Infinity;
  let latest = count === 0 ? 0 : -Infinity;
  for (let index = 0; index < count; index++) {
    const span = sent[index] ?? 0;
    places[span] = index;
    origin = Math.min(origin, startOf(span));
    latest = Math.max(latest, (trace.ends[span] ?? 0) + (moved[span] ?? 0));
  }
  const ordered = Float64Array.from(sent, (span) => moved[span] ?? 0);
  return { trace: permuted(trace, sent, places, ordered, origin, latest), sent, places, shifts: ordered };
}

/** All spans in pre-order, siblings by `startOf`, then as they were. */
function orderBy(trace: Trace, startOf: (span: SpanIndex) => number): Uint32Array {
  const order = new Uint32Array(trace.length);
  const sorted = (parent: SpanIndex): SpanIndex[] =>
    childrenOf(trace, parent).sort((a, b) => startOf(b) - startOf(a) || b - a);
  // The last of the stack is the next in order.
  const stack = sorted(-1);
  for (let index = 0; index < order.length; index++) {
    const span = stack.pop() ?? 0;
    order[index] = span;
    if ((trace.childCounts[span] ?? 0) > 0) {
      for (const child of sorted(span)) {
        stack.push(child);
      }
    }
  }
  return order;
}

function permuted(
  trace: Trace,
  sent: Uint32Array,
  places: Uint32Array,
  shifts: Float64Array,
  origin: number,
  latest: number
): Trace {
  const time = (column: Float64Array): Float64Array =>
    Float64Array.from(sent, (span, index) => (column[span] ?? 0) + (shifts[index] ?? 0) - origin);
  const decoded = new Map<SpanIndex, Span>();
  return {
    traceId: trace.traceId,
    length: trace.length,
    startUnixNano: trace.startUnixNano + BigInt(origin),
    endUnixNano: trace.startUnixNano + BigInt(latest),
    duration: latest - origin,
    spanAt(index) {
      let span = decoded.get(index);
      if (span === undefined) {
        span = shifted(trace.spanAt(sent[index] ?? index), BigInt(shifts[index] ?? 0));
        decoded.set(index, span);
      }
      return span;
    },
    indexOf: (spanId) => places[trace.indexOf(spanId)] ?? -1,
    spanIds: Array.from(sent, (span) => trace.spanIds[span] ?? ''),
    names: Array.from(sent, (span) => trace.names[span] ?? ''),
    kinds: Uint8Array.from(sent, (span) => trace.kinds[span] ?? 0),
    statusCodes: Uint8Array.from(sent, (span) => trace.statusCodes[span] ?? 0),
    services: Uint32Array.from(sent, (span) => trace.services[span] ?? 0),
    serviceNames: trace.serviceNames,
    starts: time(trace.starts),
    ends: time(trace.ends),
    parents: Int32Array.from(sent, (span) => places[trace.parents[span] ?? -1] ?? -1),
    depths: Uint32Array.from(sent, (span) => trace.depths[span] ?? 0),
    subtreeEnds: Uint32Array.from(sent, (span, index) => index + (trace.subtreeEnds[span] ?? 0) - span),
    childCounts: Uint32Array.from(sent, (span) => trace.childCounts[span] ?? 0),
    roots: trace.roots.map((root) => places[root] ?? 0).sort((a, b) => a - b),
    problems: trace.problems.map((problem) => {
      const span = places[problem.span] ?? 0;
      return problem.kind === 'duplicate-span-id'
        ? { ...problem, span, first: places[problem.first] ?? 0 }
        : { ...problem, span };
    }),
  };
}

function shifted(span: Span, shift: bigint): Span {
  if (shift === 0n) {
    return span;
  }
  return {
    ...span,
    startUnixNano: span.startUnixNano + shift,
    endUnixNano: span.endUnixNano + shift,
    events: span.events.map((event) => ({ ...event, timeUnixNano: event.timeUnixNano + shift })),
  };
}
