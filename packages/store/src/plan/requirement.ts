// SPDX-License-Identifier: Apache-2.0
//
// What a trace must have to match at all: a condition on which filters its spans match, derived from the
// query. It never says too much (no trace that matches fails it) and it is monotone: more matching spans never
// make it false. So SQL can decide it from a mask that is merely possible, and a part of a trace that meets
// it is enough.

import type {
  FieldExpression,
  PipelineStage,
  ScalarExpression,
  SpansetExpression,
  SpansetFilter,
} from '@tracewell/traceql';
import { needsTree } from './tree-references.ts';

export type Requirement =
  | { readonly kind: 'always' }
  /** Some span matches the filter with this index. */
  | { readonly kind: 'filter'; readonly filter: number }
  | { readonly kind: 'and' | 'or'; readonly left: Requirement; readonly right: Requirement };

export const ALWAYS: Requirement = { kind: 'always' };

/** What a trace must have for a filter of the query to find a span in it. */
export type FilterRequirement = (filter: SpansetFilter) => Requirement;

/** What a trace must have for a pipeline to find something in it. */
export function requirementOf(stages: readonly PipelineStage[], ofFilter: FilterRequirement): Requirement {
  return stages.map((stage) => ofStage(stage, ofFilter)).reduce(both, ALWAYS);
}

function ofStage(stage: PipelineStage, ofFilter: FilterRequirement): Requirement {
  switch (stage.kind) {
    case 'spansetFilter':
    case 'spansetOperation':
    case 'pipeline':
      return ofSpansets(stage, ofFilter);
    case 'scalarFilter': {
      // A spanset that passes has the spans of the pipelines that are compared, and at least one.
      const pipelines = [...ofScalar(stage.left, ofFilter), ...ofScalar(stage.right, ofFilter)];
      return pipelines.length === 0 ? ALWAYS : pipelines.reduce(either);
    }
    case 'by':
    case 'coalesce':
    case 'select':
      return ALWAYS;
  }
}

function ofSpansets(expression: SpansetExpression, ofFilter: FilterRequirement): Requirement {
  switch (expression.kind) {
    case 'spansetFilter':
      return ofFilter(expression);
    case 'pipeline':
      return requirementOf(expression.stages, ofFilter);
    case 'spansetOperation': {
      const left = ofSpansets(expression.left, ofFilter);
      const right = ofSpansets(expression.right, ofFilter);
      switch (expression.operator) {
        case '||':
          return either(left, right);
        case '!>':
        case '!>>':
        case '!<':
        case '!<<':
        case '!~':
          // Without a left side all of the right side is found.
          return right;
        default:
          return both(left, right);
      }
    }
  }
}

function ofScalar(expression: ScalarExpression, ofFilter: FilterRequirement): Requirement[] {
  switch (expression.kind) {
    case 'scalarOperation':
      return [...ofScalar(expression.left, ofFilter), ...ofScalar(expression.right, ofFilter)];
    case 'scalarPipeline':
      return [requirementOf(expression.stages, ofFilter)];
    default:
      return [];
  }
}

export function both(left: Requirement, right: Requirement): Requirement {
  return left.kind === 'always' ? right : right.kind === 'always' ? left : { kind: 'and', left, right };
}

function either(left: Requirement, right: Requirement): Requirement {
  return left.kind === 'always' || right.kind === 'always' ? ALWAYS : { kind: 'or', left, right };
}

/** Whether spans that match these filters together (bit i: filter i) can be all that is required. */
export function satisfies(requirement: Requirement, bits: number): boolean {
  switch (requirement.kind) {
    case 'always':
      return true;
    case 'filter':
      return (bits & (1 << requirement.filter)) !== 0;
    case 'and':
      return satisfies(requirement.left, bits) && satisfies(requirement.right, bits);
    case 'or':
      return satisfies(requirement.left, bits) || satisfies(requirement.right, bits);
  }
}

/** {@link satisfies} in SQL, of an integer expression. */
export function satisfiesSql(requirement: Requirement, bits: string): string {
  switch (requirement.kind) {
    case 'always':
      return 'TRUE';
    case 'filter':
      return `(${bits} & ${1 << requirement.filter}) <> 0`;
    case 'and':
      return `(${satisfiesSql(requirement.left, bits)} AND ${satisfiesSql(requirement.right, bits)})`;
    case 'or':
      return `(${satisfiesSql(requirement.left, bits)} OR ${satisfiesSql(requirement.right, bits)})`;
  }
}

/**
 * Filters of which every matching trace has a span for at least one: enough to find all candidates. Undefined if
 * any trace may match.
 */
export function drivingFilters(
  requirement: Requirement,
  expressionOf: (filter: number) => FieldExpression | undefined
): readonly number[] | undefined {
  const selectivity = (filters: readonly number[]): number =>
    Math.min(...filters.map((filter) => score(expressionOf(filter))));
  const drive = (part: Exclude<Requirement, { kind: 'always' }>): readonly number[] => {
    if (part.kind === 'filter') {
      return [part.filter];
    }
    const sides = [part.left, part.right].flatMap((side) => (side.kind === 'always' ? [] : [drive(side)]));
    if (part.kind === 'or') {
      return [...new Set(sides.flat())];
    }
    return sides.reduce((best, other) => (selectivity(other) > selectivity(best) ? other : best));
  };
  return requirement.kind === 'always' ? undefined : drive(requirement);
}

/** A guess: a filter with more equalities finds fewer spans; of several filters the weakest counts. */
function score(expression: FieldExpression | undefined): number {
  if (expression === undefined) {
    return 0;
  }
  if (expression.kind !== 'binary') {
    return 1;
  }
  if (expression.operator !== '&&' && needsTree(expression)) {
    // SQL knows nothing of it.
    return 0;
  }
  switch (expression.operator) {
    case '&&':
      return score(expression.left) + score(expression.right);
    case '||':
      return Math.min(score(expression.left), score(expression.right));
    case '=':
      return 4;
    case '!=':
    case '!~':
      return 1;
    default:
      return 2;
  }
}
