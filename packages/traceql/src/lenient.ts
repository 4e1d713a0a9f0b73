// SPDX-License-Identifier: Apache-2.0
//
// Queries that somebody is still typing. Where values for completion are asked for, the rest of the
// query narrows them, but it is often not finished: what lacks is then taken as `true`, which narrows nothing.

import type { PipelineStage } from './ast.ts';
import { TraceQlError } from './error.ts';
import { lex } from './lexer.ts';
import { isComparisonOperator, isFieldOperator, isLogicalOperator } from './operators.ts';
import { parseQuery } from './parser/parse-query.ts';
import type { Token } from './token.ts';
import { validateQuery } from './validate.ts';

/**
 * The stages of a query that may be unfinished; of a metrics query, those that it counts. What cannot be parsed is
 * cut at its first pipe and mended: a comparison without its right side is `true`, so is a missing operand of
 * `&&` or `||`, and what is open is closed. Undefined, which narrows nothing, for everything else: no braces,
 * types that do not match, arithmetic of metrics. Never throws. Ranges refer to the text or the mended text.
 */
export function parseLenient(text: string): readonly PipelineStage[] | undefined {
  return tryStages(text) ?? tryStages(mend(lex(text).filter((token) => token.kind !== 'comment')));
}

function tryStages(text: string): readonly PipelineStage[] | undefined {
  try {
    const query = parseQuery(text);
    return query.body.kind === 'metricsOperation' || validateQuery(query).length > 0 ? undefined : query.body.stages;
  } catch (error) {
    if (error instanceof TraceQlError) {
      return undefined;
    }
    throw error;
  }
}

function mend(tokens: readonly Token[]): string {
  const mended: string[] = [];
  const closers: string[] = [];
  let operandIsDue = false;
  // The comparison that waits for its right side: how many pieces there were before its left one.
  let comparisonStart: number | undefined;

  const supplyOperand = (): void => {
    if (operandIsDue) {
      mended.length = comparisonStart ?? mended.length;
      mended.push('true');
    }
    operandIsDue = false;
    comparisonStart = undefined;
  };

  for (const token of tokens) {
    if (token.kind === 'end' || (token.kind === 'symbol' && token.symbol === '|')) {
      break;
    }
    if (token.kind === 'invalid' && operandIsDue) {
      continue;
    }
    if (token.kind !== 'symbol') {
      mended.push(token.text);
      operandIsDue = false;
      continue;
    }
    const { symbol } = token;
    if (symbol === '{' || symbol === '(') {
      closers.push(symbol === '{' ? '}' : ')');
      operandIsDue = true;
    } else if (symbol === '}' || symbol === ')') {
      operandIsDue &&= mended[mended.length - 1] !== '{';
      supplyOperand();
      closers.pop();
    } else if (closers.length > 0 && isLogicalOperator(symbol)) {
      supplyOperand();
      operandIsDue = true;
    } else if (closers.length > 0 && isFieldOperator(symbol)) {
      comparisonStart = isComparisonOperator(symbol) ? mended.length - 1 : comparisonStart;
      operandIsDue = true;
    }
    mended.push(symbol);
  }
  if (closers.length > 0) {
    supplyOperand();
  }
  return [...mended, ...closers.reverse()].join(' ');
}
