// SPDX-License-Identifier: Apache-2.0
//
// TraceQL metrics over the blocks of the store. Each pipeline of the query is counted block by block (count-block.ts)
// into groups that the evaluator's package shares with the plain reading of the language; what comes after the counting
// (second stages, arithmetic, order) is done there too.

import {
  bucketCount,
  Comparison,
  exemplarsHint,
  finishMetrics,
  metricsPipelines,
  MetricsGroups,
  parseQuery,
  selectionWindow,
  toError,
  TraceQlError,
  validateQuery,
  wantsExactQuantiles,
  type CompareFunction,
  type MetricsBody,
  type MetricsPipeline,
  type Query,
  type Series,
} from '@tracewell/traceql';
import {
  StoreError,
  type MetricsRequest,
  type MetricsResult,
  type MetricsSeries,
  type QueryOptions,
  type TypedValue,
} from '../api.ts';
import type { BlockReader, BlockRef } from '../blocks/reader.ts';
import { matchingSpansSql } from '../execute/matched-spans.ts';
import { dictionaryEvaluator, withContext, type QueryContext } from '../execute/query-context.ts';
import { toTypedValue } from '../execute/shown-spans.ts';
import { sqlAnd } from '../plan/predicate.ts';
import { describePlan, planStages, withQueryErrors, type SearchPlan } from '../plan/search-plan.ts';
import { isTreeReference } from '../plan/tree-references.ts';
import { compareBlocks } from './compare.ts';
import type { ComparePart } from './compare-part.ts';
import { countBlock } from './count-block.ts';
import { countTraces } from './count-traces.ts';
import { addExemplars } from './load-exemplars.ts';
import { referencesOf, type Counting, type ExemplarSpan } from './measure-span.ts';
import { ExemplarPicker } from './exemplars.ts';
import { withinSql, type MetricsWindow } from './time-sql.ts';

/** Tempo's limit of intervals, and what aligning a range may add to it. */
const MAX_BUCKETS = 10_010;
const MAX_EXEMPLARS = 1_000;
/** Numbers that are kept at a time: a group has one for each bucket. */
const MAX_NUMBERS = 8_000_000;
const MAX_GROUPS = 50_000;

/** See `Store.metrics`. */
export async function executeMetrics(
  reader: BlockReader,
  request: MetricsRequest,
  options: QueryOptions = {}
): Promise<MetricsResult> {
  const { body, query } = withQueryErrors(() => parseMetrics(request.query));
  const { window, buckets } = windowOf(request);
  return withContext(reader, options, async (context) => {
    const pipelines = metricsPipelines(body);
    const exemplars = Math.ceil(
      Math.min(MAX_EXEMPLARS, exemplarsHint(query) ?? request.exemplars) / Math.max(1, pipelines.length)
    );
    const series = new Map<MetricsPipeline, readonly Series<ExemplarSpan>[]>();
    const notes: string[] = [];
    for (const pipeline of pipelines) {
      const counted = await countPipeline(context, request.query, query, pipeline, window, exemplars);
      series.set(pipeline, counted.series);
      notes.push(...counted.notes);
    }
    const all = finishMetrics(body, (pipeline) => series.get(pipeline) ?? []);
    if (all.length > request.maxSeries) {
      notes.unshift(
        `Response exceeds maximum series limit of ${request.maxSeries}, a partial response is returned. Warning: the accuracy of each individual value is not guaranteed.`
      );
    }
    return {
      buckets,
      series: all.slice(0, request.maxSeries).map(toMetricsSeries),
      cost: context.cost(),
      ...(notes.length > 0 && { partial: [...new Set(notes)].join(' ') }),
      ...context.explained(),
    };
  });
}

function parseMetrics(source: string): { readonly body: MetricsBody; readonly query: Query } {
  const query = parseQuery(source);
  const [diagnostic] = validateQuery(query);
  if (diagnostic !== undefined) {
    throw toError(source, diagnostic);
  }
  if (query.body.kind === 'pipeline') {
    throw new TraceQlError(source, {
      code: 'type',
      message: 'expected a metrics query, found a search',
      range: query.body.range,
      hint: 'Add what to count: | rate()',
    });
  }
  return { body: query.body, query };
}

function windowOf({ start, end, step }: MetricsRequest): { readonly window: MetricsWindow; readonly buckets: number } {
  if (end <= start || (step !== undefined && step <= 0n)) {
    throw new StoreError(
      'malformed',
      `expected an end after the start and a step above 0, found ${start} to ${end}${step === undefined ? '' : ` by ${step}`}`
    );
  }
  const window = step === undefined ? { start, end } : { start, end, step };
  const buckets = bucketCount(window);
  if (buckets > MAX_BUCKETS) {
    throw new StoreError('limit', `${buckets} buckets are more than the limit of ${MAX_BUCKETS}; take a larger step`);
  }
  return { window, buckets };
}

