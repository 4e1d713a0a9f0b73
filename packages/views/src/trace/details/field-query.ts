// SPDX-License-Identifier: Apache-2.0
//
// "Filter for" and "filter out" of an attribute: the TraceQL condition for its value.

import type { AttributeValue } from '@tracewell/trace';

export type FieldScope = 'span' | 'resource' | 'event' | 'link' | 'instrumentation';

function literal(value: AttributeValue): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) {
    // Without a point it would be read as an integer.
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
  }
  return undefined;
}

/** An attribute as TraceQL names it: `span.http.method`, or quoted where the key has other characters. */
export function fieldName(scope: FieldScope, key: string): string {
  return /^[\w.\-/]+$/.test(key) ? `${scope}.${key}` : `${scope}.${JSON.stringify(key)}`;
}

/** The condition, or undefined where TraceQL cannot compare such a value (arrays, lists, bytes). */
export function fieldCondition(
  scope: FieldScope,
  key: string,
  value: AttributeValue,
  operator: '=' | '!='
): string | undefined {
  const right = literal(value);
  return right === undefined ? undefined : `${fieldName(scope, key)} ${operator} ${right}`;
}

/** The filter with one more condition; a filter by text is replaced. */
export function withCondition(filter: string, isTraceQl: boolean, condition: string): string {
  const trimmed = filter.trim();
  if (!isTraceQl || trimmed === '') return `{ ${condition} }`;
  const inner = /^\{([^{}]*)\}$/.exec(trimmed)?.[1]?.trim() ?? (trimmed.startsWith('{') ? undefined : trimmed);
  if (inner === undefined) return `{ ${condition} }`;
  if (inner === '') return `{ ${condition} }`;
  return inner.includes('||') ? `{ (${inner}) && ${condition} }` : `{ ${inner} && ${condition} }`;
}
