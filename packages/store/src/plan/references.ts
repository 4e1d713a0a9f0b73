// SPDX-License-Identifier: Apache-2.0
//
// The attributes and intrinsics that an expression or a query mentions.

import type { AttributeRef, FieldExpression, IntrinsicRef } from '@tracewell/traceql';

export type Reference = AttributeRef | IntrinsicRef;

/** All references in an expression, in order of appearance, repeated ones included. */
export function referencesOf(expression: FieldExpression): Reference[] {
  switch (expression.kind) {
    case 'attribute':
    case 'intrinsic':
      return [expression];
    case 'binary':
      return [...referencesOf(expression.left), ...referencesOf(expression.right)];
    case 'unary':
      return referencesOf(expression.operand);
    default:
      return [];
  }
}

/** Where a reference's value lies: what must be loaded to know it. */
export function scopeOf(reference: Reference): 'span' | 'resource' | 'instrumentation' | 'trace' | 'mixed' {
  if (reference.kind === 'attribute') {
    if (reference.parent) {
      return 'trace';
    }
    switch (reference.scope) {
      case 'resource':
        return 'resource';
      case 'instrumentation':
        return 'instrumentation';
      case 'none':
        return 'mixed';
      default:
        return 'span';
    }
  }
  switch (reference.name) {
    case 'instrumentation:name':
    case 'instrumentation:version':
      return 'instrumentation';
    case 'trace:duration':
    case 'trace:rootName':
    case 'trace:rootService':
    case 'span:childCount':
    case 'nestedSetLeft':
    case 'nestedSetRight':
    case 'nestedSetParent':
    case 'parent':
      return 'trace';
    default:
      return 'span';
  }
}

/** Same attribute or intrinsic, wherever it stands in the text. */
export function referenceKey(reference: Reference): string {
  return reference.kind === 'intrinsic'
    ? reference.name
    : `${reference.parent ? 'parent.' : ''}${reference.scope}.${reference.name}`;
}
