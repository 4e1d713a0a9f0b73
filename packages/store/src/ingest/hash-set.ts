// SPDX-License-Identifier: Apache-2.0
//
// A set of 64-bit hashes in one typed array: open addressing, linear probing, at most three quarters full. (0, 0) marks
// a free slot and is never a member, see ContentHash.

/** Share of the slots that may be taken: at this the next free one is some six slots away, which is 50 bytes. */
const MOST_FULL = 0.75;

/** Adding, asking and deleting take constant time; the halves are signed 32-bit numbers. */
export class HashSet {
  private slots: Int32Array;
  size = 0;

  /** Room for `expected` members before the first growth, which stops the thread for a while. */
  constructor(expected: number) {
    let length = 1024;
    while (length * MOST_FULL < expected) {
      length *= 2;
    }
    this.slots = new Int32Array(length * 2);
  }

  /** True if the hash was not there yet. */
  add(lo: number, hi: number): boolean {
    const at = this.find(lo, hi);
    if (this.slots[at] !== 0 || this.slots[at + 1] !== 0) {
      return false;
    }
    this.slots[at] = lo;
    this.slots[at + 1] = hi;
    this.size += 1;
    if (this.size * 2 > this.slots.length * MOST_FULL) {
      this.grow();
    }
    return true;
  }

  has(lo: number, hi: number): boolean {
    const at = this.find(lo, hi);
    return this.slots[at] !== 0 || this.slots[at + 1] !== 0;
  }

  delete(lo: number, hi: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let hole = this.find(lo, hi);
    if (slots[hole] === 0 && slots[hole + 1] === 0) {
      return;
    }
    this.size -= 1;
    // What follows in the run moves up unless that would put it before its own home slot.
    let at = hole;
    for (;;) {
      at = (at + 2) & mask;
      const nextLo = slots[at] ?? 0;
      const nextHi = slots[at + 1] ?? 0;
      if (nextLo === 0 && nextHi === 0) {
        break;
      }
      const home = (nextLo << 1) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = nextLo;
        slots[hole + 1] = nextHi;
        hole = at;
      }
    }
    slots[hole] = 0;
    slots[hole + 1] = 0;
  }

  /** Forgets all; keeps the room. */
  clear(): void {
    this.slots.fill(0);
    this.size = 0;
  }

  /** Index of the hash, or of the free slot where it would go. */
  private find(lo: number, hi: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = (lo << 1) & mask;
    for (;;) {
      const foundLo = slots[at];
      const foundHi = slots[at + 1];
      if ((foundLo === lo && foundHi === hi) || (foundLo === 0 && foundHi === 0)) {
        return at;
      }
      at = (at + 2) & mask;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      const lo = old[i] ?? 0;
      const hi = old[i + 1] ?? 0;
      if (lo !== 0 || hi !== 0) {
        const at = this.find(lo, hi);
        this.slots[at] = lo;
        this.slots[at + 1] = hi;
      }
    }
  }
}
