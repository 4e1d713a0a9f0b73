// SPDX-License-Identifier: Apache-2.0
//
// The tree of one trace's spans, from ids that cannot be trusted: they may be missing, repeated, or lead in a
// circle. The same reading as packages/trace has for the waterfall: a client and a server span that share an id
// (Zipkin) are parent and child, and whoever names that id as parent is the server's child; of other repeated ids
// the first span counts; a circle is cut at its first span, which is then an orphan.

import { ORPHAN, ROOT } from '@tracewell/traceql';

const SERVER = 2;
const CLIENT = 3;

/** Spans of a trace in their order: by start, then id. */
export interface TreeSource {
  readonly count: number;
  spanId(position: number): bigint;
  /** 0 for none; undefined for one that is not among the spans. */
  parentId(position: number): bigint | undefined;
  kind(position: number): number;
}

/** Position of each span's parent, ROOT or ORPHAN; without circles. */
export function linkParents(source: TreeSource): Int32Array {
  const { count } = source;
  const byId = new Map<bigint, number>();
  const shared = new Map<bigint, number[]>();
  for (let position = 0; position < count; position++) {
    const id = source.spanId(position);
    const first = byId.get(id);
    if (first === undefined) {
      byId.set(id, position);
    } else {
      const same = shared.get(id);
      if (same === undefined) {
        shared.set(id, [first, position]);
      } else {
        same.push(position);
      }
    }
  }
  const clientOf = new Map<number, number>();
  for (const [id, positions] of shared) {
    const client = positions.find((position) => source.kind(position) === CLIENT);
    const server = positions.find((position) => source.kind(position) === SERVER);
    if (client !== undefined && server !== undefined) {
      // Further children belong to the server.
      byId.set(id, server);
      clientOf.set(server, client);
    }
  }
  const parents = new Int32Array(count);
  for (let position = 0; position < count; position++) {
    const parentId = source.parentId(position);
    const client = clientOf.size === 0 ? undefined : clientOf.get(position);
    if (client !== undefined) {
      parents[position] = client;
    } else if (parentId === 0n) {
      parents[position] = ROOT;
    } else if (parentId === undefined || parentId === source.spanId(position)) {
      parents[position] = ORPHAN;
    } else {
      parents[position] = byId.get(parentId) ?? ORPHAN;
    }
  }
  cutCircles(parents);
  return parents;
}

const ON_PATH = 1;
const DONE = 2;

/** Makes an orphan of the first span of each circle. */
function cutCircles(parents: Int32Array): void {
  const states = new Uint8Array(parents.length);
  const path: number[] = [];
  for (let start = 0; start < parents.length; start++) {
    let position = start;
    while (position >= 0 && states[position] === 0) {
      states[position] = ON_PATH;
      path.push(position);
      position = parents[position] ?? ORPHAN;
    }
    if (position >= 0 && states[position] === ON_PATH) {
      const circle = path.slice(path.indexOf(position));
      parents[circle.reduce((a, b) => Math.min(a, b))] = ORPHAN;
    }
    for (const walked of path) {
      states[walked] = DONE;
    }
    path.length = 0;
  }
}

export interface NestedSets {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Left number of the parent; -1 for roots. */
  readonly parent: Int32Array;
}

/**
 * Numbers the spans below roots from 1 on: down the tree, children and roots in their order. What hangs below an
 * orphan has no place in that count and keeps 0.
 */
export function numberSpans(parents: Int32Array): NestedSets {
  const count = parents.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  let firstRoot = -1;
  for (let position = count - 1; position >= 0; position--) {
    const parent = parents[position] ?? ORPHAN;
    if (parent >= 0) {
      nextSibling[position] = firstChild[parent] ?? -1;
      firstChild[parent] = position;
    } else if (parent === ROOT) {
      nextSibling[position] = firstRoot;
      firstRoot = position;
    }
  }
  const sets = { left: new Int32Array(count), right: new Int32Array(count), parent: new Int32Array(count) };
  let next = 1;
  let position = firstRoot;
  while (position >= 0) {
    const parent = parents[position] ?? ORPHAN;
    sets.left[position] = next++;
    sets.parent[position] = parent >= 0 ? (sets.left[parent] ?? 0) : -1;
    let down = firstChild[position] ?? -1;
    while (down < 0 && position >= 0) {
      sets.right[position] = next++;
      down = nextSibling[position] ?? -1;
      position = down < 0 ? (parents[position] ?? ORPHAN) : position;
    }
    position = down;
  }
  return sets;
}

/** Direct children of each span. */
export function countChildren(parents: Int32Array): Int32Array {
  const counts = new Int32Array(parents.length);
  for (const parent of parents) {
    if (parent >= 0) {
      counts[parent] = (counts[parent] ?? 0) + 1;
    }
  }
  return counts;
}
