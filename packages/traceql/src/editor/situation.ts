// SPDX-License-Identifier: Apache-2.0
//
// What can stand at the cursor, for completion. The text is usually broken there, so this looks at tokens,
// not at a tree: at the open brackets before the cursor, at the token that the cursor is in or behind, and at
// the one or two tokens before that.

import type { AttributeRef, ComparisonOperator, IntrinsicRef, Range } from '../ast.ts';
import { lex } from '../lexer.ts';
import { isArithmeticOperator, isComparisonOperator, isLogicalOperator } from '../operators.ts';
import type { Token } from '../token.ts';
import { intrinsicsByWord, metricsFunctions } from '../vocabulary.ts';

interface Typed {
  /** What is typed already of the thing that is to be completed. */
  readonly prefix: string;
  /** What a completion replaces. */
  readonly range: Range;
}

export type Situation =
  /** The start of a query or operand: a filter in braces. */
  | (Typed & { readonly kind: 'filter' })
  /** In braces or in a function: an attribute, an intrinsic, a scope. */
  | (Typed & { readonly kind: 'operand' })
  /** After a scope and its dot. The prefix is as written, quotes included. */
  | (Typed & {
      readonly kind: 'attributeName';
      readonly scope: AttributeRef['scope'];
      readonly parent: boolean;
    })
  /** After an operand: a comparison. */
  | (Typed & { readonly kind: 'operator'; readonly reference?: AttributeRef | IntrinsicRef })
  /** After a comparison. In an open string the prefix is its content and the range includes the quotes. */
  | (Typed & {
      readonly kind: 'value';
      readonly operator: ComparisonOperator;
      readonly reference?: AttributeRef | IntrinsicRef;
    })
  /** After a whole condition: `&&`, `||`, or the closing bracket. */
  | (Typed & { readonly kind: 'connective' })
  /** After a pipe. */
  | (Typed & { readonly kind: 'function'; readonly afterMetric: boolean })
  /** After a filter or stage: a pipe or an operator between spansets. */
  | (Typed & { readonly kind: 'stageEnd' })
  /** In `with(...)`: the name of a hint. */
  | (Typed & { readonly kind: 'hint' })
  /** Nothing to offer: in a comment, in a number's place. */
  | { readonly kind: 'none' };

/** What can stand at `offset` (UTF-16) of a text. Never throws. */
export function situationAt(text: string, offset: number): Situation {
  const tokens = lex(text).filter((token) => token.kind !== 'end');
  const inComment = tokens.some(({ start, end, text: source }) => {
    // A comment to the end of the line, or one that is not closed, goes on where the cursor is behind it.
    const isOpen = source.startsWith('//') || (source.startsWith('/*') && !source.endsWith('*/'));
    const isComment = isOpen || source.startsWith('/*');
    return isComment && start < offset && (offset < end || (isOpen && offset === end));
  });
  if (inComment) {
    return { kind: 'none' };
  }
  const significant = tokens.filter((token) => token.kind !== 'comment');
  const current = significant.find((token) => isBeingTyped(token, offset));
  const before = significant.filter((token) => token !== current && token.end <= offset);
  const name = current === undefined ? undefined : attributeNameSituation(current, offset);
  if (name !== undefined) {
    return name;
  }
  const typed: Typed =
    current === undefined
      ? { prefix: '', range: { start: offset, end: offset } }
      : { prefix: typedPrefix(current, offset), range: { start: current.start, end: current.end } };
  const container = containerOf(before);
  switch (container.kind) {
    case 'hints':
      return endsWithSymbol(before, '(', ',') ? { kind: 'hint', ...typed } : { kind: 'none' };
    case 'expression':
      return expressionSituation(before, typed);
    case 'pipeline':
      return pipelineSituation(before, typed);
  }
}

/** Whether the cursor is in the token or directly behind one that could still go on. */
function isBeingTyped(token: Token, offset: number): boolean {
  if (token.start >= offset || token.end < offset || token.kind === 'comment') {
    return false;
  }
  if (token.kind === 'symbol') {
    return offset < token.end || token.symbol === '!';
  }
  return token.kind === 'string' ? offset < token.end : true;
}

