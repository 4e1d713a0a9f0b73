// SPDX-License-Identifier: Apache-2.0
//
// Attributes as plain JSON for readers of tables: an object by key. Integers keep all their digits, bytes are base64,
// what JSON has no number for ("NaN", "Infinity", "-Infinity") is text. Of a key that comes twice the first stays.

import { encodeBase64 } from '@tracewell/protocols';
import type { Attribute, AttributeValue } from '@tracewell/trace';

/** `{"key":value,...}`. */
export function attributesJson(attributes: readonly Attribute[]): string {
  const seen = new Set<string>();
  const entries: string[] = [];
  for (const { key, value } of attributes) {
    if (!seen.has(key)) {
      seen.add(key);
      entries.push(`${JSON.stringify(key)}:${valueJson(value)}`);
    }
  }
  return `{${entries.join(',')}}`;
}

function valueJson(value: AttributeValue): string {
  if (value === null) {
    return 'null';
  }
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    default:
      if (value instanceof Uint8Array) {
        return `"${encodeBase64(value, 0, value.length)}"`;
      }
      return isList(value) ? `[${value.map(valueJson).join(',')}]` : attributesJson(value.entries);
  }
}

/** `Array.isArray` does not know readonly arrays. */
function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
