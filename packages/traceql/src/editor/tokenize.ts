// SPDX-License-Identifier: Apache-2.0
//
// Tokens for highlighting: what each piece of a text is to the eye, however broken the text may be.

import { lex } from '../lexer.ts';
import type { Token } from '../token.ts';
import {
  intrinsicsByWord,
  knownWords,
  metricsFunctions,
  pipelineFunctions,
  secondStageFunctions,
  valueWords,
} from '../vocabulary.ts';

export type HighlightKind =
  /** The scope of an attribute with its dot. */
  | 'scope'
  | 'attribute'
  | 'intrinsic'
  | 'function'
  | 'keyword'
  /** `true`, `nil`, statuses, kinds. */
  | 'constant'
  | 'string'
  | 'number'
  | 'operator'
  | 'punctuation'
  | 'comment'
  | 'invalid';

export interface HighlightToken {
  readonly kind: HighlightKind;
  /** UTF-16 offsets, half open. */
  readonly start: number;
  readonly end: number;
}

const functionNames = new Set(
  [...pipelineFunctions, ...metricsFunctions, ...secondStageFunctions].map(({ name }) => name)
);
const constantNames = new Set(valueWords.map(({ name }) => name));

/** The tokens of a text in order, without white space. Never throws. */
export function tokenize(text: string): HighlightToken[] {
  const highlights: HighlightToken[] = [];
  let isInHints = false;
  for (const token of lex(text)) {
    if (token.kind === 'word' && token.text === 'with') {
      isInHints = true;
    } else if (token.kind === 'symbol' && token.symbol === ')') {
      isInHints = false;
    }
    highlights.push(...highlightsOf(token, isInHints));
  }
  return highlights;
}

function highlightsOf(token: Token, isInHints: boolean): HighlightToken[] {
  const { start, end } = token;
  switch (token.kind) {
    case 'end':
      return [];
    case 'symbol':
      return [{ kind: /^[{}(),|]$/.test(token.symbol) ? 'punctuation' : 'operator', start, end }];
    case 'int':
    case 'float':
    case 'duration':
      return [{ kind: 'number', start, end }];
    case 'attribute':
      return [
        { kind: 'scope', start, end: token.nameStart },
        { kind: 'attribute', start: token.nameStart, end },
      ];
    case 'word':
      return [{ kind: kindOfWord(token.text, isInHints), start, end }];
    default:
      return [{ kind: token.kind, start, end }];
  }
}

function kindOfWord(word: string, isInHints: boolean): HighlightKind {
  if (constantNames.has(word)) {
    return 'constant';
  }
  if (functionNames.has(word)) {
    return 'function';
  }
  if (intrinsicsByWord.has(word)) {
    return 'intrinsic';
  }
  return isInHints || knownWords.has(word) ? 'keyword' : 'invalid';
}
