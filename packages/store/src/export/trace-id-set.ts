// SPDX-License-Identifier: Apache-2.0
//
// Trace ids that were seen, exact, 16 bytes each and room to grow: an export of a hundred million spans has
// millions of them, for which a Map of objects would take ten times as much.

const LEAST_SLOTS = 1024;

/** See the head of the file. */
export class TraceIdSet {
  private hi = new BigUint64Array(LEAST_SLOTS);
  private lo = new BigUint64Array(LEAST_SLOTS);
  private hasZero = false;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** True if the id was not in the set; it is now. */
  add(hi: bigint, lo: bigint): boolean {
    if (hi === 0n && lo === 0n) {
      // An empty slot looks like this one.
      const isNew = !this.hasZero;
      this.hasZero = true;
      this.count += isNew ? 1 : 0;
      return isNew;
    }
    if (!this.insert(hi, lo)) {
      return false;
    }
    this.count += 1;
    if (this.count * 2 > this.lo.length) {
      this.grow();
    }
    return true;
  }

  private insert(hi: bigint, lo: bigint): boolean {
    const mask = this.lo.length - 1;
    let slot = hash(hi, lo) & mask;
    for (;;) {
      const high = this.hi[slot] ?? 0n;
      const low = this.lo[slot] ?? 0n;
      if (high === 0n && low === 0n) {
        this.hi[slot] = hi;
        this.lo[slot] = lo;
        return true;
      }
      if (high === hi && low === lo) {
        return false;
      }
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const { hi, lo } = this;
    this.hi = new BigUint64Array(hi.length * 2);
    this.lo = new BigUint64Array(lo.length * 2);
    lo.forEach((low, slot) => {
      const high = hi[slot] ?? 0n;
      if (high !== 0n || low !== 0n) {
        this.insert(high, low);
      }
    });
  }
}

/** Ids need not be random (some producers count), so all 128 bits are mixed. */
function hash(hi: bigint, lo: bigint): number {
  let mixed = Number(lo & 0xffff_ffffn) | 0;
  for (const part of [lo >> 32n, hi & 0xffff_ffffn, hi >> 32n]) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) ^ Number(part);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
