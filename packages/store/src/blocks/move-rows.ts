// SPDX-License-Identifier: Apache-2.0
//
// Moves attributes between columns and remainders, for rows of shapes that the rewritten block lays out otherwise: the
// remainder is written anew, with the attributes that lose their column where they were sent, and without those that
// gain one. Everything else of such a row is copied by SQL. Each batch is read back and compared, attribute by
// attribute in the order in which they were sent.

import duckdb from '@duckdb/node-bindings';
import { WireReader } from '@tracewell/protocols';
import { setImmediate } from 'node:timers/promises';
import { remainderAttributes } from '../execute/remainder.ts';
import { SpanColumns } from '../execute/span-columns.ts';
import { SpanWriter } from '../execute/span-writer.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { rowsSql, sqlIdIn } from '../plan/sql-text.ts';
import { attributeSqlType } from '../schema/tables.ts';
import { Block } from './block.ts';
import { execute, queryOn } from './database.ts';
import { OVERFLOW_SHAPE_ID } from './reader.ts';
import type { AttributeColumn, Shape, SqlResult } from './reader.ts';
import { isColumnType } from './rewrite-plan.ts';
import type { RewritePlan, SourcePlan } from './rewrite-plan.ts';
import { gainedColumns, movedRows, movedRowsTable } from './rewrite-tables.ts';

/** Rows of a source at a time. */
const WINDOW_ROWS = 2048;
/** Rows after which ingest, which shares this thread, gets its turn. */
const BREATH_ROWS = 256;

const TAG_ATTRIBUTE = (9 << 3) | 2;
const KEY = (1 << 3) | 2;
const VALUE = (2 << 3) | 2;
const STRING = (1 << 3) | 2;
const BOOL = (2 << 3) | 0;
const INT = (3 << 3) | 0;
const DOUBLE = (4 << 3) | 1;

type Value = string | bigint | number | boolean;

/** Fills the temporary tables of rows that have to be moved. Rejects if what was moved reads back otherwise. */
export async function moveRows(connection: duckdb.Connection, plan: RewritePlan): Promise<void> {
  for (const [i, part] of plan.sources.entries()) {
    if (part.moved.size > 0) {
      await new Mover(connection, plan, part, i).run();
    }
  }
}

/** The remainder of a row, taken apart. */
interface Remainder {
  /** Attribute fields with their tags, in order. */
  readonly attributes: readonly Uint8Array[];
  readonly other: readonly Uint8Array[];
}

class Mover {
  private readonly connection: duckdb.Connection;
  private readonly plan: RewritePlan;
  private readonly part: SourcePlan;
  private readonly index: number;
  private readonly gained: readonly AttributeColumn[];
  /** Reused: a buffer for each attribute would cost more than everything else. */
  private readonly writer = new AttributeWriter();
  private readonly expected = new AttributeWriter();
  /** How the rows are laid out afterwards, for reading them back. */
  private readonly after: Block;

  constructor(connection: duckdb.Connection, plan: RewritePlan, part: SourcePlan, index: number) {
    this.connection = connection;
    this.plan = plan;
    this.part = part;
    this.index = index;
    this.gained = gainedColumns(part, plan.attributeColumns);
    const { attributeColumns } = plan;
    this.after = new Block({ id: part.source.block.id, state: 'sealed', attributeColumns, firstArrival: 0 });
    this.after.shapes = [...plan.shapes];
  }

  async run(): Promise<void> {
    const table = movedRowsTable(this.index);
    const columns = this.gained.map(({ column, type }) => `, ${column} ${attributeSqlType(type)}`);
    await execute(this.connection, `CREATE TEMP TABLE ${table} (row_id BIGINT, rest BLOB${columns.join('')})`);
    const { block } = this.part.source;
    const bounds = await queryOn(this.connection, `SELECT max(rowid)::BIGINT AS greatest FROM ${block.catalog}.spans`);
    const end = Number(bounds.bigints('greatest')[0] ?? -1n) + 1;
    const appender = duckdb.appender_create_ext(this.connection, 'temp', 'main', table);
    try {
      for (let from = 0; from < end; from += WINDOW_ROWS) {
        await this.moveWindow(appender, from, from + WINDOW_ROWS);
      }
    } finally {
      duckdb.appender_close_sync(appender);
    }
  }

