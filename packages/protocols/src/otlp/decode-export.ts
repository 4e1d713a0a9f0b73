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
import { SpanReader } from './read-span.ts';
import type { SpanRecord } from './span-record.ts';
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

class ExportDecoder {
  private readonly bytes: Uint8Array;
  private readonly sink: ExportSink;
  private readonly limits: DecodeLimits;
  private readonly reader: WireReader;
  private readonly validator: ValueValidator;
  private readonly spans: SpanReader;
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

  constructor(bytes: Uint8Array, sink: ExportSink, limits: DecodeLimits) {
    this.bytes = bytes;
    this.sink = sink;
    this.limits = limits;
    this.reader = new WireReader(bytes);
    this.validator = new ValueValidator(this.reader, limits.maxAttributeBytes);
    this.spans = new SpanReader(this.reader, this.validator);
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
    this.spans.read(start, end);
    const { sink } = this;
    const { record } = this.spans;
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
}
