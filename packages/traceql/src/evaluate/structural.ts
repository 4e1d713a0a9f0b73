// SPDX-License-Identifier: Apache-2.0
//
// Operators between spansets that look at the tree. They answer with spans of the right side (`&` forms:
// of both). Two roots are siblings of each other; a span whose parent is missing has no parent, no ancestors
// and no siblings, but its own children have it.

import type { SpansetOperator, StructuralOperator } from '../ast.ts';
import { ORPHAN } from './span-view.ts';

type Positions = readonly number[];
export type CombineSpans = (left: Positions, right: Positions, parents: ArrayLike<number>) => Positions;

/** Compiles a structural operator, also in its negated (`!>`) and uniting (`&>`) form. */
export function compileStructural(operator: Exclude<SpansetOperator, '&&' | '||'>): CombineSpans {
  switch (operator) {
    case '>':
    case '>>':
    case '<':
    case '<<':
    case '~':
      return (left, right, parents) => relatedTo(left, operator, right, parents);
    case '!>':
    case '!>>':
    case '!<':
    case '!<<':
    case '!~': {
      const positive = positiveForms[operator];
      return (left, right, parents) => {
        const related = new Set(relatedTo(left, positive, right, parents));
        return right.filter((span) => !related.has(span));
      };
    }
    default: {
      const positive = positiveForms[operator];
      return (left, right, parents) => {
        const ofRight = relatedTo(left, positive, right, parents);
        const ofLeft = relatedTo(right, reversed[positive], left, parents);
        return [...new Set([...ofLeft, ...ofRight])].sort((a, b) => a - b);
      };
    }
  }
}

const positiveForms: Readonly<Record<`${'!' | '&'}${StructuralOperator}`, StructuralOperator>> = {
  '!>': '>',
  '!>>': '>>',
  '!<': '<',
  '!<<': '<<',
  '!~': '~',
  '&>': '>',
  '&>>': '>>',
  '&<': '<',
  '&<<': '<<',
  '&~': '~',
};

const reversed: Readonly<Record<StructuralOperator, StructuralOperator>> = {
  '>': '<',
  '>>': '<<',
  '<': '>',
  '<<': '>>',
  '~': '~',
};

/** The spans of `right` that are the child, descendant, parent, ancestor or sibling of some span of `left`. */
function relatedTo(
  left: Positions,
  operator: StructuralOperator,
  right: Positions,
  parents: ArrayLike<number>
): Positions {
  const parentOf = (span: number): number => parents[span] ?? ORPHAN;
  const ancestorsOf = (span: number): number[] => {
    const ancestors: number[] = [];
    for (let parent = parentOf(span); parent >= 0; parent = parentOf(parent)) {
      ancestors.push(parent);
    }
    return ancestors;
  };
  const lefts = new Set(left);
  switch (operator) {
    case '>':
      return right.filter((span) => lefts.has(parentOf(span)));
    case '>>':
      return right.filter((span) => ancestorsOf(span).some((ancestor) => lefts.has(ancestor)));
    case '<': {
      const wanted = new Set(left.map(parentOf));
      return right.filter((span) => wanted.has(span));
    }
    case '<<': {
      const wanted = new Set(left.flatMap(ancestorsOf));
      return right.filter((span) => wanted.has(span));
    }
    case '~': {
      const families = new Map<number, number>();
      for (const span of left) {
        families.set(parentOf(span), (families.get(parentOf(span)) ?? 0) + 1);
      }
      return right.filter((span) => {
        const family = parentOf(span);
        const siblings = (families.get(family) ?? 0) - (lefts.has(span) ? 1 : 0);
        return family !== ORPHAN && siblings > 0;
      });
    }
  }
}
