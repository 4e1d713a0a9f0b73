// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { problemOfTraceId, traceIdOf } from './query.ts';

describe('traceIdOf', () => {
  test.each([
    [' 4BF92F3577B34DA6A3CE929D0E0E4736 ', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['4bf92f35-77b3-4da6-a3ce-929d0e0e4736', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['abc', 'abc'],
    ['{ true }', undefined],
    ['', undefined],
    [undefined, undefined],
    ['4bf92f3577b34da6a3ce929d0e0e47361', undefined],
  ])('%j', (text, id) => {
    expect(traceIdOf(text)).toBe(id);
  });
});

describe('problemOfTraceId', () => {
  test.each([
    ['4bf92f3577b34da6a3ce929d0e0e4736', undefined],
    ['a3ce929d0e0e4736', undefined],
    ['{ status = error }', undefined],
    ['', undefined],
    ['4bf92f3577', /this has 10\. Is it all of it\?$/],
    ['4bf92f3577b34da6a3ce929d0e0e47361', /this has 33\.$/],
    ['4bf92f3577b34da6a3ce929d0e0e47zz', /has "z" at position 31/],
  ])('%j', (text, expected) => {
    if (expected === undefined) {
      expect(problemOfTraceId(text)).toBeUndefined();
    } else {
      expect(problemOfTraceId(text)).toMatch(expected);
    }
  });
});
