// SPDX-License-Identifier: Apache-2.0
//
// Spans read back from a block: which columns to select, and the rows as accessors over the columns of the
// result. Nothing is decoded before somebody asks for it.

import type { AttributeColumn, BlockRef, Shape, SqlResult } from '../blocks/reader.ts';

const FIXED = [
  'trace_hi',
  'trace_lo',
  'span_id',
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

/**
 * What of its parent a query has to know of a span: nothing but whether there is one, its id, or its id if the parent is
 * read by the same statement.
 */
export type ParentNeed = 'presence' | 'id' | 'id among rows';

/**
 * The columns of a block's `spans`, which must not have another name in the statement, that tell of a span's parent. With
 * the id alone each statement reads the ids of all spans of a sealed block, which whole traces do without.
 */
function parentColumns({ catalog, hasParentSteps }: BlockRef, need: ParentNeed): string[] {
  if (!hasParentSteps) {
    return ['parent_id'];
  }
  switch (need) {
    case 'presence':
      return ['(parent_id = 0) AS is_root'];
    case 'id':
      return [
        `(CASE WHEN parent_step = 0 THEN parent_id ELSE
          (SELECT p.span_id FROM ${catalog}.spans p WHERE p.rowid = spans.rowid + spans.parent_step) END) AS parent_id`,
      ];
    case 'id among rows':
      return ['parent_id', 'parent_step'];
  }
}

/** The columns `names`, each once; `parent_id` among them asks for the id of the parent, whichever way there is to it. */
export function readColumns(block: BlockRef, names: Iterable<string>, otherwise: ParentNeed = 'presence'): string {
  const distinct = new Set(names);
  const need = distinct.delete('parent_id') ? 'id' : otherwise;
  return [...distinct, ...parentColumns(block, need)].join(', ');
}

/** The select list for whole spans, with some or all of the block's attribute columns, and `row` for their rowid. */
export function spanSelectList(
  block: BlockRef,
  attributeColumns: readonly AttributeColumn[],
  parents: ParentNeed = 'presence'
): string {
  const attributes = attributeColumns.map(({ column }) => column);
  return ['rowid AS row', ...FIXED, ...parentColumns(block, parents), ...attributes].join(', ');
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

/** Ids of parents, and 1 where a step leads to a row that is not there. */
interface Parents {
  readonly ids: Bigints;
  readonly lost: Uint8Array | undefined;
}

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
  private parentColumn: Parents | undefined;
  private rootColumn: ArrayLike<number> | undefined;
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

  /** 0 for none. The columns must be those of {@link parentColumns} for ids, and the parents be among the rows if those have steps. */
  get parentId(): Bigints {
    const { ids, lost } = this.parents;
    const row = lost?.indexOf(1) ?? -1;
    if (row >= 0) {
      throw new Error(`block ${this.block.id}: expected the parent of row ${row} of ${this.rowCount}, found none`);
    }
    return ids;
  }

  /** 0 for none; undefined if it may be that the parent is not among the rows. */
  parentAmong(row: number): bigint | undefined {
    const { ids, lost } = this.parents;
    return lost?.[row] === 1 ? undefined : ids[row];
  }

  /** Whether the span has no parent, whatever is known of parents. */
  isRoot(row: number): boolean {
    this.rootColumn ??= this.result.columnNames.includes('is_root')
      ? this.result.integers('is_root')
      : Uint8Array.from(this.result.bigints('parent_id'), (parent) => (parent === 0n ? 1 : 0));
    return this.rootColumn[row] === 1;
  }

  private get parents(): Parents {
    return (this.parentColumn ??= this.result.columnNames.includes('parent_step')
      ? this.parentsOfSteps()
      : { ids: this.result.bigints('parent_id'), lost: undefined });
  }

  private parentsOfSteps(): Parents {
    const { spanId, rowCount } = this;
    const ids = this.result.bigints('parent_id').slice();
    const steps = this.result.integers('parent_step');
    const rows = this.result.numbers('row');
    let lost: Uint8Array | undefined;
    let places: Map<number, number> | undefined;
    for (let row = 0; row < rowCount; row++) {
      const step = steps[row] ?? 0;
      if (step !== 0) {
        const wanted = (rows[row] ?? 0) + step;
        let place: number | undefined = row + step;
        if (rows[place] !== wanted) {
          places ??= new Map(Array.from(rows, (rowId, at) => [rowId, at]));
          place = places.get(wanted);
        }
        if (place === undefined) {
          lost ??= new Uint8Array(rowCount);
          lost[row] = 1;
        } else {
          ids[row] = spanId[place] ?? 0n;
        }
      }
    }
    return { ids, lost };
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
