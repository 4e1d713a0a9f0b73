// SPDX-License-Identifier: Apache-2.0
//
// Writes the protobuf wire format into a growing buffer. A nested message is written in place behind one byte
// for its length; a length that needs more moves the payload once, when the message ends.

const FIRST_CAPACITY = 256;
const encoder = new TextEncoder();

export class WireWriter {
  private buffer: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private position = 0;

  /** Room for `capacity` bytes at first. */
  constructor(capacity = FIRST_CAPACITY) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.position;
  }

  /** What was written, in the writer's own memory: it is not to be used after this. Spares a copy of much. */
  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.position);
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.position);
  }

  /** Forgets what was written and keeps the buffer. */
  clear(): void {
    this.position = 0;
  }

  /** Begins a nested message in this field; give the result to {@link end}. */
  begin(field: number): number {
    this.tag(field, 2);
    this.reserve(1);
    this.position += 1;
    return this.position;
  }

  /** Ends the nested message that began at `start`. */
  end(start: number): void {
    const length = this.position - start;
    let size = 1;
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      size += 1;
    }
    if (size > 1) {
      this.reserve(size - 1);
      this.buffer.copyWithin(start + size - 1, start, this.position);
    }
    const end = this.position + size - 1;
    this.position = start - 1;
    this.varint32(length);
    this.position = end;
  }

  /** A varint of up to 32 bits (`uint32`, `bool`, enums that are not negative). */
  uint32(field: number, value: number): void {
    this.tag(field, 0);
    this.varint32(value);
  }

  /** An `int32` or enum: negative numbers take ten bytes. */
  int32(field: number, value: number): void {
    if (value >= 0) {
      this.uint32(field, value);
    } else {
      this.int64(field, BigInt(value));
    }
  }

  /** An `int64` or `uint64`, taken modulo 2^64. */
  int64(field: number, value: bigint): void {
    this.tag(field, 0);
    let rest = BigInt.asUintN(64, value);
    this.reserve(10);
    while (rest >= 0x80n) {
      this.buffer[this.position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.position++] = Number(rest);
  }

  /** A `fixed64`, taken modulo 2^64. */
  fixed64(field: number, value: bigint): void {
    this.tag(field, 1);
    this.reserve(8);
    this.view.setBigUint64(this.position, BigInt.asUintN(64, value), true);
    this.position += 8;
  }

  fixed32(field: number, value: number): void {
    this.tag(field, 5);
    this.reserve(4);
    this.view.setUint32(this.position, value, true);
    this.position += 4;
  }

  double(field: number, value: number): void {
    this.tag(field, 1);
    this.reserve(8);
    this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** Lone surrogates become U+FFFD. */
  text(field: number, value: string): void {
    const start = this.begin(field);
    this.reserve(value.length * 3);
    this.position += encoder.encodeInto(value, this.buffer.subarray(this.position)).written;
    this.end(start);
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, 2);
    this.varint32(value.length);
    this.raw(value, 0, value.length);
  }

  /** Copies `bytes[start, end)`: whole fields, or the payload of a message that was begun. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.buffer.set(bytes.subarray(start, end), this.position);
    this.position += end - start;
  }

  private tag(field: number, wireType: number): void {
    this.varint32(field * 8 + wireType);
  }

  private varint32(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
  }

  private reserve(size: number): void {
    const needed = this.position + size;
    if (needed <= this.buffer.length) {
      return;
    }
    const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    // All of it: end() reserves while the payload lies behind the position.
    larger.set(this.buffer);
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }
}
