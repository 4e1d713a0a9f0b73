// SPDX-License-Identifier: Apache-2.0
//
// A query, taken apart for execution over blocks: its filters (each a condition on one span), what a trace
// must have to match, how the spans that match filters make the trace's spansets, and what the output shows.
//
// There are two ways to the spansets. Where they follow from the masks of filters alone (filters, `&&` and `||`
// of spansets, later filters that narrow), SQL gives the masks and no more is read. Everything else is
// interpreted: SQL finds the candidates, whole traces are loaded, and traceql's evaluator runs on them.

import {
  compileFilter,
  compilePipeline,
  orderOf,
  parseQuery,
  printQuery,
  printStages,
  referenceKey,
  referencesInExpression,
  toError,
  TraceQlError,
  validateQuery,
  type FieldExpression,
  type PipelineStage,
  type Query,
  type Reference,
  type ScalarExpression,
  type Spanset,
  type SpanPredicate,
  type SpansetExpression,
  type SpansetFilter,
  type TraceView,
} from '@tracewell/traceql';
import type { SearchOrder } from '../api.ts';
import { withQueryErrors } from './query-errors.ts';
import { scopeOf } from './references.ts';
import { ALWAYS, both, drivingFilters, requirementOf, type Requirement } from './requirement.ts';
import { isTreeReference, needsTree, parentCondition } from './tree-references.ts';

export { toQueryError, withQueryErrors } from './query-errors.ts';

/** How the spans that match filters make the spanset of a trace. Numbers are indexes of filters. */
export type SpansetTree =
  | { readonly kind: 'filter'; readonly filter: number }
  | { readonly kind: 'and' | 'or'; readonly left: SpansetTree; readonly right: SpansetTree };

export interface PlannedFilter {
  readonly expression?: FieldExpression;
  readonly matches: SpanPredicate;
  readonly references: readonly Reference[];
  /** What must be known to decide it where SQL cannot: the span alone, its trace's summary, or its place in the tree. */
  readonly needs: 'row' | 'trace' | 'tree';
}

/** The spanset of a trace by the masks of its spans. */
export interface MaskPlan {
  readonly tree: SpansetTree;
  /** Filters that later stages of the pipeline apply to the spans that the tree gave. */
  readonly narrowing: readonly number[];
}

export interface SearchPlan {
  readonly source: string;
  readonly query: Query;
  /** The pipeline; of a metrics query, what it counts. */
  readonly stages: readonly PipelineStage[];
  /** Those that masks have bits for: at most 30. What parents must be is a filter too, that is in no spanset. */
  readonly filters: readonly PlannedFilter[];
  readonly filterIndex: ReadonlyMap<SpansetFilter, number>;
  readonly requirement: Requirement;
  /** Undefined: the query is interpreted. */
  readonly masks?: MaskPlan;
  /** The spansets of a whole trace. */
  readonly evaluate: (trace: TraceView) => readonly Spanset[];
  /** References that the interpreter reads whatever SQL decides: those outside of filters that have a bit. */
  readonly interpreted: readonly Reference[];
  /** Whether the interpreter needs all spans of a trace, not only those that may match a filter. */
  readonly readsAllSpans: boolean;
  /** Whether every span in a spanset matches some filter that has a bit. */
  readonly findsOnlyMatches: boolean;
  /** What the query mentions or selects, without repetition. */
  readonly output: readonly Reference[];
  readonly outputReads: SpanReads;
  /** Whether the output shows what depends on the tree. */
  readonly showsTree: boolean;
  /** Whether a filter looks at the trace as a whole. */
  readonly needsTrace: boolean;
  /** The order that the query's hint asks for. */
  readonly order?: SearchOrder;
}

/** Which parts of a row of `spans` references need. */
export interface SpanReads {
  /** Keys of span attributes. */
  readonly keys: ReadonlySet<string>;
  readonly remainder: boolean;
  /** Columns besides those of attributes. */
  readonly columns: ReadonlySet<string>;
}

