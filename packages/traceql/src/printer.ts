// SPDX-License-Identifier: Apache-2.0
//
// Syntax trees back to text, in one canonical form: one space around operators and inside braces, no
// parentheses but those that are needed. Parsing what was printed gives the same tree, ranges aside (a
// property test holds it to that).

import type {
  AttributeRef,
  CompareFunction,
  FieldExpression,
  Hint,
  IntrinsicRef,
  MetricsExpression,
  MetricsFunction,
  PipelineStage,
  Query,
  ScalarExpression,
  SecondStage,
  SpansetExpression,
  SpansetFilter,
  Static,
} from './ast.ts';
import { quoteAttributeName } from './attribute-name.ts';
import { formatDuration } from './duration.ts';
import { precedence, precedenceOf } from './operators.ts';
import { quoteString } from './string-literal.ts';
import { intrinsicTable } from './vocabulary.ts';

const MIN_INT = -(2n ** 63n);

/** The query in canonical form. */
export function printQuery(query: Query): string {
  const { body, hints } = query;
  const text = body.kind === 'pipeline' ? printStages(body.stages) : printMetrics(body, 'bare');
  return hints.length === 0 ? text : `${text} with(${hints.map(printHint).join(', ')})`;
}

/** Stages with their pipes, without parentheses around them. */
export function printStages(stages: readonly PipelineStage[]): string {
  return stages.map(printStage).join(' | ');
}

export function printStage(stage: PipelineStage): string {
  switch (stage.kind) {
    case 'spansetFilter':
    case 'spansetOperation':
    case 'pipeline':
      return printSpanset(stage, 0);
    case 'scalarFilter': {
      const { left, operator, right } = stage;
      return `${printScalar(left, precedence.additive)} ${operator} ${printScalar(right, precedence.additive)}`;
    }
    case 'by':
      return `by(${printExpression(stage.expression)})`;
    case 'coalesce':
      return 'coalesce()';
    case 'select':
      return `select(${printReferences(stage.attributes)})`;
  }
}

export function printFilter(filter: SpansetFilter): string {
  return filter.expression === undefined ? '{}' : `{ ${printExpression(filter.expression)} }`;
}

/** A field expression; in parentheses if it binds less tightly than `minimum`. */
export function printExpression(expression: FieldExpression, minimum = 0): string {
  switch (expression.kind) {
    case 'binary': {
      const { operator, left, right } = expression;
      const own = precedenceOf(operator);
      const [leftMinimum, rightMinimum] = operandMinimums(operator);
      const text = `${printExpression(left, leftMinimum)} ${operator} ${printExpression(right, rightMinimum)}`;
      return parenthesisedIf(own < minimum, text);
    }
    case 'unary': {
      const { operator, operand } = expression;
      if (operator === '!') {
        const isRepeated = operand.kind === 'unary' && operand.operator === '!';
        const text = `!${printExpression(operand, precedence.not + (isRepeated ? 0 : 1))}`;
        return parenthesisedIf(precedence.not < minimum, text);
      }
      // A minus directly before a number would be read as part of the number.
      const isNumber = operand.kind === 'int' || operand.kind === 'float' || operand.kind === 'duration';
      return isNumber ? `-(${printStatic(operand)})` : `-${printExpression(operand, precedence.negation)}`;
    }
    case 'attribute':
    case 'intrinsic':
      return printReference(expression);
    default:
      return printStatic(expression);
  }
}

/** `span.foo`, `.foo`, `parent.span.foo`, `name`, `span:id`. */
export function printReference(reference: AttributeRef | IntrinsicRef): string {
  if (reference.kind === 'intrinsic') {
    const { legacy } = intrinsicTable[reference.name];
    return reference.legacy && legacy !== undefined ? legacy : reference.name;
  }
  const { scope, parent, name } = reference;
  const prefix = `${parent ? 'parent' : ''}${parent && scope !== 'none' ? '.' : ''}${scope === 'none' ? '' : scope}`;
  return `${prefix}.${quoteAttributeName(name, { unscoped: scope === 'none', parent })}`;
}

