// SPDX-License-Identifier: Apache-2.0
//
// What a rewritten block looks like, before it is written: which attributes have columns, its dictionaries (those of
// the sources united, without what no span uses any more), and how rows of each source come into it. Pure.
//
// A row whose attributes stay where they are, in a column or in the remainder, is copied by SQL: only the ids of its
// dictionaries and the names of columns change. If an attribute has to move from a column to the remainder, or the other
// way, the row gets another shape and another remainder; see move-rows.ts.

import { formatShape, overflowShape } from '../schema/shape.ts';
import type { Block } from './block.ts';
import { OVERFLOW_SHAPE_ID } from './reader.ts';
import type { AttributeColumn, AttributeColumnType, ResourceEntry, ScopeEntry, Shape } from './reader.ts';

export const MAX_COLUMNS = 40;
/** Share of the spans that an attribute must have to get a column that it had in none of the sources. */
const COLUMN_SHARE = 0.1;
/** Share of the spans that must have an attribute in the remainder to have it moved to its column: moving is dear. */
const MOVE_SHARE = 0.1;
/** With fewer spans than this a block says nothing of which columns it should have. */
const MIN_SPANS = 1000;

/** A block that is rewritten, or a part of it. */
export interface RewriteSource {
  readonly block: Block;
  /** Row numbers in `spans` that are left out. */
  readonly except: readonly number[];
}

/** How many of a source's spans that are kept have each id of its dictionaries. */
export interface SourceUsage {
  readonly resources: ReadonlyMap<number, number>;
  readonly scopes: ReadonlyMap<number, number>;
  readonly shapes: ReadonlyMap<number, number>;
  /** Spans of the overflow shape that have a value in each attribute column. */
  readonly overflowColumns: ReadonlyMap<string, number>;
}

/** Ids in the rewritten block by ids in the source; undefined if they stay as they are. */
export type IdMap = ReadonlyMap<number, number> | undefined;

export interface SourcePlan {
  readonly source: RewriteSource;
  readonly resources: IdMap;
  readonly scopes: IdMap;
  /** Only of shapes whose rows are copied. */
  readonly shapes: IdMap;
  /** Of shapes whose rows have to be moved. */
  readonly moved: ReadonlyMap<number, number>;
  /** For each column of the rewritten block the source's, if it has it. */
  readonly columns: readonly (AttributeColumn | undefined)[];
}

export interface RewritePlan {
  readonly attributeColumns: readonly AttributeColumn[];
  readonly resources: readonly ResourceEntry[];
  readonly scopes: readonly ScopeEntry[];
  readonly shapes: readonly Shape[];
  readonly sources: readonly SourcePlan[];
}

interface Source extends RewriteSource {
  readonly usage: SourceUsage;
}

/** Spans that have an attribute, by where it lies. */
interface KeyUsage {
  readonly key: string;
  readonly type: AttributeColumnType;
  inColumn: number;
  inRemainder: number;
}

function nameOf({ key, type }: { readonly key: string; readonly type: string }): string {
  return `${type} ${key}`;
}

/** Whether a column can hold values of this type. */
export function isColumnType(type: string): type is AttributeColumnType {
  return type === 'string' || type === 'int' || type === 'double' || type === 'bool';
}

