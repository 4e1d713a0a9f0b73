// SPDX-License-Identifier: Apache-2.0
//
// Memory for requests that is used again and again: the receiver takes it, the store's thread gets it by transfer and
// gives it back with its answer. Memory outside of V8's heap counts in each thread that it comes to: at 30 MB/s of
// requests both marked their whole heaps more than once a second, for an eighth of the CPU time of ingest.

/** Smaller requests cost little. */
const LEAST_BYTES = 4096;
/** Larger ones are rare, and would keep much memory from others. */
const MOST_BYTES = 4 * 2 ** 20;
/** What is kept for later. */
const KEPT_BYTES = 8 * 2 ** 20;

/** Buffers by size, of which there are four for each power of two. */
export class RequestMemory {
  private readonly free = new Map<number, ArrayBuffer[]>();
  private readonly lent = new WeakSet<ArrayBuffer>();
  private keptBytes = 0;

  /** Memory of `length` bytes, at the beginning of a buffer that nothing else uses; what is in it is not defined. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length < LEAST_BYTES || length > MOST_BYTES) {
      return new Uint8Array(length);
    }
    const size = sizeFor(length);
    const kept = this.free.get(size)?.pop();
    this.keptBytes -= kept === undefined ? 0 : size;
    const buffer = kept ?? new ArrayBuffer(size);
    this.lent.add(buffer);
    return new Uint8Array(buffer, 0, length);
  }

  /** Whether all of its buffer is for these bytes, which may then be given away with it. */
  isAlone(bytes: Uint8Array<ArrayBuffer>): boolean {
    return bytes.byteLength === bytes.buffer.byteLength || this.lent.has(bytes.buffer);
  }

  /** Takes back a buffer that nothing uses any more, if it is of a size that may be asked for, and there is room. */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength;
    const isOfUse = size >= LEAST_BYTES && size <= MOST_BYTES && sizeFor(size) === size;
    if (!isOfUse || this.keptBytes + size > KEPT_BYTES) {
      return;
    }
    this.keptBytes += size;
    const list = this.free.get(size) ?? [];
    list.push(buffer);
    this.free.set(size, list);
  }
}

/** At most a quarter more than is asked for. */
function sizeFor(length: number): number {
  const step = 2 ** (Math.floor(Math.log2(length)) - 2);
  return Math.ceil(length / step) * step;
}

/** That of this thread. */
export const requestMemory = new RequestMemory();
