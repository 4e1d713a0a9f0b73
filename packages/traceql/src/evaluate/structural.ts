// SPDX-License-Identifier: Apache-2.0
//
// Operators between spansets that look at the tree. They answer with spans of the right side (`&` forms:
// of both). Two roots are siblings of each other; a span whose parent is missing has no parent, no ancestors
// and no siblings, but its own children have it. Each operator takes time linear in the spans of the trace,
// however deep it is.

import type { SpansetOperator, StructuralOperator } from '../ast.ts';
import { ROOT } from './span-view.ts';

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
  if (left.length === 0 || right.length === 0) {
    return [];
  }
  const parentOf = (span: number): number => Number(parents[span]);
  switch (operator) {
    case '>': {
      const lefts = new Set(left);
      return right.filter((span) => lefts.has(parentOf(span)));
    }
    case '>>': {
      const below = descendantsOf(left, parents);
      return right.filter((span) => below[span] === BELOW);
    }
    case '<': {
      const wanted = new Set(left.map(parentOf));
      return right.filter((span) => wanted.has(span));
    }
    case '<<': {
      const wanted = new Set<number>();
      for (const span of left) {
        for (let up = parentOf(span); up >= 0 && !wanted.has(up); up = parentOf(up)) {
          wanted.add(up);
        }
      }
      return right.filter((span) => wanted.has(span));
    }
    case '~': {
      const lefts = new Set(left);
      const families = new Map<number, number>();
      for (const span of left) {
        families.set(parentOf(span), (families.get(parentOf(span)) ?? 0) + 1);
      }
      return right.filter((span) => {
        const family = parentOf(span);
        const siblings = (families.get(family) ?? 0) - (lefts.has(span) ? 1 : 0);
        return (family >= 0 || family === ROOT) && siblings > 0;
      });
    }
  }
}

const BELOW = 1;
const NOT_BELOW = 2;

/** For each span that {@link BELOW} marks, some ancestor is one of `spans`. */
function descendantsOf(spans: Positions, parents: ArrayLike<number>): Uint8Array {
  const isAbove = new Uint8Array(parents.length);
  for (const span of spans) {
    isAbove[span] = 1;
  }
  const marks = new Uint8Array(parents.length);
  const path: number[] = [];
  for (let start = 0; start < parents.length; start++) {
    let span = start;
    let mark = Number(marks[span]);
    while (mark === 0) {
      path.push(span);
      const parent = Number(parents[span]);
      mark = parent < 0 ? NOT_BELOW : isAbove[parent] === 1 ? BELOW : Number(marks[parent]);
      span = parent;
    }
    for (const walked of path) {
      marks[walked] = mark;
    }
    path.length = 0;
  }
  return marks;
}
