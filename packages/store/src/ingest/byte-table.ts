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
  private pool = new Uint8Array(16 * FIRST_SLOTS);
  private poolLength = 0;
  size = 0;

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  /** The id of bytes[start, end), a new one if need be, or -1 if the table is full and does not have it. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) {
      hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    }
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.slots[slot] ?? -1;
      if (id < 0) {
        return this.add(bytes, start, end, hash, slot);
      }
      if (this.hashes[id] === hash && this.equals(id, bytes, start, end)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The text of an id, as UTF-8. */
  text(id: number): string {
    const start = this.starts[id] ?? 0;
    return Buffer.from(this.pool.buffer, start, this.lengths[id] ?? 0).toString('utf8');
  }

  private equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.lengths[id] !== end - start) {
      return false;
    }
    const { pool } = this;
    for (let i = start, at = this.starts[id] ?? 0; i < end; i++, at++) {
      if (pool[at] !== bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    if (this.size >= this.maximum) {
      return -1;
    }
    const id = this.size++;
    const length = end - start;
    if (this.poolLength + length > this.pool.length) {
      const pool = new Uint8Array(Math.max(this.pool.length * 2, this.poolLength + length));
      pool.set(this.pool);
      this.pool = pool;
    }
    this.pool.set(bytes.subarray(start, end), this.poolLength);
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
    for (let id = 0; id < this.size; id++) {
      let slot = (this.hashes[id] ?? 0) & (length - 1);
      while ((this.slots[slot] ?? -1) >= 0) {
        slot = (slot + 1) & (length - 1);
      }
      this.slots[slot] = id;
    }
  }
}
