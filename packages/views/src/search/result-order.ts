// SPDX-License-Identifier: Apache-2.0
//
// The orders of a result list, as people call them.
import type { SearchOrder } from '../host.ts';

export const orders: readonly { readonly value: SearchOrder; readonly label: string }[] = [
  { value: 'newest', label: 'Newest' },
  { value: 'slowest', label: 'Slowest' },
  { value: 'most-spans', label: 'Most spans' },
  { value: 'most-errors', label: 'Most errors' },
];

/** The order that a parameter of the address names; newest for anything else. */
export function parseOrder(text: string | null): SearchOrder {
  return orders.find(({ value }) => value === text)?.value ?? 'newest';
}