  private async moveWindow(appender: duckdb.Appender, from: number, to: number): Promise<void> {
    const { block, except } = this.part.source;
    const kept = except.length === 0 ? 'TRUE' : `NOT ${rowsSql(except)}`;
    const window = `rowid >= ${from} AND rowid < ${to}`;
    const where = sqlAnd(window, sqlIdIn('shape_id', [...this.part.moved.keys()]), kept);
    const columns = block.attributeColumns.map(({ column }) => column);
    const select = ['rowid::BIGINT AS row_id', 'shape_id', 'rest', ...columns].join(', ');
    const result = await queryOn(
      this.connection,
      `SELECT ${select} FROM ${block.catalog}.spans WHERE ${where} ORDER BY rowid`
    );
    const rows = new SpanColumns(block, result);
    const rowIds = result.bigints('row_id');
    for (let row = 0; row < result.rowCount; row++) {
      this.append(appender, rows, row, rowIds[row] ?? 0n);
      await breathe(row);
    }
    if (result.rowCount > 0) {
      duckdb.appender_flush_sync(appender);
      await this.verify(rows, result, from, to);
      await setImmediate();
    }
  }

  private append(appender: duckdb.Appender, rows: SpanColumns, row: number, rowId: bigint): void {
    const shape = rows.shape(row);
    const target = this.plan.shapes[this.part.moved.get(shape.id) ?? -1];
    if (target === undefined) {
      throw new Error(`a row of shape ${shape.id} has no place in the rewritten block`);
    }
    const rest = takeApart(rows.rest[row] ?? undefined);
    const gained = new Map<string, Value>();
    const { writer } = this;
    writer.clear();
    if (shape.id === OVERFLOW_SHAPE_ID) {
      // The order is not known; nothing is lost but that.
      for (const { column, key } of this.lostColumns()) {
        writer.attribute(key, rows.columnValue(column, row));
      }
      rest.attributes.forEach((field) => writer.raw(field));
    } else {
      this.arrange(shape, target, rows, row, rest, gained);
    }
    rest.other.forEach((field) => writer.raw(field));
    duckdb.append_int64(appender, rowId);
    if (writer.length === 0) {
      duckdb.append_null(appender);
    } else {
      duckdb.append_blob(appender, writer.written());
    }
    this.gained.forEach(({ column }) => appendValue(appender, gained.get(column)));
    duckdb.appender_end_row(appender);
  }

  /** Writes the attributes that the remainder has afterwards, and takes those out that gain a column. */
  private arrange(
    shape: Shape,
    target: Shape,
    rows: SpanColumns,
    row: number,
    rest: Remainder,
    gained: Map<string, Value>
  ): void {
    let next = 0;
    shape.attributes.forEach(({ key, column }, i) => {
      const to = target.attributes[i]?.column;
      if (column !== undefined) {
        if (to === undefined) {
          this.writer.attribute(key, rows.columnValue(column, row));
        }
        return;
      }
      const field = rest.attributes[next++];
      if (field === undefined) {
        throw new Error(`a row of shape ${shape.id} has fewer attributes in its remainder than its shape`);
      }
      if (to === undefined) {
        this.writer.raw(field);
      } else {
        gained.set(to, valueOf(field));
      }
    });
    // More than the shape knows of cannot be, but must not be lost.
    rest.attributes.slice(next).forEach((field) => this.writer.raw(field));
  }

  private lostColumns(): readonly AttributeColumn[] {
    const kept = new Set(this.part.columns.map((column) => column?.column));
    return this.part.source.block.attributeColumns.filter(({ column }) => !kept.has(column));
  }

  private async verify(before: SpanColumns, result: SqlResult, from: number, to: number): Promise<void> {
    const where = `s.rowid >= ${from} AND s.rowid < ${to} AND m.row_id >= ${from} AND m.row_id < ${to} ORDER BY s.rowid`;
    const moved = await queryOn(this.connection, movedRows(this.part, this.index, this.plan.attributeColumns, where));
    if (moved.rowCount !== result.rowCount) {
      throw new Error(`expected ${result.rowCount} moved rows, read back ${moved.rowCount}`);
    }
    const after = new SpanColumns(this.after, moved);
    for (let row = 0; row < moved.rowCount; row++) {
      canonical(this.expected, before, row);
      canonical(this.writer, after, row);
      if (Buffer.compare(this.expected.written(), this.writer.written()) !== 0) {
        throw new Error(
          `row ${row} from row ${from} on of block ${before.block.id} reads back otherwise after moving it`
        );
      }
      await breathe(row);
    }
  }
}

