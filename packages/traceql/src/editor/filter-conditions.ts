// SPDX-License-Identifier: Apache-2.0
//
// Between a search form and the language: a list of conditions as a query, and a query that is no more than
// such a list as conditions.

import type { ComparisonOperator, Static } from '../ast.ts';
import { formatDuration } from '../duration.ts';
import { TraceQlError } from '../error.ts';
import { conjunctsOf } from '../evaluate/filter.ts';
import { isComparisonOperator } from '../operators.ts';
import { parseIdentifier, parseQuery } from '../parser/parse-query.ts';
import { printReference } from '../printer.ts';
import { quoteString } from '../string-literal.ts';

/** A value with its type as text, as lists of values for completion have it. */
export interface TypedValue {
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'duration' | 'keyword';
  /** Durations in nanoseconds; keywords are statuses, kinds and nil. */
  readonly value: string;
}

/** One line of a search form. */
export interface FilterCondition {
  /** As TraceQL writes it: `resource.service.name`, `name`, `.foo`. */
  readonly identifier: string;
  readonly operator: ComparisonOperator;
  readonly value: TypedValue;
}

/** A value as it is written in a query: strings in quotes, durations with a unit. */
export function formatValueLiteral({ type, value }: TypedValue): string {
  switch (type) {
    case 'string':
      return quoteString(value);
    case 'duration':
      return /^-?\d+$/.test(value) ? formatDuration(BigInt(value)) : value;
    case 'float':
      return /^-?\d+$/.test(value) ? `${value}.0` : value;
    default:
      return value;
  }
}

/** All conditions in one filter, joined with `&&`. Throws a TraceQlError for an identifier that is none. */
export function buildFilterQuery(conditions: readonly FilterCondition[]): string {
  if (conditions.length === 0) {
    return '{}';
  }
  const parts = conditions.map(
    ({ identifier, operator, value }) =>
      `${printReference(parseIdentifier(identifier))} ${operator} ${formatValueLiteral(value)}`
  );
  return `{ ${parts.join(' && ')} }`;
}

/**
 * The conditions of a query that is one filter of comparisons joined with `&&`, each between an identifier
 * and a value; undefined for every other query, and for text that is none. Blank text has no conditions.
 */
export function parseFilterQuery(text: string): FilterCondition[] | undefined {
  if (text.trim() === '') {
    return [];
  }
  const expression = tryParseFilter(text);
  if (expression === undefined || expression === 'everything') {
    return expression && [];
  }
  const conditions: FilterCondition[] = [];
  for (const conjunct of conjunctsOf(expression)) {
    if (conjunct.kind !== 'binary' || !isComparisonOperator(conjunct.operator)) {
      return undefined;
    }
    const { left, right, operator } = conjunct;
    if (left.kind !== 'attribute' && left.kind !== 'intrinsic') {
      return undefined;
    }
    if (right.kind === 'attribute' || right.kind === 'intrinsic' || right.kind === 'binary' || right.kind === 'unary') {
      return undefined;
    }
    conditions.push({ identifier: printReference(left), operator, value: toTypedValue(right) });
  }
  return conditions;
}

function tryParseFilter(text: string): Parameters<typeof conjunctsOf>[0] | 'everything' | undefined {
  try {
    const { body, hints } = parseQuery(text);
    const [stage] = body.kind === 'pipeline' && body.stages.length === 1 && hints.length === 0 ? body.stages : [];
    return stage?.kind === 'spansetFilter' ? (stage.expression ?? 'everything') : undefined;
  } catch (error) {
    if (error instanceof TraceQlError) {
      return undefined;
    }
    throw error;
  }
}

function toTypedValue(literal: Static): TypedValue {
  switch (literal.kind) {
    case 'string':
      return { type: 'string', value: literal.value };
    case 'int':
      return { type: 'int', value: literal.value.toString() };
    case 'float':
      return { type: 'float', value: String(literal.value) };
    case 'duration':
      return { type: 'duration', value: literal.value.toString() };
    case 'boolean':
      return { type: 'bool', value: String(literal.value) };
    case 'nil':
      return { type: 'keyword', value: 'nil' };
    default:
      return { type: 'keyword', value: literal.value };
  }
}
