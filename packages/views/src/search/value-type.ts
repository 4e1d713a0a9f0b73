// SPDX-License-Identifier: Apache-2.0
import type { FilterCondition } from '@tracewell/traceql';

export type ValueType = FilterCondition['value']['type'];

const valueTypes: readonly ValueType[] = ['string', 'int', 'float', 'bool', 'duration', 'keyword'];

/** The type that a data source names; text for one that this version does not know. */
export function toValueType(name: string): ValueType {
  return valueTypes.find((type) => type === name) ?? 'string';
}

/** What a value typed by hand is, going by its looks; a keyword stays one where keywords are expected. */
export function guessValueType(text: string, before: ValueType): ValueType {
  if (/^-?\d+$/.test(text)) {
    return 'int';
  }
  if (/^-?\d+\.\d+$/.test(text)) {
    return 'float';
  }
  if (text === 'true' || text === 'false') {
    return 'bool';
  }
  return before === 'keyword' ? 'keyword' : 'string';
}
