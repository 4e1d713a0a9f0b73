// SPDX-License-Identifier: Apache-2.0
//
// Trace ids as Tempo's API writes and reads them (shorter ones mean leading zeros).

import { isHex } from '@tracewell/base';

/** An id that a person or a client got wrong; the message says how. */
export class TraceIdError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TraceIdError';
  }
}

/**
 * 32 lower-case hex digits of a trace id of 1 to 32 hex digits of either case, padded with zeros on the left.
 * Throws {@link TraceIdError}; its message is the body of a 400 answer.
 */
export function parseTraceId(text: string): string {
  if (text === '') {
    throw new TraceIdError('a trace id must have 1 to 32 hex digits, found none');
  }
  for (let i = 0; i < text.length; i++) {
    if (!isHex(text.charAt(i), 1)) {
      const character = String.fromCodePoint(text.codePointAt(i) ?? 0);
      throw new TraceIdError(
        `a trace id can only have hex digits: invalid character '${character}' at position ${i + 1}`
      );
    }
  }
  if (text.length > 32) {
    throw new TraceIdError(
      `a trace id can't be larger than 128 bits: expected at most 32 hex digits, found ${text.length}`
    );
  }
  return text.toLowerCase().padStart(32, '0');
}

/** The id without leading zeros, as Tempo's search answers it; a zero id keeps one digit. */
export function trimTraceId(traceId: string): string {
  return traceId.replace(/^0+(?=.)/, '');
}
