// SPDX-License-Identifier: Apache-2.0
//
// Folding: siblings that look the same become one row ("SELECT orders x 41"). Alike are siblings that follow each other by
// start and have the same service, name, kind and the same subtree below them, compared by service, name and kind too.

import { unionLength } from '@tracewell/base';
import { STATUS_ERROR, type SpanIndex, type Trace } from '@tracewell/trace';
import { childrenOf, durationOf } from '../children.ts';

/** Fewer alike siblings than this are shown one by one. */
const LEAST = 3;

/** Alike siblings; times are nanoseconds, relative to the trace where they are points in time. */
export interface SiblingGroup {
  /** Their parent, or -1 when they are roots. */
  readonly parent: SpanIndex;
  /** At least three, in order of start. */
  readonly members: readonly SpanIndex[];
  readonly start: number;
  readonly end: number;
  /** Sum of their durations. */
  readonly total: number;
  /** How long at least one of them ran. */
  readonly union: number;
  /** How many of them have an error, in themselves or below. */
  readonly errors: number;
}

/** All groups of alike siblings, by first member. A group's members may contain groups themselves. O(n log n). */
export function foldSiblings(trace: Trace): SiblingGroup[] {
  const shapes = shapesOf(trace);
  const failed = subtreesWithErrors(trace);
  const groups: SiblingGroup[] = [];
  const foldChildren = (parent: SpanIndex): void => {
    let run: SpanIndex[] = [];
    const close = (): void => {
      if (run.length >= LEAST) {
        groups.push(toGroup(trace, parent, run, failed));
      }
      run = [];
    };
    for (const child of childrenOf(trace, parent)) {
      if (run.length > 0 && shapes[run[0] ?? 0] !== shapes[child]) {
        close();
      }
      run.push(child);
    }
    close();
  };
  if (trace.roots.length >= LEAST) {
    foldChildren(-1);
  }
  for (let span = 0; span < trace.length; span++) {
    if ((trace.childCounts[span] ?? 0) >= LEAST) {
      foldChildren(span);
    }
  }
  return groups.sort((a, b) => (a.members[0] ?? 0) - (b.members[0] ?? 0));
}

function toGroup(trace: Trace, parent: SpanIndex, members: readonly SpanIndex[], failed: Uint8Array): SiblingGroup {
  const intervals = members.map((span) => ({ start: trace.starts[span] ?? 0, end: trace.ends[span] ?? 0 }));
  return {
    parent,
    members,
    start: intervals[0]?.start ?? 0,
    end: intervals.reduce((latest, { end }) => Math.max(latest, end), 0),
    total: members.reduce((sum, span) => sum + durationOf(trace, span), 0),
    union: unionLength(intervals),
    errors: members.reduce((count, span) => count + (failed[span] ?? 0), 0),
  };
}

/** A number for each span; spans have the same one when their subtrees look the same. */
function shapesOf(trace: Trace): Uint32Array {
  const shapes = new Uint32Array(trace.length);
  const numbers = new Map<string, number>();
  // From the last to the first, because children come after their parents.
  for (let span = trace.length - 1; span >= 0; span--) {
    const below = childrenOf(trace, span).map((child) => shapes[child]);
    const key = `${trace.services[span]} ${trace.kinds[span]} ${below.join(',')} ${trace.names[span]}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    shapes[span] = number;
  }
  return shapes;
}

/** 1 for spans that have an error in themselves or below. */
function subtreesWithErrors(trace: Trace): Uint8Array {
  const failed = new Uint8Array(trace.length);
  for (let span = trace.length - 1; span >= 0; span--) {
    if (trace.statusCodes[span] === STATUS_ERROR) {
      failed[span] = 1;
    }
    const parent = trace.parents[span] ?? -1;
    if (failed[span] === 1 && parent !== -1) {
      failed[parent] = 1;
    }
  }
  return failed;
}
