// SPDX-License-Identifier: Apache-2.0
//
// What the lexer makes of a text. Attributes with their scope and scoped intrinsics are one token each,
// because their letters follow other rules than the rest of the language.

import type { AttributeRef, IntrinsicName } from './ast.ts';

interface Place {
  readonly start: number;
  readonly end: number;
  /** The source between `start` and `end`. */
  readonly text: string;
}

/** Punctuation and operators. */
export type SymbolText = (typeof symbols)[number];

export type Token = Place &
  (
    | { readonly kind: 'symbol'; readonly symbol: SymbolText }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'int'; readonly value: bigint }
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'duration'; readonly value: bigint }
    /** Keywords, functions, unscoped intrinsics, and words that mean nothing. */
    | { readonly kind: 'word' }
    | { readonly kind: 'intrinsic'; readonly name: IntrinsicName }
    | {
        readonly kind: 'attribute';
        readonly scope: AttributeRef['scope'];
        readonly parent: boolean;
        readonly name: string;
        /** Where the name starts, after the scope. */
        readonly nameStart: number;
      }
    | { readonly kind: 'comment' }
    /** Text that is no token. `message` follows the words `parse error at line L, col C: `. */
    | { readonly kind: 'invalid'; readonly message: string; readonly hint?: string }
    | { readonly kind: 'end' }
  );

/** Longest first, so that the first that fits is the right one. */
export const symbols = [
  '!>>',
  '!<<',
  '&>>',
  '&<<',
  '&&',
  '||',
  '!=',
  '!~',
  '!>',
  '!<',
  '&>',
  '&<',
  '&~',
  '=~',
  '>=',
  '<=',
  '>>',
  '<<',
  '{',
  '}',
  '(',
  ')',
  ',',
  '|',
  '=',
  '<',
  '>',
  '~',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
] as const;
