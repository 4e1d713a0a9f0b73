// SPDX-License-Identifier: Apache-2.0
//
// Field expressions as functions. An expression is compiled once and called for each span: references are
// resolved to look-ups and patterns are compiled then. The scope of a call is a span and, where a condition
// is tried on one event or link, that one.

import type {
  ArithmeticOperator,
  AttributeRef,
  BinaryExpression,
  ComparisonOperator,
  FieldExpression,
  IntrinsicRef,
} from '../ast.ts';
import { TraceQlError } from '../error.ts';
import { isArithmeticOperator } from '../operators.ts';
import { printExpression } from '../printer.ts';
import { isOfEvent, isOfLink, referencesInExpression } from '../references.ts';
import { calculate, negate, withRange } from './arithmetic.ts';
import { compareValues, matchValue } from './compare.ts';
import { idDigits, normaliseId } from './ids.ts';
import type { CompiledPattern } from './regular-expression.ts';
import { compilePattern } from './regular-expression.ts';
import type { EventView, LinkView, SpanView } from './span-view.ts';
import type { Value } from './value.ts';
import { fromStatic, OPAQUE, toValue } from './value.ts';

/** What an expression is evaluated on. */
export interface Scope {
  readonly span: SpanView;
  readonly event: EventView | undefined;
  readonly link: LinkView | undefined;
}

export type Evaluate = (scope: Scope) => Value | undefined;

/** Only `true` is true: a missing value, a number or a text is not. */
export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'boolean' && value.value;
}

const TRUE: Value = { kind: 'boolean', value: true };
const FALSE: Value = { kind: 'boolean', value: false };

/**
 * Compiles an expression. References to events and links are looked up in the scope's event and link.
 * `source` is the query text that ranges refer to. Throws a TraceQlError for what cannot be evaluated, here or
 * (division by zero) when it is called.
 */
export function compileExpression(expression: FieldExpression, source: string): Evaluate {
  switch (expression.kind) {
    case 'attribute':
      return compileAttribute(expression);
    case 'intrinsic':
      return compileIntrinsic(expression);
    case 'unary': {
      const operand = compileExpression(expression.operand, source);
      return expression.operator === '!'
        ? (scope) => (isTrue(operand(scope)) ? FALSE : TRUE)
        : (scope) => negate(operand(scope));
    }
    case 'binary':
      return compileBinary(expression, source);
    default: {
      const value = fromStatic(expression);
      return () => value;
    }
  }
}

/**
 * Compiles an expression of which a span has one value: an attribute of events or links is the first one's. What it
 * does not mention is not looked up.
 */
export function compileValue(expression: FieldExpression, source: string): (span: SpanView) => Value | undefined {
  const evaluate = compileExpression(expression, source);
  const references = referencesInExpression(expression);
  const needsEvent = references.some(isOfEvent);
  const needsLink = references.some(isOfLink);
  return (span) =>
    evaluate({ span, event: needsEvent ? span.events[0] : undefined, link: needsLink ? span.links[0] : undefined });
}

function compileBinary(expression: BinaryExpression, source: string): Evaluate {
  const { operator } = expression;
  if (operator === '&&' || operator === '||') {
    const left = compileExpression(expression.left, source);
    const right = compileExpression(expression.right, source);
    return operator === '&&'
      ? (scope) => (isTrue(left(scope)) && isTrue(right(scope)) ? TRUE : FALSE)
      : (scope) => (isTrue(left(scope)) || isTrue(right(scope)) ? TRUE : FALSE);
  }
  if (isArithmeticOperator(operator)) {
    return compileArithmetic(expression, operator, source);
  }
  const condition = compileComparison(expression, operator, source);
  return (scope) => (condition(scope) ? TRUE : FALSE);
}

function compileArithmetic(expression: BinaryExpression, operator: ArithmeticOperator, source: string): Evaluate {
  const left = compileExpression(expression.left, source);
  const right = compileExpression(expression.right, source);
  return (scope) => withRange(source, expression.range, () => calculate(operator, left(scope), right(scope)));
}

function compileComparison(
  expression: BinaryExpression,
  operator: ComparisonOperator,
  source: string
): (scope: Scope) => boolean {
  const { left, right } = expression;
  if (operator === '=~' || operator === '!~') {
    const pattern = patternOf(right, source);
    const value = compileExpression(left, source);
    return (scope) => matchValue(operator, value(scope), pattern);
  }
  const leftValue = compileExpression(left, source);
  const rightValue = compileExpression(right, source);
  if (left.kind === 'nil' || right.kind === 'nil') {
    // `x != nil`: it exists; `x = nil`: it does not; of nil itself neither is true.
    const value = left.kind === 'nil' ? rightValue : leftValue;
    const isComparable = left.kind !== right.kind && (operator === '=' || operator === '!=');
    return (scope) => isComparable && (value(scope) === undefined) === (operator === '=');
  }
  const digits = idDigits(left) ?? idDigits(right);
  return digits === undefined
    ? (scope) => compareValues(operator, leftValue(scope), rightValue(scope))
    : (scope) => compareValues(operator, withId(leftValue(scope), digits), withId(rightValue(scope), digits));
}

function patternOf(expression: FieldExpression, source: string): CompiledPattern {
  const { range } = expression;
  if (expression.kind !== 'string') {
    const message = `invalid type for =~ or !~: ${printExpression(expression)}`;
    throw new TraceQlError(source, { code: 'type', message, range });
  }
  const pattern = compilePattern(expression.value);
  if (typeof pattern === 'string') {
    throw new TraceQlError(source, { code: 'type', message: `invalid regex: ${pattern}`, range });
  }
  return pattern;
}

function withId(value: Value | undefined, digits: number): Value | undefined {
  return value?.kind === 'string' ? { kind: 'string', value: normaliseId(value.value, digits) } : value;
}

function compileAttribute(reference: AttributeRef): Evaluate {
  const { name, scope: attributeScope } = reference;
  if (reference.parent) {
    const evaluate = compileAttribute({ ...reference, parent: false });
    return ({ span: { parent } }) => parent && evaluate({ span: parent, event: undefined, link: undefined });
  }
  switch (attributeScope) {
    case 'none':
      return ({ span }) => toValue(span.attribute('span', name)) ?? toValue(span.attribute('resource', name));
    case 'event':
      return ({ event }) => toValue(event?.attribute(name));
    case 'link':
      return ({ link }) => toValue(link?.attribute(name));
    default:
      return ({ span }) => toValue(span.attribute(attributeScope, name));
  }
}

function compileIntrinsic({ name }: IntrinsicRef): Evaluate {
  switch (name) {
    case 'parent':
      // That there is one is all that can be said of it.
      return ({ span }) => span.parent && OPAQUE;
    case 'event:name':
      return ({ event }) => event && { kind: 'string', value: event.name };
    case 'event:timeSinceStart':
      return ({ event }) => event && { kind: 'duration', value: event.timeSinceStart };
    case 'link:traceID':
      return ({ link }) => link && { kind: 'string', value: link.traceId };
    case 'link:spanID':
      return ({ link }) => link && { kind: 'string', value: link.spanId };
    default:
      return ({ span }) => span.intrinsic(name);
  }
}
