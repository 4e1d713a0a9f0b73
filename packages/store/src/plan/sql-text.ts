// SPDX-License-Identifier: Apache-2.0
//
// The only place where values become SQL text. Predicates are composed of many small pieces, so values are
// written as literals instead of numbered parameters; everything that comes from a user or from a span goes
// through one of these functions.

/** A VARCHAR literal. DuckDB's plain literals know no escape but the doubled quote; NUL would end the statement. */
export function sqlText(text: string): string {
  const parts = text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll("'", "''")
    .split('\u0000');
  const quoted = parts.map((part) => `'${part}'`);
  return quoted.length === 1 ? (quoted[0] ?? "''") : `(${quoted.join(' || chr(0) || ')})`;
}

/** An integer literal of a fixed type, so that no comparison is widened to 128 bits or to DOUBLE. */
export function sqlInteger(value: bigint, type: 'BIGINT' | 'UBIGINT'): string {
  const least = type === 'BIGINT' ? -(1n << 63n) : 0n;
  const greatest = type === 'BIGINT' ? (1n << 63n) - 1n : (1n << 64n) - 1n;
  if (value < least || value > greatest) {
    throw new RangeError(`expected a ${type}, found ${value}`);
  }
  return `'${value}'::${type}`;
}

/** A DOUBLE literal that reads back as the same double. */
export function sqlDouble(value: number): string {
  if (Number.isNaN(value)) {
    return "'NaN'::DOUBLE";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "'Infinity'::DOUBLE" : "'-Infinity'::DOUBLE";
  }
  return `'${value === 0 ? 0 : value}'::DOUBLE`;
}

/** `column IN (...)` for small non-negative integers; ranges are written as such. FALSE for none. */
export function sqlIdIn(column: string, ids: readonly number[]): string {
  if (ids.length === 0) {
    return 'FALSE';
  }
  const least = ids.reduce((a, b) => Math.min(a, b));
  const greatest = ids.reduce((a, b) => Math.max(a, b));
  if (least === greatest) {
    return `${column} = ${least}`;
  }
  if (greatest - least + 1 === new Set(ids).size) {
    return `${column} BETWEEN ${least} AND ${greatest}`;
  }
  return `${column} IN (${ids.join(', ')})`;
}

/** Rows that are named one by one in SQL; beyond that a bitmap costs less. */
const MAX_NAMED_ROWS = 64;

/**
 * A condition on `rowid`, FALSE for no rows. Many rows are a bitmap: naming 250,000 of them takes seconds to parse and
 * plan, and a bitmap of them milliseconds.
 */
export function rowsSql(rows: readonly number[]): string {
  if (rows.length === 0) {
    return 'FALSE';
  }
  if (rows.length <= MAX_NAMED_ROWS) {
    return `rowid IN (SELECT unnest([${rows.join(', ')}]::BIGINT[]))`;
  }
  const least = rows.reduce((a, b) => Math.min(a, b));
  const greatest = rows.reduce((a, b) => Math.max(a, b));
  const bits = Buffer.alloc(((greatest - least) >>> 3) + 1);
  for (const row of rows) {
    const bit = row - least;
    // Bit 0 of a BIT is the highest of its first byte.
    bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (0x80 >>> (bit & 7));
  }
  const isWithin = `rowid BETWEEN ${least} AND ${greatest}`;
  // The CASE keeps rows beyond the bitmap away from it, whatever is evaluated first.
  return `(${isWithin} AND CASE WHEN ${isWithin} THEN get_bit(from_base64('${bits.toString('base64')}')::BIT, (rowid - ${least})::INTEGER) = 1 ELSE FALSE END)`;
}

/** The later of start and end; UBIGINT. DuckDB's greatest() costs many times as much. */
export const LAST_SQL = '(CASE WHEN end_ns > start_ns THEN end_ns ELSE start_ns END)';

/** Nanoseconds from start to end, 0 if it ends before it starts; UBIGINT. */
export const DURATION_SQL = '(CASE WHEN end_ns > start_ns THEN end_ns - start_ns ELSE 0::UBIGINT END)';
