// SPDX-License-Identifier: Apache-2.0
//
// The store with spans around its queries: those of a query have its steps below them, as `explain` gives them. Work that
// belongs to no span is passed through as it is.
import type { QueryExplanation, QueryOptions, Store } from '@tracewell/store';
import type { AttributeValue } from '@tracewell/trace';
import { withQueries } from '../api/with-queries.ts';
import { messageOf } from '../telemetry/failure.ts';
import { INTERNAL, type SelfSpan, type SelfTracer } from './self-tracer.ts';

/** The same store; only what is asked within a span of `tracer` is traced. */
export function traceStore(store: Store, tracer: SelfTracer): Store {
  async function traced<R>(
    name: string,
    attributes: Readonly<Record<string, AttributeValue>>,
    options: QueryOptions | undefined,
    ask: (options: QueryOptions) => Promise<R>
  ): Promise<R> {
    const span = tracer.child({ name, kind: INTERNAL, attributes });
    if (span === undefined) {
      return ask(options ?? {});
    }
    try {
      const result = await ask({ ...options, explain: true });
      addSteps(span, result);
      span.end();
      return result;
    } catch (error) {
      span.end(messageOf(error));
      throw error;
    }
  }
  const of = (request: { readonly query?: string; readonly start?: bigint; readonly end?: bigint }) => ({
    'tracewell.query': request.query ?? '',
    ...(request.start !== undefined && { 'tracewell.range.start': String(request.start) }),
    ...(request.end !== undefined && { 'tracewell.range.end': String(request.end) }),
  });
  return withQueries(store, {
    trace: (request, options) =>
      traced('store.trace', { 'tracewell.trace_id': request.traceId }, options, (rest) => store.trace(request, rest)),
    search: (request, options) => traced('store.search', of(request), options, (rest) => store.search(request, rest)),
    tagNames: (request, options) =>
      traced('store.tagNames', of(request), options, (rest) => store.tagNames(request, rest)),
    tagValues: (request, options) =>
      traced('store.tagValues', { ...of(request), 'tracewell.tag': request.tag }, options, (rest) =>
        store.tagValues(request, rest)
      ),
    red: (request, options) => traced('store.red', of(request), options, (rest) => store.red(request, rest)),
    metrics: (request, options) =>
      traced('store.metrics', of(request), options, (rest) => store.metrics(request, rest)),
    serviceGraph: (request, options) =>
      traced('store.serviceGraph', of(request), options, (rest) => store.serviceGraph(request, rest)),
  });
}

/** Steps are known by how long each took; they are drawn one after the other from the beginning. */
function addSteps(span: SelfSpan, result: unknown): void {
  const explanation = explanationOf(result);
  let start = span.startUnixNano;
  for (const { what, block, sql, rows, milliseconds } of explanation?.steps ?? []) {
    const end = start + BigInt(Math.round(milliseconds * 1000)) * 1000n;
    const attributes = {
      'tracewell.rows': BigInt(Math.round(rows)),
      ...(block !== undefined && { 'tracewell.block': block }),
      ...(sql !== undefined && { 'db.system.name': 'duckdb', 'db.query.text': sql }),
    };
    span.addChild({ name: what, kind: INTERNAL, attributes }, start, end);
    start = end;
  }
  if (explanation !== undefined) {
    span.set('tracewell.plan', explanation.plan);
  }
}

function explanationOf(result: unknown): QueryExplanation | undefined {
  return typeof result === 'object' && result !== null && 'explanation' in result
    ? (result.explanation as QueryExplanation | undefined)
    : undefined;
}
