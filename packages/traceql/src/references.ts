// SPDX-License-Identifier: Apache-2.0
//
// What an expression, a stage or a query refers to.

import type { AttributeRef, FieldExpression, IntrinsicRef, PipelineStage, Query, ScalarExpression } from './ast.ts';

export type Reference = AttributeRef | IntrinsicRef;

/** All references in an expression, in order of appearance, repeated ones included. */
export function referencesInExpression(expression: FieldExpression): Reference[] {
  switch (expression.kind) {
    case 'attribute':
    case 'intrinsic':
      return [expression];
    case 'binary':
      return [...referencesInExpression(expression.left), ...referencesInExpression(expression.right)];
    case 'unary':
      return referencesInExpression(expression.operand);
    default:
      return [];
  }
}

/** All references in a pipeline stage, in order of appearance. */
export function referencesInStage(stage: PipelineStage): Reference[] {
  switch (stage.kind) {
    case 'spansetFilter':
      return stage.expression === undefined ? [] : referencesInExpression(stage.expression);
    case 'spansetOperation':
      return [...referencesInStage(stage.left), ...referencesInStage(stage.right)];
    case 'pipeline':
      return stage.stages.flatMap(referencesInStage);
    case 'scalarFilter':
      return [...referencesInScalar(stage.left), ...referencesInScalar(stage.right)];
    case 'by':
      return referencesInExpression(stage.expression);
    case 'select':
      return [...stage.attributes];
    case 'coalesce':
      return [];
  }
}

/** All references of a search query, in order of appearance; of a metrics query, those of its pipelines. */
export function referencesInQuery(query: Query): Reference[] {
  return query.body.kind === 'metricsOperation' ? [] : query.body.stages.flatMap(referencesInStage);
}

/** Same attribute or intrinsic wherever it stands in the text: `span.foo`, `span:name` (also for `name`). */
export function referenceKey(reference: Reference): string {
  return reference.kind === 'intrinsic'
    ? reference.name
    : `${reference.parent ? 'parent.' : ''}${reference.scope === 'none' ? '' : reference.scope}.${reference.name}`;
}

/** Whether it is something that each event of a span has for itself. */
export function isOfEvent(reference: Reference): boolean {
  return reference.kind === 'attribute' ? reference.scope === 'event' : reference.name.startsWith('event:');
}

/** Whether it is something that each link of a span has for itself. */
export function isOfLink(reference: Reference): boolean {
  return reference.kind === 'attribute' ? reference.scope === 'link' : reference.name.startsWith('link:');
}

function referencesInScalar(scalar: ScalarExpression): Reference[] {
  switch (scalar.kind) {
    case 'aggregate':
      return scalar.expression === undefined ? [] : referencesInExpression(scalar.expression);
    case 'scalarOperation':
      return [...referencesInScalar(scalar.left), ...referencesInScalar(scalar.right)];
    case 'scalarPipeline':
      return [...scalar.stages.flatMap(referencesInStage), ...referencesInScalar(scalar.aggregate)];
    default:
      return [];
  }
}
