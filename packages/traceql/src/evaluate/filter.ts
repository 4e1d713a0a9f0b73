// SPDX-License-Identifier: Apache-2.0
//
// Whether a span matches a filter. What this adds to expressions is events and links, of which a span has
// many: a condition on them holds if it holds for some event and some link.
//
// Which conditions must hold for the *same* event: a filter is read as a conjunction, `a && b && c`. Its
// parts that mention events or links and have no `&&`, `||` or `!` inside are tried together, so
// `{ event:name = "exception" && event.type = "io" }` wants one event that is both. Within other parts every
// comparison is tried for itself, so `{ event.a = 1 || event.b = 2 }` needs no common event and
// `{ !(event.a = 1) }` means that no event has it. `event.a = nil` beside other conditions on events says
// that the same event has no `a`; alone, that no event has one.

import type { FieldExpression, SpansetFilter } from '../ast.ts';
import { isLogicalOperator } from '../operators.ts';
import { isOfEvent, isOfLink, referencesInExpression } from '../references.ts';
import type { Evaluate, Scope } from './expression.ts';
import { compileExpression, isTrue } from './expression.ts';
import type { EventView, LinkView, SpanView } from './span-view.ts';

export type SpanPredicate = (span: SpanView) => boolean;

/**
 * Compiles a filter. Throws a TraceQlError for what cannot be evaluated (`parent`, a broken pattern); the
 * predicate throws one for integer division by zero. `source` is the text that ranges refer to.
 */
export function compileFilter(filter: SpansetFilter, source: string): SpanPredicate {
  if (filter.expression === undefined) {
    return () => true;
  }
  const conjuncts = conjunctsOf(filter.expression);
  // Where all conditions are negative, nothing says which event is meant, so none may have it.
  const together = groupsOf(conjuncts.filter(isBindable)).filter((group) => !group.every(isNilTest));
  const separate = conjuncts.filter((conjunct) => !together.some((group) => group.includes(conjunct)));
  const predicates = [
    ...separate.map((conjunct) => compileCondition(conjunct, source)),
    ...together.map((group) => compileExistential(group, source)),
  ];
  return (span) => predicates.every((predicate) => predicate(span));
}

/** `a && b && c` as its parts, in order. */
export function conjunctsOf(expression: FieldExpression): FieldExpression[] {
  return expression.kind === 'binary' && expression.operator === '&&'
    ? [...conjunctsOf(expression.left), ...conjunctsOf(expression.right)]
    : [expression];
}

/** A condition of which every comparison that mentions events or links is existential for itself. */
function compileCondition(expression: FieldExpression, source: string): SpanPredicate {
  if (expression.kind === 'binary' && isLogicalOperator(expression.operator)) {
    const left = compileCondition(expression.left, source);
    const right = compileCondition(expression.right, source);
    return expression.operator === '&&' ? (span) => left(span) && right(span) : (span) => left(span) || right(span);
  }
  if (expression.kind === 'unary' && expression.operator === '!') {
    const operand = compileCondition(expression.operand, source);
    return (span) => !operand(span);
  }
  if (expression.kind === 'binary' && isNilTest(expression) && isBindable(expression)) {
    const exists = compileExistential([{ ...expression, operator: '!=' }], source);
    return (span) => !exists(span);
  }
  return compileExistential([expression], source);
}

/** True if there is an event and a link for which all conditions hold; those that are not mentioned do not matter. */
function compileExistential(conditions: readonly FieldExpression[], source: string): SpanPredicate {
  const evaluates = conditions.map((condition) => compileExpression(condition, source));
  const references = conditions.flatMap(referencesInExpression);
  const needsEvent = references.some(isOfEvent);
  const needsLink = references.some(isOfLink);
  if (!needsEvent && !needsLink) {
    return (span) => holdAll(evaluates, { span, event: undefined, link: undefined });
  }
  return (span) => {
    const events: readonly (EventView | undefined)[] = needsEvent ? span.events : [undefined];
    const links: readonly (LinkView | undefined)[] = needsLink ? span.links : [undefined];
    return events.some((event) => links.some((link) => holdAll(evaluates, { span, event, link })));
  };
}

/** Conditions on events, conditions on links; one group if some condition mentions both. */
function groupsOf(conditions: readonly FieldExpression[]): FieldExpression[][] {
  const withEvent = conditions.filter((condition) => referencesInExpression(condition).some(isOfEvent));
  const withLink = conditions.filter((condition) => referencesInExpression(condition).some(isOfLink));
  if (withEvent.some((condition) => withLink.includes(condition))) {
    return [[...conditions]];
  }
  return [withEvent, withLink].filter((group) => group.length > 0);
}

function holdAll(evaluates: readonly Evaluate[], scope: Scope): boolean {
  return evaluates.every((evaluate) => isTrue(evaluate(scope)));
}

/** Whether a part of a conjunction speaks of one event or link: it mentions one and has no connective inside. */
function isBindable(expression: FieldExpression): boolean {
  return (
    referencesInExpression(expression).some((reference) => isOfEvent(reference) || isOfLink(reference)) &&
    !hasConnective(expression)
  );
}

function hasConnective(expression: FieldExpression): boolean {
  switch (expression.kind) {
    case 'binary':
      return (
        isLogicalOperator(expression.operator) || hasConnective(expression.left) || hasConnective(expression.right)
      );
    case 'unary':
      return expression.operator === '!' || hasConnective(expression.operand);
    default:
      return false;
  }
}

/** `x = nil`, which holds for what is not there. */
function isNilTest(expression: FieldExpression): boolean {
  return (
    expression.kind === 'binary' &&
    expression.operator === '=' &&
    (expression.left.kind === 'nil') !== (expression.right.kind === 'nil')
  );
}
