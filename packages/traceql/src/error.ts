// SPDX-License-Identifier: Apache-2.0
//
// What a person is told about a query that cannot be run. Parsing throws a `TraceQlError` at the first
// syntax error; validation collects `Diagnostic`s, which become errors with `toError` where one is enough.
// `message` is the text that Tempo's clients know; `hint` is what we add for people, and is shown only by
// `format`.

import type { Range } from './ast.ts';
import { excerptOf, locationAt } from './source.ts';

/**
 * - `syntax`: the text is not TraceQL.
 * - `type`: it is, but it cannot mean anything (or divides by zero when it is run).
 * - `unsupported`: it means something that is not built yet.
 * - `limit`: it is too long or too deep.
 */
export type TraceQlErrorCode = 'syntax' | 'type' | 'unsupported' | 'limit';

/** One finding about a query. */
export interface Diagnostic {
  readonly code: TraceQlErrorCode;
  readonly message: string;
  readonly range: Range;
  /** A further sentence for people: a suggestion, or what to write instead. */
  readonly hint?: string;
}

/** A query that cannot be parsed or run. `line` and `column` count from 1. */
export class TraceQlError extends Error implements Diagnostic {
  readonly code: TraceQlErrorCode;
  readonly range: Range;
  readonly line: number;
  readonly column: number;
  readonly hint?: string;
  /** The query text that `range` refers to. */
  readonly source: string;

  constructor(source: string, diagnostic: Diagnostic, options: { readonly cause?: unknown } = {}) {
    super(diagnostic.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TraceQlError';
    this.code = diagnostic.code;
    this.range = diagnostic.range;
    this.source = source;
    const { line, column } = locationAt(source, diagnostic.range.start);
    this.line = line;
    this.column = column;
    if (diagnostic.hint !== undefined) {
      this.hint = diagnostic.hint;
    }
  }

  /** Message, excerpt of the source with carets, and the hint, on lines of their own. */
  format(): string {
    return formatDiagnostic(this.source, this);
  }

  override toString(): string {
    return this.format();
  }
}

/** Message, excerpt of the source with carets, and the hint, on lines of their own. */
export function formatDiagnostic(source: string, diagnostic: Diagnostic): string {
  const lines = [diagnostic.message, '', excerptOf(source, diagnostic.range)];
  if (diagnostic.hint !== undefined) {
    lines.push(diagnostic.hint);
  }
  return lines.join('\n');
}

/** The error to throw for a finding about `source`. */
export function toError(source: string, diagnostic: Diagnostic): TraceQlError {
  return new TraceQlError(source, diagnostic);
}

/** An error whose message says where it is, in the words that Tempo uses: `parse error at line 1, col 3: ...`. */
export function parseError(
  source: string,
  code: TraceQlErrorCode,
  range: Range,
  message: string,
  hint?: string
): TraceQlError {
  const { line, column } = locationAt(source, range.start);
  return new TraceQlError(source, {
    code,
    message: `parse error at line ${line}, col ${column}: ${message}`,
    range,
    ...(hint === undefined ? {} : { hint }),
  });
}
