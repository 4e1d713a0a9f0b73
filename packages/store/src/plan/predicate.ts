// SPDX-License-Identifier: Apache-2.0
//
// What SQL can say of a condition on one span: two predicates that enclose it. `lower` is true only for
// spans that certainly match, `upper` is true for every span that may. Where both are the same the
// condition is decided in SQL; else the spans between them are decided in TypeScript. Negation swaps the two,
// which is why one superset alone would not do.
//
// "True" means SQL's TRUE: a predicate may be NULL where a column is, and NULL counts as not true. AND and
// OR keep that; negation is written IS NOT TRUE.

export interface Predicate {
  readonly upper: string;
  readonly lower: string;
}

export const ALWAYS: Predicate = { upper: 'TRUE', lower: 'TRUE' };
export const NEVER: Predicate = { upper: 'FALSE', lower: 'FALSE' };
/** Nothing is known in SQL. */
export const UNDECIDED: Predicate = { upper: 'TRUE', lower: 'FALSE' };

/** A condition that SQL decides. */
export function exactly(sql: string): Predicate {
  return { upper: sql, lower: sql };
}

export function isExact(predicate: Predicate): boolean {
  return predicate.upper === predicate.lower;
}

export function sqlAnd(...parts: readonly string[]): string {
  const kept = [...new Set(parts)].filter((part) => part !== 'TRUE');
  if (kept.includes('FALSE')) {
    return 'FALSE';
  }
  return kept.length === 0 ? 'TRUE' : kept.length === 1 ? (kept[0] ?? 'TRUE') : `(${kept.join(' AND ')})`;
}

export function sqlOr(...parts: readonly string[]): string {
  const kept = [...new Set(parts)].filter((part) => part !== 'FALSE');
  if (kept.includes('TRUE')) {
    return 'TRUE';
  }
  return kept.length === 0 ? 'FALSE' : kept.length === 1 ? (kept[0] ?? 'FALSE') : `(${kept.join(' OR ')})`;
}

/** True wherever `sql` is false or NULL. */
export function sqlNot(sql: string): string {
  return sql === 'TRUE' ? 'FALSE' : sql === 'FALSE' ? 'TRUE' : `((${sql}) IS NOT TRUE)`;
}

export function and(a: Predicate, b: Predicate): Predicate {
  return { upper: sqlAnd(a.upper, b.upper), lower: sqlAnd(a.lower, b.lower) };
}

export function or(a: Predicate, b: Predicate): Predicate {
  return { upper: sqlOr(a.upper, b.upper), lower: sqlOr(a.lower, b.lower) };
}

export function not(a: Predicate): Predicate {
  return { upper: sqlNot(a.lower), lower: sqlNot(a.upper) };
}

/** Keeps what `a` says and gives up certainty where `unsure` holds. */
export function unlessUnsure(a: Predicate, unsure: string): Predicate {
  return { upper: sqlOr(a.upper, unsure), lower: sqlAnd(a.lower, sqlNot(unsure)) };
}
