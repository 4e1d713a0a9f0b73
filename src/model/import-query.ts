// SPDX-License-Identifier: Apache-2.0
//
// Queries written for other trace data sources, as ours: a panel that is switched to Tracewell, or a saved link, goes on
// working. What has no meaning here is left out.
import type { DataQuery } from '@grafana/schema';
import { searchOrders } from '@tracewell/views';
import { escapeRegExp, formatValueLiteral } from './value-literal.ts';
import { traceIdOf } from './query.ts';
import type { TracewellQuery, TracewellQueryType } from './query.ts';

type Fields = Readonly<Record<string, unknown>>;

const unscoped = [
  'name',
  'status',
  'statusMessage',
  'kind',
  'duration',
  'traceDuration',
  'rootName',
  'rootServiceName',
];

/**
 * `query` in our shape, whichever data source it was written for: ours, Tempo (TraceQL, search form, old search, service
 * map), Jaeger and Zipkin (trace id, search, dependencies). A trace id comes out as 1 to 32 lower-case hex digits.
 */
export function importQuery(query: DataQuery): TracewellQuery {
  // What links and dashboards hold is not what the types say.
  const found: Fields = { ...query };
  const text = textOf(found['query']);
  const as = (queryType: TracewellQueryType, asked: string): TracewellQuery => ({
    ...kept(query),
    queryType,
    query: queryType === 'traceql' ? (traceIdOf(asked) ?? asked) : asked,
  });
  switch (query.queryType) {
    case 'match':
    case 'serviceGraph':
      return as(query.queryType, text);
    case 'traceqlSearch':
      return as('traceql', text === '' ? searchForm(found['filters']) : text);
    case 'nativeSearch':
      return as('traceql', oldSearch(found));
    case 'serviceMap':
    case 'dependencyGraph':
      return as('serviceGraph', '');
    default:
      // Nothing, `traceql`, `search` (Jaeger), `traceId` (Tempo), `traceID` (Zipkin), `getTrace` (X-Ray).
      return as('traceql', text === '' ? jaegerSearch(found) : text);
  }
}

/** The parts of a query that mean the same for everybody, and our own. */
function kept(query: DataQuery): TracewellQuery {
  const { refId, hide, key, datasource } = query;
  const { limit, spss, order, tableType, metricsQueryType, step, exemplars, legendFormat }: Fields = { ...query };
  const known = searchOrders.find(({ value }) => value === order);
  return {
    refId,
    ...(hide === undefined ? {} : { hide }),
    ...(key === undefined ? {} : { key }),
    ...(datasource === undefined ? {} : { datasource }),
    ...(typeof limit === 'number' ? { limit } : {}),
    ...(typeof spss === 'number' ? { spss } : {}),
    ...(known === undefined ? {} : { order: known.value }),
    ...(tableType === 'spans' || tableType === 'traces' ? { tableType } : {}),
    ...(metricsQueryType === 'range' || metricsQueryType === 'instant' ? { metricsQueryType } : {}),
    ...(typeof step === 'string' && step !== '' ? { step } : {}),
    ...(typeof exemplars === 'number' ? { exemplars } : {}),
    ...(typeof legendFormat === 'string' && legendFormat !== '' ? { legendFormat } : {}),
  };
}

/** Tempo's search form: a list of tags with an operator and one or more values. */
function searchForm(filters: unknown): string {
  const conditions = (Array.isArray(filters) ? filters : []).flatMap((filter: unknown) => {
    const { tag, scope, operator, value, valueType, id } = fieldsOf(filter);
    const values = (Array.isArray(value) ? value : [value]).map(textOf).filter((one) => one !== '');
    if (values.length === 0) {
      return [];
    }
    const name = textOf(tag) || (id === 'min-duration' || id === 'max-duration' ? 'duration' : '');
    if (name === '') {
      return [];
    }
    const sign = textOf(operator) || '=';
    const equal = sign === '=' || sign === '!=';
    const literal =
      values.length === 1
        ? formatValueLiteral(literalType(name, valueType), values[0] ?? '')
        : formatValueLiteral('string', values.map((one) => (equal ? escapeRegExp(one) : one)).join('|'));
    const comparison = values.length > 1 && equal ? sign.replace('=', '') + (sign === '=' ? '=~' : '~') : sign;
    return [`${prefixOf(name, scope)}${name} ${comparison} ${literal}`];
  });
  return joined(conditions);
}

/** The form gives intrinsics a scope too, sometimes a wrong one. */
function prefixOf(name: string, scope: unknown): string {
  if (scope === undefined || scope === 'intrinsic' || name.includes(':') || unscoped.includes(name)) {
    return '';
  }
  return scope === 'unscoped' ? '.' : `${textOf(scope)}.`;
}

function literalType(name: string, valueType: unknown): 'string' | 'other' {
  const keyword = name === 'duration' || name === 'traceDuration' || name === 'status' || name === 'kind';
  return keyword || (valueType !== undefined && valueType !== 'string') ? 'other' : 'string';
}

/** Tempo's search before TraceQL: service, span name, tags in logfmt, durations. */
function oldSearch({ serviceName, spanName, search, minDuration, maxDuration }: Fields): string {
  return joined([
    ...condition('resource.service.name', serviceName),
    ...condition('name', spanName),
    ...logfmt(textOf(search)).map(([key, value]) => `.${key} = ${formatValueLiteral('guess', value)}`),
    ...bound('>=', minDuration),
    ...bound('<=', maxDuration),
  ]);
}

/** Jaeger's search: service, operation, tags in logfmt, durations. */
function jaegerSearch({ service, operation, tags, minDuration, maxDuration }: Fields): string {
  const named = textOf(operation) === 'All' ? undefined : operation;
  return joined([
    ...condition('resource.service.name', service),
    ...condition('name', named),
    ...logfmt(textOf(tags)).map(([key, value]) =>
      key === 'error' && value === 'true' ? 'status = error' : `.${key} = ${formatValueLiteral('guess', value)}`
    ),
    ...bound('>=', minDuration),
    ...bound('<=', maxDuration),
  ]);
}

function condition(identifier: string, value: unknown): string[] {
  const text = textOf(value);
  return text === '' ? [] : [`${identifier} = ${formatValueLiteral('string', text)}`];
}

function bound(operator: string, value: unknown): string[] {
  const text = textOf(value).trim();
  return text === '' ? [] : [`duration ${operator} ${text}`];
}

function joined(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `{ ${conditions.join(' && ')} }`;
}

/** Pairs of `a=b c="d e"`. */
function logfmt(text: string): [key: string, value: string][] {
  return [...text.matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)].map((match) => [
    match[1] ?? '',
    match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '',
  ]);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
