// SPDX-License-Identifier: Apache-2.0
//
// Aggregates of a spanset, and the filters that compare them. Spans without a number do not count; where no
// span has one there is no aggregate, and nothing compares with it.

import type { Aggregate, FieldExpression, ScalarExpression, ScalarFilter } from '../ast.ts';
import { TraceQlError } from '../error.ts';
import { printExpression } from '../printer.ts';
import { calculate, withRange } from './arithmetic.ts';
import type { NumericValue } from './compare.ts';
import { compareNumbers, compareValues, isNumeric } from './compare.ts';
import { compileExpression } from './expression.ts';
import type { TraceView } from './span-view.ts';
import type { Spanset, SpansetAttribute, Transform } from './spanset.ts';
import type { Value } from './value.ts';
import { fromStatic } from './value.ts';

type Measure = (spans: readonly number[], trace: TraceView) => Value | undefined;

interface CompiledScalar {
  readonly measure: Measure;
  /** The aggregates in it, by the name that they get in the result. */
  readonly aggregates: readonly { readonly name: string; readonly measure: Measure }[];
}

/** `count() > 2`: keeps the spansets for which it holds, and notes the aggregates on them. */
export function compileScalarFilter(stage: ScalarFilter, source: string): Transform {
  const left = compileScalar(stage.left, source);
  const right = compileScalar(stage.right, source);
  const aggregates = [...left.aggregates, ...right.aggregates];
  return (spansets, trace) =>
    spansets.flatMap((spanset): Spanset[] => {
      const { spans, attributes } = spanset;
      if (!compareValues(stage.operator, left.measure(spans, trace), right.measure(spans, trace))) {
        return [];
      }
      const found = aggregates.map(({ name, measure }): SpansetAttribute => ({ name, value: measure(spans, trace) }));
      return [{ spans, attributes: [...attributes, ...found] }];
    });
}

function compileScalar(expression: ScalarExpression, source: string): CompiledScalar {
  switch (expression.kind) {
    case 'aggregate': {
      const measure = compileAggregate(expression, source);
      const argument = expression.expression === undefined ? '' : printExpression(expression.expression);
      return { measure, aggregates: [{ name: `${expression.name}(${argument})`, measure }] };
    }
    case 'scalarOperation': {
      const left = compileScalar(expression.left, source);
      const right = compileScalar(expression.right, source);
      const { operator, range } = expression;
      const measure: Measure = (spans, trace) =>
        withRange(source, range, () => calculate(operator, left.measure(spans, trace), right.measure(spans, trace)));
      return { measure, aggregates: [...left.aggregates, ...right.aggregates] };
    }
    case 'scalarPipeline': {
      const message = 'comparing pipelines not yet supported';
      throw new TraceQlError(source, { code: 'unsupported', message, range: expression.range });
    }
    default: {
      const value = fromStatic(expression);
      return { measure: () => value, aggregates: [] };
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
  const evaluate = compileExpression(expression, source);
  return (spans, trace) =>
    spans.flatMap((index) => {
      const span = trace.spans[index];
      const value = span && evaluate({ span, event: span.events[0], link: span.links[0] });
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
