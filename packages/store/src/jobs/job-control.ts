// SPDX-License-Identifier: Apache-2.0
//
// What long work on the blocks is given by whoever started it: a way to be told to end, and one to say how far
// it is.

/** Given to the work of a job. */
export interface JobControl {
  /** Work ends soon after this is aborted, with StoreError 'cancelled', and leaves every block whole. */
  readonly signal: AbortSignal;
  /** `what` is for people ("block 12 of 40"); `done` and `total` are spans, `total` 0 while it is unknown. */
  report(what: string, done: number, total: number): void;
}
