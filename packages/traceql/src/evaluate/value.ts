// SPDX-License-Identifier: Apache-2.0
//
// Values while an expression is evaluated: literals without their ranges, plus arrays, plus `opaque` for what
// is there but cannot be compared (bytes, key-value lists, mixed or empty arrays). A missing value is
// `undefined`.

import type { Static } from '../ast.ts';

type WithoutRange<Node> = Node extends unknown ? Omit<Node, 'range'> : never;

/** One value that can be compared. */
export type ScalarValue = WithoutRange<Exclude<Static, { kind: 'nil' }>>;
/** Elements are all of one kind; there is at least one. */
export interface ArrayValue {
  readonly kind: 'array';
  readonly elements: readonly ScalarValue[];
}
/** Present, but equal to nothing and different from nothing. */
export interface OpaqueValue {
  readonly kind: 'opaque';
}
export type Value = ScalarValue | ArrayValue | OpaqueValue;

export const OPAQUE: OpaqueValue = { kind: 'opaque' };

/**
 * An attribute's value as OTLP has it (`bigint` = int64, `number` = double, arrays as arrays; see the trace
 * model) as a value of TraceQL; `undefined` stays undefined.
 */
export function toValue(attribute: unknown): Value | undefined {
  if (attribute === undefined) {
    return undefined;
  }
  const scalar = toScalar(attribute);
  if (scalar !== undefined) {
    return scalar;
  }
  if (!Array.isArray(attribute)) {
    return OPAQUE;
  }
  const elements: ScalarValue[] = [];
  for (const element of attribute as readonly unknown[]) {
    const value = toScalar(element);
    if (value === undefined || (elements[0] !== undefined && value.kind !== elements[0].kind)) {
      return OPAQUE;
    }
    elements.push(value);
  }
  return elements.length === 0 ? OPAQUE : { kind: 'array', elements };
}

/** A literal as a value; nil is no value. */
export function fromStatic(literal: Static): ScalarValue | undefined {
  return literal.kind === 'nil' ? undefined : literal;
}

function toScalar(attribute: unknown): ScalarValue | undefined {
  switch (typeof attribute) {
    case 'string':
      return { kind: 'string', value: attribute };
    case 'bigint':
      return { kind: 'int', value: attribute };
    case 'number':
      return { kind: 'float', value: attribute };
    case 'boolean':
      return { kind: 'boolean', value: attribute };
    default:
      return undefined;
  }
}
