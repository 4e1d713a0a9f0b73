// SPDX-License-Identifier: Apache-2.0
//
// Bounds the memory of requests in progress: many large exports at once are refused with "try again"
// instead of growing the process without end.

/** Counts bytes that are held; see {@link ByteBudget.tryReserve}. */
export class ByteBudget {
  readonly #maximum: number;
  #held = 0;

  /** @param maximum bytes that may be held at once */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** False if the budget is spent. One request alone always gets in, however large it is. */
  tryReserve(bytes: number): boolean {
    if (this.#held > 0 && this.#held + bytes > this.#maximum) {
      return false;
    }
    this.#held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }
}

/** For all exports in progress together: two of the largest, but not less than what a busy hour needs. */
export function exportBudget(maxDecompressedBytes: number): ByteBudget {
  return new ByteBudget(Math.max(2 * maxDecompressedBytes, 128 * 2 ** 20));
}
