// SPDX-License-Identifier: Apache-2.0
//
// The rows of one commit as column buffers in DuckDB's own vector layout, filled by the decoder and copied
// into data chunks with one call per column.
//
// A VARCHAR or BLOB slot has 16 bytes: length, then 12 bytes of the value if it fits, else its first four
// bytes and a pointer. While rows are collected a long value is noted as (offset, source), where the source
// is the request that the row came from or the arena of this buffer. When a chunk is filled each source is
// handed to DuckDB once, as one large blob in the chunk's memory, and the noted offsets become pointers
// into it. That replaces a native call for each string, the largest cost of the plain way.

/** Rows in a DuckDB vector. */
export const VECTOR_SIZE = 2048;
const INLINE_BYTES = 12;
const SOURCE_REQUEST = 0;
const SOURCE_ARENA = 1;

export type FixedWidth = 1 | 4 | 8;

/** A column of fixed-width values, as bytes and as 32-bit words of the same memory. */
export class FixedColumn {
  readonly width: FixedWidth;
  validity: Uint32Array<ArrayBuffer> | undefined;
  bytes: Uint8Array<ArrayBuffer>;
  words: Uint32Array<ArrayBuffer>;
  doubles: Float64Array<ArrayBuffer>;

  constructor(width: FixedWidth, nullable: boolean, capacity: number) {
    const buffer = new ArrayBuffer(capacity * width);
    this.width = width;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(width === 8 ? buffer : new ArrayBuffer(0));
    this.validity = nullable ? new Uint32Array(capacity / 32) : undefined;
  }

  /** Room for `capacity` rows (a multiple of the vector size); what is there stays. */
  grow(capacity: number): void {
    const grown = new FixedColumn(this.width, this.validity !== undefined, capacity);
    grown.bytes.set(this.bytes);
    this.bytes = grown.bytes;
    this.words = grown.words;
    this.doubles = grown.doubles;
    this.validity = growValidity(this.validity, grown.validity);
  }

  clear(rows: number): void {
    this.validity?.fill(0, 0, (rows + 31) >>> 5);
  }

  setValid(row: number): void {
    const validity = this.validity;
    if (validity !== undefined) {
      validity[row >>> 5] = (validity[row >>> 5] ?? 0) | (1 << (row & 31));
    }
  }

  isValid(row: number): boolean {
    return isSet(this.validity, row);
  }

  /** A 64-bit value from its halves. */
  set64(row: number, lo: number, hi: number): void {
    this.words[row * 2] = lo;
    this.words[row * 2 + 1] = hi;
    this.setValid(row);
  }
}

/** A column of VARCHAR or BLOB slots. */
export class SlotColumn {
  slots: Uint32Array<ArrayBuffer>;
  validity: Uint32Array<ArrayBuffer> | undefined;

  constructor(nullable: boolean, capacity: number) {
    this.slots = new Uint32Array(capacity * 4);
    this.validity = nullable ? new Uint32Array(capacity / 32) : undefined;
  }

  /** Room for `capacity` rows (a multiple of the vector size); what is there stays. */
  grow(capacity: number): void {
    const grown = new SlotColumn(this.validity !== undefined, capacity);
    grown.slots.set(this.slots);
    this.slots = grown.slots;
    this.validity = growValidity(this.validity, grown.validity);
  }

  clear(rows: number): void {
    this.validity?.fill(0, 0, (rows + 31) >>> 5);
  }

  isValid(row: number): boolean {
    return isSet(this.validity, row);
  }

  private set(row: number, view: DataView, start: number, length: number, source: number): void {
    const slots = this.slots;
    const at = row * 4;
    slots[at] = length;
    if (length > INLINE_BYTES) {
      slots[at + 1] = view.getInt32(start, true);
      slots[at + 2] = start;
      slots[at + 3] = source;
    } else if (start + INLINE_BYTES <= view.byteLength) {
      // Reads past the value and masks: no loop over single bytes.
      slots[at + 1] = view.getInt32(start, true) & mask(length);
      slots[at + 2] = view.getInt32(start + 4, true) & mask(length - 4);
      slots[at + 3] = view.getInt32(start + 8, true) & mask(length - 8);
    } else {
      slots[at + 1] = 0;
      slots[at + 2] = 0;
      slots[at + 3] = 0;
      for (let i = 0; i < length; i++) {
        const index = at + 1 + (i >>> 2);
        slots[index] = (slots[index] ?? 0) | (view.getUint8(start + i) << ((i & 3) * 8));
      }
    }
    const validity = this.validity;
    if (validity !== undefined) {
      validity[row >>> 5] = (validity[row >>> 5] ?? 0) | (1 << (row & 31));
    }
  }

  /** A value that lies in the row's request. */
  setFromRequest(row: number, request: DataView, start: number, end: number): void {
    this.set(row, request, start, end - start, SOURCE_REQUEST);
  }

  /** A value that lies in the arena. */
  setFromArena(row: number, arena: DataView, start: number, end: number): void {
    this.set(row, arena, start, end - start, SOURCE_ARENA);
  }

  /** Turns the noted offsets of rows [from, to), which share one request, into pointers. */
  resolve(from: number, to: number, requestLo: number, requestHi: number, arenaLo: number, arenaHi: number): void {
    const slots = this.slots;
    const validity = this.validity;
    for (let row = from; row < to; row++) {
      const at = row * 4;
      if ((slots[at] ?? 0) <= INLINE_BYTES) {
        continue;
      }
      if (!isSet(validity, row)) {
        continue;
      }
      const fromArena = slots[at + 3] === SOURCE_ARENA;
      const lo = (fromArena ? arenaLo : requestLo) + (slots[at + 2] ?? 0);
      slots[at + 2] = lo;
      slots[at + 3] = (fromArena ? arenaHi : requestHi) + (lo > 0xffff_ffff ? 1 : 0);
    }
  }
}

function isSet(validity: Uint32Array | undefined, row: number): boolean {
  return validity === undefined || ((validity[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
}

function growValidity(
  old: Uint32Array<ArrayBuffer> | undefined,
  grown: Uint32Array<ArrayBuffer> | undefined
): Uint32Array<ArrayBuffer> | undefined {
  if (old !== undefined && grown !== undefined) {
    grown.set(old);
  }
  return grown;
}

/** Keeps the first `count` bytes of a word: none below 1, all from 4 on. */
function mask(count: number): number {
  return count >= 4 ? -1 : count <= 0 ? 0 : (1 << (count * 8)) - 1;
}
