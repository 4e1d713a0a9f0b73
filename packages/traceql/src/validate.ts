// SPDX-License-Identifier: Apache-2.0
//
// Whether a query that could be parsed means anything.

import type { Query } from './ast.ts';
import type { Diagnostic } from './error.ts';
import { rules } from './rules/registry.ts';

/** Everything that is wrong with a query, in the order of the text; empty if nothing is. */
export function validateQuery(query: Query): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const rule of rules) {
    rule(query, (diagnostic) => diagnostics.push(diagnostic));
  }
  return diagnostics.sort((a, b) => a.range.start - b.range.start);
}
