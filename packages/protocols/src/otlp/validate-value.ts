// SPDX-License-Identifier: Apache-2.0
//
// Walks OTLP attribute values, events, links, resources and scopes for what can be wrong with them: text
// that is not UTF-8, values over the limit, nesting without end. A finding is a sentence, the first one wins
// (`problem`), and makes the caller reject the span; broken framing throws MalformedRequestError.
//
// Field types that differ from the proto are unknown fields, as protobuf has it, and are stepped over.

import { isUtf8 } from './utf8.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * Lists nested deeper than this are refused. Most protobuf libraries refuse 100 nested messages, and each level
 * of a key-value list is three: what is accepted here can be read again everywhere.
 */
export const MAX_VALUE_DEPTH = 30;

const FIELD_1_BYTES = (1 << 3) | 2;
const FIELD_2_BYTES = (2 << 3) | 2;
const FIELD_3_BYTES = (3 << 3) | 2;
const FIELD_4_BYTES = (4 << 3) | 2;
const FIELD_5_BYTES = (5 << 3) | 2;
const FIELD_6_BYTES = (6 << 3) | 2;

/** Text for messages, cut to 80 bytes; bad UTF-8 shows as replacement characters. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 80)));
  return end - start > 80 ? `${text}...` : text;
}

/** See the head of the file. */
export class ValueValidator {
  readonly reader: WireReader;
  /** The first thing found wrong since the last reset; '' if nothing was. */
  problem = '';
  private readonly maxAttributeBytes: number;

  constructor(reader: WireReader, maxAttributeBytes: number) {
    this.reader = reader;
    this.maxAttributeBytes = maxAttributeBytes;
  }

  report(problem: string): void {
    if (this.problem === '') {
      this.problem = problem;
    }
  }

  /** Checks a string; `what` names it in the message. */
  text(start: number, end: number, what: string): void {
    if (!isUtf8(this.reader.bytes, this.reader.view, start, end)) {
      this.report(`${what} is not valid UTF-8`);
    }
  }

  /** Checks the size of an attribute's value. */
  valueSize(size: number, keyStart: number, keyEnd: number): void {
    if (size > this.maxAttributeBytes) {
      const key = excerpt(this.reader.bytes, keyStart, keyEnd);
      this.report(
        `the value of attribute "${key}" has ${size} bytes, more than the limit of ${this.maxAttributeBytes}`
      );
    }
  }

  /** A KeyValue payload at any depth; depth 0 is an attribute itself, whose size is checked. */
  keyValue(start: number, end: number, depth: number): void {
    const reader = this.reader;
    let keyStart = start;
    let keyEnd = start;
    let valueBytes = 0;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_BYTES) {
        keyEnd = reader.payloadEnd(end);
        keyStart = reader.position;
        this.text(keyStart, keyEnd, 'an attribute key');
        reader.position = keyEnd;
      } else if (tag === FIELD_2_BYTES) {
        const valueEnd = reader.payloadEnd(end);
        valueBytes += this.anyValue(reader.position, valueEnd, depth);
      } else {
        reader.skip(tag, end);
      }
    }
    if (depth === 0) {
      this.valueSize(valueBytes, keyStart, keyEnd);
    }
  }

  /** An AnyValue payload; leaves the reader at its end. Returns the bytes of its text, bytes or list. */
  anyValue(start: number, end: number, depth: number): number {
    const reader = this.reader;
    let size = 0;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_BYTES) {
        const textEnd = reader.payloadEnd(end);
        size += textEnd - reader.position;
        this.text(reader.position, textEnd, 'an attribute value');
        reader.position = textEnd;
      } else if (tag === FIELD_5_BYTES || tag === FIELD_6_BYTES) {
        const listEnd = reader.payloadEnd(end);
        size += listEnd - reader.position;
        this.list(reader.position, listEnd, depth + 1, tag === FIELD_6_BYTES);
      } else {
        const before = reader.position;
        reader.skip(tag, end);
        size += (tag & 7) === 2 ? reader.position - before : 0;
      }
    }
    return size;
  }

  /** An ArrayValue or KeyValueList payload; leaves the reader at its end. */
  list(start: number, end: number, depth: number, keyed: boolean): void {
    const reader = this.reader;
    if (depth > MAX_VALUE_DEPTH) {
      this.report(`an attribute value is nested deeper than ${MAX_VALUE_DEPTH} levels`);
      reader.position = end;
      return;
    }
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag !== FIELD_1_BYTES) {
        reader.skip(tag, end);
        continue;
      }
      const itemEnd = reader.payloadEnd(end);
      if (keyed) {
        this.keyValue(reader.position, itemEnd, depth);
      } else {
        this.anyValue(reader.position, itemEnd, depth);
      }
    }
  }

  /** A Span.Event payload; leaves the reader at its end. */
  event(start: number, end: number): void {
    const reader = this.reader;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_2_BYTES) {
        this.textField(end, 'an event name');
      } else if (tag === FIELD_3_BYTES) {
        this.keyValueField(end);
      } else {
        reader.skip(tag, end);
      }
    }
  }

  /** A Span.Link payload; leaves the reader at its end. Ids of links are kept whatever their length. */
  link(start: number, end: number): void {
    const reader = this.reader;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_3_BYTES) {
        this.textField(end, "a link's trace_state");
      } else if (tag === FIELD_4_BYTES) {
        this.keyValueField(end);
      } else {
        reader.skip(tag, end);
      }
    }
  }

  /** A Resource payload. */
  resource(start: number, end: number): void {
    const reader = this.reader;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_BYTES) {
        this.keyValueField(end);
      } else if (tag === FIELD_3_BYTES) {
        this.entityRef(reader.payloadEnd(end));
      } else {
        reader.skip(tag, end);
      }
    }
  }

  /** An InstrumentationScope payload. */
  scope(start: number, end: number): void {
    const reader = this.reader;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_BYTES || tag === FIELD_2_BYTES) {
        this.textField(end, tag === FIELD_1_BYTES ? 'the scope name' : 'the scope version');
      } else if (tag === FIELD_3_BYTES) {
        this.keyValueField(end);
      } else {
        reader.skip(tag, end);
      }
    }
  }

  private entityRef(end: number): void {
    const reader = this.reader;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag >= FIELD_1_BYTES && tag <= FIELD_4_BYTES && (tag & 7) === 2) {
        this.textField(end, 'an entity reference');
      } else {
        reader.skip(tag, end);
      }
    }
  }

  private textField(end: number, what: string): void {
    const textEnd = this.reader.payloadEnd(end);
    this.text(this.reader.position, textEnd, what);
    this.reader.position = textEnd;
  }

  private keyValueField(end: number): void {
    const fieldEnd = this.reader.payloadEnd(end);
    this.keyValue(this.reader.position, fieldEnd, 0);
  }
}