function typedPrefix(token: Token, offset: number): string {
  const isText = token.kind === 'string' || (token.kind === 'invalid' && /^["`]/.test(token.text));
  return token.text.slice(isText ? 1 : 0, offset - token.start);
}

function attributeNameSituation(token: Token, offset: number): Situation | undefined {
  const text = token.text;
  const scoped = /^(?:(parent)\.)?(?:(span|resource|event|link|instrumentation)?\.)?/.exec(text);
  const nameStart = token.start + (scoped?.[0].length ?? 0);
  const isAttribute = token.kind === 'attribute' || (token.kind === 'invalid' && nameStart > token.start);
  if (!isAttribute || scoped === null || offset < nameStart) {
    return undefined;
  }
  const scope = attributeScopes.find((candidate) => candidate === scoped[2]) ?? 'none';
  return {
    kind: 'attributeName',
    scope,
    parent: scoped[1] !== undefined,
    prefix: text.slice(nameStart - token.start, offset - token.start),
    range: { start: nameStart, end: token.end },
  };
}

const attributeScopes = ['span', 'resource', 'event', 'link', 'instrumentation'] as const;

type Container = { readonly kind: 'expression' | 'hints' | 'pipeline' };

/** What the innermost bracket that is open holds. */
function containerOf(before: readonly Token[]): Container {
  const open: Container['kind'][] = [];
  before.forEach((token, index) => {
    if (token.kind !== 'symbol') {
      return;
    }
    if (token.symbol === '{') {
      open.push('expression');
    } else if (token.symbol === '(') {
      const previous = before[index - 1];
      const outer = open[open.length - 1] ?? 'pipeline';
      const isCall = previous?.kind === 'word' && previous.text !== 'compare';
      open.push(!isCall ? outer : previous.text === 'with' ? 'hints' : 'expression');
    } else if (token.symbol === '}' || token.symbol === ')') {
      open.pop();
    }
  });
  return { kind: open[open.length - 1] ?? 'pipeline' };
}

function expressionSituation(before: readonly Token[], typed: Typed): Situation {
  const previous = before[before.length - 1];
  if (previous?.kind === 'symbol') {
    const { symbol } = previous;
    if (isComparisonOperator(symbol)) {
      const reference = referenceOf(before[before.length - 2]);
      return { kind: 'value', operator: symbol, ...(reference === undefined ? {} : { reference }), ...typed };
    }
    const wantsOperand =
      isLogicalOperator(symbol) || isArithmeticOperator(symbol) || ['{', '(', ',', '!'].includes(symbol);
    if (wantsOperand) {
      return { kind: 'operand', ...typed, ...withoutNot(typed) };
    }
    return { kind: 'connective', ...typed };
  }
  const beforePrevious = before[before.length - 2];
  const endsComparison = beforePrevious?.kind === 'symbol' && isComparisonOperator(beforePrevious.symbol);
  if (endsComparison) {
    return { kind: 'connective', ...typed };
  }
  const reference = referenceOf(previous);
  return { kind: 'operator', ...(reference === undefined ? {} : { reference }), ...typed };
}

/** A `!` where an operand is due is complete: what follows it is the operand. */
function withoutNot({ prefix, range }: Typed): Partial<Typed> {
  return prefix === '!' ? { prefix: '', range: { start: range.end, end: range.end } } : {};
}

function pipelineSituation(before: readonly Token[], typed: Typed): Situation {
  const previous = before[before.length - 1];
  if (previous?.kind !== 'symbol') {
    return previous === undefined ? { kind: 'filter', ...typed } : { kind: 'none' };
  }
  const afterMetric = before.some(
    (token) => token.kind === 'word' && metricsFunctions.some(({ name }) => name === token.text)
  );
  switch (previous.symbol) {
    case '|':
      return { kind: 'function', afterMetric, ...typed };
    case '}':
    case ')':
      return { kind: 'stageEnd', ...typed };
    default: {
      // After an operator: another filter, unless the operator compares or adds up numbers.
      const leftEnd = before[before.length - 2];
      const afterFilter = leftEnd === undefined || /^[})(]$/.test(leftEnd.text);
      const isNumeric = isArithmeticOperator(previous.symbol) || !afterFilter || endsAggregate(before);
      return previous.symbol === '(' || !isNumeric ? { kind: 'filter', ...typed } : { kind: 'none' };
    }
  }
}

/** Whether the operator at the end follows `count()` or the like. */
function endsAggregate(before: readonly Token[]): boolean {
  let depth = 0;
  for (let index = before.length - 2; index >= 0; index--) {
    const token = before[index];
    if (token?.text === ')') {
      depth += 1;
    } else if (token?.text === '(') {
      depth -= 1;
    }
    if (depth === 0) {
      return before[index - 1]?.kind === 'word';
    }
  }
  return false;
}

function endsWithSymbol(before: readonly Token[], ...symbols: readonly string[]): boolean {
  const previous = before[before.length - 1];
  return previous?.kind === 'symbol' && symbols.includes(previous.symbol);
}

function referenceOf(token: Token | undefined): AttributeRef | IntrinsicRef | undefined {
  switch (token?.kind) {
    case 'attribute': {
      const { scope, parent, name, start, end } = token;
      return { kind: 'attribute', scope, parent, name, range: { start, end } };
    }
    case 'intrinsic': {
      const { name, start, end } = token;
      return { kind: 'intrinsic', name, legacy: false, range: { start, end } };
    }
    case 'word': {
      const { start, end } = token;
      const legacy = intrinsicsByWord.get(token.text);
      return legacy && { kind: 'intrinsic', name: legacy.name, legacy: true, range: { start, end } };
    }
    default:
      return undefined;
  }
}
