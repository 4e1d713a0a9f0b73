// SPDX-License-Identifier: Apache-2.0
//
// What a test sees of a query that is refused.

import { TraceQlError } from '../error.ts';

/** The error that `run` throws, as a person reads it: message, excerpt with carets, hint. */
export function failureOf(run: () => unknown): string {
  return errorOf(run).format();
}

/** The TraceQlError that `run` throws; any other outcome fails the test. */
export function errorOf(run: () => unknown): TraceQlError {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceQlError) {
      return error;
    }
    throw error;
  }
  throw new Error('expected a TraceQlError, but nothing was thrown');
}

/** Lines without the indentation that they share, without blank first and last lines. */
export function drawing(text: string): string {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}
