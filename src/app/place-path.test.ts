// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { placePath } from './place-path.ts';
import type { Place } from './place-path.ts';

const ours = { uid: 'shop', type: 'tracewell-datasource' };
const theirs = { uid: 'tempo', type: 'tempo' };
const pathOf = (place: Place) => {
  const path = placePath(place, (text) => text.replaceAll('$service', 'cart'));
  return path === undefined ? undefined : decodeURIComponent(path.replaceAll('+', ' '));
};
const week = { from: 'now-7d', to: 'now' };

test('the trace view leads to its trace, if it came from us', () => {
  expect(pathOf({ traceID: 'ab12', datasource: ours })).toBe('/a/tracewell-app/trace?id=ab12&ds=shop');
  expect(pathOf({ traceID: 'ab12', datasource: theirs })).toBeUndefined();
});

describe('queries', () => {
  test.each([
    ['TraceQL', { query: '{ resource.service.name = "$service" }', queryType: 'traceql' }, 'search'],
    ['a service graph', { query: '{ resource.service.name = "$service" }', queryType: 'serviceGraph' }, 'services'],
  ])('%s, with variables and the range', (_, query, page) => {
    expect(pathOf({ targets: [{ datasource: ours, ...query }], timeRange: week })).toBe(
      `/a/tracewell-app/${page}?ds=shop&from=now-7d&to=now&q={ resource.service.name = "cart" }`
    );
  });
  test('a trace id in any form', () => {
    expect(pathOf({ targets: [{ datasource: ours, query: 'AB-12' }] })).toBe('/a/tracewell-app/trace?ds=shop&id=ab12');
  });
  test('one trace out of many: the one that is shown, else the search', () => {
    const targets = [{ datasource: ours, queryType: 'match', query: '{}' }];
    const fields = [
      { name: 'traceID', values: ['cd34'] },
      { name: 'spanID', values: ['1'] },
    ];
    expect(pathOf({ targets, data: { series: [{ fields }] } })).toBe('/a/tracewell-app/trace?ds=shop&id=cd34');
    expect(pathOf({ targets, data: { series: [] } })).toBe('/a/tracewell-app/search?ds=shop&q={}');
  });
  test('a moment becomes milliseconds', () => {
    const timeRange = { from: new Date(1000), to: new Date(2000) };
    expect(pathOf({ targets: [{ datasource: ours }], timeRange })).toBe(
      '/a/tracewell-app/search?ds=shop&from=1000&to=2000'
    );
  });
  test('the first of ours that is not hidden; none of ours, no link', () => {
    const targets = [
      { datasource: theirs, query: '{}' },
      { datasource: ours, query: '{ a }', hide: true },
      { datasource: ours, query: '{ b }' },
    ];
    expect(pathOf({ targets })).toBe('/a/tracewell-app/search?ds=shop&q={ b }');
    expect(pathOf({ targets: targets.slice(0, 2) })).toBeUndefined();
    expect(pathOf({ targets: [{ datasource: null }, {}] })).toBeUndefined();
    expect(pathOf({})).toBeUndefined();
  });
});
