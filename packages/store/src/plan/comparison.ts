// SPDX-License-Identifier: Apache-2.0
//
// One column compared with one literal, exactly as TraceQL means it: numbers across types without a
// rounding step (int64 and double meet in neither), strings by bytes, regular expressions anchored. The SQL
// is NULL where the column is.

import type { ComparisonOperator, Static } from '@tracewell/traceql';
import type { AttributeColumnType } from '../blocks/reader.ts';
import { sqlDouble, sqlInteger, sqlText } from './sql-text.ts';

const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;

/** `a op b` as `b flipped(op) a`. */
export function flipped(operator: ComparisonOperator): ComparisonOperator {
  switch (operator) {
    case '<':
      return '>';
    case '<=':
      return '>=';
    case '>':
      return '<';
    case '>=':
      return '<=';
    default:
      return operator;
  }
}

const sqlOperators: Partial<Record<ComparisonOperator, string>> = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** TRUE wherever the column is not NULL, else NULL or FALSE. */
function present(column: string): string {
  return `${column} IS NOT NULL`;
}

/** A string column against a literal; undefined if DuckDB's RE2 cannot be trusted with the pattern. */
export function compareText(column: string, operator: ComparisonOperator, literal: string): string | undefined {
  if (operator === '=~' || operator === '!~') {
    // \C matches a byte in RE2 and is something else in its ports.
    if (literal.includes('\\C')) {
      return undefined;
    }
    const match = `regexp_full_match(${column}, ${sqlText(literal)}, 's')`;
    return operator === '=~' ? match : `NOT ${match}`;
  }
  return `${column} ${sqlOperators[operator] ?? '='} ${sqlText(literal)}`;
}

/** An integer column (of at most 64 bits) against an integer. */
export function compareInteger(
  column: string,
  type: 'BIGINT' | 'UBIGINT',
  operator: ComparisonOperator,
  literal: bigint
): string {
  const least = type === 'BIGINT' ? INT64_MIN : 0n;
  const greatest = type === 'BIGINT' ? INT64_MAX : UINT64_MAX;
  if (literal < least || literal > greatest) {
    const smaller = literal > greatest;
    const holds =
      operator === '!=' || (smaller ? operator === '<' || operator === '<=' : operator === '>' || operator === '>=');
    return holds ? present(column) : 'FALSE';
  }
  return `${column} ${sqlOperators[operator] ?? '='} ${sqlInteger(literal, type)}`;
}

/** An integer column against a double: the double is turned into the integer bound that means the same. */
export function compareIntegerWithDouble(
  column: string,
  type: 'BIGINT' | 'UBIGINT',
  operator: ComparisonOperator,
  literal: number
): string {
  if (Number.isNaN(literal)) {
    return operator === '!=' ? present(column) : 'FALSE';
  }
  if (!Number.isFinite(literal)) {
    return compareInteger(column, type, operator, literal > 0 ? UINT64_MAX + 1n : INT64_MIN - 1n);
  }
  const floor = BigInt(Math.floor(literal));
  if (Number.isInteger(literal)) {
    return compareInteger(column, type, operator, floor);
  }
  switch (operator) {
    case '=':
      return 'FALSE';
    case '!=':
      return present(column);
    case '<':
    case '<=':
      return compareInteger(column, type, '<=', floor);
    default:
      return compareInteger(column, type, '>', floor);
  }
}

/** A double column against a double. DuckDB takes NaN for the greatest number; here it equals nothing. */
export function compareDouble(column: string, operator: ComparisonOperator, literal: number): string {
  if (Number.isNaN(literal)) {
    return operator === '!=' ? present(column) : 'FALSE';
  }
  const sql = `${column} ${sqlOperators[operator] ?? '='} ${sqlDouble(literal)}`;
  return operator === '>' || operator === '>=' ? `(${sql} AND NOT isnan(${column}))` : sql;
}

/** A double column against an integer, which may lie between two doubles. */
export function compareDoubleWithInteger(column: string, operator: ComparisonOperator, literal: bigint): string {
  const nearest = Number(literal);
  const rounded = BigInt(nearest);
  if (rounded === literal) {
    return compareDouble(column, operator, nearest);
  }
  switch (operator) {
    case '=':
      return 'FALSE';
    case '!=':
      return present(column);
    case '<':
    case '<=':
      return compareDouble(column, rounded > literal ? '<' : '<=', nearest);
    default:
      return compareDouble(column, rounded < literal ? '>' : '>=', nearest);
  }
}

/**
 * An attribute column against a literal of any type: 'FALSE' if the types do not go together, undefined if
 * SQL cannot say it. `nil` is not a comparison of values and is not taken here.
 */
export function compareColumn(
  column: string,
  type: AttributeColumnType,
  operator: ComparisonOperator,
  literal: Static
): string | undefined {
  switch (literal.kind) {
    case 'string':
      return type === 'string' ? compareText(column, operator, literal.value) : 'FALSE';
    case 'boolean':
      if (type !== 'bool' || (operator !== '=' && operator !== '!=')) {
        return 'FALSE';
      }
      return (operator === '=') === literal.value ? column : `NOT ${column}`;
    case 'int':
    case 'duration':
      return type === 'int'
        ? compareInteger(column, 'BIGINT', operator, literal.value)
        : type === 'double'
          ? compareDoubleWithInteger(column, operator, literal.value)
          : 'FALSE';
    case 'float':
      return type === 'int'
        ? compareIntegerWithDouble(column, 'BIGINT', operator, literal.value)
        : type === 'double'
          ? compareDouble(column, operator, literal.value)
          : 'FALSE';
    case 'status':
    case 'spanKind':
    case 'nil':
      return 'FALSE';
  }
}
