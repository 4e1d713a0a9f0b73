// SPDX-License-Identifier: Apache-2.0
//
// The tables of a block in SQL, as docs/formats/block.md describes them. The order of columns is the
// order in which ingest fills data chunks, so both read it from here.

import type { AttributeColumn, AttributeColumnType } from '../blocks/reader.ts';

/** The format of the data folder that this version reads and writes. */
export const FORMAT_VERSION = 3;

const sqlTypes: Readonly<Record<AttributeColumnType, string>> = {
  string: 'VARCHAR',
  int: 'BIGINT',
  double: 'DOUBLE',
  bool: 'BOOLEAN',
};

/** Columns of `spans` that stand before the attribute columns, in order. */
export const intrinsicColumns = [
  ['trace_hi', 'UBIGINT'],
  ['trace_lo', 'UBIGINT'],
  ['span_id', 'UBIGINT'],
  ['parent_id', 'UBIGINT'],
  ['start_ns', 'UBIGINT'],
  ['end_ns', 'UBIGINT'],
  ['kind', 'UTINYINT'],
  ['status', 'UTINYINT'],
  ['name', 'VARCHAR'],
  ['status_message', 'VARCHAR'],
  ['resource_id', 'UINTEGER'],
  ['scope_id', 'UINTEGER'],
  ['shape_id', 'UINTEGER'],
] as const;

function spanColumns(attributeColumns: readonly AttributeColumn[], rest: string): string[] {
  return [
    ...intrinsicColumns.map(([name, type]) => `${name} ${type}`),
    ...attributeColumns.map(({ column, type }) => `${column} ${sqlTypes[type]}`),
    rest,
  ];
}

/** Statements that make the tables of dictionaries, in a block of either state. */
export function dictionaryTables(catalog: string): string[] {
  return [
    `CREATE TABLE ${catalog}.resources (resource_id UINTEGER, service VARCHAR, proto BLOB)`,
    `CREATE TABLE ${catalog}.scopes (scope_id UINTEGER, proto BLOB)`,
    `CREATE TABLE ${catalog}.shapes (shape_id UINTEGER, shape VARCHAR)`,
    `CREATE TABLE ${catalog}.attribute_columns (column_name VARCHAR, key VARCHAR, type VARCHAR)`,
  ];
}

/** Statement that makes `spans` of an open block. */
export function openSpansTable(catalog: string, attributeColumns: readonly AttributeColumn[]): string {
  return `CREATE TABLE ${catalog}.spans (${[...spanColumns(attributeColumns, 'rest BLOB'), 'content_hash UBIGINT'].join(', ')})`;
}

/** What stands in `parent_id` of a sealed block where `parent_step` leads to the parent. Not 0, which says that there is none. */
export const STEPPED_PARENT = 1;

/**
 * Statement that makes `spans` of a sealed block. Random ids are a sixth of a block, and those of parents stand there
 * twice: a span whose parent is in the block has the number of rows to it in `parent_step`, which takes a byte.
 */
export function sealedSpansTable(catalog: string, attributeColumns: readonly AttributeColumn[]): string {
  // Left to itself DuckDB looks for whole remainders that come again; what comes again is keys, within them.
  const columns = spanColumns(attributeColumns, 'rest BLOB USING COMPRESSION zstd');
  return `CREATE TABLE ${catalog}.spans (${[...columns, 'trace_index UINTEGER', 'parent_step INTEGER'].join(', ')})`;
}

/** The SQL type of an attribute column. */
export function attributeSqlType(type: AttributeColumnType): string {
  return sqlTypes[type];
}

/** Names of the columns that open and sealed blocks share, in order, for `INSERT ... SELECT`. */
export function sharedSpanColumns(attributeColumns: readonly AttributeColumn[]): string[] {
  return [...intrinsicColumns.map(([name]) => name), ...attributeColumns.map(({ column }) => column), 'rest'];
}

/** Text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
