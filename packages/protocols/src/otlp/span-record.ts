// SPDX-License-Identifier: Apache-2.0
//
// One decoded span as offsets into the request's bytes. There is one record per request, reused for every
// span: whoever receives it copies what must outlive the call. Arrays are valid up to their count; what lies
// behind is left over from earlier spans.

/** `valueType` of an attribute that no typed column can give back as it was sent: keep its bytes. */
export const VALUE_NOT_COLUMNABLE = 255;

/** AnyValue field numbers, as they stand in `valueType`; 0 is a value that is present but empty. */
export const VALUE_EMPTY = 0;
export const VALUE_STRING = 1;
export const VALUE_BOOL = 2;
export const VALUE_INT = 3;
export const VALUE_DOUBLE = 4;
export const VALUE_ARRAY = 5;
export const VALUE_KVLIST = 6;
export const VALUE_BYTES = 7;

const FIRST_CAPACITY = 128;

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** See the head of the file. Offsets are into `bytes`; an absent string has start === end. */
export class SpanRecord {
  bytes: Uint8Array = new Uint8Array(0);
  /** The Span message's payload. */
  start = 0;
  end = 0;
  /** Offset of 16 bytes. */
  traceId = 0;
  /** Offset of 8 bytes. */
  spanId = 0;
  /** Offset of 8 bytes, or -1 if absent, empty or all zero. */
  parentId = -1;
  /** Halves of nanoseconds since 1970, each 0 to 2^32 - 1. */
  startLo = 0;
  startHi = 0;
  endLo = 0;
  endHi = 0;
  kind = 0;
  status = 0;
  nameStart = 0;
  nameEnd = 0;
  messageStart = 0;
  messageEnd = 0;

  attributeCount = 0;
  /** The whole field, tag and length included. */
  attributeStart: Int32Array = new Int32Array(FIRST_CAPACITY);
  attributeEnd: Int32Array = new Int32Array(FIRST_CAPACITY);
  keyStart: Int32Array = new Int32Array(FIRST_CAPACITY);
  keyEnd: Int32Array = new Int32Array(FIRST_CAPACITY);
  valueType: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  /** Payload of a string, bytes, array or kvlist; the AnyValue's own range for other types. */
  valueStart: Int32Array = new Int32Array(FIRST_CAPACITY);
  valueEnd: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Halves of an int64, as signed 32-bit numbers (two's complement). */
  intLo: Int32Array = new Int32Array(FIRST_CAPACITY);
  intHi: Int32Array = new Int32Array(FIRST_CAPACITY);
  double: Float64Array = new Float64Array(FIRST_CAPACITY);
  bool: Uint8Array = new Uint8Array(FIRST_CAPACITY);

  /** Fields without a column, whole (tag included), in wire order. */
  restCount = 0;
  restStart: Int32Array = new Int32Array(FIRST_CAPACITY);
  restEnd: Int32Array = new Int32Array(FIRST_CAPACITY);

  /** Payload ranges; the same fields are also in the rest. */
  eventCount = 0;
  eventStart: Int32Array = new Int32Array(FIRST_CAPACITY);
  eventEnd: Int32Array = new Int32Array(FIRST_CAPACITY);
  linkCount = 0;
  linkStart: Int32Array = new Int32Array(FIRST_CAPACITY);
  linkEnd: Int32Array = new Int32Array(FIRST_CAPACITY);

  /** Forgets the last span. */
  clear(): void {
    this.traceId = -1;
    this.spanId = -1;
    this.parentId = -1;
    this.startLo = 0;
    this.startHi = 0;
    this.endLo = 0;
    this.endHi = 0;
    this.kind = 0;
    this.status = 0;
    this.nameStart = 0;
    this.nameEnd = 0;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.attributeCount = 0;
    this.restCount = 0;
    this.eventCount = 0;
    this.linkCount = 0;
  }

  /** Makes room for one more attribute and returns its index. */
  nextAttribute(): number {
    const index = this.attributeCount++;
    if (index === this.attributeStart.length) {
      this.growAttributes();
    }
    return index;
  }

  addRest(start: number, end: number): void {
    const index = this.restCount++;
    if (index === this.restStart.length) {
      this.restStart = grown(this.restStart);
      this.restEnd = grown(this.restEnd);
    }
    this.restStart[index] = start;
    this.restEnd[index] = end;
  }

  addEvent(start: number, end: number): void {
    const index = this.eventCount++;
    if (index === this.eventStart.length) {
      this.eventStart = grown(this.eventStart);
      this.eventEnd = grown(this.eventEnd);
    }
    this.eventStart[index] = start;
    this.eventEnd[index] = end;
  }

  addLink(start: number, end: number): void {
    const index = this.linkCount++;
    if (index === this.linkStart.length) {
      this.linkStart = grown(this.linkStart);
      this.linkEnd = grown(this.linkEnd);
    }
    this.linkStart[index] = start;
    this.linkEnd[index] = end;
  }

  private growAttributes(): void {
    this.attributeStart = grown(this.attributeStart);
    this.attributeEnd = grown(this.attributeEnd);
    this.keyStart = grown(this.keyStart);
    this.keyEnd = grown(this.keyEnd);
    this.valueStart = grown(this.valueStart);
    this.valueEnd = grown(this.valueEnd);
    this.intLo = grown(this.intLo);
    this.intHi = grown(this.intHi);
    const { valueType, double, bool } = this;
    this.valueType = new Uint8Array(valueType.length * 2);
    this.valueType.set(valueType);
    this.bool = new Uint8Array(bool.length * 2);
    this.bool.set(bool);
    this.double = new Float64Array(double.length * 2);
    this.double.set(double);
  }
}
