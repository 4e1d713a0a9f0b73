// SPDX-License-Identifier: Apache-2.0
//
// From a series to what is behind it, as TraceQL: the traces it counts, the same split further, and what its spans have
// that the others have not. Pure; the queries are made from the tree, so what was written stays as it was written.
import {
  formatValueLiteral,
  intrinsicTable,
  parseIdentifier,
  printExpression,
  printReference,
  printStages,
  referencesInExpression,
  TraceQlError,
  tryParseQuery,
} from '@tracewell/traceql';
import type { AttributeRef, IntrinsicRef, MetricsExpression, MetricsPipeline, PipelineStage } from '@tracewell/traceql';
import type { MetricsLabel } from '../host.ts';
import { toValueType } from '../search/value-type.ts';
import { ownLabels } from './labels.ts';

/** Groups by which Tempo allows a metric to be split. */
export const mostGroups = 5;

/** The spans of a bucket of a histogram: above `over`, at most `upTo`, in seconds where durations are measured. */
export interface BucketRange {
  readonly over: number;
  readonly upTo: number;
}

/** The conditions that hold for the spans of a series; `undefined` where a label cannot be asked for. */
function conditionsOfLabels(labels: readonly MetricsLabel[]): string[] {
  return labels
    .filter(({ key }) => !ownLabels.has(key))
    .flatMap(({ key, value }) => {
      const reference = tryIdentifier(key);
      if (reference === undefined) {
        return [];
      }
      if (value.type === 'nil') {
        // An intrinsic is never without a value.
        return reference.kind === 'attribute' && key !== 'resource.service.name' ? [`${key} = nil`] : [];
      }
      return [`${key} = ${formatValueLiteral({ type: toValueType(value.type), value: value.value })}`];
    });
}

function tryIdentifier(text: string): AttributeRef | IntrinsicRef | undefined {
  try {
    return parseIdentifier(text);
  } catch (error) {
    if (error instanceof TraceQlError) {
      return undefined;
    }
    throw error;
  }
}

function conditionsOfBucket(pipeline: MetricsPipeline, bucket: BucketRange | undefined): string[] {
  const measured = pipeline.function;
  if (bucket === undefined || measured.kind === 'compare' || measured.attribute === undefined) {
    return [];
  }
  const name = printReference(measured.attribute);
  const isDuration =
    measured.attribute.kind === 'intrinsic' && intrinsicTable[measured.attribute.name].type === 'duration';
  const literal = (value: number) => (isDuration ? durationText(value) : String(value));
  return [`${name} > ${literal(bucket.over)}`, `${name} <= ${literal(bucket.upTo)}`];
}

/** Seconds as a duration literal: whole nanoseconds in the largest unit that has no fraction. */
function durationText(seconds: number): string {
  return formatValueLiteral({ type: 'duration', value: String(Math.round(seconds * 1e9)) });
}

/** The pipeline that a metrics query counts with; of an arithmetic one the first, which is usually what it is about. */
function pipelineOf(expression: MetricsExpression): MetricsPipeline | undefined {
  switch (expression.kind) {
    case 'metricsPipeline':
      return expression;
    case 'metricsOperation':
      return pipelineOf(expression.left) ?? pipelineOf(expression.right);
    default:
      return undefined;
  }
}

function metricsBody(query: string): MetricsPipeline | undefined {
  const body = tryParseQuery(query)?.body;
  return body === undefined || body.kind === 'pipeline' ? undefined : pipelineOf(body);
}

/** The stages, narrowed: in the filter itself where there is but one, as a further filter otherwise. */
function narrowed(stages: readonly PipelineStage[], conditions: readonly string[]): string {
  const more = conditions.join(' && ');
  const [first] = stages;
  if (more === '') {
    return printStages(stages);
  }
  if (stages.length === 1 && first?.kind === 'spansetFilter') {
    const { expression } = first;
    if (expression === undefined || isTrueLiteral(expression)) {
      return `{ ${more} }`;
    }
    const own = printExpression(expression);
    return `{ ${own.includes('||') ? `(${own})` : own} && ${more} }`;
  }
  return `${printStages(stages)} | { ${more} }`;
}

function isTrueLiteral(expression: { readonly kind: string; readonly value?: unknown }): boolean {
  return expression.kind === 'boolean' && expression.value === true;
}

/** The search that finds the spans of a series, of one of its buckets; undefined for a query that is no metric. */
export function tracesOf(query: string, labels: readonly MetricsLabel[], bucket?: BucketRange): string | undefined {
  const pipeline = metricsBody(query);
  if (pipeline === undefined) {
    return undefined;
  }
  return narrowed(pipeline.stages, [...conditionsOfLabels(labels), ...conditionsOfBucket(pipeline, bucket)]);
}

/** `compare()` of the spans of a series, or of a bucket, with all others that the query looks at; undefined if they are all. */
export function comparedWithRest(
  query: string,
  labels: readonly MetricsLabel[],
  bucket?: BucketRange
): string | undefined {
  const pipeline = metricsBody(query);
  if (pipeline === undefined) {
    return undefined;
  }
  const conditions = [...conditionsOfLabels(labels), ...conditionsOfBucket(pipeline, bucket)];
  return conditions.length === 0
    ? undefined
    : `${printStages(pipeline.stages)} | compare({ ${conditions.join(' && ')} })`;
}

/**
 * The same metric of a series' spans alone, split by `attribute`; with no labels, of all spans, split further. Undefined where it
 * cannot be: arithmetic, `compare()`, an attribute that is none, too many groups.
 */
export function splitBy(query: string, labels: readonly MetricsLabel[], attribute: string): string | undefined {
  const parsed = tryParseQuery(query);
  const reference = tryIdentifier(attribute);
  if (parsed?.body.kind !== 'metricsPipeline' || parsed.body.function.kind === 'compare' || reference === undefined) {
    return undefined;
  }
  const pipeline = parsed.body;
  const measured = parsed.body.function;
  const conditions = conditionsOfLabels(labels);
  const name = printReference(reference);
  const kept = conditions.length === 0 ? measured.by.map(printReference).filter((one) => one !== name) : [];
  if (kept.length + 1 > mostGroups) {
    return undefined;
  }
  // Everything before `by` as it is, everything behind it as it was.
  const call = query.slice(measured.range.start, measured.range.end).replace(/\s*\bby\s*\([^()]*\)\s*$/, '');
  return `${narrowed(pipeline.stages, conditions)} | ${call} by (${[...kept, name].join(', ')})${query.slice(measured.range.end)}`;
}

/** Attributes that the selection of a `compare()` asks for. */
export function selectedBy(query: string): readonly string[] {
  const body = tryParseQuery(query)?.body;
  const selection =
    body?.kind === 'metricsPipeline' && body.function.kind === 'compare'
      ? body.function.selection.expression
      : undefined;
  return selection === undefined ? [] : referencesInExpression(selection).map(printReference);
}

/** Attributes that the query splits by. */
export function groupsOf(query: string): readonly string[] {
  const body = tryParseQuery(query)?.body;
  return body?.kind === 'metricsPipeline' && body.function.kind === 'metricsFunction'
    ? body.function.by.map(printReference)
    : [];
}