/** A mask is a 32-bit integer. */
const MAX_MASK_FILTERS = 30;
const MAX_FILTERS = 100;

/** Parses, validates and takes a search apart. '' means `{}`. Throws StoreError 'invalid-query'. */
export function planSearch(text: string): SearchPlan {
  return withQueryErrors(() => {
    const source = text.trim() === '' ? '{}' : text;
    const query = parseQuery(source);
    const [diagnostic] = validateQuery(query);
    if (diagnostic !== undefined) {
      throw toError(source, diagnostic);
    }
    if (query.body.kind !== 'pipeline') {
      const message = 'a metrics query cannot be run as a search';
      throw new TraceQlError(source, { code: 'type', message, range: query.body.range });
    }
    return new Planner(source, query, query.body.stages).plan();
  });
}

/**
 * The plan of a pipeline within a validated query, such as what a metric counts. `source` is the text that ranges
 * refer to. Throws StoreError 'invalid-query'.
 */
export function planStages(source: string, query: Query, stages: readonly PipelineStage[]): SearchPlan {
  return withQueryErrors(() => new Planner(source, query, stages).plan());
}

class Planner {
  private readonly source: string;
  private readonly query: Query;
  private readonly stages: readonly PipelineStage[];
  private readonly filters: PlannedFilter[] = [];
  private readonly filterIndex = new Map<SpansetFilter, number>();
  private readonly filterRequirements = new Map<SpansetFilter, Requirement>();
  /** References outside of planned filters. */
  private readonly others: Reference[] = [];
  private readonly selected: Reference[] = [];
  private count = 0;
  private isStructural = false;

  constructor(source: string, query: Query, stages: readonly PipelineStage[]) {
    this.source = source;
    this.query = query;
    this.stages = stages;
  }

  plan(): SearchPlan {
    const { filters, filterIndex, others, query, source, stages } = this;
    this.visitStages(stages);
    const inFilters = [...filterIndex.values()].flatMap((index) => filters[index]?.references ?? []);
    const mentioned = [...inFilters, ...others];
    const output = unique([...mentioned, ...this.selected]);
    const masks = this.maskPlan();
    const order = orderOf(query);
    return {
      source,
      query,
      stages,
      filters,
      filterIndex,
      requirement: requirementOf(stages, (filter) => this.filterRequirements.get(filter) ?? ALWAYS),
      ...(masks && { masks }),
      evaluate: compilePipeline(stages, source),
      interpreted: unique(others),
      readsAllSpans:
        this.isStructural ||
        this.count > filterIndex.size ||
        others.some(isTreeReference) ||
        filters.some(({ needs }) => needs === 'tree') ||
        readsInput(stages),
      findsOnlyMatches: this.count === filterIndex.size && !readsInput(stages),
      output,
      outputReads: readsOf(output),
      showsTree: output.some(isTreeReference),
      needsTrace: mentioned.some(isTraceReference),
      ...(order && { order }),
    };
  }

  private visitStages(stages: readonly PipelineStage[]): void {
    for (const stage of stages) {
      switch (stage.kind) {
        case 'scalarFilter':
          this.visitScalar(stage.left);
          this.visitScalar(stage.right);
          break;
        case 'by':
          this.others.push(...referencesInExpression(stage.expression));
          break;
        case 'select':
          this.selected.push(...stage.attributes);
          break;
        case 'coalesce':
          break;
        default:
          this.visitSpansets(stage);
      }
    }
  }

  private visitSpansets(expression: SpansetExpression): void {
    switch (expression.kind) {
      case 'spansetFilter':
        this.addFilter(expression);
        break;
      case 'pipeline':
        this.visitStages(expression.stages);
        break;
      case 'spansetOperation':
        this.isStructural ||= expression.operator !== '&&' && expression.operator !== '||';
        this.visitSpansets(expression.left);
        this.visitSpansets(expression.right);
    }
  }

