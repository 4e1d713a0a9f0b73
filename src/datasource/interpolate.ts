// SPDX-License-Identifier: Apache-2.0
//
// Template variables and ad hoc filters in TraceQL. A value arrives where it cannot be mistaken for language: escaped
// inside quotes, in quotes where a value is due, and several values as a regular expression of alternatives.
import { conjunctsOf, tryParseQuery } from '@tracewell/traceql';
import type { MetricsExpression, PipelineStage, SpansetFilter } from '@tracewell/traceql';
import { isEverything } from '@tracewell/views';
import { escapeRegExp, isAmbiguous, isLiteral, quoteContent } from '../model/value-literal.ts';

interface VariableInfo {
  readonly multi?: boolean;
  readonly includeAll?: boolean;
}

type Format = (value: unknown, variable?: VariableInfo) => string;

/** Replaces the variables in `text`; `format` writes those that ask for no format of their own. */
export type Replace = (text: string, format: Format) => string;

const stringOrVariable = /"(?:[^"\\]|\\.)*"|`[^`]*`|\$\{\w+(?:\.[^:^}]+)?(?::[^}]+)?\}|\$\w+|\[\[\w+(?::\w+)?\]\]/g;
/** Within `by(...)` and `select(...)` there are names, which are separated by commas. */
const inNames = /\b(?:by|select)\s*\([^()]*$/;
const operatorBefore = /(=~|!~|!=|>=|<=|=|>|<)(\s*)$/;

/** `query` with the values of its variables. */
export function interpolate(query: string, replace: Replace): string {
  let result = '';
  let position = 0;
  for (const match of query.matchAll(stringOrVariable)) {
    const [found] = match;
    result += query.slice(position, match.index);
    position = match.index + found.length;
    const operator = operatorBefore.exec(result)?.[1];
    const isString = found.startsWith('"') || found.startsWith('`');
    const isName = !isString && inNames.test(result);
    let several = false;
    const written = replace(found, (value, variable) => {
      const values = (Array.isArray(value) ? value : [value]).map(String);
      if (isName) {
        return values.join(', ');
      }
      several ||= values.length > 1;
      const fromList = variable?.multi === true || variable?.includeAll === true;
      const pattern = operator?.endsWith('~') === true ? fromList : values.length > 1;
      const text = pattern ? values.map(escapeRegExp).join('|') : values.join('|');
      return found.startsWith('"') || (!isString && values.length > 1) ? quoteContent(text) : text;
    });
    const inQuotes = !isString && !isName && (several || (operator !== undefined && !isLiteral(written)));
    if (several && (operator === '=' || operator === '!=')) {
      result = result.replace(operatorBefore, (_, sign: string, space: string) => (sign === '=' ? '=~' : '!~') + space);
    }
    result += !inQuotes ? written : several ? `"${written}"` : `"${quoteContent(written)}"`;
  }
  return result + query.slice(position);
}

export interface AdHocFilter {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly values?: readonly string[];
}

/** `query` narrowed by the ad hoc filters: in its first filter where it is one pipeline, as a further spanset otherwise. */
export function addAdHocFilters(query: string, filters: readonly AdHocFilter[] | undefined): string {
  const conditions = (filters ?? []).filter(({ key }) => key !== '').map(toCondition);
  if (conditions.length === 0) {
    return query;
  }
  const more = conditions.join(' && ');
  if (isEverything(query)) {
    return `{ ${more} }`;
  }
  const body = tryParseQuery(query)?.body;
  if (body === undefined) {
    // Its error is the one to show, at the place where the person wrote it.
    return query;
  }
  if (body.kind === 'pipeline') {
    const [first] = body.stages;
    return first?.kind === 'spansetFilter' ? narrow(query, first, more) : `(${query}) && { ${more} }`;
  }
  // From the last to the first, so that the places of those before stay right.
  return firstStagesOf(body).reduceRight(
    (text, first) =>
      first.kind === 'spansetFilter'
        ? narrow(text, first, more)
        : `${text.slice(0, first.range.end)} | { ${more} }${text.slice(first.range.end)}`,
    query
  );
}

/** What each pipeline of a metrics query begins with, in the order of the text. */
function firstStagesOf(expression: MetricsExpression): readonly PipelineStage[] {
  switch (expression.kind) {
    case 'metricsPipeline':
      return expression.stages.slice(0, 1);
    case 'metricsOperation':
      return [...firstStagesOf(expression.left), ...firstStagesOf(expression.right)];
    default:
      return [];
  }
}

function narrow(query: string, { expression, range }: SpansetFilter, more: string): string {
  if (expression === undefined) {
    return `${query.slice(0, range.start)}{ ${more} }${query.slice(range.end)}`;
  }
  const { start, end } = expression.range;
  const own = query.slice(start, end);
  const isConjunction = conjunctsOf(expression).every((one) => one.kind !== 'binary' || one.operator !== '||');
  return `${query.slice(0, start)}${isConjunction ? own : `(${own})`} && ${more}${query.slice(end)}`;
}

function toCondition({ key, operator, value, values }: AdHocFilter): string {
  const isIdentifier = /^(?:\.|(?:span|resource|event|link|instrumentation|parent)\.|\w+:|[a-zA-Z]+$)/.test(key);
  const identifier = isIdentifier ? key : `.${key}`;
  if (operator === '=|' || operator === '!=|') {
    const pattern = (values ?? [value]).map(escapeRegExp).join('|');
    return `${identifier} ${operator === '=|' ? '=~' : '!~'} "${quoteContent(pattern)}"`;
  }
  const text = `"${quoteContent(value)}"`;
  if (operator === '=~' || operator === '!~') {
    return `${identifier} ${operator} ${text}`;
  }
  const isAttribute = identifier.includes('.');
  if (!isAttribute || operator === '>' || operator === '<') {
    return `${identifier} ${operator} ${isLiteral(value) ? value : text}`;
  }
  if (!isAmbiguous(value)) {
    return `${identifier} ${operator} ${text}`;
  }
  // Nobody knows whether the attribute holds a number or its text.
  const either = `(${identifier} = ${text} || ${identifier} = ${value})`;
  return operator === '!=' ? `${identifier} != nil && !${either}` : either;
}
