// SPDX-License-Identifier: Apache-2.0
//
// What a metrics function measures of the spans of a block, in SQL: the number of a span, and how numbers are summed up
// so that a tally can take them (see `TallyKind`).

import { findAttribute, type Resource } from '@tracewell/trace';
import type { Reference, TallyKind } from '@tracewell/traceql';
import type { BlockRef } from '../blocks/reader.ts';
import { sqlAnd, sqlOr } from '../plan/predicate.ts';
import { DURATION_SQL } from '../plan/sql-text.ts';
import { valueSql } from './value-sql.ts';

export interface MeasureSql {
  /** Which spans count. */
  readonly where: string;
  /** An expression to group by, for tallies that want values and not sums: column `v`. */
  readonly key?: string;
  /** The key is NULL for spans that do not count: leaving them out of the result is cheaper than measuring twice. */
  readonly isKeyNullable?: boolean;
  /** The aggregate that is the tally's value, of type DOUBLE: column `v`. */
  readonly aggregate?: string;
  /** Shapes whose spans SQL cannot measure. */
  readonly undecided: readonly number[] | 'all';
}

interface NumberSql {
  readonly sql: string;
  readonly type: 'integer' | 'double';
  /** Whether it may be negative or NULL. */
  readonly isColumn: boolean;
}

/** See the head of the file. `overflow`: the block has spans of the overflow shape. */
export function measureSql(
  block: BlockRef,
  attribute: Reference | undefined,
  kind: TallyKind,
  overflow: boolean
): MeasureSql {
  if (attribute === undefined) {
    return { where: 'TRUE', undecided: [] };
  }
  if (isInDictionary(block, attribute)) {
    return { where: 'FALSE', undecided: 'all' };
  }
  const { undecided } = valueSql(block, attribute, overflow);
  const numbers = numbersOf(block, attribute);
  if (numbers.length === 0) {
    return { where: 'FALSE', undecided };
  }
  const where = sqlOr(...numbers.map((number) => countsSql(number, kind)));
  const first = (expressions: readonly string[]): string =>
    expressions.length === 1 ? (expressions[0] ?? 'NULL') : `coalesce(${expressions.join(', ')})`;
  const asDouble = first(numbers.map(({ sql }) => `${sql}::DOUBLE`));
  switch (kind) {
    case 'log2': {
      const [only, ...more] = numbers;
      return only === undefined || only.isColumn || more.length > 0
        ? { where, key: first(numbers.map(cellSql)), undecided }
        : { where, key: `(CASE WHEN ${where} THEN ${cellSql(only)} END)`, isKeyNullable: true, undecided };
    }
    case 'exact':
      return { where, key: asDouble, undecided };
    case 'min':
    case 'max':
      return { where, aggregate: `${kind}(${asDouble})`, undecided };
    default:
      // Integers are summed up exactly, whatever the order.
      return {
        where,
        aggregate: numbers.map((number) => `coalesce(sum(${number.sql}), 0)::DOUBLE`).join(' + '),
        undecided,
      };
  }
}

/** Whether resources or scopes have numbers of this name, which nobody wants to be measured fast. */
function isInDictionary({ resources, scopes }: BlockRef, attribute: Reference): boolean {
  if (attribute.kind === 'intrinsic' || attribute.parent) {
    return false;
  }
  const hasNumber = (attributes: Resource['attributes']): boolean => {
    const value = findAttribute(attributes, attribute.name);
    return typeof value === 'bigint' || typeof value === 'number';
  };
  switch (attribute.scope) {
    case 'resource':
    case 'none':
      return resources.some(({ resource }) => hasNumber(resource.attributes));
    case 'instrumentation':
      return scopes.some(({ scope }) => hasNumber(scope.attributes));
    default:
      return false;
  }
}

function numbersOf(block: BlockRef, attribute: Reference): NumberSql[] {
  if (attribute.kind === 'intrinsic') {
    return attribute.name === 'span:duration' ? [{ sql: DURATION_SQL, type: 'integer', isColumn: false }] : [];
  }
  if (attribute.parent || (attribute.scope !== 'span' && attribute.scope !== 'none')) {
    return [];
  }
  return block.attributeColumns.flatMap(({ column, key, type }): NumberSql[] =>
    key !== attribute.name || type === 'string' || type === 'bool'
      ? []
      : [{ sql: column, type: type === 'int' ? 'integer' : 'double', isColumn: true }]
  );
}

/** Whether a number adds anything to a tally. */
function countsSql({ sql, type, isColumn }: NumberSql, kind: TallyKind): string {
  if (kind === 'log2') {
    return type === 'integer' ? `${sql} >= 2` : `(${sql} > 0 AND isfinite(${sql}))`;
  }
  const present = isColumn ? `${sql} IS NOT NULL` : 'TRUE';
  return type === 'integer' ? present : sqlAnd(present, `NOT isnan(${sql})`);
}

/** Integers below are so far from the next power of two that their logarithm is not rounded onto it. */
const EXACT_BELOW = 2 ** 45;

/**
 * The cell of a number that counts; NULL if it is NULL. The logarithm is rounded, and right beside a large power of two
 * it is rounded onto it.
 */
function cellSql({ sql, type }: NumberSql): string {
  const cell = `ceil(log2(${sql}::DOUBLE))`;
  return type === 'integer'
    ? `(CASE WHEN ${sql} < ${EXACT_BELOW} THEN ${cell}::UTINYINT
        ELSE (${cell} + (CASE WHEN ${cell} < 64 AND ${sql} > (1::UBIGINT << ${cell}::UBIGINT) THEN 1 ELSE 0 END))::UTINYINT END)`
    : `(${cell} + (CASE WHEN pow(2, ${cell}) < ${sql} THEN 1 WHEN pow(2, ${cell} - 1) >= ${sql} THEN -1 ELSE 0 END))::SMALLINT`;
}
