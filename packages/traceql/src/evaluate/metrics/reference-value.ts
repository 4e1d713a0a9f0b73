// SPDX-License-Identifier: Apache-2.0
//
// What a reference is for a span as a whole. A span has many events and links: the first one that has a value counts.

import type { Reference } from '../../references.ts';
import { compileExpression } from '../expression.ts';
import type { SpanView } from '../span-view.ts';
import type { Value } from '../value.ts';

/** Compiles a reference; see `compileExpression` for what it throws. */
export function compileReference(reference: Reference, source: string): (span: SpanView) => Value | undefined {
  const evaluate = compileExpression(reference, source);
  const scope = reference.kind === 'attribute' ? reference.scope : reference.name.split(':')[0];
  const first = <Item>(items: readonly Item[], valueOf: (item: Item) => Value | undefined): Value | undefined => {
    for (const item of items) {
      const value = valueOf(item);
      if (value !== undefined) {
        return value;
      }
    }
    return undefined;
  };
  switch (scope) {
    case 'event':
      return (span) => first(span.events, (event) => evaluate({ span, event, link: undefined }));
    case 'link':
      return (span) => first(span.links, (link) => evaluate({ span, event: undefined, link }));
    default:
      return (span) => evaluate({ span, event: undefined, link: undefined });
  }
}
