// SPDX-License-Identifier: Apache-2.0
//
// Who is whose parent, when the ids cannot be trusted. Ids may be missing, repeated, or lead in a circle.
//
// Zipkin lets the client and the server of one call share a span id. Such a pair is not a mistake: the server
// becomes the client's child, and whoever names the shared id as parent was called by the server.

import { spanKinds } from './model.ts';
import type { SpanSource } from './span-source.ts';

export const NO_ROW = -1;

const SERVER = spanKinds.indexOf('server');
const CLIENT = spanKinds.indexOf('client');
const NO_PARENT = '0000000000000000';

export interface Links {
  /** Row -> parent's row, or NO_ROW. Free of cycles. */
  readonly parents: Int32Array;
  /** All rows by start, then span id, then row. */
  readonly order: Uint32Array;
  /** Id -> the row that stands for it: the earliest, a shared id's client. */
  readonly rowsById: ReadonlyMap<string, number>;
  /** Row -> the earliest row with the same id, for rows that repeat one (shared ids are not among them). */
  readonly duplicateOf: ReadonlyMap<number, number>;
  /** 1 for rows that name a parent which is not there. */
  readonly missing: Uint8Array;
  /** 1 for rows whose parent was taken away to break a cycle. */
  readonly cut: Uint8Array;
}

export function linkParents(source: SpanSource, starts: Float64Array): Links {
  const count = source.length;
  const order = orderRows(source, starts);
  const rowsById = new Map<string, number>();
  const sharing = new Map<string, number[]>();
  for (const row of order) {
    const id = source.spanId(row);
    const first = rowsById.get(id);
    if (first === undefined) {
      rowsById.set(id, row);
      continue;
    }
    const rows = sharing.get(id);
    if (rows === undefined) {
      sharing.set(id, [first, row]);
    } else {
      rows.push(row);
    }
  }

  const duplicateOf = new Map<number, number>();
  const clientOfServer = new Map<number, number>();
  const serverById = new Map<string, number>();
  for (const [id, rows] of sharing) {
    const client = rows.find((row) => source.kind(row) === CLIENT);
    const server = rows.find((row) => source.kind(row) === SERVER);
    let first = rows[0] ?? 0;
    if (client !== undefined && server !== undefined) {
      first = client;
      rowsById.set(id, client);
      serverById.set(id, server);
      clientOfServer.set(server, client);
    }
    for (const row of rows) {
      if (row !== first && !clientOfServer.has(row)) {
        duplicateOf.set(row, first);
      }
    }
  }

  const parents = new Int32Array(count).fill(NO_ROW);
  const missing = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const client = clientOfServer.get(row);
    const parentId = source.parentSpanId(row);
    if (client !== undefined) {
      parents[row] = client;
    } else if (parentId === '' || parentId === NO_PARENT) {
      continue;
    } else if (parentId === source.spanId(row)) {
      parents[row] = row;
    } else {
      const parent = serverById.get(parentId) ?? rowsById.get(parentId);
      if (parent === undefined) {
        missing[row] = 1;
      } else {
        parents[row] = parent;
      }
    }
  }
  return { parents, order, rowsById, duplicateOf, missing, cut: cutCycles(parents, order) };
}

function orderRows(source: SpanSource, starts: Float64Array): Uint32Array {
  const count = source.length;
  const order = new Uint32Array(count);
  let sorted = true;
  for (let row = 0; row < count; row++) {
    order[row] = row;
    sorted &&= row === 0 || (starts[row - 1] ?? 0) < (starts[row] ?? 0);
  }
  if (!sorted) {
    order.sort((a, b) => {
      const byStart = (starts[a] ?? 0) - (starts[b] ?? 0);
      if (byStart !== 0) {
        return byStart;
      }
      const idA = source.spanId(a);
      const idB = source.spanId(b);
      return idA < idB ? -1 : idA > idB ? 1 : a - b;
    });
  }
  return order;
}

const UNSEEN = 0;
const ON_PATH = 1;
const DONE = 2;

/**
 * Takes the parent away from one row of each cycle, the one that comes first in `order`, and marks it. Walks up
 * from every row until it meets one that was seen: O(n), since each row is walked over at most twice.
 */
function cutCycles(parents: Int32Array, order: Uint32Array): Uint8Array {
  const cut = new Uint8Array(parents.length);
  const states = new Uint8Array(parents.length);
  // Visited by start: whichever row of a cycle is reached first, the walk has to look for its earliest member.
  const ranks = new Uint32Array(parents.length);
  for (let rank = 0; rank < order.length; rank++) {
    ranks[order[rank] ?? 0] = rank;
  }
  const path: number[] = [];
  for (const start of order) {
    let row = start;
    while (row !== NO_ROW && states[row] === UNSEEN) {
      states[row] = ON_PATH;
      path.push(row);
      row = parents[row] ?? NO_ROW;
    }
    if (row !== NO_ROW && states[row] === ON_PATH) {
      let earliest = row;
      for (let i = path.length - 1; path[i] !== row; i--) {
        const member = path[i] ?? row;
        earliest = (ranks[member] ?? 0) < (ranks[earliest] ?? 0) ? member : earliest;
      }
      parents[earliest] = NO_ROW;
      cut[earliest] = 1;
    }
    for (const walked of path) {
      states[walked] = DONE;
    }
    path.length = 0;
  }
  return cut;
}
