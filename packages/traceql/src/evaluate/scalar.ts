// SPDX-License-Identifier: Apache-2.0
//
// Aggregates of a spanset, and the filters that compare them. Spans without a number do not count; where no
// span has one there is no aggregate, and nothing compares with it. A pipeline that is used as a number,
// `({ .a } | count())`, runs on the spanset that is being filtered; without a span its count is 0. A spanset
// that passes a comparison of pipelines has the spans that the pipelines found.

import type { Aggregate, FieldExpression, PipelineStage, ScalarExpression, ScalarFilter } from '../ast.ts';
import { printScalar } from '../printer.ts';
import { calculate, withRange } from './arithmetic.ts';
import type { NumericValue } from './compare.ts';
import { compareNumbers, compareValues, isNumeric } from './compare.ts';
import { compileValue } from './expression.ts';
import type { TraceView } from './span-view.ts';
import type { Spanset, SpansetAttribute, Transform } from './spanset.ts';
import { spansOf, united } from './spanset.ts';
import type { Value } from './value.ts';
import { fromStatic } from './value.ts';

type Measure = (spans: readonly number[], trace: TraceView) => Value | undefined;
type CompileStages = (stages: readonly PipelineStage[]) => Transform;

interface CompiledScalar {
  readonly measure: Measure;
  /** The aggregates in it, by the name that they get in the result. */
  readonly aggregates: readonly { readonly name: string; readonly measure: Measure }[];
  /** The spans that its pipelines find; empty if there are none in it. */
  readonly pipelines: readonly ((spans: readonly number[], trace: TraceView) => readonly number[])[];
}

/**
 * `count() > 2`: keeps the spansets for which it holds, and notes the aggregates on them. `compileStages` compiles
 * the pipelines that are compared.
 */
export function compileScalarFilter(stage: ScalarFilter, source: string, compileStages: CompileStages): Transform {
  const left = compileScalar(stage.left, source, compileStages);
  const right = compileScalar(stage.right, source, compileStages);
  const aggregates = new Map([...left.aggregates, ...right.aggregates].map(({ name, measure }) => [name, measure]));
  const pipelines = [...left.pipelines, ...right.pipelines];
  return (spansets, trace) =>
    spansets.flatMap((spanset): Spanset[] => {
      const { spans, attributes } = spanset;
      if (!compareValues(stage.operator, left.measure(spans, trace), right.measure(spans, trace))) {
        return [];
      }
      const kept = pipelines.length === 0 ? spans : united(...pipelines.map((find) => find(spans, trace)));
      const found = [...aggregates].map(([name, measure]): SpansetAttribute => ({
        name,
        value: measure(spans, trace),
      }));
      return kept.length === 0 ? [] : [{ spans: kept, attributes: [...attributes, ...found] }];
    });
}

function compileScalar(expression: ScalarExpression, source: string, compileStages: CompileStages): CompiledScalar {
  switch (expression.kind) {
    case 'aggregate': {
      const measure = compileAggregate(expression, source);
      return { measure, aggregates: [{ name: printScalar(expression), measure }], pipelines: [] };
    }
    case 'scalarOperation': {
      const left = compileScalar(expression.left, source, compileStages);
      const right = compileScalar(expression.right, source, compileStages);
      const { operator, range } = expression;
      const measure: Measure = (spans, trace) =>
        withRange(source, range, () => calculate(operator, left.measure(spans, trace), right.measure(spans, trace)));
      return {
        measure,
        aggregates: [...left.aggregates, ...right.aggregates],
        pipelines: [...left.pipelines, ...right.pipelines],
      };
    }
    case 'scalarPipeline': {
      const transform = compileStages(expression.stages);
      const ofSpans = compileAggregate(expression.aggregate, source);
      const find = (spans: readonly number[], trace: TraceView): readonly number[] =>
        spansOf(transform([{ spans, attributes: [] }], trace), source, expression.range);
      const measure: Measure = (spans, trace) => ofSpans(find(spans, trace), trace);
      return { measure, aggregates: [{ name: printScalar(expression), measure }], pipelines: [find] };
    }
    default: {
      const value = fromStatic(expression);
      return { measure: () => value, aggregates: [], pipelines: [] };
    }
  }
}

function compileAggregate({ name, expression }: Aggregate, source: string): Measure {
  if (expression === undefined || name === 'count') {
    return (spans) => ({ kind: 'int', value: BigInt(spans.length) });
  }
  const numbersOf = compileNumbers(expression, source);
  switch (name) {
    case 'min':
      return (spans, trace) => best(numbersOf(spans, trace), -1);
    case 'max':
      return (spans, trace) => best(numbersOf(spans, trace), 1);
    case 'sum':
      return (spans, trace) => sum(numbersOf(spans, trace));
    case 'avg':
      return (spans, trace) => average(numbersOf(spans, trace));
  }
}

function compileNumbers(
  expression: FieldExpression,
  source: string
): (spans: readonly number[], trace: TraceView) => NumericValue[] {
  const evaluate = compileValue(expression, source);
  return (spans, trace) =>
    spans.flatMap((index) => {
      const span = trace.spans[index];
      const value = span && evaluate(span);
      return value !== undefined && isNumeric(value) ? [value] : [];
    });
}

/** The least (sign -1) or greatest (sign 1) value. */
function best(values: readonly NumericValue[], sign: number): NumericValue | undefined {
  return values.reduce<NumericValue | undefined>(
    (found, value) => (found === undefined || compareNumbers(value.value, found.value) === sign ? value : found),
    undefined
  );
}

function sum(values: readonly NumericValue[]): NumericValue | undefined {
  return values.reduce<NumericValue | undefined>(
    (total, value) => (total === undefined ? value : calculate('+', total, value)),
    undefined
  );
}

/** A float; of durations, a duration in whole nanoseconds. */
function average(values: readonly NumericValue[]): NumericValue | undefined {
  const total = sum(values);
  if (total?.kind === 'duration') {
    return { kind: 'duration', value: total.value / BigInt(values.length) };
  }
  return total && { kind: 'float', value: Number(total.value) / values.length };
}
