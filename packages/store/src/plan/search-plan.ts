// SPDX-License-Identifier: Apache-2.0
//
// A search query, taken apart for execution over blocks: its filters (each a condition on one span), how
// `&&` and `||` of spansets combine them per trace, and what the output shows. Text that cannot be run is
// refused here, with the place in the text.

import {
  compileFilter,
  describeSupport,
  parseQuery,
  referenceKey,
  referencesInExpression,
  TraceQlError,
  validateQuery,
  toError,
  type FieldExpression,
  type PipelineStage,
  type Query,
  type Reference,
  type SpanPredicate,
  type SpansetExpression,
  type SpansetFilter,
} from '@tracewell/traceql';
import { StoreError } from '../api.ts';
import { scopeOf } from './references.ts';

/** How the spans that match filters make the spanset of a trace. Numbers are indexes of filters. */
export type SpansetTree =
  | { readonly kind: 'filter'; readonly filter: number }
  | { readonly kind: 'and' | 'or'; readonly left: SpansetTree; readonly right: SpansetTree };

export interface PlannedFilter {
  readonly expression?: FieldExpression;
  readonly matches: SpanPredicate;
}

export interface SearchPlan {
  readonly source: string;
  readonly query: Query;
  /** At most 30. */
  readonly filters: readonly PlannedFilter[];
  readonly tree: SpansetTree;
  /** Filters that later stages of the pipeline apply to the spans that the tree gave. */
  readonly narrowing: readonly number[];
  /** What the query mentions or selects, without repetition. */
  readonly output: readonly Reference[];
  /** Keys of span attributes that filters or output may need. */
  readonly spanKeys: ReadonlySet<string>;
  readonly needsRemainder: boolean;
  /** Columns of `spans`, besides those of attributes, that filters look at. */
  readonly columns: ReadonlySet<string>;
  /** Whether a filter looks at the trace as a whole, or at the children of a span. */
  readonly needsTrace: boolean;
  readonly needsChildren: boolean;
}

const MAX_FILTERS = 30;

/** The error that a client of the store gets for a query. */
export function toQueryError(error: unknown): unknown {
  if (!(error instanceof TraceQlError)) {
    return error;
  }
  return new StoreError(error.code === 'unsupported' ? 'not-supported' : 'invalid-query', error.format(), {
    cause: error,
    range: error.range,
  });
}

/** Runs `action`; errors of the query become StoreErrors. */
export function withQueryErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toQueryError(error);
  }
}

/** Parses, validates and takes a query apart. '' means `{}`. Throws StoreError 'invalid-query' or 'not-supported'. */
export function planSearch(text: string): SearchPlan {
  return withQueryErrors(() => {
    const source = text.trim() === '' ? '{}' : text;
    const query = parseQuery(source);
    const [diagnostic] = validateQuery(query);
    if (diagnostic !== undefined) {
      throw toError(source, diagnostic);
    }
    const unsupported = describeSupport(query);
    if (unsupported !== undefined) {
      throw toError(source, unsupported);
    }
    return new Planner(source, query).plan();
  });
}

class Planner {
  private readonly source: string;
  private readonly query: Query;
  private readonly filters: PlannedFilter[] = [];
  private readonly references: Reference[] = [];

  constructor(source: string, query: Query) {
    this.source = source;
    this.query = query;
  }

  plan(): SearchPlan {
    const { body } = this.query;
    if (body.kind !== 'pipeline') {
      throw this.unsupported(body.range, 'a metrics query cannot be run as a search');
    }
    const [first, ...later] = body.stages;
    if (first === undefined || !isSpanset(first)) {
      throw this.unsupported(body.range, 'a search that does not begin with a spanset filter is not yet supported');
    }
    const tree = this.spanset(first);
    const narrowing: number[] = [];
    for (const stage of later) {
      if (stage.kind === 'spansetFilter') {
        narrowing.push(this.filter(stage));
      } else if (stage.kind !== 'select') {
        throw this.unsupported(stage.range, 'this stage of a pipeline is not yet supported');
      }
    }
    const inFilters = [...this.references];
    const selected = later.flatMap((stage) => (stage.kind === 'select' ? stage.attributes : []));
    const all = [...inFilters, ...selected];
    return {
      source: this.source,
      query: this.query,
      filters: this.filters,
      tree,
      narrowing,
      output: [...new Map(all.map((reference) => [referenceKey(reference), reference])).values()],
      spanKeys: new Set(
        all.flatMap((reference) =>
          reference.kind === 'attribute' && (reference.scope === 'span' || reference.scope === 'none')
            ? [reference.name]
            : []
        )
      ),
      needsRemainder: all.some(
        (reference) =>
          (reference.kind === 'attribute' && reference.scope !== 'resource' && reference.scope !== 'instrumentation') ||
          (reference.kind === 'intrinsic' && /^(event|link):/.test(reference.name))
      ),
      columns: new Set(inFilters.flatMap(columnsOf)),
      needsTrace: inFilters.some((reference) => scopeOf(reference) === 'trace'),
      needsChildren: all.some((reference) => reference.kind === 'intrinsic' && reference.name === 'span:childCount'),
    };
  }

