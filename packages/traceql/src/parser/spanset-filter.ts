// SPDX-License-Identifier: Apache-2.0
//
// The filter in braces: where the language of spansets meets the language of one span.

import type { SpansetFilter } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseFieldExpression } from './field-expression.ts';

/** SpansetFilter : `{` `}` | `{` FieldExpression `}` */
export function parseSpansetFilter(cursor: Cursor): SpansetFilter {
  const start = cursor.expect('{');
  if (cursor.take('}')) {
    return { kind: 'spansetFilter', range: cursor.rangeFrom(start) };
  }
  const expression = parseFieldExpression(cursor);
  cursor.expect('}', 'an operator or }');
  return { kind: 'spansetFilter', expression, range: cursor.rangeFrom(start) };
}
