// SPDX-License-Identifier: Apache-2.0
//
// What went wrong in a span: its exception events, and an `error.type` without one.

import { findText, type Span } from '@tracewell/trace';

export interface SpanException {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

/** Exceptions that the span recorded, in order; text that was not sent is ''. */
export function exceptionsOf(span: Span): SpanException[] {
  const sources = [
    ...span.events.filter((event) => event.name === 'exception').map((event) => event.attributes),
    span.attributes,
  ];
  return sources.flatMap((attributes) => {
    const type = findText(attributes, 'exception.type') ?? '';
    const message = findText(attributes, 'exception.message') ?? '';
    const stack = findText(attributes, 'exception.stacktrace') ?? '';
    return type === '' && message === '' && stack === '' ? [] : [{ type, message, stack }];
  });
}
