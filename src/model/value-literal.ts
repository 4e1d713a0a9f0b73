// SPDX-License-Identifier: Apache-2.0
//
// Values as TraceQL writes them, where only their text is known.
import { quoteString } from '@tracewell/traceql';

/** Is this text a literal by itself: a number, a duration, a truth value, a status, a kind, or a string in quotes? */
export function isLiteral(text: string): boolean {
  return (
    /^-?\d+(?:\.\d+)?(?:ns|us|\u00b5s|ms|s|m|h)?$/.test(text) ||
    /^(?:true|false|nil|error|ok|unset|server|client|producer|consumer|internal|unspecified)$/.test(text) ||
    /^(?:"(?:[^"\\]|\\.)*"|`[^`]*`)$/.test(text)
  );
}

/** Is this text what somebody would write for a number or a truth value? Such an attribute may be stored as text all the same. */
export function isAmbiguous(text: string): boolean {
  return /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(text);
}

/** The text between the quotes of a string literal. */
export function quoteContent(text: string): string {
  return quoteString(text).slice(1, -1);
}

/** `text` with what a regular expression would take for more than itself escaped. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A literal: of a string always in quotes, of something else as it is, guessed by its looks. */
export function formatValueLiteral(type: 'string' | 'other' | 'guess', text: string): string {
  const plain = type === 'other' || (type === 'guess' && isAmbiguous(text));
  return plain ? text : quoteString(text);
}