  private visitScalar(expression: ScalarExpression): void {
    switch (expression.kind) {
      case 'aggregate':
        this.others.push(...(expression.expression === undefined ? [] : referencesInExpression(expression.expression)));
        break;
      case 'scalarOperation':
        this.visitScalar(expression.left);
        this.visitScalar(expression.right);
        break;
      case 'scalarPipeline':
        this.visitStages(expression.stages);
        this.visitScalar(expression.aggregate);
        break;
      default:
        break;
    }
  }

  private addFilter(filter: SpansetFilter): void {
    this.count += 1;
    if (this.count > MAX_FILTERS) {
      throw new TraceQlError(this.source, {
        code: 'limit',
        message: `a query can have at most ${MAX_FILTERS} spanset filters`,
        range: filter.range,
      });
    }
    const { expression } = filter;
    const references = expression === undefined ? [] : referencesInExpression(expression);
    if (this.filters.length === MAX_MASK_FILTERS) {
      this.others.push(...references);
      return;
    }
    const needs =
      expression !== undefined && needsTree(expression) ? 'tree' : references.some(isTraceReference) ? 'trace' : 'row';
    const index = this.planFilter(filter, needs);
    this.filterIndex.set(filter, index);
    this.filterRequirements.set(filter, { kind: 'filter', filter: index });
    const ofParent = needs === 'tree' && expression !== undefined ? parentCondition(expression) : undefined;
    if (ofParent !== undefined && this.filters.length < MAX_MASK_FILTERS) {
      const parent = this.planFilter({ kind: 'spansetFilter', expression: ofParent, range: filter.range }, 'row');
      this.filterRequirements.set(filter, both({ kind: 'filter', filter: index }, { kind: 'filter', filter: parent }));
    }
  }

  private planFilter(filter: SpansetFilter, needs: PlannedFilter['needs']): number {
    const { expression } = filter;
    this.filters.push({
      ...(expression && { expression }),
      matches: compileFilter(filter, this.source),
      references: expression === undefined ? [] : referencesInExpression(expression),
      needs,
    });
    return this.filters.length - 1;
  }

  /** Undefined if the spansets do not follow from masks. */
  private maskPlan(): MaskPlan | undefined {
    const { filterIndex, filters, stages } = this;
    if (this.count > filterIndex.size || filters.some(({ needs }) => needs === 'tree')) {
      return undefined;
    }
    const [first, ...later] = stages;
    const tree = first && maskTree(first, filterIndex);
    const narrowing: number[] = [];
    for (const stage of later) {
      const filter = stage.kind === 'spansetFilter' ? filterIndex.get(stage) : undefined;
      if (filter !== undefined) {
        narrowing.push(filter);
      } else if (stage.kind !== 'select') {
        return undefined;
      }
    }
    return tree && { tree, narrowing };
  }
}

function maskTree(stage: PipelineStage, filterIndex: ReadonlyMap<SpansetFilter, number>): SpansetTree | undefined {
  switch (stage.kind) {
    case 'spansetFilter': {
      const filter = filterIndex.get(stage);
      return filter === undefined ? undefined : { kind: 'filter', filter };
    }
    case 'spansetOperation': {
      const left = maskTree(stage.left, filterIndex);
      const right = maskTree(stage.right, filterIndex);
      const kind = stage.operator === '&&' ? 'and' : stage.operator === '||' ? 'or' : undefined;
      return left && right && kind && { kind, left, right };
    }
    default:
      return undefined;
  }
}

/** Whether a pipeline looks at spans that no filter of it has chosen. */
function readsInput([first]: readonly PipelineStage[]): boolean {
  switch (first?.kind) {
    case 'spansetFilter':
      return false;
    case 'spansetOperation':
      return readsInput([first.left]) || readsInput([first.right]);
    case 'pipeline':
      return readsInput(first.stages);
    case 'scalarFilter':
      return scalarReadsInput(first.left) || scalarReadsInput(first.right);
    default:
      return true;
  }
}

