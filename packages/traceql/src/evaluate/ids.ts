// SPDX-License-Identifier: Apache-2.0
//
// Ids compare as the numbers that their hex digits write: leading zeros and the case of letters do not count.

import type { FieldExpression, IntrinsicName } from '../ast.ts';

const ID_DIGITS: Readonly<Partial<Record<IntrinsicName, number>>> = {
  'trace:id': 32,
  'span:id': 16,
  'span:parentID': 16,
  'link:traceID': 32,
  'link:spanID': 16,
};

/** How many hex digits the id has that an expression refers to; undefined if it is no id. */
export function idDigits(expression: FieldExpression): number | undefined {
  return expression.kind === 'intrinsic' ? ID_DIGITS[expression.name] : undefined;
}

/** Lower case, with exactly `digits` digits if there are no more of them; '' (no parent) stays ''. */
export function normaliseId(text: string, digits: number): string {
  return text === '' ? '' : text.toLowerCase().replace(/^0+/, '').padStart(digits, '0');
}
