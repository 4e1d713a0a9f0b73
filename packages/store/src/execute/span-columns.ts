// SPDX-License-Identifier: Apache-2.0
//
// Spans read back from a block: which columns to select, and the rows as accessors over the columns of the
// result. Nothing is decoded before somebody asks for it.

import type { AttributeColumn, BlockRef, Shape, SqlResult } from '../blocks/reader.ts';

const FIXED = [
  'trace_hi',
  'trace_lo',
  'span_id',
  'parent_id',
  'start_ns',
  'end_ns',
  'kind',
  'status',
  'name',
  'status_message',
  'resource_id',
  'scope_id',
  'shape_id',
  'rest',
] as const;

/** The select list for whole spans, with some or all of the block's attribute columns. */
export function spanSelectList(attributeColumns: readonly AttributeColumn[]): string {
  return [...FIXED, ...attributeColumns.map(({ column }) => column)].join(', ');
}

/** A shape that says nothing: all attributes are in the remainder. */
const EMPTY_SHAPE: Shape = {
  id: 0,
  attributes: [],
  events: [],
  eventKeys: [],
  linkKeys: [],
  links: false,
  other: false,
};

/** Rows of `spans` selected by {@link spanSelectList}. */
export class SpanColumns {
  readonly block: BlockRef;
  readonly result: SqlResult;
  readonly rowCount: number;
  readonly traceHi: BigUint64Array | BigInt64Array;
  readonly traceLo: BigUint64Array | BigInt64Array;
  readonly spanId: BigUint64Array | BigInt64Array;
  readonly parentId: BigUint64Array | BigInt64Array;
  readonly start: BigUint64Array | BigInt64Array;
  readonly end: BigUint64Array | BigInt64Array;
  readonly kind: ArrayLike<number>;
  readonly status: ArrayLike<number>;
  readonly name: readonly (string | null)[];
  readonly statusMessage: readonly (string | null)[];
  readonly resourceId: ArrayLike<number>;
  readonly scopeId: ArrayLike<number>;
  readonly shapeId: ArrayLike<number>;
  readonly rest: readonly (Uint8Array | null)[];
  private readonly types = new Map<string, AttributeColumn>();

  constructor(block: BlockRef, result: SqlResult) {
    this.block = block;
    this.result = result;
    this.rowCount = result.rowCount;
    this.traceHi = result.bigints('trace_hi');
    this.traceLo = result.bigints('trace_lo');
    this.spanId = result.bigints('span_id');
    this.parentId = result.bigints('parent_id');
    this.start = result.bigints('start_ns');
    this.end = result.bigints('end_ns');
    this.kind = result.integers('kind');
    this.status = result.integers('status');
    this.name = result.texts('name');
    this.statusMessage = result.texts('status_message');
    this.resourceId = result.integers('resource_id');
    this.scopeId = result.integers('scope_id');
    this.shapeId = result.integers('shape_id');
    this.rest = result.blobs('rest');
    const selected = new Set(result.columnNames);
    for (const column of block.attributeColumns) {
      if (selected.has(column.column)) {
        this.types.set(column.column, column);
      }
    }
  }

  shape(row: number): Shape {
    return this.block.shapes[this.shapeId[row] ?? 0] ?? EMPTY_SHAPE;
  }

  /** Value of an attribute column; undefined if it is NULL or was not selected. */
  columnValue(column: string, row: number): string | bigint | number | boolean | undefined {
    const type = this.types.get(column)?.type;
    if (type === undefined || this.result.isNull(column, row)) {
      return undefined;
    }
    switch (type) {
      case 'string':
        return this.result.texts(column)[row] ?? undefined;
      case 'int':
        return this.result.bigints(column)[row];
      case 'double':
        return this.result.numbers(column)[row];
      case 'bool':
        return this.result.integers(column)[row] !== 0;
    }
  }
}
