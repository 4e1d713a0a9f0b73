// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { matchingOptions } from './use-value-options.ts';

test('offers what contains the typed text, in the order given, nothing empty and nothing twice', () => {
  const texts = ['cart', 'Shopping-CART', '', 'catalog', 'cart'];
  expect(matchingOptions(texts, ' cart ').map(({ value }) => value)).toEqual(['cart', 'Shopping-CART']);
  expect(matchingOptions(texts, '').map(({ label }) => label)).toEqual(['cart', 'Shopping-CART', 'catalog']);
});
