// SPDX-License-Identifier: Apache-2.0
//
// What a block's shapes say of one attribute key: which shapes have it in the remainder, of which type, and
// which have it more than once (the first one counts, and a column does not know whether it was the first).
// Built once per block and extended as an open block meets new shapes.

import type { Shape, ShapeAttributeType } from '../blocks/reader.ts';

export interface KeyShapes {
  /** Shapes whose only value of the key is in the remainder, with its type. */
  readonly remainder: { readonly shape: number; readonly type: ShapeAttributeType }[];
  /** Shapes that have the key more than once. */
  readonly repeated: number[];
  /** Shapes whose only value of the key is in a column. */
  readonly column: number[];
}

/** Keys of events and links, and the shapes that have events or links at all. */
export interface ShapeIndex {
  readonly keys: ReadonlyMap<string, KeyShapes>;
  /** Shapes with events, by event name; every shape with events is under at least one name. */
  readonly eventNames: ReadonlyMap<string, readonly number[]>;
  readonly eventKeys: ReadonlyMap<string, readonly number[]>;
  readonly linkKeys: ReadonlyMap<string, readonly number[]>;
  readonly withEvents: readonly number[];
  readonly withLinks: readonly number[];
}

class GrowingIndex implements ShapeIndex {
  readonly keys = new Map<string, KeyShapes>();
  readonly eventNames = new Map<string, number[]>();
  readonly eventKeys = new Map<string, number[]>();
  readonly linkKeys = new Map<string, number[]>();
  readonly withEvents: number[] = [];
  readonly withLinks: number[] = [];
  private indexed = 0;

  update(shapes: readonly Shape[]): void {
    for (; this.indexed < shapes.length; this.indexed++) {
      const shape = shapes[this.indexed];
      if (shape !== undefined) {
        this.add(shape);
      }
    }
  }

  private add(shape: Shape): void {
    const { id } = shape;
    const counts = new Map<string, number>();
    for (const { key } of shape.attributes) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const { key, type, column } of shape.attributes) {
      const count = counts.get(key) ?? 0;
      if (count === 0) {
        continue;
      }
      let entry = this.keys.get(key);
      if (entry === undefined) {
        entry = { remainder: [], repeated: [], column: [] };
        this.keys.set(key, entry);
      }
      if (count > 1) {
        entry.repeated.push(id);
        counts.set(key, 0);
      } else if (column === undefined) {
        entry.remainder.push({ shape: id, type });
      } else {
        entry.column.push(id);
      }
    }
    if (shape.events.length > 0) {
      this.withEvents.push(id);
    }
    if (shape.links) {
      this.withLinks.push(id);
    }
    addAll(this.eventNames, shape.events, id);
    addAll(this.eventKeys, shape.eventKeys, id);
    addAll(this.linkKeys, shape.linkKeys, id);
  }
}

function addAll(map: Map<string, number[]>, names: readonly string[], id: number): void {
  for (const name of names) {
    const ids = map.get(name);
    if (ids === undefined) {
      map.set(name, [id]);
    } else {
      ids.push(id);
    }
  }
}

const indexes = new WeakMap<readonly Shape[], GrowingIndex>();

/** The index of a block's shapes, brought up to date. */
export function shapeIndexOf(shapes: readonly Shape[]): ShapeIndex {
  let index = indexes.get(shapes);
  if (index === undefined) {
    index = new GrowingIndex();
    indexes.set(shapes, index);
  }
  index.update(shapes);
  return index;
}
