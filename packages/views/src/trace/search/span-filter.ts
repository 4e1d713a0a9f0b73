// SPDX-License-Identifier: Apache-2.0
//
// The filter box of a trace: plain text is looked for in everything a span has; TraceQL (`{ ... }`, or a bare condition
// such as `span.http.response.status_code >= 500`) is evaluated on every span.

import type { Trace } from '@tracewell/trace';
import { TraceQlError } from '@tracewell/traceql';
import type { Steps } from './steps.ts';
import type { TextIndex } from './text-index.ts';
import { evaluateOnTrace } from './traceql-filter.ts';

export interface Matches {
  /** 1 for every span that matches. */
  readonly mask: Uint8Array;
  /** The same as ascending span indexes. */
  readonly spans: Uint32Array;
}

export type FilterKind = 'none' | 'text' | 'traceql';

export interface FilterResult {
  readonly kind: FilterKind;
  readonly matches?: Matches;
  /** Why the query could not be evaluated, for people. */
  readonly error?: string;
}

/** Marks as a list too. */
export function toMatches(mask: Uint8Array): Matches {
  let count = 0;
  for (const mark of mask) count += mark;
  const spans = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) spans[at++] = i;
  return { mask, spans };
}

/** A condition that looks like TraceQL: a field with a scope or an intrinsic, and an operator after it. */
const condition =
  /^\s*!?\(*\s*(?:(?:span|resource|event|link|instrumentation|trace|parent)?[.:]["\w]|(?:name|duration|status|statusMessage|kind|rootName|rootServiceName|traceDuration|childCount)\s*(?:[=!<>]))/;

/** What the text is taken for. */
export function filterKind(text: string): FilterKind {
  const trimmed = text.trim();
  if (trimmed === '') return 'none';
  if (trimmed.startsWith('{')) return 'traceql';
  return condition.test(trimmed) && /[=<>]/.test(trimmed) ? 'traceql' : 'text';
}

/** Evaluates the filter. Plain text finds what `index` has indexed so far. */
export function* filterSpans(text: string, trace: Trace, index: TextIndex): Steps<FilterResult> {
  const kind = filterKind(text);
  switch (kind) {
    case 'none':
      return { kind };
    case 'text':
      return { kind, matches: toMatches(yield* index.search(text.trim())) };
    case 'traceql':
      try {
        return { kind, matches: toMatches(yield* evaluateOnTrace(text, trace)) };
      } catch (error) {
        if (error instanceof TraceQlError) return { kind, error: error.format() };
        throw error;
      }
  }
}
