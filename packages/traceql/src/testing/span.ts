// SPDX-License-Identifier: Apache-2.0
//
// Spans and traces for tests of the evaluator, as literals.

import type { EventView, LinkView, SpanIntrinsicName, SpanView, TraceView } from '../evaluate/span-view.ts';
import type { Value } from '../evaluate/value.ts';

type Attributes = Readonly<Record<string, unknown>>;

export interface SpanLiteral {
  readonly span?: Attributes;
  readonly resource?: Attributes;
  readonly instrumentation?: Attributes;
  readonly intrinsics?: Readonly<Partial<Record<SpanIntrinsicName, Value>>>;
  readonly events?: readonly { readonly name?: string; readonly after?: bigint; readonly attributes?: Attributes }[];
  readonly links?: readonly { readonly traceId?: string; readonly spanId?: string; readonly attributes?: Attributes }[];
}

export function spanView(literal: SpanLiteral): SpanView {
  return {
    attribute: (scope, name) => literal[scope]?.[name],
    intrinsic: (name) => literal.intrinsics?.[name],
    events: (literal.events ?? []).map(({ name = '', after = 0n, attributes = {} }): EventView => ({
      attribute: (key) => attributes[key],
      name,
      timeSinceStart: after,
    })),
    links: (literal.links ?? []).map(({ traceId = '', spanId = '', attributes = {} }): LinkView => ({
      attribute: (key) => attributes[key],
      traceId,
      spanId,
    })),
  };
}

/** A trace of named spans with their parents' positions. */
export function traceView(
  spans: readonly (SpanLiteral & { readonly name: string; readonly parent: number })[]
): TraceView {
  const views = spans.map((span): SpanView => {
    const view = spanView({
      ...span,
      intrinsics: { 'span:name': { kind: 'string', value: span.name }, ...span.intrinsics },
    });
    return {
      ...view,
      get parent() {
        return views[span.parent];
      },
    };
  });
  return { spans: views, parents: spans.map(({ parent }) => parent) };
}
