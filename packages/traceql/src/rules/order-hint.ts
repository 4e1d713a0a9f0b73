// SPDX-License-Identifier: Apache-2.0
//
// `with(order = "slowest")`: which traces a search shows first, where others have only the newest. Our own
// extension; the last such hint counts.

import type { Hint, Query } from '../ast.ts';
import { printStatic } from '../printer.ts';
import type { Rule } from './rule.ts';

/** What the hint can say; without it, newest first. */
export const searchOrders = ['newest', 'slowest', 'most-spans', 'most-errors'] as const;

/** The order that a query asks for; undefined if it does not. */
export function orderOf(query: Query): (typeof searchOrders)[number] | undefined {
  const hint = query.hints.filter(({ name }) => name === 'order').at(-1);
  return hint && orderOfHint(hint);
}

function orderOfHint({ value }: Hint): (typeof searchOrders)[number] | undefined {
  return searchOrders.find((order) => value.kind === 'string' && value.value === order);
}

export const orderHint: Rule = (query, report) => {
  for (const hint of query.hints) {
    if (hint.name === 'order' && orderOfHint(hint) === undefined) {
      report({
        code: 'type',
        message: `order must be one of ${searchOrders.map((order) => `"${order}"`).join(', ')}: ${printStatic(hint.value)}`,
        range: hint.value.range,
      });
    }
  }
};
