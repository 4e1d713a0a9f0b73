// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { DataQuery } from '@grafana/schema';
import { importQuery } from './import-query.ts';

const imported = (fields: Record<string, unknown>) => {
  const foreign: DataQuery & Record<string, unknown> = { refId: 'A', ...fields };
  return importQuery(foreign);
};

describe('a trace id', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736';
  test.each([
    ['as Prometheus sends it', { query: id, queryType: 'traceql' }],
    ['as Loki and Elasticsearch send it', { query: id }],
    ['in upper case with dashes', { query: '4BF92F35-77B3-4DA6-A3CE-929D0E0E4736', queryType: 'traceql' }],
    ["of Tempo's own links", { query: id, queryType: 'traceId', filters: [] }],
    ['of Zipkin', { query: id, queryType: 'traceID' }],
    ['of X-Ray', { query: id, queryType: 'getTrace' }],
  ])('%s', (_, fields) => {
    expect(imported(fields)).toEqual({ refId: 'A', queryType: 'traceql', query: id });
  });
});

describe('our own queries stay as they are', () => {
  test.each([
    { refId: 'B', queryType: 'match', query: '{ status = error }', order: 'slowest' },
    { refId: 'B', queryType: 'serviceGraph', query: '' },
    { refId: 'B', queryType: 'traceql', query: '{}', limit: 50, spss: 5, tableType: 'spans', hide: true },
  ])('%j', (query) => {
    expect(imported(query)).toEqual(query);
  });
});

describe("Tempo's search form", () => {
  const search = (...filters: Record<string, unknown>[]) =>
    imported({ queryType: 'traceqlSearch', filters, limit: 20 }).query;

  test('values by their type, several as alternatives of a regular expression', () => {
    expect(
      search(
        {
          id: 'service-name',
          tag: 'service.name',
          operator: '=',
          scope: 'resource',
          value: ['a.b', 'c'],
          valueType: 'string',
        },
        { id: 'min-duration', tag: 'duration', operator: '>', value: '100ms', valueType: 'duration' },
        { id: 'status', tag: 'status', operator: '=', scope: 'intrinsic', value: ['error'], valueType: 'keyword' },
        { id: 'x', tag: 'http.response.status_code', operator: '>=', scope: 'span', value: '500', valueType: 'int' },
        { id: 'y', tag: 'peer', operator: '!=', scope: 'unscoped', value: ['p', 'q'], valueType: 'string' }
      )
    ).toBe(
      '{ resource.service.name =~ "a\\\\.b|c" && duration > 100ms && status = error && span.http.response.status_code >= 500 && .peer !~ "p|q" }'
    );
  });

  test('what has no value yet is no condition', () => {
    expect(search({ id: 'span-name', tag: 'name', operator: '=', scope: 'span', value: [] })).toBe('');
    expect(search({ id: 'a', operator: '=', scope: 'span', value: 'b' })).toBe('');
  });
});

test("Tempo's search before TraceQL", () => {
  expect(
    imported({
      queryType: 'nativeSearch',
      serviceName: 'cart',
      spanName: 'GET "x"',
      search: 'http.status_code=500 user="a b"',
      minDuration: '1.2s',
    }).query
  ).toBe(
    '{ resource.service.name = "cart" && name = "GET \\"x\\"" && .http.status_code = 500 && .user = "a b" && duration >= 1.2s }'
  );
});

test('service maps become service graphs', () => {
  expect(imported({ queryType: 'serviceMap', serviceMapQuery: '{client="a"}' })).toMatchObject({
    queryType: 'serviceGraph',
    query: '',
  });
  expect(imported({ queryType: 'dependencyGraph' }).queryType).toBe('serviceGraph');
});

test("Jaeger's search", () => {
  expect(
    imported({ queryType: 'search', service: 'cart', operation: 'All', tags: 'error=true a=b', maxDuration: '5s' })
      .query
  ).toBe('{ resource.service.name = "cart" && status = error && .a = "b" && duration <= 5s }');
});
