// SPDX-License-Identifier: Apache-2.0
//
// The Bloom filter of a sealed block's trace ids: 12 bits a trace and 6 probes, about one false answer
// in 200. Kept in a file of its own beside the block, and made anew from the block if it is missing.

const BITS_PER_TRACE = 12;
const PROBES = 6;

/** Answers "certainly not" or "perhaps" for a trace id. */
export class TraceFilter {
  readonly bits: Uint8Array;

  constructor(bits: Uint8Array) {
    this.bits = bits;
  }

  static of(traceHi: BigUint64Array, traceLo: BigUint64Array): TraceFilter {
    const filter = new TraceFilter(new Uint8Array(Math.max(8, Math.ceil((traceHi.length * BITS_PER_TRACE) / 8))));
    for (let i = 0; i < traceHi.length; i++) {
      filter.probe(traceHi[i] ?? 0n, traceLo[i] ?? 0n, true);
    }
    return filter;
  }

  mayContain(traceHi: bigint, traceLo: bigint): boolean {
    return this.probe(traceHi, traceLo, false);
  }

  private probe(traceHi: bigint, traceLo: bigint, set: boolean): boolean {
    const { bits } = this;
    const size = bits.length * 8;
    // Ids need not be random (some producers count), so they are mixed first.
    let first = mix(Number(traceLo & 0xffff_ffffn) ^ mix(Number(traceHi & 0xffff_ffffn)));
    const step = mix(Number(traceLo >> 32n) ^ mix(Number(traceHi >> 32n) ^ first)) | 1;
    for (let i = 0; i < PROBES; i++) {
      const bit = (first >>> 0) % size;
      const mask = 1 << (bit & 7);
      if (set) {
        bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | mask;
      } else if (((bits[bit >>> 3] ?? 0) & mask) === 0) {
        return false;
      }
      first = (first + step) | 0;
    }
    return true;
  }
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
