// SPDX-License-Identifier: Apache-2.0
//
// Messages out of a stream in which each stands behind its length as a varint, however the stream is cut into chunks.
import { CommandError } from './target.ts';

/** Longest message that is taken for one: anything else is not what it should be. */
const MAX_MESSAGE_BYTES = 2 ** 31;

/** Rejects with CommandError if the stream ends within a message. */
export async function* delimitedMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    pending.push(chunk);
    size += chunk.length;
    for (let head = lengthAt(pending); head !== undefined && size >= head.end; head = lengthAt(pending)) {
      const bytes = pending.length === 1 ? (pending[0] ?? new Uint8Array(0)) : Buffer.concat(pending);
      yield bytes.subarray(head.start, head.end);
      const rest = bytes.subarray(head.end);
      pending = rest.length === 0 ? [] : [rest];
      size = rest.length;
    }
  }
  if (size > 0) {
    throw new CommandError('the export broke off in the middle; what came so far is not complete');
  }
}

/** Where the first message lies; undefined while its length has not come. */
function lengthAt(pending: readonly Uint8Array[]): { readonly start: number; readonly end: number } | undefined {
  let length = 0;
  let factor = 1;
  let start = 0;
  for (const chunk of pending) {
    for (const byte of chunk) {
      start += 1;
      length += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (length > MAX_MESSAGE_BYTES || start > 5) {
        throw new CommandError('the answer is not an export of a Tracewell store');
      }
      if (byte < 0x80) {
        return { start, end: start + length };
      }
    }
  }
  return undefined;
}
