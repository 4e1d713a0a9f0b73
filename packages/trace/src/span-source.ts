// SPDX-License-Identifier: Apache-2.0
//
// Where the spans of a trace come from. A trace of hundreds of thousands of spans is drawn from a few columns
// (ids, name, kind, status, times, service); attributes, events and links are looked at one span at a time. So
// the tree is built from these columns, and the whole span is decoded only when somebody asks for it.

import { assertDefined } from '@tracewell/base';
import { serviceNameOf } from './attributes.ts';
import type { Span } from './model.ts';

/**
 * Spans of one trace in the order they were received. Indexes here are source indexes, 0 to `length - 1`; they
 * are not the `SpanIndex`es of the trace built from it. Every method must be pure: the same index gives the
 * same answer each time. `spanAt` need not cache, the trace does.
 */
export interface SpanSource {
  readonly length: number;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  spanId(index: number): string;
  /** 16 lower-case hex digits, or '' for a root span. */
  parentSpanId(index: number): string;
  name(index: number): string;
  /** Index into `spanKinds`. */
  kind(index: number): number;
  /** Index into `statusCodes`. */
  statusCode(index: number): number;
  startUnixNano(index: number): bigint;
  endUnixNano(index: number): bigint;
  /** `service.name` of the span's resource, or '' where none was sent. */
  serviceName(index: number): string;
  /** The whole span, decoded now. */
  spanAt(index: number): Span;
}

/** Spans that are decoded already, as a source; a source is itself. */
export function toSpanSource(traceId: string, spans: readonly Span[] | SpanSource): SpanSource {
  if ('spanAt' in spans) {
    return spans;
  }
  const at = (index: number): Span => assertDefined(spans[index], `span ${index} of ${spans.length}`);
  return {
    length: spans.length,
    traceId,
    spanId: (index) => at(index).spanId,
    parentSpanId: (index) => at(index).parentSpanId,
    name: (index) => at(index).name,
    kind: (index) => at(index).kind,
    statusCode: (index) => at(index).statusCode,
    startUnixNano: (index) => at(index).startUnixNano,
    endUnixNano: (index) => at(index).endUnixNano,
    serviceName: (index) => serviceNameOf(at(index)),
    spanAt: at,
  };
}
