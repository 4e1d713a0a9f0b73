// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { chooseDatasource } from './datasource-choice.ts';

const a = { uid: 'a', name: 'Shop' };
const b = { uid: 'b', name: 'Bank', isDefault: true };

describe('without one in the address', () => {
  test.each([
    ['the last one used', 'a', [a, b], a],
    ["Grafana's default if that one is gone", 'gone', [a, b], b],
    ['the first if none is the default', 7, [a], a],
  ])('%s', (_, remembered, known, datasource) => {
    expect(chooseDatasource(undefined, remembered, known)).toEqual({ kind: 'chosen', datasource, inAddress: false });
  });
  test('none if there is none', () => {
    expect(chooseDatasource('', 'a', [])).toEqual({ kind: 'none' });
  });
});

describe('with one in the address', () => {
  test('takes it by its uid, and by its name', () => {
    expect(chooseDatasource('a', 'b', [a, b])).toEqual({ kind: 'chosen', datasource: a, inAddress: true });
    expect(chooseDatasource('Shop', 'b', [a, b])).toEqual({ kind: 'chosen', datasource: a, inAddress: false });
  });
  test('says that it is gone, and never takes another', () => {
    expect(chooseDatasource('gone', 'a', [a, b])).toEqual({ kind: 'unknown', uid: 'gone', others: [a, b] });
    expect(chooseDatasource('gone', 'a', [])).toEqual({ kind: 'unknown', uid: 'gone', others: [] });
  });
});
