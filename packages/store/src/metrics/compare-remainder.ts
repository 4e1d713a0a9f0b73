// SPDX-License-Identifier: Apache-2.0
//
// For compare(): attributes of spans that SQL does not see, because they have no column or are there more than once. Spans
// are read one by one; if there are too many, evenly spread ones stand for the others.

import { labelValue, printReference, toValue, type ScalarValue } from '@tracewell/traceql';
import { OVERFLOW_SHAPE_ID, type BlockRef } from '../blocks/reader.ts';
import { remainderAttributes } from '../execute/remainder.ts';
import { SpanColumns } from '../execute/span-columns.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { shapeIndexOf } from '../plan/shape-index.ts';
import { sqlIdIn } from '../plan/sql-text.ts';
import { sideOfCode, type ComparePart, type Comparing } from './compare-part.ts';
import { bucketSql } from './time-sql.ts';

/** Spans that are read for one query. */
const MAX_SPANS = 200_000;
const CHUNK_ROWS = 100_000;
/** Values of one attribute that are told apart. */
const MAX_VALUES = 20_000;

/** The key of an attribute's label. */
export function attributeLabel(scope: 'span' | 'resource' | 'instrumentation', name: string): string {
  return printReference({ kind: 'attribute', scope, parent: false, name, range: { start: 0, end: 0 } });
}

/** Adds the attributes; resolves to what the answer leaves out, as sentences. */
export async function countRemainder(comparing: Comparing, parts: readonly ComparePart[]): Promise<string[]> {
  const { context } = comparing;
  const todo: { readonly part: ComparePart; readonly where: string; readonly count: number }[] = [];
  for (const part of parts) {
    const shapes = shapesWithOthers(part.block, part.overflow);
    if (shapes.length > 0) {
      const where = sqlAnd(part.where, sqlIdIn('shape_id', shapes));
      const { catalog } = part.block;
      const result = await context.query(part.block, `SELECT count(*) AS n FROM ${catalog}.spans WHERE ${where}`);
      todo.push({ part, where, count: result.numbers('n')[0] ?? 0 });
    }
  }
  const total = todo.reduce((sum, { count }) => sum + count, 0);
  const every = Math.max(1, Math.ceil(total / MAX_SPANS));
  const counter = new RemainderCounter(comparing, every);
  for (const { part, where, count } of todo) {
    if (count > 0) {
      await counter.add(part, every === 1 ? where : sqlAnd(where, `rowid % ${every} = 0`));
    }
  }
  return every === 1
    ? []
    : [`Attributes without a column of their own were counted from one in ${every} spans that have any.`];
}

/** Shapes with an attribute that is in the remainder, or there more than once. */
function shapesWithOthers({ shapes }: BlockRef, overflow: boolean): number[] {
  const others = new Set<number>(overflow ? [OVERFLOW_SHAPE_ID] : []);
  for (const { remainder, repeated } of shapeIndexOf(shapes).keys.values()) {
    remainder.forEach(({ shape }) => others.add(shape));
    repeated.forEach((shape) => others.add(shape));
  }
  return [...others];
}

class RemainderCounter {
  private readonly comparing: Comparing;
  private readonly weight: number;
  private readonly values = new Map<string, Set<string>>();

  constructor(comparing: Comparing, weight: number) {
    this.comparing = comparing;
    this.weight = weight;
  }

  async add({ block, side }: ComparePart, where: string): Promise<void> {
    const { context, window, comparison } = this.comparing;
    const columns = ['shape_id', 'rest', ...block.attributeColumns.map(({ column }) => column)].join(', ');
    for (let first = 0; first < block.spans; first += CHUNK_ROWS) {
      const result = await context.query(
        block,
        `SELECT ${side} AS s, ${bucketSql(window)} AS b, ${columns} FROM ${block.catalog}.spans
        WHERE rowid >= ${first} AND rowid < ${first + CHUNK_ROWS} AND ${where}`
      );
      const sides = result.integers('s');
      const buckets = result.integers('b');
      const rows = new SpanColumns(block, result);
      for (let row = 0; row < rows.rowCount; row++) {
        for (const [name, value] of otherAttributes(rows, row)) {
          const side = sideOfCode(sides[row]);
          const key = attributeLabel('span', name);
          comparison.addTotal(side, key, buckets[row] ?? 0, this.weight);
          if (this.hasRoom(`${side} ${key}`, value)) {
            comparison.addValue(side, { key, value }, buckets[row] ?? 0, this.weight);
          } else {
            comparison.setHasMore(side, key);
          }
        }
      }
    }
  }

  private hasRoom(key: string, { kind, value }: ScalarValue): boolean {
    const known = this.values.get(key) ?? new Set<string>();
    this.values.set(key, known);
    const text = `${kind} ${String(value)}`;
    if (known.size >= MAX_VALUES) {
      return known.has(text);
    }
    known.add(text);
    return true;
  }
}

/** The attributes of a row that are not alone in a column, each once. */
function otherAttributes(rows: SpanColumns, row: number): Map<string, ScalarValue> {
  const shape = rows.shape(row);
  const rest = remainderAttributes(rows.rest[row] ?? new Uint8Array(0));
  const found = new Map<string, ScalarValue | undefined>();
  const add = (key: string, value: unknown): void => {
    if (!found.has(key) && value !== undefined) {
      found.set(key, labelValue(toValue(value)));
    }
  };
  if (shape.id === OVERFLOW_SHAPE_ID) {
    for (const { key, column } of rows.block.attributeColumns) {
      add(key, rows.columnValue(column, row));
    }
    rest.forEach(({ key, value }) => add(key, value));
  } else {
    const counts = new Map<string, number>();
    shape.attributes.forEach(({ key }) => counts.set(key, (counts.get(key) ?? 0) + 1));
    let next = 0;
    for (const { key, column } of shape.attributes) {
      const value = column === undefined ? rest[next++]?.value : rows.columnValue(column, row);
      if (column === undefined || (counts.get(key) ?? 0) > 1) {
        add(key, value);
      }
    }
  }
  return new Map([...found].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}