function sum(counts: ReadonlyMap<unknown, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

/** The plan of a rewritten block. `usage` has what is kept of each source. */
export function planRewrite(sources: readonly Source[]): RewritePlan {
  const keys = keyUsage(sources);
  const spans = sources.reduce((total, { usage }) => total + sum(usage.shapes), 0);
  const attributeColumns = chooseColumns(sources, keys, spans);
  const chosen = new Map(attributeColumns.map((column) => [nameOf(column), column]));
  const gains = new Set(
    [...keys.values()]
      .filter((entry) => spans >= MIN_SPANS && entry.inRemainder >= spans * MOVE_SHARE && chosen.has(nameOf(entry)))
      .map(nameOf)
  );
  const moved = sources.map((source) => movedShapes(source, chosen, gains));
  const only = sources.length === 1 && sources[0]?.except.length === 0 && moved[0]?.size === 0 ? sources[0] : undefined;
  if (only !== undefined) {
    const { resources, scopes, shapes } = only.block;
    const columns = attributeColumns.map((column) => columnOf(only.block, column));
    const as = { resources: undefined, scopes: undefined, shapes: undefined, moved: new Map<number, number>() };
    return { attributeColumns, resources, scopes, shapes, sources: [{ source: only, ...as, columns }] };
  }
  const resources = new Union<ResourceEntry>(({ proto }) => latin1(proto));
  const scopes = new Union<ScopeEntry>(({ proto }) => latin1(proto));
  const shapes = new Union<Shape>(formatShape);
  shapes.add(overflowShape);
  const plans = sources.map(({ block, except, usage }, i): SourcePlan => {
    const copied = new Map<number, number>();
    const rearranged = new Map<number, number>();
    for (const id of [...usage.shapes.keys()].sort((a, b) => a - b)) {
      const shape = block.shapes[id] ?? overflowShape;
      const isMoved = moved[i]?.has(id) === true;
      const after = isMoved ? arranged(shape, chosen) : renamed(shape, chosen);
      (isMoved ? rearranged : copied).set(id, id === OVERFLOW_SHAPE_ID ? id : shapes.add(after));
    }
    return {
      source: { block, except },
      resources: resources.addAll(block.resources, usage.resources.keys()),
      scopes: scopes.addAll(block.scopes, usage.scopes.keys()),
      shapes: copied,
      moved: rearranged,
      columns: attributeColumns.map((column) => columnOf(block, column)),
    };
  });
  return {
    attributeColumns,
    resources: resources.entries,
    scopes: scopes.entries,
    shapes: shapes.entries,
    sources: plans,
  };
}

/** Entries of several dictionaries, each content once, with new ids. */
class Union<T extends { readonly id: number }> {
  readonly entries: T[] = [];
  private readonly ids = new Map<string, number>();
  private readonly contentOf: (entry: T) => string;

  constructor(contentOf: (entry: T) => string) {
    this.contentOf = contentOf;
  }

  add(entry: T): number {
    const content = this.contentOf(entry);
    let id = this.ids.get(content);
    if (id === undefined) {
      id = this.entries.length;
      this.ids.set(content, id);
      this.entries.push({ ...entry, id });
    }
    return id;
  }

  addAll(entries: readonly T[], used: Iterable<number>): Map<number, number> {
    const map = new Map<number, number>();
    for (const id of [...used].sort((a, b) => a - b)) {
      const entry = entries[id];
      if (entry === undefined) {
        throw new Error(`a span refers to entry ${id} of a dictionary that has ${entries.length}`);
      }
      map.set(id, this.add(entry));
    }
    return map;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function columnOf(block: Block, column: AttributeColumn): AttributeColumn | undefined {
  return block.attributeColumns.find((own) => nameOf(own) === nameOf(column));
}

/** A shape with the columns as they are called in the rewritten block. Only columns that were chosen occur. */
function renamed(shape: Shape, chosen: ReadonlyMap<string, AttributeColumn>): Shape {
  return {
    ...shape,
    attributes: shape.attributes.map((attribute) => {
      const column = attribute.column === undefined ? undefined : chosen.get(nameOf(attribute))?.column;
      return column === undefined ? attribute : { ...attribute, column };
    }),
  };
}

/** A shape whose attributes lie where ingest would put them in the rewritten block. */
function arranged(shape: Shape, chosen: ReadonlyMap<string, AttributeColumn>): Shape {
  const first = new Set<string>();
  return {
    ...shape,
    attributes: shape.attributes.map(({ key, type }) => {
      const name = nameOf({ key, type });
      const column = first.has(name) ? undefined : chosen.get(name)?.column;
      first.add(name);
      return column === undefined ? { key, type } : { key, type, column };
    }),
  };
}

function keyUsage(sources: readonly Source[]): Map<string, KeyUsage> {
  const keys = new Map<string, KeyUsage>();
  const entryOf = (key: string, type: AttributeColumnType): KeyUsage => {
    const name = nameOf({ key, type });
    let entry = keys.get(name);
    if (entry === undefined) {
      entry = { key, type, inColumn: 0, inRemainder: 0 };
      keys.set(name, entry);
    }
    return entry;
  };
  for (const { block, usage } of sources) {
    for (const [id, count] of usage.shapes) {
      const first = new Set<string>();
      for (const attribute of block.shapes[id]?.attributes ?? []) {
        const { key, type, column } = attribute;
        // Only the first of its kind can have the column.
        if (isColumnType(type) && !first.has(nameOf(attribute))) {
          first.add(nameOf(attribute));
          entryOf(key, type)[column === undefined ? 'inRemainder' : 'inColumn'] += count;
        }
      }
    }
    for (const { column, key, type } of block.attributeColumns) {
      const count = usage.overflowColumns.get(column) ?? 0;
      if (count > 0) {
        entryOf(key, type).inColumn += count;
      }
    }
  }
  return keys;
}

/**
 * What had a column stays in one, and what is frequent gets one; at most 40, the most frequent. The names of the first
 * source's columns stay, so that its rows and shapes can.
 */
function chooseColumns(
  sources: readonly Source[],
  keys: ReadonlyMap<string, KeyUsage>,
  spans: number
): readonly AttributeColumn[] {
  const uses = ({ inColumn, inRemainder }: KeyUsage): number => inColumn + inRemainder;
  const candidates = [...keys.values()].filter(
    (entry) => entry.inColumn > 0 || (spans >= MIN_SPANS && uses(entry) >= spans * COLUMN_SHARE)
  );
  candidates.sort((a, b) => uses(b) - uses(a) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const chosen = candidates.slice(0, MAX_COLUMNS);
  const firstColumns = sources[0]?.block.attributeColumns ?? [];
  const taken = new Map(firstColumns.map((column) => [nameOf(column), column.column]));
  const names = new Set<string>();
  chosen.forEach((entry) => names.add(taken.get(nameOf(entry)) ?? ''));
  let next = 0;
  const columns = chosen.map(({ key, type }): AttributeColumn => {
    let column = taken.get(nameOf({ key, type }));
    while (column === undefined) {
      const free = `a${next++}`;
      column = names.has(free) ? undefined : free;
    }
    return { column, key, type };
  });
  return columns.sort((a, b) => Number(a.column.slice(1)) - Number(b.column.slice(1)));
}

/** Shapes of spans that have an attribute in a column which it loses, or in the remainder though it gains one. */
function movedShapes(
  { block, usage }: Source,
  chosen: ReadonlyMap<string, AttributeColumn>,
  gains: ReadonlySet<string>
): ReadonlySet<number> {
  const moved = new Set<number>();
  for (const id of usage.shapes.keys()) {
    if (id === OVERFLOW_SHAPE_ID) {
      const used = block.attributeColumns.filter(({ column }) => (usage.overflowColumns.get(column) ?? 0) > 0);
      if (used.some((column) => !chosen.has(nameOf(column)))) {
        moved.add(id);
      }
      continue;
    }
    const first = new Set<string>();
    for (const attribute of block.shapes[id]?.attributes ?? []) {
      const name = nameOf(attribute);
      const loses = attribute.column !== undefined && !chosen.has(name);
      if (loses || (attribute.column === undefined && gains.has(name) && !first.has(name))) {
        moved.add(id);
        break;
      }
      first.add(name);
    }
  }
  return moved;
}
