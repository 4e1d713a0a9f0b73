// SPDX-License-Identifier: Apache-2.0
//
// The builder's view of a query: conditions on one span, all of which must hold. The query's text stays the only
// truth; what is no list of conditions is left to the TraceQL line.
import { buildFilterQuery, formatValueLiteral, parseFilterQuery, tryParseQuery } from '@tracewell/traceql';
import type { FilterCondition } from '@tracewell/traceql';

export type Condition = FilterCondition;

/** Operators that the builder offers. */
export const operators = ['=', '!=', '=~', '!~', '>', '>=', '<', '<='] as const;

/** Does the query ask for every span? */
export function isEverything(query: string): boolean {
  return /^\s*(\{\s*(true)?\s*\})?\s*$/.test(query);
}

/** The query's conditions; undefined if it says more than that. */
export function conditionsOf(query: string): readonly Condition[] | undefined {
  return isEverything(query) ? [] : parseFilterQuery(query);
}

/** The query of some conditions, '' for none. */
export function queryOf(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? '' : buildFilterQuery(conditions);
}

/** A query whose first filter the builder can show, and what follows that filter, as it is written. */
export interface BuilderPart {
  readonly conditions: readonly Condition[];
  /** '' if the filter is all. */
  readonly rest: string;
}

/** The part of a query that the builder can show; undefined if it does not begin with a filter of plain conditions. */
export function builderPartOf(query: string): BuilderPart | undefined {
  const all = conditionsOf(query);
  if (all !== undefined) {
    return { conditions: all, rest: '' };
  }
  const body = tryParseQuery(query)?.body;
  const first = body === undefined || body.kind === 'metricsOperation' ? undefined : body.stages[0];
  if (first?.kind !== 'spansetFilter' || query.slice(0, first.range.start).trim() !== '') {
    return undefined;
  }
  const conditions = conditionsOf(query.slice(first.range.start, first.range.end));
  return conditions === undefined ? undefined : { conditions, rest: query.slice(first.range.end) };
}

/** The query with other conditions in its first filter. */
export function withBuilderPart({ conditions, rest }: BuilderPart): string {
  return rest.trim() === ''
    ? queryOf(conditions)
    : `${conditions.length === 0 ? '{}' : buildFilterQuery(conditions)}${rest}`;
}

/** A condition set, replaced (same identifier and operator) or, with an empty value, removed. */
export function replaceCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const same = (one: Condition) => one.identifier === next.identifier && one.operator === next.operator;
  if (next.value.value === '') {
    return conditions.filter((one) => !same(one));
  }
  return conditions.some(same) ? conditions.map((one) => (same(one) ? next : one)) : [...conditions, next];
}

/**
 * The query with further conditions. On everything, only root spans are meant (that is what the charts of an
 * empty search show); a query that is more than conditions is narrowed by a second filter on the same traces.
 */
export function addConditions(query: string, more: readonly Condition[]): string {
  const conditions = conditionsOf(query);
  if (conditions === undefined) {
    return `(${query}) && ${buildFilterQuery(more)}`;
  }
  const roots: readonly Condition[] = isEverything(query)
    ? [{ identifier: 'nestedSetParent', operator: '<', value: { type: 'int', value: '0' } }]
    : [];
  return queryOf(more.reduce(replaceCondition, [...roots, ...conditions]));
}

/** Is this text a duration literal of TraceQL? Asked of the language itself, so that both accept the same. */
export function isDurationText(text: string): boolean {
  const [condition, ...more] = /[\s{}]/.test(text) ? [] : (parseFilterQuery(`{ duration > ${text} }`) ?? []);
  return condition?.value.type === 'duration' && more.length === 0;
}

/** Is the query one that rates and durations over time can be computed for: a single filter on spans? */
export function isChartable(query: string): boolean {
  if (isEverything(query)) {
    return true;
  }
  const { body } = tryParseQuery(query) ?? {};
  return body?.kind === 'pipeline' && body.stages.length === 1 && body.stages[0]?.kind === 'spansetFilter';
}

/**
 * The query with what a list of matched spans shows of each. A text that is no query, or one that says itself what
 * to show, stays as it is: its error then points into what the person wrote.
 */
export function withSpanColumns(query: string): string {
  const text = isEverything(query) ? '{}' : query;
  const { body } = tryParseQuery(text) ?? {};
  const stages = body?.kind === 'pipeline' ? body.stages : [];
  if (stages.length === 0 || stages.some(({ kind }) => kind === 'select')) {
    return query;
  }
  return `${text} | select(name, status, resource.service.name)`;
}

/** Does the text follow the language's grammar? */
export function isWellFormed(query: string): boolean {
  return isEverything(query) || tryParseQuery(query) !== undefined;
}

/** A duration condition's value as a literal (`100ms`), whether it came as one or as nanoseconds. */
export function durationText(value: string): string {
  return value === '' ? '' : formatValueLiteral({ type: 'duration', value });
}

/** An attribute name as TraceQL wants it: in quotes if it holds what would end it. */
export function quoteName(name: string): string {
  return /[\s{}()=~!<>&|^,"]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}
