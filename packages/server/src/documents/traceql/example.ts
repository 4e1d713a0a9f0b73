// SPDX-License-Identifier: Apache-2.0
//
// What docs/traceql.md is made of: chapters with examples. Each example is run by a test against a real store that
// holds the two drawn traces of shop.ts, and its answer is compared.

/** A query and what it gives. */
export interface Example {
  /** What it asks, in a few words. */
  readonly says: string;
  readonly query: string;
  /**
   * Lines: of a search a spanset each (`cart: GET /cart, GetCart`, and the spanset's own attributes in brackets), of a
   * metrics query a series each, of a mistake the message.
   */
  readonly answer: readonly string[];
  /**
   * Shows attributes of spans too, or a metrics query over time in steps of 20 ms instead of its one value, or only the
   * lines of the answer with these words.
   */
  readonly shows?: 'attributes' | 'over time' | { readonly only: string };
}

/** A chapter of the document. */
export interface Chapter {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly examples: readonly Example[];
}
