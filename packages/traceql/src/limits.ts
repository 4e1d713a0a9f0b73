// SPDX-License-Identifier: Apache-2.0
//
// How much of a query we read. A query is untrusted input: without these, a long chain of operators or a
// tower of parentheses would overflow the stack of whoever walks the tree.

/** UTF-8 bytes of a query text. */
export const MAX_QUERY_BYTES = 128 * 1024;
/** Parentheses within parentheses. */
export const MAX_NESTING = 100;
/** Operators in a whole query. A chain of them is a tree of that depth. */
export const MAX_OPERATORS = 2_000;
