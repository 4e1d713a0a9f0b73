// SPDX-License-Identifier: Apache-2.0
//
// Writes protobuf into one growing buffer: what trace-by-id needs to put a span together from its columns
// and its remainder. Nested messages are written first and framed afterwards, so nothing is measured twice.

const encoder = new TextEncoder();

/** Bytes of a varint that holds `value`, a non-negative integer below 2^53. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) {
    length += 1;
  }
  return length;
}

/** A growing buffer of protobuf fields. Tags are `field * 8 + wire type`. */
export class SpanWriter {
  private bytes: Uint8Array;
  private view: DataView;
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  private reserve(count: number): void {
    if (this.length + count > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
  }

  /** A non-negative integer below 2^53. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  /** An int64, sign-extended to ten bytes if negative. */
  varint64(value: bigint): void {
    if (value >= 0n && value < 0x20_0000_0000_0000n) {
      this.varint(Number(value));
      return;
    }
    this.reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  fixed64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  /** Eight bytes, most significant first, as ids are written. */
  id64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, value, false);
    this.length += 8;
  }

  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Length and UTF-8 bytes of a text. */
  text(text: string): void {
    // Short texts fit into three bytes a UTF-16 unit; encoding in place saves a buffer each.
    this.reserve(text.length * 3 + 5);
    if (text.length < 0x2a) {
      const { written } = encoder.encodeInto(text, this.bytes.subarray(this.length + 1));
      this.bytes[this.length] = written;
      this.length += written + 1;
      return;
    }
    const encoded = encoder.encode(text);
    this.varint(encoded.length);
    this.raw(encoded);
  }

  /** A length-delimited field with the given payload. */
  field(tag: number, payload: Uint8Array): void {
    this.varint(tag);
    this.varint(payload.length);
    this.raw(payload);
  }

  clear(): void {
    this.length = 0;
  }

  /** What was written; valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}
