// SPDX-License-Identifier: Apache-2.0
//
// Grafana's Tempo plugin reads a Resource with at least one attribute, a scope and a status without looking
// whether they are there, and crashes or drops the spans where they are not. This adds those, empty or with the
// name OpenTelemetry gives to services without one, and nothing else; stored bytes stay as they were sent.

import { UNKNOWN_SERVICE } from '@tracewell/trace';

import { BYTES_1, BYTES_2, Envelope, scanEnvelope } from '../otlp/envelope.ts';
import { WireReader } from '../otlp/wire-reader.ts';
import { WireWriter } from '../otlp/wire-writer.ts';

const SPAN_STATUS_FIELD = 15;
const SPAN_STATUS = (SPAN_STATUS_FIELD << 3) | 2;

/** Calls `visit` for each field of `[start, end)`; the payload range is that of a length-delimited field. */
function eachField(
  reader: WireReader,
  start: number,
  end: number,
  visit: (tag: number, fieldStart: number, payloadStart: number, fieldEnd: number) => void
): void {
  let at = start;
  while (at < end) {
    reader.position = at;
    const tag = reader.tag(end);
    let payloadStart = reader.position;
    if ((tag & 7) === 2) {
      const payloadEnd = reader.payloadEnd(end);
      payloadStart = reader.position;
      reader.position = payloadEnd;
    } else {
      reader.skip(tag, end);
    }
    const fieldEnd = reader.position;
    visit(tag, at, payloadStart, fieldEnd);
    at = fieldEnd;
  }
}

function hasField(reader: WireReader, start: number, end: number, wanted: number): boolean {
  let found = false;
  eachField(reader, start, end, (tag) => {
    found ||= tag === wanted;
  });
  return found;
}

/** Whether `bytes` has all that Grafana needs. */
function isSafe(reader: WireReader): boolean {
  let safe = true;
  eachField(reader, 0, reader.bytes.length, (outer, _resourceField, resourceStart, resourceEnd) => {
    if (outer !== BYTES_1 || !safe) {
      return;
    }
    let hasAttribute = false;
    eachField(reader, resourceStart, resourceEnd, (tag, _field, start, end) => {
      if (tag === BYTES_1) {
        hasAttribute ||= hasField(reader, start, end, BYTES_1);
      } else if (tag === BYTES_2 && safe) {
        let hasScope = false;
        eachField(reader, start, end, (inner, _spanField, spanStart, spanEnd) => {
          hasScope ||= inner === BYTES_1;
          safe &&= inner !== BYTES_2 || hasField(reader, spanStart, spanEnd, SPAN_STATUS);
        });
        safe &&= hasScope;
      }
    });
    safe &&= hasAttribute;
  });
  return safe;
}

function writeResource(reader: WireReader, writer: WireWriter, start: number, end: number): void {
  const envelope = new Envelope();
  scanEnvelope(reader, envelope, start, end);
  const resource = writer.begin(1);
  writer.raw(envelope.bytes, envelope.start, envelope.end);
  if (!hasField(new WireReader(envelope.bytes), envelope.start, envelope.end, BYTES_1)) {
    const attribute = writer.begin(1);
    writer.text(1, 'service.name');
    const value = writer.begin(2);
    writer.text(1, UNKNOWN_SERVICE);
    writer.end(value);
    writer.end(attribute);
  }
  writer.end(resource);
}

function writeScopeSpans(reader: WireReader, writer: WireWriter, start: number, end: number): void {
  if (!hasField(reader, start, end, BYTES_1)) {
    writer.end(writer.begin(1));
  }
  eachField(reader, start, end, (tag, fieldStart, payloadStart, fieldEnd) => {
    if (tag !== BYTES_2 || hasField(reader, payloadStart, fieldEnd, SPAN_STATUS)) {
      writer.raw(reader.bytes, fieldStart, fieldEnd);
      return;
    }
    const span = writer.begin(2);
    writer.raw(reader.bytes, payloadStart, fieldEnd);
    writer.end(writer.begin(SPAN_STATUS_FIELD));
    writer.end(span);
  });
}

/**
 * `TracesData` bytes with which Grafana's Tempo plugin does not crash; the very same array where nothing is
 * missing. Throws `MalformedRequestError` for broken protobuf.
 */
export function ensureGrafanaSafe(bytes: Uint8Array): Uint8Array {
  const reader = new WireReader(bytes);
  if (isSafe(reader)) {
    return bytes;
  }
  const writer = new WireWriter();
  eachField(reader, 0, bytes.length, (outer, outerStart, resourceStart, resourceEnd) => {
    if (outer !== BYTES_1) {
      writer.raw(bytes, outerStart, resourceEnd);
      return;
    }
    const resourceSpans = writer.begin(1);
    writeResource(reader, writer, resourceStart, resourceEnd);
    eachField(reader, resourceStart, resourceEnd, (tag, fieldStart, start, end) => {
      if (tag === BYTES_2) {
        const scopeSpans = writer.begin(2);
        writeScopeSpans(reader, writer, start, end);
        writer.end(scopeSpans);
      } else if (tag !== BYTES_1) {
        writer.raw(bytes, fieldStart, end);
      }
    });
    writer.end(resourceSpans);
  });
  return writer.finish();
}
