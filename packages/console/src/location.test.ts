// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { changeParams, formatLocation, parseLocation } from './location.ts';

describe('parseLocation', () => {
  test.each([
    ['/', '/', '', 'search', {}],
    ['/', '/search', '?q=%7B%7D', 'search', { q: '{}' }],
    ['/', '/trace/ab12', '?span=1', 'trace', { id: 'ab12', span: '1' }],
    ['/x/', '/x/services', '', 'services', {}],
    ['/x/', '/x/trace/ab', '', 'trace', { id: 'ab' }],
    ['/', '/what', '', 'search', {}],
  ])('base %s: %s%s is page %s', (base, path, search, page, params) => {
    const location = parseLocation(base, path, search);
    expect(location.page).toBe(page);
    expect(Object.fromEntries(location.params)).toEqual(params);
  });
});

describe('formatLocation', () => {
  test('puts the trace id into the path and leaves empty parameters out', () => {
    expect(formatLocation('/x/', 'trace', { id: 'ab', span: '1', q: undefined, zoom: '' })).toBe('/x/trace/ab?span=1');
  });
  test('keeps the time range of the present page unless told otherwise', () => {
    const current = new URLSearchParams('from=now-1h&to=now&q=x');
    expect(formatLocation('/', 'services', {}, current)).toBe('/services?from=now-1h&to=now');
    expect(formatLocation('/', 'search', { from: '1', to: '2' }, current)).toBe('/search?from=1&to=2');
  });
  test('gives back what parseLocation read', () => {
    const location = parseLocation('/', '/trace/ab', '?span=1');
    expect(formatLocation('/', location.page, Object.fromEntries(location.params))).toBe('/trace/ab?span=1');
  });
});

test('changeParams sets, replaces and removes', () => {
  expect(changeParams(new URLSearchParams('a=1&b=2'), { b: '', c: '3' })).toEqual({ a: '1', b: undefined, c: '3' });
});
