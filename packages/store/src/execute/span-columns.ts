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

type Bigints = BigUint64Array | BigInt64Array;
type Texts = readonly (string | null)[];
type Blobs = readonly (Uint8Array | null)[];
type ColumnValue = string | bigint | number | boolean | undefined;

/** Rows of `spans` selected by {@link spanSelectList}. */
export class SpanColumns {
  readonly block: BlockRef;
  readonly result: SqlResult;
  readonly rowCount: number;
  private readonly types = new Map<string, AttributeColumn>();
  private readonly readers = new Map<string, (row: number) => ColumnValue>();
  // Columns are converted when they are first asked for.
  private traceHiColumn: Bigints | undefined;
  private traceLoColumn: Bigints | undefined;
  private spanIdColumn: Bigints | undefined;
  private parentIdColumn: Bigints | undefined;
  private startColumn: Bigints | undefined;
  private endColumn: Bigints | undefined;
  private kindColumn: ArrayLike<number> | undefined;
  private statusColumn: ArrayLike<number> | undefined;
  private nameColumn: Texts | undefined;
  private statusMessageColumn: Texts | undefined;
  private resourceIdColumn: ArrayLike<number> | undefined;
  private scopeIdColumn: ArrayLike<number> | undefined;
  private shapeIdColumn: ArrayLike<number> | undefined;
  private restColumn: Blobs | undefined;

  constructor(block: BlockRef, result: SqlResult) {
    this.block = block;
    this.result = result;
    this.rowCount = result.rowCount;
    const selected = new Set(result.columnNames);
    for (const column of block.attributeColumns) {
      if (selected.has(column.column)) {
        this.types.set(column.column, column);
      }
    }
  }

  get traceHi(): Bigints {
    return (this.traceHiColumn ??= this.result.bigints('trace_hi'));
  }

  get traceLo(): Bigints {
    return (this.traceLoColumn ??= this.result.bigints('trace_lo'));
  }

  get spanId(): Bigints {
    return (this.spanIdColumn ??= this.result.bigints('span_id'));
  }

  get parentId(): Bigints {
    return (this.parentIdColumn ??= this.result.bigints('parent_id'));
  }

  get start(): Bigints {
    return (this.startColumn ??= this.result.bigints('start_ns'));
  }

  get end(): Bigints {
    return (this.endColumn ??= this.result.bigints('end_ns'));
  }

  get kind(): ArrayLike<number> {
    return (this.kindColumn ??= this.result.integers('kind'));
  }

  get status(): ArrayLike<number> {
    return (this.statusColumn ??= this.result.integers('status'));
  }

  get name(): Texts {
    return (this.nameColumn ??= this.result.texts('name'));
  }

  get statusMessage(): Texts {
    return (this.statusMessageColumn ??= this.result.texts('status_message'));
  }

  get resourceId(): ArrayLike<number> {
    return (this.resourceIdColumn ??= this.result.integers('resource_id'));
  }

  get scopeId(): ArrayLike<number> {
    return (this.scopeIdColumn ??= this.result.integers('scope_id'));
  }

  get shapeId(): ArrayLike<number> {
    return (this.shapeIdColumn ??= this.result.integers('shape_id'));
  }

  get rest(): Blobs {
    return (this.restColumn ??= this.result.blobs('rest'));
  }

  shape(row: number): Shape {
    return this.block.shapes[this.shapeId[row] ?? 0] ?? EMPTY_SHAPE;
  }

  /** Value of an attribute column; undefined if it is NULL or was not selected. */
  columnValue(column: string, row: number): ColumnValue {
    let read = this.readers.get(column);
    if (read === undefined) {
      read = this.readerOf(column);
      this.readers.set(column, read);
    }
    return read(row);
  }

  private readerOf(column: string): (row: number) => ColumnValue {
    const { result } = this;
    const type = this.types.get(column)?.type;
    if (type === undefined) {
      return () => undefined;
    }
    if (type === 'string') {
      const texts = result.texts(column);
      return (row) => texts[row] ?? undefined;
    }
    const isNull = (row: number): boolean => result.isNull(column, row);
    switch (type) {
      case 'int': {
        const values = result.bigints(column);
        return (row) => (isNull(row) ? undefined : values[row]);
      }
      case 'double': {
        const values = result.numbers(column);
        return (row) => (isNull(row) ? undefined : values[row]);
      }
      case 'bool': {
        const values = result.integers(column);
        return (row) => (isNull(row) ? undefined : values[row] !== 0);
      }
    }
  }
}
