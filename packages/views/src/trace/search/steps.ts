// SPDX-License-Identifier: Apache-2.0
//
// Work over all spans of a trace in steps, so that it can be spread over many frames, told how far it is, and dropped when
// nobody waits for it any more. A step is a `yield` of the share that is done, 0 to 1, every few hundred spans.

/** Gives its result when it is driven to its end; throws what the work throws. */
export type Steps<T> = Generator<number, T, void>;

/** Spans between two looks at the clock. */
export const SPANS_PER_STEP = 256;

/** Drives the work to its end at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export interface SliceOptions {
  /** A slice takes about this long, milliseconds. */
  readonly budgetMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Calls back when the page has had its turn. */
  readonly later: (work: () => void) => void;
  /** After each slice but the last. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Drives the work in slices, the first of them now. `onDone` gets the result, `onError` what the work throws. The function
 * returned drops the work: nothing is called back after that.
 */
export function runInSlices<T>(
  steps: Steps<T>,
  onDone: (result: T) => void,
  onError: (error: unknown) => void,
  { budgetMs, now, later, onProgress }: SliceOptions
): () => void {
  let dropped = false;
  const slice = (): void => {
    if (dropped) return;
    let step: IteratorResult<number, T>;
    try {
      const deadline = now() + budgetMs;
      do step = steps.next();
      while (step.done !== true && now() < deadline);
    } catch (error) {
      onError(error);
      return;
    }
    if (step.done === true) {
      onDone(step.value);
    } else {
      onProgress?.(step.value);
      later(slice);
    }
  };
  slice();
  return () => {
    dropped = true;
  };
}