function scalarReadsInput(expression: ScalarExpression): boolean {
  switch (expression.kind) {
    case 'aggregate':
      return true;
    case 'scalarOperation':
      return scalarReadsInput(expression.left) || scalarReadsInput(expression.right);
    case 'scalarPipeline':
      return readsInput(expression.stages);
    default:
      return false;
  }
}

function unique(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((reference) => [referenceKey(reference), reference])).values()];
}

function isTraceReference(reference: Reference): boolean {
  return scopeOf(reference) === 'trace' && !isTreeReference(reference);
}

/** What a row must give for these references; ids, start and parent are always there. */
export function readsOf(references: readonly Reference[]): SpanReads {
  return {
    keys: new Set(
      references.flatMap((reference) =>
        reference.kind === 'attribute' && (reference.scope === 'span' || reference.scope === 'none')
          ? [reference.name]
          : []
      )
    ),
    remainder: references.some(
      (reference) =>
        (reference.kind === 'attribute' && reference.scope !== 'resource' && reference.scope !== 'instrumentation') ||
        (reference.kind === 'intrinsic' && /^(event|link):/.test(reference.name))
    ),
    columns: new Set(references.flatMap(columnsOf)),
  };
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
    case 'span:parentID':
      return ['parent_id'];
    default:
      return ['shape_id'];
  }
}

/**
 * Of the filter masks that spans of a trace have, those whose spans are in the trace's spanset: bit i of a mask
 * says that the span matches filter i. Empty if the trace does not match.
 */
export function selectMasks({ tree: root, narrowing }: MaskPlan, masks: Iterable<number>): ReadonlySet<number> {
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
  const required = narrowing.reduce((bits, filter) => bits | (1 << filter), 0);
  return new Set([...evaluate(root)].filter((mask) => (mask & required) === required));
}

/** Whether the spanset of a trace has just the spans that match by themselves, whatever else the trace has. */
export function isRowWise({ tree }: MaskPlan): boolean {
  const isUnion = (part: SpansetTree): boolean =>
    part.kind === 'filter' || (part.kind === 'or' && isUnion(part.left) && isUnion(part.right));
  return isUnion(tree);
}

/** Filters of which every matching trace has a span for at least one; undefined if any trace may match. */
export function drivingFiltersOf({ filters, requirement }: SearchPlan): readonly number[] | undefined {
  return drivingFilters(requirement, (filter) => filters[filter]?.expression);
}

/** The plan in words, for an explanation. */
export function describePlan(plan: SearchPlan): string {
  const { filters, masks, query, requirement, stages } = plan;
  const text = (filter: number): string => {
    const expression = filters[filter]?.expression;
    const range = query.range;
    return printStages([{ kind: 'spansetFilter', range, ...(expression && { expression }) }]);
  };
  const required = (part: Requirement): string =>
    part.kind === 'always'
      ? 'anything'
      : part.kind === 'filter'
        ? text(part.filter)
        : `(${required(part.left)} ${part.kind} ${required(part.right)})`;
  const driving = drivingFiltersOf(plan);
  return [
    `query: ${stages === (query.body.kind === 'metricsOperation' ? undefined : query.body.stages) ? printQuery(query) : printStages(stages)}`,
    masks === undefined
      ? 'interpreted: SQL finds the traces that can match, the evaluator runs on their spans'
      : 'by masks: SQL says which filters each span matches, and the spansets follow from that',
    `a trace must have spans for: ${required(requirement)}`,
    `candidates are found by: ${driving === undefined ? 'every trace' : driving.map(text).join(' or ')}`,
    ...(masks === undefined && plan.readsAllSpans ? ['of candidates all spans are read'] : []),
  ].join('\n');
}
