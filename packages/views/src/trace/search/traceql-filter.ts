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
import { createSpanView } from './trace-span-view.ts';

/** The query for what was typed: a bare condition gets its braces. */
export function toQueryText(text: string): string {
  const trimmed = text.trim();
  return /^[{(]\s*\{?/.test(trimmed) && trimmed.includes('{') ? trimmed : `{ ${trimmed} }`;
}

/** 1 for every span that matches. Throws a TraceQlError for what cannot be parsed or is not supported here. */
export function evaluateOnTrace(text: string, trace: Trace): Uint8Array {
  const source = toQueryText(text);
  const query = parseQuery(source);
  const diagnostic = validateQuery(query)[0];
  if (diagnostic !== undefined) throw toError(source, diagnostic);
  return evaluate(onlySpanset(query, source), source, trace);
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

function evaluate(expression: SpansetExpression, source: string, trace: Trace): Uint8Array {
  switch (expression.kind) {
    case 'spansetFilter': {
      const matches = compileFilter(expression, source);
      const view = createSpanView(trace);
      const mask = new Uint8Array(trace.length);
      for (let index = 0; index < trace.length; index++) {
        view.moveTo(index);
        if (matches(view)) mask[index] = 1;
      }
      return mask;
    }
    case 'spansetOperation': {
      if (expression.operator !== '&&' && expression.operator !== '||') throw unsupported(source, expression.range);
      const left = evaluate(expression.left, source, trace);
      const right = evaluate(expression.right, source, trace);
      // `&&` holds for the trace: the spans of both sides, if both have any.
      if (expression.operator === '&&' && !(left.includes(1) && right.includes(1))) return new Uint8Array(trace.length);
      return left.map((mark, index) => mark | (right[index] ?? 0));
    }
    case 'pipeline': {
      const stage = expression.stages.length === 1 ? expression.stages[0] : undefined;
      if (stage?.kind === 'spansetFilter' || stage?.kind === 'spansetOperation' || stage?.kind === 'pipeline') {
        return evaluate(stage, source, trace);
      }
      throw unsupported(source, expression.range);
    }
  }
}
