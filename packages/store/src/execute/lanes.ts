// SPDX-License-Identifier: Apache-2.0
//
// Work on many items, some of them at a time.

/**
 * Does `work` for each of the items, `lanes` at a time, begun in their order. After a failure no other item is begun, and
 * what has begun has ended when this rejects with that failure: it may use what the caller then lets go of.
 */
export async function inLanes<Item>(
  items: Iterable<Item>,
  lanes: number,
  work: (item: Item) => Promise<void>
): Promise<void> {
  // One iterator for all lanes: each takes the next item from it.
  const rest = items[Symbol.iterator]();
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    for (
      let next = rest.next();
      next.done !== true;
      next = hasFailed ? { done: true, value: undefined } : rest.next()
    ) {
      try {
        await work(next.value);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ended.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}