/** Gives ingest its turn now and then; nearly always returns nothing to wait for. */
function breathe(row: number): Promise<void> | undefined {
  return row % BREATH_ROWS === BREATH_ROWS - 1 ? setImmediate() : undefined;
}

/** Writes all that a row has in attribute columns and in the remainder, in the order in which it was sent. */
function canonical(writer: AttributeWriter, rows: SpanColumns, row: number): void {
  writer.clear();
  const shape = rows.shape(row);
  const rest = takeApart(rows.rest[row] ?? undefined);
  if (shape.id === OVERFLOW_SHAPE_ID) {
    const fields: Uint8Array[] = [...rest.attributes];
    for (const { key, column } of rows.block.attributeColumns) {
      writer.attribute(key, rows.columnValue(column, row));
      fields.push(writer.toBytes());
      writer.clear();
    }
    fields.sort((a, b) => Buffer.compare(a, b)).forEach((field) => writer.raw(field));
  } else {
    let next = 0;
    for (const { key, type, column } of shape.attributes) {
      const field = column === undefined ? rest.attributes[next++] : undefined;
      if (column !== undefined) {
        writer.attribute(key, rows.columnValue(column, row));
      } else if (field !== undefined && isColumnType(type)) {
        // What is one key and one value may have been written in more than one way.
        writer.attribute(key, valueOf(field));
      } else if (field !== undefined) {
        writer.raw(field);
      }
    }
    rest.attributes.slice(next).forEach((field) => writer.raw(field));
  }
  rest.other.forEach((field) => writer.raw(field));
}

function takeApart(rest: Uint8Array | undefined): Remainder {
  const attributes: Uint8Array[] = [];
  const other: Uint8Array[] = [];
  if (rest !== undefined) {
    const reader = new WireReader(rest);
    while (reader.position < rest.length) {
      const start = reader.position;
      const tag = reader.tag(rest.length);
      reader.skip(tag, rest.length);
      (tag === TAG_ATTRIBUTE ? attributes : other).push(rest.subarray(start, reader.position));
    }
  }
  return { attributes, other };
}

/** The value of an attribute field that is one key and one value of a type that columns can have. */
function valueOf(field: Uint8Array): Value {
  const value = remainderAttributes(field)[0]?.value;
  if (value === undefined || value === null || typeof value === 'object') {
    throw new Error('an attribute in a remainder has no value of the type that its shape says');
  }
  return value;
}

/** Writes fields of a span, one after the other. */
class AttributeWriter extends SpanWriter {
  private readonly inner = new SpanWriter(256);
  private readonly value = new SpanWriter(256);

  /** Writes an attribute as ingest would have kept it; nothing if there is no value. */
  attribute(key: string, found: Value | undefined): void {
    if (found === undefined) {
      return;
    }
    const { inner, value } = this;
    value.clear();
    if (typeof found === 'string') {
      value.varint(STRING);
      value.text(found);
    } else if (typeof found === 'boolean') {
      value.varint(BOOL);
      value.varint(found ? 1 : 0);
    } else if (typeof found === 'bigint') {
      value.varint(INT);
      value.varint64(found);
    } else {
      value.varint(DOUBLE);
      value.double(found);
    }
    inner.clear();
    inner.varint(KEY);
    inner.text(key);
    inner.field(VALUE, value.written());
    this.field(TAG_ATTRIBUTE, inner.written());
  }
}

function appendValue(appender: duckdb.Appender, value: Value | undefined): void {
  if (value === undefined) {
    duckdb.append_null(appender);
  } else if (typeof value === 'string') {
    duckdb.append_varchar(appender, value);
  } else if (typeof value === 'bigint') {
    duckdb.append_int64(appender, value);
  } else if (typeof value === 'boolean') {
    duckdb.append_bool(appender, value);
  } else {
    duckdb.append_double(appender, value);
  }
}
