// SPDX-License-Identifier: Apache-2.0
//
// Reads one attribute of a span into a SpanRecord. An attribute that is one key and one known value can go into
// a typed column; of any other shape (several values or keys, none, unknown fields, string table references)
// its bytes are kept: VALUE_NOT_COLUMNABLE.

import { BYTES_1, BYTES_2 } from './envelope.ts';
import { type SpanRecord, VALUE_EMPTY, VALUE_NOT_COLUMNABLE } from './span-record.ts';
import type { ValueValidator } from './validate-value.ts';
import type { WireReader } from './wire-reader.ts';

export class AttributeReader {
  private readonly reader: WireReader;
  private readonly record: SpanRecord;
  private readonly validator: ValueValidator;

  constructor(reader: WireReader, record: SpanRecord, validator: ValueValidator) {
    this.reader = reader;
    this.record = record;
    this.validator = validator;
  }

  /** Reads the attribute field that begins at `fieldStart`; its KeyValue payload is `[start, end)`. */
  read(fieldStart: number, start: number, end: number): void {
    const { record, validator } = this;
    const { bytes } = this.reader;
    const index = record.nextAttribute();
    record.attributeStart[index] = fieldStart;
    record.attributeEnd[index] = end;
    // What every SDK writes: key, then value, both shorter than 128 bytes, and nothing else.
    const keyStart = start + 2;
    const keyLength = end - start >= 4 && bytes[start] === BYTES_1 ? (bytes[start + 1] ?? 0) : 0x80;
    const keyEnd = keyStart + keyLength;
    const valueStart = keyEnd + 2;
    const valueLength = end - valueStart;
    if (
      keyLength < 0x80 &&
      valueLength >= 0 &&
      valueLength < 0x80 &&
      bytes[keyEnd] === BYTES_2 &&
      bytes[keyEnd + 1] === valueLength
    ) {
      validator.text(keyStart, keyEnd, 'an attribute key');
      record.keyStart[index] = keyStart;
      record.keyEnd[index] = keyEnd;
      const type = this.value(index, valueStart, end);
      record.valueType[index] = type;
      if (type === VALUE_NOT_COLUMNABLE) {
        validator.keyValue(start, end, 0);
      }
      return;
    }
    this.readAny(index, start, end);
  }

  /** The general case: fields in any number and order. */
  private readAny(index: number, start: number, end: number): void {
    const { reader, record, validator } = this;
    let keys = 0;
    let values = 0;
    let keyStart = start;
    let keyEnd = start;
    let odd = false;
    let valueStart = start;
    let valueEnd = start;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === BYTES_1) {
        keyEnd = reader.payloadEnd(end);
        keyStart = reader.position;
        reader.position = keyEnd;
        keys += 1;
        validator.text(keyStart, keyEnd, 'an attribute key');
      } else if (tag === BYTES_2) {
        valueEnd = reader.payloadEnd(end);
        valueStart = reader.position;
        values += 1;
        if (values > 1) {
          // Several values merge; each is checked, and the attribute is kept as bytes.
          validator.anyValue(valueStart, valueEnd, 0);
        }
        reader.position = valueEnd;
      } else {
        reader.skip(tag, end);
        odd = true;
      }
    }
    record.keyStart[index] = keyStart;
    record.keyEnd[index] = keyEnd;
    const type = this.value(index, valueStart, valueEnd);
    if (odd || keys > 1 || values !== 1 || type === VALUE_NOT_COLUMNABLE) {
      // Whatever the shape, all of it is checked: this also covers a first value that was merged with others.
      validator.keyValue(start, end, 0);
      record.valueType[index] = VALUE_NOT_COLUMNABLE;
    } else {
      record.valueType[index] = type;
    }
  }

  /** Reads an AnyValue into attribute `index` and returns its type. */
  private value(index: number, start: number, end: number): number {
    const { reader, record, validator } = this;
    record.valueStart[index] = start;
    record.valueEnd[index] = end;
    if (start === end) {
      return VALUE_EMPTY;
    }
    reader.position = start;
    const tag = reader.tag(end);
    let type = tag >>> 3;
    switch (tag) {
      case (1 << 3) | 2:
      case (5 << 3) | 2:
      case (6 << 3) | 2:
      case (7 << 3) | 2: {
        const next = reader.payloadEnd(end);
        const at = reader.position;
        record.valueStart[index] = at;
        record.valueEnd[index] = next;
        validator.valueSize(next - at, record.keyStart[index] ?? 0, record.keyEnd[index] ?? 0);
        if (type === 1) {
          validator.text(at, next, 'an attribute value');
        } else if (type !== 7) {
          validator.list(at, next, 1, type === 6);
        }
        reader.position = next;
        break;
      }
      case (2 << 3) | 0:
        reader.varint(end);
        record.bool[index] = reader.lo !== 0 || reader.hi !== 0 ? 1 : 0;
        break;
      case (3 << 3) | 0:
        reader.varint(end);
        record.intLo[index] = reader.lo;
        record.intHi[index] = reader.hi;
        break;
      case (4 << 3) | 1:
        record.double[index] = reader.double(end);
        break;
      default:
        type = VALUE_NOT_COLUMNABLE;
        reader.skip(tag, end);
    }
    return reader.position < end ? VALUE_NOT_COLUMNABLE : type;
  }
}