/** A literal. Numbers print so that they parse back to the same type and value. */
export function printStatic(value: Static): string {
  switch (value.kind) {
    case 'string':
      return quoteString(value.value);
    case 'int':
      return value.value === MIN_INT ? 'minInt' : value.value.toString();
    case 'float':
      return printFloat(value.value);
    case 'duration':
      return formatDuration(value.value);
    case 'nil':
      return 'nil';
    default:
      return String(value.value);
  }
}

function printFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function printReferences(references: readonly (AttributeRef | IntrinsicRef)[]): string {
  return references.map(printReference).join(', ');
}

function printSpanset(expression: SpansetExpression, minimum: number): string {
  switch (expression.kind) {
    case 'spansetFilter':
      return printFilter(expression);
    case 'pipeline':
      return `(${printStages(expression.stages)})`;
    case 'spansetOperation': {
      const { operator, left, right } = expression;
      const own = precedenceOf(operator);
      return parenthesisedIf(own < minimum, `${printSpanset(left, own)} ${operator} ${printSpanset(right, own + 1)}`);
    }
  }
}

/** What is compared outside of braces; in parentheses if it binds less tightly than `minimum`. */
export function printScalar(expression: ScalarExpression, minimum = 0): string {
  switch (expression.kind) {
    case 'aggregate':
      return `${expression.name}(${expression.expression === undefined ? '' : printExpression(expression.expression)})`;
    case 'scalarPipeline':
      return `(${printStages(expression.stages)} | ${printScalar(expression.aggregate, 0)})`;
    case 'scalarOperation': {
      const { operator, left, right } = expression;
      const [leftMinimum, rightMinimum] = operandMinimums(operator);
      const text = `${printScalar(left, leftMinimum)} ${operator} ${printScalar(right, rightMinimum)}`;
      return parenthesisedIf(precedenceOf(operator) < minimum, text);
    }
    default:
      return printStatic(expression);
  }
}

/** A metric; `bare` at the top of a query, else as an operand of something that binds with that precedence. */
function printMetrics(expression: MetricsExpression, position: 'bare' | number): string {
  switch (expression.kind) {
    case 'metricsPipeline': {
      const text = `${printStages(expression.stages)} | ${printMetricsFunction(expression.function)}`;
      return parenthesisedIf(position !== 'bare', text + printSecondStages(expression.secondStages));
    }
    case 'metricsOperation': {
      const { operator, left, right, secondStages } = expression;
      const own = precedenceOf(operator);
      const text = `${printMetrics(left, own)} ${operator} ${printMetrics(right, own + 1)}`;
      const needed = position !== 'bare' && (own < position || secondStages.length > 0);
      return parenthesisedIf(needed, text + printSecondStages(secondStages));
    }
    default:
      return printStatic(expression);
  }
}

function printMetricsFunction(measure: MetricsFunction | CompareFunction): string {
  if (measure.kind === 'compare') {
    const { selection, topN, start, end } = measure;
    const window = start === undefined || end === undefined ? [] : [start, end];
    const numbers = topN === 10 && window.length === 0 ? [] : [topN, ...window];
    return `compare(${[printFilter(selection), ...numbers].join(', ')})`;
  }
  const { name, attribute, quantiles, by } = measure;
  const parameters = [...(attribute === undefined ? [] : [printReference(attribute)]), ...quantiles.map(String)];
  return `${name}(${parameters.join(', ')})${by.length === 0 ? '' : ` by(${printReferences(by)})`}`;
}

function printSecondStages(stages: readonly SecondStage[]): string {
  return stages
    .map((stage) =>
      stage.kind === 'metricsFilter'
        ? ` ${stage.operator} ${printStatic(stage.value)}`
        : ` | ${stage.kind}(${stage.limit})`
    )
    .join('');
}

function printHint(hint: Hint): string {
  return `${hint.name}=${printStatic(hint.value)}`;
}

/** How tightly the operands of a binary operator must bind to stand without parentheses. */
function operandMinimums(operator: Parameters<typeof precedenceOf>[0]): readonly [left: number, right: number] {
  const own = precedenceOf(operator);
  return operator === '^' ? [own + 1, own] : [own, own + 1];
}

function parenthesisedIf(needed: boolean, text: string): string {
  return needed ? `(${text})` : text;
}
