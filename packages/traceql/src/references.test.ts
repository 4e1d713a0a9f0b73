// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from './parser/parse-query.ts';
import { referenceKey, referencesInQuery } from './references.ts';

describe('referencesInQuery', () => {
  test.each([
    ['{}', []],
    ['{ .a = 1 && !(span.b > -resource.c) || name != nil }', ['.a', 'span.b', 'resource.c', 'span:name']],
    [
      '{ .a } && ({ .b } | select(.c, span:name)) | by(.d + .e) | coalesce()',
      ['.a', '.b', '.c', 'span:name', '.d', '.e'],
    ],
    ['count() + max(.a) > 2 | sum(.b) > 1', ['.a', '.b']],
    ['({ .a } | avg(.b)) > 2', ['.a', '.b']],
    ['{ parent.span.a = parent.b } | rate()', ['parent.span.a', 'parent..b']],
    ['({ .a } | rate()) * 2', []],
  ])('%s', (text, keys) => {
    expect(referencesInQuery(parseQuery(text)).map(referenceKey)).toEqual(keys);
  });
});
