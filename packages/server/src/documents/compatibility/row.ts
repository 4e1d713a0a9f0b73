// SPDX-License-Identifier: Apache-2.0
//
// What docs/compatibility.md is made of: one row for each endpoint or behaviour of Tempo, with the test that shows
// what is said. The document's test fails when a test that is named does not exist.

/** `same`: as in Tempo. `better`: what works there works here, and more. `different`, `left out`: mind it. */
export type Verdict = 'same' | 'better' | 'different' | 'left out';

/** A test by its file (from the root of the repository) and its title. */
export interface TestName {
  readonly file: string;
  readonly title: string;
}

export interface CompatibilityRow {
  readonly what: string;
  readonly verdict: Verdict;
  /** What holds here and, where it differs, what Tempo does and why this does not. */
  readonly note: string;
  readonly test: TestName;
}

/** A part of the document. */
export interface CompatibilityPart {
  readonly title: string;
  readonly rows: readonly CompatibilityRow[];
}

/** Makes the tests of a file by their titles. */
export const testsOf =
  (file: string) =>
  (title: string): TestName => ({ file, title });
