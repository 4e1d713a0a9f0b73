// SPDX-License-Identifier: Apache-2.0
//
// Reads one OTLP Span into a SpanRecord: columns as offsets and numbers, everything else as the rest.
// `decode-export.ts` says what becomes of odd but legal protobuf.

import { AttributeReader } from './read-attribute.ts';
import { SpanRecord } from './span-record.ts';
import type { ValueValidator } from './validate-value.ts';
import type { WireReader } from './wire-reader.ts';

const SPAN_TRACE_ID = (1 << 3) | 2;
const SPAN_SPAN_ID = (2 << 3) | 2;
const SPAN_TRACE_STATE = (3 << 3) | 2;
const SPAN_PARENT_ID = (4 << 3) | 2;
const SPAN_NAME = (5 << 3) | 2;
const SPAN_KIND = (6 << 3) | 0;
const SPAN_START = (7 << 3) | 1;
const SPAN_END = (8 << 3) | 1;
const SPAN_ATTRIBUTE = (9 << 3) | 2;
const SPAN_EVENT = (11 << 3) | 2;
const SPAN_LINK = (13 << 3) | 2;
const SPAN_STATUS = (15 << 3) | 2;

const STATUS_MESSAGE = (2 << 3) | 2;
const STATUS_CODE = (3 << 3) | 0;

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0) {
      return false;
    }
  }
  return true;
}

/** Reads spans of the reader's bytes into one record, again and again. */
export class SpanReader {
  readonly record = new SpanRecord();
  private readonly reader: WireReader;
  private readonly validator: ValueValidator;
  private readonly attributes: AttributeReader;
  private statusStart = -1;
  private statusEnd = -1;
  private statusInRest = false;

  constructor(reader: WireReader, validator: ValueValidator) {
    this.reader = reader;
    this.validator = validator;
    this.attributes = new AttributeReader(reader, this.record, validator);
    this.record.bytes = reader.bytes;
  }

  /** Reads a Span payload into `record`; what is wrong with it is in the validator's `problem`. */
  read(start: number, end: number): void {
    const { reader, record, validator } = this;
    record.clear();
    record.start = start;
    record.end = end;
    this.statusStart = -1;
    this.statusInRest = false;
    reader.position = start;
    while (reader.position < end) {
      const fieldStart = reader.position;
      const tag = reader.tag(end);
      switch (tag) {
        case SPAN_TRACE_ID:
          record.traceId = this.id(end, 16, 'trace_id');
          break;
        case SPAN_SPAN_ID:
          record.spanId = this.id(end, 8, 'span_id');
          break;
        case SPAN_PARENT_ID:
          record.parentId = this.parentId(end);
          break;
        case SPAN_NAME: {
          const textEnd = reader.payloadEnd(end);
          record.nameStart = reader.position;
          record.nameEnd = reader.position = textEnd;
          validator.text(record.nameStart, textEnd, 'the span name');
          break;
        }
        case SPAN_KIND:
          record.kind = reader.int32(end);
          break;
        case SPAN_START:
          reader.fixed64(end);
          record.startLo = reader.lo;
          record.startHi = reader.hi;
          break;
        case SPAN_END:
          reader.fixed64(end);
          record.endLo = reader.lo;
          record.endHi = reader.hi;
          break;
        case SPAN_ATTRIBUTE: {
          const next = reader.payloadEnd(end);
          this.attributes.read(fieldStart, reader.position, next);
          reader.position = next;
          break;
        }
        case SPAN_STATUS: {
          const next = reader.payloadEnd(end);
          this.status(fieldStart, reader.position, next);
          break;
        }
        case SPAN_EVENT: {
          const next = reader.payloadEnd(end);
          record.addEvent(reader.position, next);
          record.addRest(fieldStart, next);
          validator.event(reader.position, next);
          break;
        }
        case SPAN_LINK: {
          const next = reader.payloadEnd(end);
          record.addLink(reader.position, next);
          record.addRest(fieldStart, next);
          validator.link(reader.position, next);
          break;
        }
        case SPAN_TRACE_STATE: {
          const next = reader.payloadEnd(end);
          validator.text(reader.position, next, 'trace_state');
          reader.position = next;
          record.addRest(fieldStart, next);
          break;
        }
        default:
          reader.skip(tag, end);
          record.addRest(fieldStart, reader.position);
      }
    }
    if (record.traceId < 0) {
      validator.report('trace_id is missing; it must be 16 bytes, not all zero');
    }
    if (record.spanId < 0) {
      validator.report('span_id is missing; it must be 8 bytes, not all zero');
    }
  }

  private id(end: number, length: number, what: string): number {
    const { reader } = this;
    const { bytes } = reader;
    const next = reader.payloadEnd(end);
    const at = reader.position;
    reader.position = next;
    if (next - at !== length) {
      this.validator.report(`${what} has ${next - at} bytes; it must have ${length}`);
      return at;
    }
    if ((bytes[at] ?? 0) === 0 && isZero(bytes, at, next)) {
      this.validator.report(`${what} is all zero`);
    }
    return at;
  }

  private parentId(end: number): number {
    const { reader } = this;
    const { bytes } = reader;
    const next = reader.payloadEnd(end);
    const at = reader.position;
    reader.position = next;
    if (next - at !== 8) {
      if (next !== at) {
        this.validator.report(`parent_span_id has ${next - at} bytes; it must have 8, or none for a root span`);
      }
      return -1;
    }
    return (bytes[at] ?? 0) === 0 && isZero(bytes, at, next) ? -1 : at;
  }

  private status(fieldStart: number, start: number, end: number): void {
    const { reader, record, validator } = this;
    let unknown = false;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === STATUS_CODE) {
        record.status = reader.int32(end);
      } else if (tag === STATUS_MESSAGE) {
        const textEnd = reader.payloadEnd(end);
        record.messageStart = reader.position;
        record.messageEnd = reader.position = textEnd;
        validator.text(record.messageStart, textEnd, 'the status message');
      } else {
        reader.skip(tag, end);
        unknown = true;
      }
    }
    if (this.statusStart >= 0 && !this.statusInRest) {
      record.addRest(this.statusStart, this.statusEnd);
      this.statusInRest = true;
    }
    if (unknown || this.statusInRest) {
      record.addRest(fieldStart, end);
      this.statusInRest = true;
    }
    this.statusStart = fieldStart;
    this.statusEnd = end;
  }
}
