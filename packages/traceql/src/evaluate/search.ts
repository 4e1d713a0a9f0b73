// SPDX-License-Identifier: Apache-2.0
//
// Search queries over one whole trace, stage by stage and span by span: the plain reading of the language
// that a faster plan must agree with. Spansets are lists of positions in the trace, in ascending order and
// without repetition; an empty spanset does not exist.

import type { PipelineStage, Query, SpansetExpression } from '../ast.ts';
import { TraceQlError } from '../error.ts';
import { isLogicalOperator } from '../operators.ts';
import { printExpression } from '../printer.ts';
import { compileValue } from './expression.ts';
import { compileFilter } from './filter.ts';
import { compileScalarFilter } from './scalar.ts';
import type { TraceView } from './span-view.ts';
import type { Spanset, SpansetAttribute, Transform } from './spanset.ts';
import { spansOf, united } from './spanset.ts';
import { compileStructural } from './structural.ts';
import type { Value } from './value.ts';

/**
 * Compiles a search. Throws a TraceQlError for metrics and for what `compileFilter` refuses; the function throws
 * one for integer division by zero and for operators between grouped spansets. `source` is the text that
 * ranges refer to.
 */
export function compileSearch(query: Query, source: string): (trace: TraceView) => readonly Spanset[] {
  const { body } = query;
  if (body.kind !== 'pipeline') {
    const message = 'a metrics query cannot be run as a search';
    throw new TraceQlError(source, { code: 'type', message, range: body.range });
  }
  return compilePipeline(body.stages, source);
}

/** The same for the stages of a pipeline, be it a search or what a metric counts. */
export function compilePipeline(
  stages: readonly PipelineStage[],
  source: string
): (trace: TraceView) => readonly Spanset[] {
  const transform = compileStages(stages, source);
  return (trace) => transform([{ spans: trace.spans.map((_, index) => index), attributes: [] }], trace);
}

function compileStages(stages: readonly PipelineStage[], source: string): Transform {
  const transforms = stages.map((stage) => compileStage(stage, source));
  return (spansets, trace) =>
    transforms.reduce<readonly Spanset[]>((current, transform) => transform(current, trace), spansets);
}

function compileStage(stage: PipelineStage, source: string): Transform {
  switch (stage.kind) {
    case 'spansetFilter':
    case 'spansetOperation':
    case 'pipeline':
      return compileSpansets(stage, source);
    case 'scalarFilter':
      return compileScalarFilter(stage, source, (stages) => compileStages(stages, source));
    case 'by':
      return compileGroup(stage, source);
    case 'coalesce':
      return (spansets) => (spansets.length === 0 ? [] : [coalesced(spansets)]);
    case 'select':
      return (spansets) => spansets;
  }
}

function compileSpansets(expression: SpansetExpression, source: string): Transform {
  switch (expression.kind) {
    case 'spansetFilter': {
      const matches = compileFilter(expression, source);
      return (spansets, trace) => {
        const selects =
          trace.decided?.(expression) ??
          ((index: number): boolean => {
            const span = trace.spans[index];
            return span !== undefined && matches(span);
          });
        return spansets
          .map((spanset) => ({ ...spanset, spans: spanset.spans.filter(selects) }))
          .filter(({ spans }) => spans.length > 0);
      };
    }
    case 'pipeline':
      return compileStages(expression.stages, source);
    case 'spansetOperation': {
      const left = compileSpansets(expression.left, source);
      const right = compileSpansets(expression.right, source);
      const { operator, range } = expression;
      const combine = isLogicalOperator(operator)
        ? (a: readonly number[], b: readonly number[]) =>
            operator === '&&' && (a.length === 0 || b.length === 0) ? [] : united(a, b)
        : compileStructural(operator);
      const only = (spansets: readonly Spanset[]): readonly number[] => spansOf(spansets, source, range);
      return (spansets, trace) => {
        if (spansets.length > 1) {
          only(spansets);
        }
        const spans = combine(only(left(spansets, trace)), only(right(spansets, trace)), trace.parents);
        return spans.length === 0 ? [] : spansets.map(({ attributes }) => ({ spans, attributes }));
      };
    }
  }
}

/** `by(expression)`: one spanset for each value, in order of first appearance; spans without a value are one too. */
function compileGroup(stage: Extract<PipelineStage, { kind: 'by' }>, source: string): Transform {
  const evaluate = compileValue(stage.expression, source);
  const name = `by(${printExpression(stage.expression)})`;
  return (spansets, trace) =>
    spansets.flatMap(({ spans, attributes }) => {
      const groups = new Map<string, { spans: number[]; attributes: readonly SpansetAttribute[] }>();
      for (const index of spans) {
        const span = trace.spans[index];
        const value = span && evaluate(span);
        const key = keyOf(value);
        const group = groups.get(key) ?? { spans: [], attributes: [...attributes, { name, value }] };
        group.spans.push(index);
        groups.set(key, group);
      }
      return [...groups.values()];
    });
}

/** Equal for equal values only. */
function keyOf(value: Value | undefined): string {
  return JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}

function coalesced(spansets: readonly Spanset[]): Spanset {
  return { spans: united(spansets.flatMap(({ spans }) => spans)), attributes: [] };
}
