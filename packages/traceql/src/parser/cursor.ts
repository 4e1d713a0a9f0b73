// SPDX-License-Identifier: Apache-2.0
//
// The parser's place among the tokens: looking, taking, counting what is limited, and the one way to say
// that something else was expected. Comments are skipped here, so productions never see them.

import type { Range } from '../ast.ts';
import type { TraceQlError } from '../error.ts';
import { parseError } from '../error.ts';
import { lex } from '../lexer.ts';
import { MAX_NESTING, MAX_OPERATORS, MAX_QUERY_BYTES } from '../limits.ts';
import { didYouMean, suggestionsFor } from '../suggestion.ts';
import type { SymbolText, Token } from '../token.ts';
import {
  intrinsicsByWord,
  knownWords,
  metricsFunctions,
  pipelineFunctions,
  secondStageFunctions,
} from '../vocabulary.ts';

/** The longest piece of source that a message repeats. */
const MAX_QUOTED = 40;

export class Cursor {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #index = 0;
  #operators = 0;
  #nesting = 0;

  /** Throws a `limit` error if the text is too long to be looked at. */
  constructor(source: string) {
    this.#source = source;
    if (source.length > MAX_QUERY_BYTES || new TextEncoder().encode(source).length > MAX_QUERY_BYTES) {
      throw parseError(source, 'limit', { start: 0, end: 0 }, `query is longer than ${MAX_QUERY_BYTES} bytes`);
    }
    this.#tokens = lex(source).filter((token) => token.kind !== 'comment');
  }

  /** The next token, `ahead` further ones skipped. Beyond the end, the `end` token. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.#index + ahead] ?? this.#tokens[this.#tokens.length - 1];
    return token ?? { kind: 'end', start: 0, end: 0, text: '' };
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') {
      this.#index += 1;
    }
    return token;
  }

  isSymbol(symbol: SymbolText, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.symbol === symbol;
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text === word;
  }

  /** Takes the symbol if it is next. */
  take(symbol: SymbolText): boolean {
    const found = this.isSymbol(symbol);
    if (found) {
      this.#index += 1;
    }
    return found;
  }

  /** Takes the symbol or fails; `expected` says what else could have stood here. */
  expect(symbol: SymbolText, expected: string = symbol): Token {
    if (!this.isSymbol(symbol)) {
      throw this.unexpected(expected);
    }
    return this.next();
  }

  /** From the start of a token or node to the end of the last token taken. */
  rangeFrom(start: { readonly start: number }): Range {
    const last = this.#tokens[this.#index - 1];
    return { start: start.start, end: Math.max(start.start, last?.end ?? start.start) };
  }

  /** Runs a production one level deeper. */
  nested<Node>(parse: () => Node): Node {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw parseError(this.#source, 'limit', this.peek(), `more than ${MAX_NESTING} nested parentheses`);
    }
    const node = parse();
    this.#nesting -= 1;
    return node;
  }

  /** Called once for each operator of the query. */
  countOperator(): void {
    this.#operators += 1;
    if (this.#operators > MAX_OPERATORS) {
      throw parseError(this.#source, 'limit', this.peek(), `query has more than ${MAX_OPERATORS} operators`);
    }
  }

  /** An error about a node or token that is in itself well formed. */
  error(range: Range, message: string, hint?: string): TraceQlError {
    return parseError(this.#source, 'syntax', { start: range.start, end: range.end }, message, hint);
  }

  /** The error for a token that cannot stand here. */
  unexpected(expected: string, token: Token = this.peek(), hint?: string): TraceQlError {
    if (token.kind === 'invalid') {
      return this.error(token, token.message, token.hint);
    }
    if (token.kind === 'word' && !knownWords.has(token.text)) {
      return this.error(token, `unknown identifier: ${token.text}`, this.#hintForWord(token));
    }
    const found = token.kind === 'end' ? 'end of query' : shortened(token.text);
    return this.error(
      token,
      `syntax error: unexpected ${found}, expecting ${expected}`,
      hint ?? (token.text === '=' && this.#follows('=', token) ? 'Equality is written with one =.' : undefined)
    );
  }

  #follows(text: string, token: Token): boolean {
    return this.#source.slice(token.start - text.length, token.start) === text;
  }

  #hintForWord(token: Token): string | undefined {
    const symbol = OTHER_LANGUAGES[token.text.toLowerCase()];
    if (symbol !== undefined) {
      return `Did you mean ${symbol}?`;
    }
    const following = this.#tokens.find(({ start }) => start === token.end);
    if (following?.kind === 'attribute' && following.scope === 'none') {
      const name = token.text + following.text;
      return `Attributes have a scope: did you mean span.${name}, resource.${name} or .${name}?`;
    }
    if (following?.kind === 'symbol' && following.symbol === '(') {
      const functions = [...pipelineFunctions, ...metricsFunctions, ...secondStageFunctions];
      return didYouMean(
        suggestionsFor(
          token.text,
          functions.map(({ name }) => name)
        )
      );
    }
    const words = new Set([...knownWords, ...intrinsicsByWord.keys()]);
    return (
      didYouMean(suggestionsFor(token.text, words)) ??
      `Attributes have a scope (span.${token.text}, resource.${token.text}, .${token.text}); strings stand in quotes.`
    );
  }
}

/** What the same thing is called elsewhere. */
const OTHER_LANGUAGES: Readonly<Record<string, string | undefined>> = {
  and: '&&',
  or: '||',
  not: '!',
  null: 'nil',
  none: 'nil',
  undefined: 'nil',
};

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MAX_QUOTED ? text : `${characters.slice(0, MAX_QUOTED).join('')}...`;
}
