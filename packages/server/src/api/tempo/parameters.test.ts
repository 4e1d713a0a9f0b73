// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { tagsOfLogfmt, tagsToTraceQl } from './legacy-tags.ts';
import { parseSearchRequest } from './search.ts';
import { legacyTagIdentifier, parseTagNamesRequest } from './tags.ts';

const config = { maxQueryBytes: 100, maxSearchLimit: 50 };
const search = (text: string) => parseSearchRequest(new URLSearchParams(text), config, () => 100_000);

describe('parseSearchRequest', () => {
  test('nothing: everything, newest 20', () => {
    expect(search('')).toEqual({ query: '{}', limit: 20, spansPerSpanSet: 3, order: 'newest', totals: false });
  });

  test('what Grafana sends; the second of the end is included', () => {
    expect(search('q={}&limit=5&spss=10&start=10&end=20')).toMatchObject({
      query: '{}',
      limit: 5,
      spansPerSpanSet: 10,
      start: 10_000_000_000n,
      end: 21_000_000_000n,
    });
  });

  test('since wins over start and end', () => {
    expect(search('since=1m30s&start=1&end=2')).toMatchObject({ start: 10_000_000_000n, end: 100_000_000_000n });
  });

  test('durations of the trace', () => {
    expect(search('minDuration=1.5ms&maxDuration=1h')).toMatchObject({
      minDuration: 1_500_000n,
      maxDuration: 3_600_000_000_000n,
    });
  });

  test.each([
    ['q={}&tags=a%3Db', "invalid request: can't specify tags and q in the same query"],
    ['limit=0', 'invalid limit: must be a positive number'],
    ['limit=51', 'limit 51 exceeds max limit 50 (--max-search-limit)'],
    ['limit=x', 'invalid limit: expected a whole number, found "x"'],
    ['spss=101', 'spans per span set exceeds 100. received 101'],
    ['start=1', 'error parsing date range: only one of start and end provided: must provide both or neither'],
    ['start=2&end=1', 'http parameter start must be before end. received start=2 end=1'],
    ['start=yesterday&end=5', 'invalid start: expected seconds since 1970, found "yesterday"'],
    ['minDuration=2s&maxDuration=1s', 'invalid maxDuration: must be greater than minDuration'],
    ['minDuration=fast', 'invalid minDuration: expected a duration such as 100ms or 1h30m, found "fast"'],
    [
      `q=${'x'.repeat(101)}`,
      'TraceQL expression exceeds the configured maximum size: it has 101 bytes, the limit is 100',
    ],
  ])('%s', (text, message) => {
    expect(() => search(text)).toThrow(message);
  });
});

describe('the first Grafanas that could search', () => {
  test('unknown parameters are tags', () => {
    expect(search('service.name=cart&limit=5&x=').query).toBe('{ resource.service.name =~ ".*cart.*" }');
  });

  test.each(['q={}&service.name=cart', 'tags=a%3Db&service.name=cart', 'start=1&end=2&service.name=cart'])(
    'not with %s',
    (text) => {
      expect(search(text).query).not.toContain('cart');
    }
  );
});

describe('tagsToTraceQl', () => {
  test.each([
    ['', '{}'],
    ['http.status_code=500 k="a b"', '{ .http.status_code = "500" && .k = "a b" }'],
    ['service.name=ca+t', '{ resource.service.name =~ ".*ca\\\\+t.*" }'],
    ['status.code=error', '{ span:status = error }'],
    ['a/b="say \\"hi\\""', '{ ."a/b" = "say \\"hi\\"" }'],
  ])('%s', (tags, expected) => {
    expect(tagsToTraceQl(tagsOfLogfmt(tags))).toBe(expected);
  });

  test.each([
    ['a=1 a=2', 'invalid tags: tag a has been set twice'],
    ['a="1', 'invalid tags: expected pairs like service.name=cart or a="b c", found "a=\\"1"'],
    ['status=bad', 'invalid tags: expected status to be ok, error or unset, found "bad"'],
  ])('%s is refused', (tags, message) => {
    expect(() => tagsToTraceQl(tagsOfLogfmt(tags))).toThrow(message);
  });
});

test('tag names: unknown scopes are refused, unscoped ones are not', () => {
  expect(() => parseTagNamesRequest(new URLSearchParams('scope=x'), config)).toThrow('invalid scope: x');
  expect(parseTagNamesRequest(new URLSearchParams('scope=none&limit=0'), config)).toEqual({ limit: 100_000 });
  expect(parseTagNamesRequest(new URLSearchParams('scope=trace'), config)).toBeUndefined();
});

test.each([
  ['name', 'span:name'],
  ['http.method', '.http.method'],
  ['resource.service.name', 'resource.service.name'],
  ['a b"c', '."a b\\"c"'],
])('legacyTagIdentifier(%s)', (tag, expected) => {
  expect(legacyTagIdentifier(tag)).toBe(expected);
});