  private spanset(expression: SpansetExpression): SpansetTree {
    switch (expression.kind) {
      case 'spansetFilter':
        return { kind: 'filter', filter: this.filter(expression) };
      case 'spansetOperation':
        if (expression.operator === '&&' || expression.operator === '||') {
          return {
            kind: expression.operator === '&&' ? 'and' : 'or',
            left: this.spanset(expression.left),
            right: this.spanset(expression.right),
          };
        }
        throw this.unsupported(expression.range, `the spanset operator ${expression.operator} is not yet supported`);
      case 'pipeline': {
        const [only, ...more] = expression.stages;
        if (only !== undefined && more.length === 0 && isSpanset(only)) {
          return this.spanset(only);
        }
        throw this.unsupported(expression.range, 'a pipeline as an operand is not yet supported');
      }
    }
  }

  private filter(filter: SpansetFilter): number {
    if (this.filters.length === MAX_FILTERS) {
      throw new TraceQlError(this.source, {
        code: 'limit',
        message: `a query can have at most ${MAX_FILTERS} spanset filters`,
        range: filter.range,
      });
    }
    const { expression } = filter;
    const matches = compileFilter(filter, this.source);
    this.filters.push(expression === undefined ? { matches } : { expression, matches });
    if (expression !== undefined) {
      this.references.push(...referencesInExpression(expression));
    }
    return this.filters.length - 1;
  }

  private unsupported(range: SpansetFilter['range'], message: string): TraceQlError {
    return new TraceQlError(this.source, { code: 'unsupported', message, range });
  }
}

/** Columns that the value of a reference is read from; those of attributes and of a span's ids are always there. */
function columnsOf(reference: Reference): string[] {
  if (reference.kind === 'attribute') {
    return reference.scope === 'instrumentation' ? ['scope_id'] : ['resource_id', 'shape_id'];
  }
  switch (reference.name) {
    case 'span:name':
      return ['name'];
    case 'span:statusMessage':
      return ['status_message'];
    case 'span:status':
      return ['status'];
    case 'span:kind':
      return ['kind'];
    case 'span:duration':
      return ['end_ns'];
    case 'instrumentation:name':
    case 'instrumentation:version':
      return ['scope_id'];
    default:
      return ['parent_id', 'shape_id'];
  }
}

function isSpanset(stage: PipelineStage): stage is SpansetExpression {
  return stage.kind === 'spansetFilter' || stage.kind === 'spansetOperation' || stage.kind === 'pipeline';
}

/**
 * Of the filter masks that spans of a trace have, those whose spans are in the trace's spanset: bit i of a mask
 * says that the span matches filter i. Empty if the trace does not match.
 */
export function selectMasks(plan: SearchPlan, masks: Iterable<number>): ReadonlySet<number> {
  const all = [...masks];
  const evaluate = (tree: SpansetTree): Set<number> => {
    if (tree.kind === 'filter') {
      return new Set(all.filter((mask) => (mask & (1 << tree.filter)) !== 0));
    }
    const left = evaluate(tree.left);
    const right = evaluate(tree.right);
    if (tree.kind === 'and' && (left.size === 0 || right.size === 0)) {
      return new Set();
    }
    return new Set([...left, ...right]);
  };
  const required = plan.narrowing.reduce((bits, filter) => bits | (1 << filter), 0);
  return new Set([...evaluate(plan.tree)].filter((mask) => (mask & required) === required));
}

/** Filters of which every matching trace has a span for at least one: enough to find all candidates. */
export function drivingFilters(plan: SearchPlan): readonly number[] {
  const drive = (tree: SpansetTree): number[] => {
    if (tree.kind === 'filter') {
      return [tree.filter];
    }
    const left = drive(tree.left);
    const right = drive(tree.right);
    if (tree.kind === 'or') {
      return [...left, ...right];
    }
    return selectivity(plan, left) >= selectivity(plan, right) ? left : right;
  };
  const fromTree = drive(plan.tree);
  const alternatives = [fromTree, ...plan.narrowing.map((filter) => [filter])];
  return alternatives.reduce((best, other) => (selectivity(plan, other) > selectivity(plan, best) ? other : best));
}

/** A guess: a filter with more equalities finds fewer spans; of several filters the weakest counts. */
function selectivity(plan: SearchPlan, filters: readonly number[]): number {
  return Math.min(...filters.map((filter) => score(plan.filters[filter]?.expression)));
}

function score(expression: FieldExpression | undefined): number {
  if (expression === undefined) {
    return 0;
  }
  if (expression.kind !== 'binary') {
    return 1;
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
