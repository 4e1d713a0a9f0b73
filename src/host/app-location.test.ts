// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { appPath, changeParams, isPagePath, parseAppLocation } from './app-location.ts';

describe('parseAppLocation', () => {
  test.each([
    ['/a/tracewell-app', '', 'search', {}],
    ['/a/tracewell-app/search', '?q=%7B%7D&ds=x', 'search', { q: '{}', ds: 'x' }],
    ['/a/tracewell-app/trace', '?id=ab12&span=1', 'trace', { id: 'ab12', span: '1' }],
    ['/a/tracewell-app/trace/ab12', '?span=1', 'trace', { id: 'ab12', span: '1' }],
    ['/a/tracewell-app/trace/', '', 'trace', {}],
    ['/a/tracewell-app/services', '?focus=cart', 'services', { focus: 'cart' }],
    ['/a/tracewell-app/what', '', 'search', {}],
  ])('%s%s is page %s', (path, search, page, params) => {
    const location = parseAppLocation(path, search);
    expect(location.page).toBe(page);
    expect(Object.fromEntries(location.params)).toEqual(params);
  });
});

test('isPagePath', () => {
  const paths = ['/search', '/trace', '/trace/ab12', '/services', '', '/', '/what', '/searches'];
  expect(paths.filter((path) => isPagePath(`/a/tracewell-app${path}`))).toEqual(paths.slice(0, 4));
});

describe('appPath', () => {
  test('leaves out what is empty', () => {
    expect(appPath('trace', { id: 'ab', span: undefined, q: '' })).toBe('/a/tracewell-app/trace?id=ab');
    expect(appPath('services')).toBe('/a/tracewell-app/services');
  });
  test('keeps what all pages share, and not what belongs to one page', () => {
    const current = new URLSearchParams('orgId=2&ds=x&from=now-6h&to=now&timezone=utc&q=%7B%7D&refresh=5s');
    expect(appPath('services', {}, current)).toBe(
      '/a/tracewell-app/services?orgId=2&ds=x&from=now-6h&to=now&timezone=utc'
    );
    expect(appPath('search', { from: '1', to: '2', ds: undefined }, current)).toBe(
      '/a/tracewell-app/search?orgId=2&timezone=utc&from=1&to=2'
    );
  });
  test('survives what a query holds', () => {
    const params = { q: '{ span.a = "b&c=d#e%20 +\u00fc" }' };
    const [path, search] = appPath('search', params).split('?');
    expect(Object.fromEntries(parseAppLocation(path ?? '', search ?? '').params)).toEqual(params);
  });
});

test('changeParams sets, replaces, removes and leaves the rest', () => {
  const before = new URLSearchParams('a=1&b=2&c=3');
  expect(changeParams(before, { a: '9', b: '', c: undefined, d: '4' }).toString()).toBe('a=9&d=4');
  expect(before.toString()).toBe('a=1&b=2&c=3');
});
