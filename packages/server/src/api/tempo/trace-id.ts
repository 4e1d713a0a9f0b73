// SPDX-License-Identifier: Apache-2.0
//
// Trace ids in URLs: hex of up to 128 bits, leading zeros may be missing (many clients trim them).
import { badParameter } from '../query-error.ts';

/** 32 lower-case hex digits. */
export function parseTraceId(text: string): string {
  const bad = /[^0-9a-fA-F]/u.exec(text);
  if (bad !== null) {
    throw badParameter(
      `trace IDs can only contain hex characters: invalid character '${bad[0]}' at position ${bad.index + 1}`
    );
  }
  if (text === '') {
    throw badParameter('a trace ID is missing: expected up to 32 hex characters');
  }
  if (text.length > 32) {
    throw badParameter("trace IDs can't be larger than 128 bits: expected up to 32 hex characters");
  }
  return text.toLowerCase().padStart(32, '0');
}
