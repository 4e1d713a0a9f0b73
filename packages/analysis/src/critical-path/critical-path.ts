// SPDX-License-Identifier: Apache-2.0
//
// The critical path: for each moment of a root span, the one span whose work the end was waiting for. Seen from the
// end backwards, that is the child that finished last; before it started, the child that had finished last by then, and so on down
// the tree. The idea is that of Uber's CRISP (USENIX ATC '22) and Jaeger's UI.
//
// - A child that ends exactly when the next one starts is sequential to it, and on the path.
// - A CONSUMER below a PRODUCER does not block it, nor does anything below that consumer.
// - A child that lies outside its parent is left out with its descendants; one that sticks out is clipped.
//
// Iterative: an explicit stack for depth, and each parent's children sorted once by end.

import { spanKinds, type SpanIndex, type Trace } from '@tracewell/trace';

const PRODUCER = spanKinds.indexOf('producer');
const CONSUMER = spanKinds.indexOf('consumer');

/** A stretch of the critical path; times are nanoseconds relative to the trace. Never empty. */
export interface CriticalSection {
  readonly span: SpanIndex;
  readonly start: number;
  readonly end: number;
}

/**
 * The critical path of the tree below `root`, in order of time. Its sections cover the root's time exactly, without gap or
 * overlap. Empty when the root has no duration or the trace no spans. O(n log n) in the size of the tree.
 */
export function criticalPath(trace: Trace, root: SpanIndex = trace.roots[0] ?? -1): CriticalSection[] {
  if (root === -1) {
    return [];
  }
  const tree = clip(trace, root);
  const sections: CriticalSection[] = [];
  /** The spans that are waiting for each other, and how many of their children have been looked at. */
  const stack: SpanIndex[] = [root];
  let cursor = tree.ends[0] ?? 0;
  const add = (span: SpanIndex, start: number): void => {
    if (start < cursor) {
      sections.push({ span, start, end: cursor });
      cursor = start;
    }
  };
  while (stack.length > 0) {
    const span = stack.at(-1) ?? root;
    const child = tree.takeLastFinished(span, cursor);
    if (child === -1) {
      add(span, tree.starts[span - root] ?? 0);
      stack.pop();
    } else {
      add(span, tree.ends[child - root] ?? 0);
      stack.push(child);
    }
  }
  return sections.reverse();
}

interface ClippedTree {
  /** By span index minus root. */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** The child of `span` that ended last, at `time` or before; -1 when there is none. Never gives a child twice. */
  takeLastFinished(span: SpanIndex, time: number): SpanIndex;
}

/** The spans below `root` that can block their parents, clipped to them. */
function clip(trace: Trace, root: SpanIndex): ClippedTree {
  const count = (trace.subtreeEnds[root] ?? 0) - root;
  const starts = trace.starts.slice(root, root + count);
  const ends = trace.ends.slice(root, root + count);
  const kept = new Uint8Array(count);
  kept[0] = 1;
  // Children of each span side by side: `children[firsts[i] ... firsts[i + 1])`.
  const firsts = new Uint32Array(count + 1);
  for (let i = 1; i < count; i++) {
    const parent = (trace.parents[root + i] ?? root) - root;
    const isAsync = trace.kinds[root + i] === CONSUMER && trace.kinds[root + parent] === PRODUCER;
    const start = Math.max(starts[i] ?? 0, starts[parent] ?? 0);
    const end = Math.min(ends[i] ?? 0, ends[parent] ?? 0);
    if (kept[parent] === 1 && !isAsync && start < end) {
      kept[i] = 1;
      starts[i] = start;
      ends[i] = end;
      firsts[parent + 1] = (firsts[parent + 1] ?? 0) + 1;
    }
  }
  for (let i = 0; i < count; i++) {
    firsts[i + 1] = (firsts[i + 1] ?? 0) + (firsts[i] ?? 0);
  }
  const children = new Uint32Array(firsts[count] ?? 0);
  const positions = firsts.slice(0, count);
  for (let i = 1; i < count; i++) {
    if (kept[i] === 1) {
      const parent = (trace.parents[root + i] ?? root) - root;
      const position = positions[parent] ?? 0;
      children[position] = i;
      positions[parent] = position + 1;
    }
  }
  // Latest end first; of several, the one that started first, because it alone explains the whole wait.
  for (let i = 0; i < count; i++) {
    const from = firsts[i] ?? 0;
    const to = firsts[i + 1] ?? 0;
    if (to - from > 1) {
      children.subarray(from, to).sort((a, b) => (ends[b] ?? 0) - (ends[a] ?? 0) || a - b);
    }
    positions[i] = from;
  }
  return {
    starts,
    ends,
    takeLastFinished(span, time) {
      const i = span - root;
      const to = firsts[i + 1] ?? 0;
      let position = positions[i] ?? 0;
      // `time` only ever decreases, so a child that ends too late now will never be wanted again.
      while (position < to && (ends[children[position] ?? 0] ?? 0) > time) {
        position++;
      }
      positions[i] = position + 1;
      return position < to ? root + (children[position] ?? 0) : -1;
    },
  };
}
