// SPDX-License-Identifier: Apache-2.0
//
// The hot path of ingest: walks the bytes of an OTLP ExportTraceServiceRequest (the same wire form as
// TracesData) and hands each valid span to a sink as one reused record of offsets. No object is made per
// span.
//
// What happens to odd but legal protobuf (proto3 rules: the last scalar wins, repeated sub-messages merge):
// - schema_url may come before or after the spans: each ResourceSpans and ScopeSpans is scanned first.
// - A Resource or Scope that is sent in several pieces is merged by concatenation into bytes of its own,
//   which is why the sink gets `bytes` with every range.
// - A duplicated scalar of a span: the last one counts, the earlier are dropped.
// - A Status with unknown fields, or several of them: `status` and the message hold the merged value, and
//   all Status fields are in the rest too, so writing columns and then the rest gives the same message.
// - An attribute that is not one key and one known value is VALUE_NOT_COLUMNABLE; its bytes are kept.
// - A known field with another wire type is an unknown field, and is in the rest.

import { BYTES_1, BYTES_2, countSpans, Envelope, scanEnvelope } from './envelope.ts';
import { LimitError } from './errors.ts';
import { SpanRecord, VALUE_EMPTY, VALUE_NOT_COLUMNABLE } from './span-record.ts';
import { ValueValidator } from './validate-value.ts';
import { WireReader } from './wire-reader.ts';

/** Receives what {@link decodeExportRequest} finds. Ranges are of `bytes`; start === end when absent. */
export interface ExportSink {
  /** The resource of the spans that follow. Called only when it has a valid span. */
  beginResource(
    bytes: Uint8Array,
    resourceStart: number,
    resourceEnd: number,
    schemaUrlStart: number,
    schemaUrlEnd: number
  ): void;
  /** The scope of the spans that follow, within the resource. Called only when it has a valid span. */
  beginScope(
    bytes: Uint8Array,
    scopeStart: number,
    scopeEnd: number,
    schemaUrlStart: number,
    schemaUrlEnd: number
  ): void;
  /** A valid span. The record is reused: copy what must outlive the call. */
  span(record: SpanRecord): void;
}

export interface DecodeLimits {
  /** Spans in one request; more is a {@link LimitError} before the sink is called. */
  readonly maxSpans: number;
  /** Bytes of one attribute's value. A span with a larger one (of any scope) is rejected. */
  readonly maxAttributeBytes: number;
  /** Bytes of one encoded span; a larger one is rejected. */
  readonly maxSpanBytes: number;
}

export interface DecodeOutcome {
  readonly accepted: number;
  readonly rejected: number;
  /** Why spans were rejected, with how many; at most 8 different reasons, then 'other reasons'. */
  readonly reasons: ReadonlyMap<string, number>;
  /** What is odd about accepted spans, with how many. */
  readonly warnings: ReadonlyMap<string, number>;
}

const MAX_REASONS = 8;

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

/**
 * Decodes one request into `sink`; linear in its size. Invalid spans are counted and left out, the others
 * are kept. Throws {@link LimitError} for too many spans (nothing was given to the sink) and
 * `MalformedRequestError` for broken protobuf; by then the sink may have got spans, which the caller
 * must drop.
 */
export function decodeExportRequest(bytes: Uint8Array, sink: ExportSink, limits: DecodeLimits): DecodeOutcome {
  return new ExportDecoder(bytes, sink, limits).decode();
}

function count(map: Map<string, number>, message: string, amount: number): void {
  const key = map.has(message) || map.size < MAX_REASONS ? message : 'other reasons';
  map.set(key, (map.get(key) ?? 0) + amount);
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0) {
      return false;
    }
  }
  return true;
}

class ExportDecoder {
  private readonly bytes: Uint8Array;
  private readonly sink: ExportSink;
  private readonly limits: DecodeLimits;
  private readonly reader: WireReader;
  private readonly validator: ValueValidator;
  private readonly record = new SpanRecord();
  private readonly resource = new Envelope();
  private readonly scope = new Envelope();
  private readonly reasons = new Map<string, number>();
  private readonly warnings = new Map<string, number>();
  private accepted = 0;
  private rejected = 0;
  private endBeforeStart = 0;
  /** Why every span of the resource or of the scope is rejected; '' if they are good. */
  private resourceProblem = '';
  private scopeProblem = '';
  private resourceBegun = false;
  private scopeBegun = false;
  private statusStart = -1;
  private statusEnd = -1;
  private statusInRest = false;

