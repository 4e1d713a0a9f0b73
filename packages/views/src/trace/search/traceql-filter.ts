// SPDX-License-Identifier: Apache-2.0
//
// TraceQL over one trace that is here already: spanset filters, combined by `&&` and `||`. What the language has beyond
// that (structure, pipelines, metrics) is for the search over all traces.

import type { Trace } from '@tracewell/trace';
import {
  compileFilter,
  parseQuery,
  toError,
  type TraceQlError,
  validateQuery,
  type Query,
  type SpansetExpression,
} from '@tracewell/traceql';
import { SPANS_PER_STEP, type Steps } from './steps.ts';
import { createSpanView } from './trace-span-view.ts';

/** The query for what was typed: a bare condition gets its braces. */
export function toQueryText(text: string): string {
  const trimmed = text.trim();
  return /^[{(]\s*\{?/.test(trimmed) && trimmed.includes('{') ? trimmed : `{ ${trimmed} }`;
}

/** 1 for every span that matches. Throws a TraceQlError for what cannot be parsed or is not supported here. */
export function* evaluateOnTrace(text: string, trace: Trace): Steps<Uint8Array> {
  const source = toQueryText(text);
  const query = parseQuery(source);
  const diagnostic = validateQuery(query)[0];
  if (diagnostic !== undefined) throw toError(source, diagnostic);
  return yield* evaluate(onlySpanset(query, source), source, trace, 0, 1);
}

function unsupported(source: string, range: { start: number; end: number }): TraceQlError {
  return toError(source, {
    code: 'unsupported',
    message: 'expected a filter { ... }, or filters joined by && and ||; the rest of TraceQL works in the search only',
    range,
  });
}

function onlySpanset(query: Query, source: string): SpansetExpression {
  const { body } = query;
  const stage = body.kind === 'pipeline' && body.stages.length === 1 ? body.stages[0] : undefined;
  if (stage?.kind === 'spansetFilter' || stage?.kind === 'spansetOperation' || stage?.kind === 'pipeline') return stage;
  throw unsupported(source, body.range);
}

/** Its steps go from `from` to `to` of the whole. */
function* evaluate(
  expression: SpansetExpression,
  source: string,
  trace: Trace,
  from: number,
  to: number
): Steps<Uint8Array> {
  switch (expression.kind) {
    case 'spansetFilter': {
      const matches = compileFilter(expression, source);
      const view = createSpanView(trace);
      const mask = new Uint8Array(trace.length);
      for (let index = 0; index < trace.length; index++) {
        view.moveTo(index);
        if (matches(view)) mask[index] = 1;
        if (index % SPANS_PER_STEP === 0) yield from + ((to - from) * index) / trace.length;
      }
      return mask;
    }
    case 'spansetOperation': {
      if (expression.operator !== '&&' && expression.operator !== '||') throw unsupported(source, expression.range);
      const middle = (from + to) / 2;
      const left = yield* evaluate(expression.left, source, trace, from, middle);
      const right = yield* evaluate(expression.right, source, trace, middle, to);
      // `&&` holds for the trace: the spans of both sides, if both have any.
      if (expression.operator === '&&' && !(left.includes(1) && right.includes(1))) return new Uint8Array(trace.length);
      return left.map((mark, index) => mark | (right[index] ?? 0));
    }
    case 'pipeline': {
      const stage = expression.stages.length === 1 ? expression.stages[0] : undefined;
      if (stage?.kind === 'spansetFilter' || stage?.kind === 'spansetOperation' || stage?.kind === 'pipeline') {
        return yield* evaluate(stage, source, trace, from, to);
      }
      throw unsupported(source, expression.range);
    }
  }
}
