// SPDX-License-Identifier: Apache-2.0
//
// Numbers byte strings (attribute keys, event names) in order of first appearance, without making a
// JavaScript string of what is known already: this runs for every attribute of every span.

const FIRST_SLOTS = 1024;

/** Byte strings with dense ids from 0. At most `maximum` of them. */
export class ByteTable {
  private readonly maximum: number;
  private slots = new Int32Array(FIRST_SLOTS).fill(-1);
  private hashes = new Int32Array(FIRST_SLOTS);
  private starts = new Int32Array(FIRST_SLOTS);
  private lengths = new Int32Array(FIRST_SLOTS);
  /** An id that came after this one (index 0: after none) the last time it was asked for; 0 if unknown. */
  private successors = new Int32Array(FIRST_SLOTS + 1);
  private pool = new Uint8Array(16 * FIRST_SLOTS);
  private poolView = new DataView(this.pool.buffer);
  private poolLength = 0;
  size = 0;

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  /** The id of [start, end) of `view`, a new one if need be, or -1 if the table is full and does not have it. */
  intern(view: DataView, start: number, end: number): number {
    const length = end - start;
    let hash = length;
    if (length < 4) {
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
      }
    } else {
      const last = end - 4;
      for (let at = start; at < last; at += 4) {
        hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      hash = Math.imul(hash ^ view.getInt32(last, true), 0x9e3779b1);
    }
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.slots[slot] ?? -1;
      if (id < 0) {
        return this.add(view, start, end, hash, slot);
      }
      if (this.hashes[id] === hash && this.equals(id, view, start, end)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * The same as {@link intern}, for byte strings that come in sequences: what followed `previous` (-1 for none) the
   * last time is compared first, which saves the hash.
   */
  internAfter(previous: number, view: DataView, start: number, end: number): number {
    const guess = (this.successors[previous + 1] ?? 0) - 1;
    if (guess >= 0 && this.equals(guess, view, start, end)) {
      return guess;
    }
    const id = this.intern(view, start, end);
    if (id >= 0) {
      this.successors[previous + 1] = id + 1;
    }
    return id;
  }

  /** The text of an id, as UTF-8. */
  text(id: number): string {
    const start = this.starts[id] ?? 0;
    return Buffer.from(this.pool.buffer, start, this.lengths[id] ?? 0).toString('utf8');
  }

  private equals(id: number, view: DataView, start: number, end: number): boolean {
    const length = end - start;
    if (this.lengths[id] !== length) {
      return false;
    }
    const pool = this.poolView;
    const from = this.starts[id] ?? 0;
    if (length < 4) {
      for (let i = 0; i < length; i++) {
        if (pool.getUint8(from + i) !== view.getUint8(start + i)) {
          return false;
        }
      }
      return true;
    }
    // The last four bytes overlap with those before: no loop over what is left.
    const last = length - 4;
    for (let i = 0; i < last; i += 4) {
      if (pool.getInt32(from + i) !== view.getInt32(start + i)) {
        return false;
      }
    }
    return pool.getInt32(from + last) === view.getInt32(start + last);
  }

  private add(view: DataView, start: number, end: number, hash: number, slot: number): number {
    if (this.size >= this.maximum) {
      return -1;
    }
    const id = this.size++;
    const length = end - start;
    if (this.poolLength + length > this.pool.length) {
      const pool = new Uint8Array(Math.max(this.pool.length * 2, this.poolLength + length));
      pool.set(this.pool);
      this.pool = pool;
      this.poolView = new DataView(pool.buffer);
    }
    this.pool.set(new Uint8Array(view.buffer, view.byteOffset + start, length), this.poolLength);
    this.slots[slot] = id;
    this.hashes[id] = hash;
    this.starts[id] = this.poolLength;
    this.lengths[id] = length;
    this.poolLength += length;
    if (this.size * 2 > this.slots.length) {
      this.growTable();
    }
    return id;
  }

  private growTable(): void {
    const length = this.slots.length * 2;
    const { hashes, starts, lengths } = this;
    this.slots = new Int32Array(length).fill(-1);
    this.hashes = new Int32Array(length);
    this.hashes.set(hashes);
    this.starts = new Int32Array(length);
    this.starts.set(starts);
    this.lengths = new Int32Array(length);
    this.lengths.set(lengths);
    const { successors } = this;
    this.successors = new Int32Array(length + 1);
    this.successors.set(successors);
    for (let id = 0; id < this.size; id++) {
      let slot = (this.hashes[id] ?? 0) & (length - 1);
      while ((this.slots[slot] ?? -1) >= 0) {
        slot = (slot + 1) & (length - 1);
      }
      this.slots[slot] = id;
    }
  }
}