interface Counted {
  readonly series: readonly Series<ExemplarSpan>[];
  readonly notes: readonly string[];
}

async function countPipeline(
  context: QueryContext,
  source: string,
  query: Query,
  pipeline: MetricsPipeline,
  window: MetricsWindow,
  exemplars: number
): Promise<Counted> {
  const { function: measure, stages } = pipeline;
  const plan = planStages(source, query, stages);
  context.recorder?.plan(describePlan(plan));
  const within = withinSql(window);
  const blocks = context.blocks.filter(
    ({ minTime, maxTime, state }) => minTime <= window.end && (state !== 'sealed' || maxTime >= window.start)
  );
  if (within === 'FALSE') {
    return { series: [], notes: [] };
  }
  if (measure.kind === 'compare') {
    return compare(context, source, query, plan, blocks, window, measure);
  }
  const buckets = bucketCount(window);
  const limit = Math.max(1, Math.min(MAX_GROUPS, Math.floor(MAX_NUMBERS / buckets)));
  const exact = wantsExactQuantiles(query);
  const count = async (topGroups?: number): Promise<Counting> => {
    const groups = new MetricsGroups<ExemplarSpan>(measure, window, exact, limit);
    const picker = new ExemplarPicker(exemplars, buckets);
    const counting: Counting = {
      measure,
      window,
      groups,
      picker,
      source,
      ...(topGroups !== undefined && { topGroups }),
    };
    await countBlocks(context, counting, plan, blocks, within);
    return counting;
  };
  let counting = await count();
  const isCut = counting.groups.full;
  if (isCut) {
    // Which groups came first is chance; which ones are the most frequent of their block is not.
    counting = await count(Math.max(1, Math.floor(limit / blocks.length)));
  }
  const { groups } = counting;
  await addExemplars(context, counting);
  return {
    series: groups.series(),
    notes: isCut
      ? [`Only ${groups.size} groups, the most frequent ones, were counted; spans of others are left out.`]
      : [],
  };
}

async function countBlocks(
  context: QueryContext,
  counting: Counting,
  plan: SearchPlan,
  blocks: readonly BlockRef[],
  within: string
): Promise<void> {
  if (referencesOf(counting.measure).some(isTreeReference)) {
    await countTraces(context, counting, plan, blocks, within);
    return;
  }
  const evaluator = dictionaryEvaluator(counting.source);
  await context.inLanes(blocks, async (block) => {
    if (counting.groups.full && counting.topGroups === undefined) {
      return;
    }
    const where = await matchingSpansSql(context, block, plan, within);
    if (where !== 'FALSE') {
      const { overflow } = await context.filterContext(block, evaluator);
      await countBlock(context, counting, block, where, overflow);
    }
  });
}

async function compare(
  context: QueryContext,
  source: string,
  query: Query,
  plan: SearchPlan,
  blocks: readonly BlockRef[],
  window: MetricsWindow,
  measure: CompareFunction
): Promise<Counted> {
  const selection = planStages(source, query, [measure.selection]);
  const selected = selectionWindow(measure);
  const within = selected === undefined ? withinSql(window) : sqlAnd(withinSql(window), withinSql(selected));
  const evaluator = dictionaryEvaluator(source);
  const parts: ComparePart[] = [];
  for (const block of blocks) {
    const where = await matchingSpansSql(context, block, plan, withinSql(window));
    if (where !== 'FALSE') {
      const isSelected = await matchingSpansSql(context, block, selection, within);
      const { overflow } = await context.filterContext(block, evaluator);
      parts.push({ block, where, side: `(CASE WHEN ${isSelected} THEN 1 ELSE 0 END)::UTINYINT`, overflow });
    }
  }
  const comparison = new Comparison(window);
  const notes = await compareBlocks({ context, measure, window, comparison }, parts);
  return { series: comparison.series(measure.topN), notes };
}

function toMetricsSeries({ labels, values, exemplars }: Series<ExemplarSpan>): MetricsSeries {
  const typed = (
    entry: Series<ExemplarSpan>['labels'][number]
  ): { readonly key: string; readonly value: TypedValue } => ({
    key: entry.key,
    value: toTypedValue(entry.value) ?? { type: 'string', value: '' },
  });
  return {
    labels: labels.map(typed),
    values,
    exemplars: exemplars
      .map(({ value, span }) => ({
        labels: span.labels.map(typed),
        traceId: span.traceId,
        spanId: span.spanId,
        timestampNanos: span.start,
        value,
      }))
      .sort((a, b) => (a.timestampNanos < b.timestampNanos ? -1 : a.timestampNanos > b.timestampNanos ? 1 : 0)),
  };
}