  constructor(bytes: Uint8Array, sink: ExportSink, limits: DecodeLimits) {
    this.bytes = bytes;
    this.sink = sink;
    this.limits = limits;
    this.reader = new WireReader(bytes);
    this.validator = new ValueValidator(this.reader, limits.maxAttributeBytes);
    this.record.bytes = bytes;
  }

  decode(): DecodeOutcome {
    const spans = countSpans(this.reader);
    if (spans > this.limits.maxSpans) {
      const { maxSpans } = this.limits;
      throw new LimitError(
        'spans per request',
        maxSpans,
        spans,
        `the request has ${spans} spans, more than the limit of ${maxSpans} spans per request; send smaller batches`
      );
    }
    const { reader } = this;
    const end = this.bytes.length;
    reader.position = 0;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === BYTES_1) {
        const next = reader.payloadEnd(end);
        this.resourceSpans(reader.position, next);
        reader.position = next;
      } else {
        reader.skip(tag, end);
      }
    }
    if (this.endBeforeStart > 0) {
      count(this.warnings, 'the span ends before it starts', this.endBeforeStart);
    }
    return { accepted: this.accepted, rejected: this.rejected, reasons: this.reasons, warnings: this.warnings };
  }

  private checkEnvelope(envelope: Envelope, what: 'resource' | 'scope'): string {
    const { reader, validator } = this;
    validator.problem = '';
    reader.reset(envelope.bytes, envelope.start);
    if (what === 'resource') {
      validator.resource(envelope.start, envelope.end);
    } else {
      validator.scope(envelope.start, envelope.end);
    }
    validator.text(envelope.urlStart, envelope.urlEnd, 'the schema URL');
    reader.reset(this.bytes, 0);
    return validator.problem === '' ? '' : `${what}: ${validator.problem}`;
  }

  private resourceSpans(start: number, end: number): void {
    const { reader } = this;
    scanEnvelope(reader, this.resource, start, end);
    this.resourceProblem = this.checkEnvelope(this.resource, 'resource');
    this.resourceBegun = false;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === BYTES_2) {
        const next = reader.payloadEnd(end);
        this.scopeSpans(reader.position, next);
        reader.position = next;
      } else {
        reader.skip(tag, end);
      }
    }
  }

  private scopeSpans(start: number, end: number): void {
    const { reader } = this;
    scanEnvelope(reader, this.scope, start, end);
    this.scopeProblem = this.resourceProblem === '' ? this.checkEnvelope(this.scope, 'scope') : this.resourceProblem;
    this.scopeBegun = false;
    reader.position = start;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === BYTES_2) {
        const next = reader.payloadEnd(end);
        this.span(reader.position, next);
        reader.position = next;
      } else {
        reader.skip(tag, end);
      }
    }
  }

  private reject(reason: string): void {
    this.rejected += 1;
    count(this.reasons, reason, 1);
  }

  private span(start: number, end: number): void {
    if (this.scopeProblem !== '') {
      this.reject(this.scopeProblem);
      return;
    }
    if (end - start > this.limits.maxSpanBytes) {
      this.reject(`the span has ${end - start} bytes, more than the limit of ${this.limits.maxSpanBytes}`);
      return;
    }
    this.validator.problem = '';
    this.spanFields(start, end);
    const { record, sink } = this;
    if (record.traceId < 0) {
      this.validator.report('trace_id is missing; it must be 16 bytes, not all zero');
    }
    if (record.spanId < 0) {
      this.validator.report('span_id is missing; it must be 8 bytes, not all zero');
    }
    if (this.validator.problem !== '') {
      this.reject(this.validator.problem);
      return;
    }
    if (record.endHi < record.startHi || (record.endHi === record.startHi && record.endLo < record.startLo)) {
      this.endBeforeStart += 1;
    }
    if (!this.resourceBegun) {
      const { bytes, start: from, end: to, urlStart, urlEnd } = this.resource;
      sink.beginResource(bytes, from, to, urlStart, urlEnd);
      this.resourceBegun = true;
    }
    if (!this.scopeBegun) {
      const { bytes, start: from, end: to, urlStart, urlEnd } = this.scope;
      sink.beginScope(bytes, from, to, urlStart, urlEnd);
      this.scopeBegun = true;
    }
    this.accepted += 1;
    sink.span(record);
  }

  private spanFields(start: number, end: number): void {
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
          this.attribute(fieldStart, reader.position, next);
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
  }

  private id(end: number, length: number, what: string): number {
    const { reader, bytes } = this;
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
    const { reader, bytes } = this;
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

  private attribute(fieldStart: number, start: number, end: number): void {
    const { reader, record, validator } = this;
    const index = record.nextAttribute();
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
    record.attributeStart[index] = fieldStart;
    record.attributeEnd[index] = end;
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
