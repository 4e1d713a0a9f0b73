// SPDX-License-Identifier: Apache-2.0
//
// The Bloom filter of a sealed block's trace ids: 12 bits a trace and 6 probes, about one false answer
// in 200. Kept in a file of its own beside the block, with a checksum at its end: a filter with a wrong bit would hide
// traces. Made anew from the block if it is missing or damaged.

import { crc32 } from 'node:zlib';

const BITS_PER_TRACE = 12;
const PROBES = 6;
/** At the end of the file: a mark, and the CRC-32 of the bits. */
const MARK = 0x3246_4254;
const TRAILER_BYTES = 8;

/** Answers "certainly not" or "perhaps" for a trace id. */
export class TraceFilter {
  /** What the file holds: the bits, and the trailer that tells them from damaged ones. */
  readonly bits: Uint8Array;
  private readonly size: number;

  /** Takes the content of a file. Throws if it is damaged, or of format 1, which had no checksum. */
  constructor(bits: Uint8Array) {
    const length = bits.length - TRAILER_BYTES;
    const trailer = new DataView(bits.buffer, bits.byteOffset, bits.length);
    const isWhole = length > 0 && trailer.getUint32(length, true) === MARK;
    if (!isWhole || trailer.getUint32(length + 4, true) !== crc32(bits.subarray(0, length))) {
      throw new Error(`expected a filter with its checksum at the end, found ${bits.length} bytes without`);
    }
    this.bits = bits;
    this.size = length * 8;
  }

  static of(traceHi: BigUint64Array, traceLo: BigUint64Array): TraceFilter {
    const length = filterBytes(traceHi.length);
    const bits = new Uint8Array(length + TRAILER_BYTES);
    const trailer = new DataView(bits.buffer);
    trailer.setUint32(length, MARK, true);
    trailer.setUint32(length + 4, crc32(bits.subarray(0, length)), true);
    const filter = new TraceFilter(bits);
    for (let i = 0; i < traceHi.length; i++) {
      filter.probe(traceHi[i] ?? 0n, traceLo[i] ?? 0n, true);
    }
    trailer.setUint32(length + 4, crc32(bits.subarray(0, length)), true);
    return filter;
  }

  /** Whether a file of this length may be a filter of format 1 for so many traces. */
  static isOlderFormat(length: number, traces: number): boolean {
    return length === filterBytes(traces);
  }

  mayContain(traceHi: bigint, traceLo: bigint): boolean {
    return this.probe(traceHi, traceLo, false);
  }

  private probe(traceHi: bigint, traceLo: bigint, set: boolean): boolean {
    const { bits, size } = this;
    if (traceHi !== hashed.traceHi || traceLo !== hashed.traceLo) {
      hash(traceHi, traceLo);
    }
    let { first } = hashed;
    const { step } = hashed;
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

/** The id that was hashed last: the filters of all blocks are asked for one trace after the other. */
const hashed = { traceHi: 0n, traceLo: 0n, first: 0, step: 0 };
hash(0n, 0n);

/** Ids need not be random (some producers count), so they are mixed. */
function hash(traceHi: bigint, traceLo: bigint): void {
  hashed.traceHi = traceHi;
  hashed.traceLo = traceLo;
  hashed.first = mix(Number(traceLo & 0xffff_ffffn) ^ mix(Number(traceHi & 0xffff_ffffn)));
  hashed.step = mix(Number(traceLo >> 32n) ^ mix(Number(traceHi >> 32n) ^ hashed.first)) | 1;
}

function filterBytes(traces: number): number {
  return Math.max(8, Math.ceil((traces * BITS_PER_TRACE) / 8));
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
