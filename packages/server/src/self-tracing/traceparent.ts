// SPDX-License-Identifier: Apache-2.0
//
// The header `traceparent` of W3C's Trace Context, version 00 and what later versions add behind it.

/** The caller's span. */
export interface RemoteParent {
  readonly traceId: string;
  readonly spanId: string;
  /** The caller records its part. */
  readonly sampled: boolean;
}

/** Undefined for a header that is missing or not valid: then a trace begins here. */
export function parseTraceparent(header: string | undefined): RemoteParent | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header?.trim() ?? '');
  const [, version = 'ff', traceId = '', spanId = '', flags = '', more] = match ?? [];
  if (version === 'ff' || (version === '00' && more !== undefined) || /^0+$/.test(traceId) || /^0+$/.test(spanId)) {
    return undefined;
  }
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}
