// SPDX-License-Identifier: Apache-2.0
//
// Reads the protobuf wire format from a range of bytes without building objects. A reader is a cursor: the
// caller owns the message's end and passes it to every step, so nested messages need no allocation. Every
// step checks its bounds; what cannot be read throws MalformedRequestError.

import { MalformedRequestError } from './errors.ts';

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_GROUP_START = 3;
export const WIRE_GROUP_END = 4;
export const WIRE_FIXED32 = 5;

/** Groups inside unknown fields deeper than this are refused (protobuf's own limit is 100). */
const MAX_GROUP_DEPTH = 100;

const wireTypeNames = ['a varint', '8 bytes', 'a length', 'a group', 'the end of a group', '4 bytes'];

/** A cursor over protobuf bytes. `lo` and `hi` hold the halves of the last 64-bit number read. */
export class WireReader {
  bytes: Uint8Array;
  position: number;
  lo = 0;
  hi = 0;
  /** The same memory as `bytes`. */
  view: DataView;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Points the reader at other bytes. */
  reset(bytes: Uint8Array, position: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.position = position;
  }

  /** The next field's tag: field number * 8 + wire type, at least 8. */
  tag(end: number): number {
    const at = this.position;
    if (at < end) {
      const first = this.bytes[at] ?? 0;
      if (first < 0x80 && first >= 8) {
        this.position = at + 1;
        return first;
      }
    }
    this.varint(end);
    if (this.hi !== 0 || this.lo >>> 3 === 0) {
      throw new MalformedRequestError(at, 'a field number from 1 to 536870911', `tag ${this.describe64()}`);
    }
    return this.lo;
  }

  /** Reads a varint into `lo` and `hi`. */
  varint(end: number): void {
    const bytes = this.bytes;
    const start = this.position;
    let at = start;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw new MalformedRequestError(start, 'a varint', `the end of the message after ${at - start} bytes of it`);
      }
      const byte = bytes[at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) {
        lo |= bits << shift;
      } else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else {
        hi |= bits << (shift - 32);
      }
      if (byte < 0x80) {
        this.position = at;
        this.lo = lo >>> 0;
        this.hi = hi >>> 0;
        return;
      }
    }
    throw new MalformedRequestError(start, 'a varint of at most 10 bytes', 'a longer one');
  }

  /** A varint cut to 32 bits, as protobuf does for `uint32`. */
  uint32(end: number): number {
    const at = this.position;
    if (at < end) {
      const first = this.bytes[at] ?? 0;
      if (first < 0x80) {
        this.position = at + 1;
        return first;
      }
    }
    this.varint(end);
    return this.lo;
  }

  /** A varint cut to 32 bits and signed, as protobuf does for `int32` and enums. */
  int32(end: number): number {
    return this.uint32(end) | 0;
  }

  /** Reads a length and returns where the payload ends; the cursor stands at its start. */
  payloadEnd(end: number): number {
    const at = this.position;
    if (at < end) {
      const length = this.bytes[at] ?? 0;
      const payloadEnd = at + 1 + length;
      if (length < 0x80 && payloadEnd <= end) {
        this.position = at + 1;
        return payloadEnd;
      }
    }
    return this.longPayloadEnd(end);
  }

  /** Lengths of more than one byte, and the errors: apart, so that the common case is small enough to inline. */
  private longPayloadEnd(end: number): number {
    const at = this.position;
    this.varint(end);
    const length = this.hi * 0x1_0000_0000 + this.lo;
    const payloadEnd = this.position + length;
    if (payloadEnd > end) {
      throw new MalformedRequestError(at, `a field of ${length} bytes`, `${end - this.position} bytes left`);
    }
    return payloadEnd;
  }

  /** Reads 8 bytes into `lo` and `hi`. */
  fixed64(end: number): void {
    const at = this.position;
    if (at + 8 > end) {
      throw new MalformedRequestError(at, 'a fixed64 of 8 bytes', `${end - at} bytes left`);
    }
    this.lo = this.view.getUint32(at, true);
    this.hi = this.view.getUint32(at + 4, true);
    this.position = at + 8;
  }

  fixed32(end: number): number {
    const at = this.position;
    if (at + 4 > end) {
      throw new MalformedRequestError(at, 'a fixed32 of 4 bytes', `${end - at} bytes left`);
    }
    this.position = at + 4;
    return this.view.getUint32(at, true);
  }

  double(end: number): number {
    const at = this.position;
    if (at + 8 > end) {
      throw new MalformedRequestError(at, 'a double of 8 bytes', `${end - at} bytes left`);
    }
    this.position = at + 8;
    return this.view.getFloat64(at, true);
  }

  /** Steps over the value of a field whose tag was just read. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case WIRE_VARINT:
        this.varint(end);
        return;
      case WIRE_FIXED64:
        this.fixed64(end);
        return;
      case WIRE_BYTES:
        this.position = this.payloadEnd(end);
        return;
      case WIRE_FIXED32:
        this.fixed32(end);
        return;
      case WIRE_GROUP_START:
        this.skipGroup(tag, end);
        return;
      default:
        throw new MalformedRequestError(this.position, 'a wire type from 0 to 5 other than 4', this.describeTag(tag));
    }
  }

  private skipGroup(tag: number, end: number): void {
    const open = [tag];
    while (open.length > 0) {
      if (this.position >= end) {
        throw new MalformedRequestError(this.position, 'the end of a group', 'the end of the message');
      }
      const inner = this.tag(end);
      if ((inner & 7) === WIRE_GROUP_START) {
        open.push(inner);
        if (open.length > MAX_GROUP_DEPTH) {
          throw new MalformedRequestError(this.position, `at most ${MAX_GROUP_DEPTH} nested groups`, 'more');
        }
      } else if ((inner & 7) === WIRE_GROUP_END) {
        const start = open.pop() ?? 0;
        if (inner >>> 3 !== start >>> 3) {
          throw new MalformedRequestError(this.position, `the end of group ${start >>> 3}`, this.describeTag(inner));
        }
      } else {
        this.skip(inner, end);
      }
    }
  }

  private describeTag(tag: number): string {
    return `field ${tag >>> 3} with ${wireTypeNames[tag & 7] ?? `wire type ${tag & 7}`}`;
  }

  private describe64(): string {
    return String((BigInt(this.hi) << 32n) | BigInt(this.lo));
  }
}
