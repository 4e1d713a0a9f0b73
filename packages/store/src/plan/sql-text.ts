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

/** Nanoseconds from start to end, 0 if it ends before it starts; UBIGINT. */
export const DURATION_SQL = '(CASE WHEN end_ns > start_ns THEN end_ns - start_ns ELSE 0::UBIGINT END)';
