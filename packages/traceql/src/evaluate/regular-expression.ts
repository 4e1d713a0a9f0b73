// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions of TraceQL: RE2 syntax, the whole text must match, `.` matches a newline too.

import { RE2JS } from 're2js';

export interface CompiledPattern {
  matches(text: string): boolean;
}

/** Compiles a pattern; a string says what is wrong with it. Matching is linear in the text. */
export function compilePattern(pattern: string): CompiledPattern | string {
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
    return { matches: (text) => compiled.matches(text) };
  } catch (error) {
    // The flag for `.` stands before the pattern in the message; nobody wrote it.
    return String(error instanceof Error ? error.message : error).replace('`(?s)', '`');
  }
}
