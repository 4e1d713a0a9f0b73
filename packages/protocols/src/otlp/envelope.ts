// SPDX-License-Identifier: Apache-2.0
//
// What stands around the spans: a ResourceSpans has a Resource and a schema URL, a ScopeSpans a scope and a
// schema URL, in the same field numbers (1 and 3), anywhere among the spans. A sub-message that was sent in
// several pieces is merged by concatenating them, as protobuf defines it, into bytes of its own.

import type { WireReader } from './wire-reader.ts';

export const BYTES_1 = (1 << 3) | 2;
export const BYTES_2 = (2 << 3) | 2;
export const BYTES_3 = (3 << 3) | 2;

/** Ranges of `bytes`; start === end when absent. */
export class Envelope {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  urlStart = 0;
  urlEnd = 0;
}

/** Fills `envelope` from the ResourceSpans or ScopeSpans payload `[start, end)` of the reader's bytes. */
export function scanEnvelope(reader: WireReader, envelope: Envelope, start: number, end: number): void {
  envelope.bytes = reader.bytes;
  envelope.start = envelope.end = start;
  envelope.urlStart = envelope.urlEnd = start;
  let pieces = 0;
  reader.position = start;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      const next = reader.payloadEnd(end);
      pieces += 1;
      envelope.start = reader.position;
      envelope.end = reader.position = next;
    } else if (tag === BYTES_3) {
      const next = reader.payloadEnd(end);
      envelope.urlStart = reader.position;
      envelope.urlEnd = reader.position = next;
    } else {
      reader.skip(tag, end);
    }
  }
  if (pieces > 1) {
    mergePieces(reader, envelope, start, end);
  }
}

function mergePieces(reader: WireReader, envelope: Envelope, start: number, end: number): void {
  const { bytes } = reader;
  const url = bytes.subarray(envelope.urlStart, envelope.urlEnd);
  const merged = new Uint8Array(end - start);
  let length = 0;
  reader.position = start;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === BYTES_1) {
      const next = reader.payloadEnd(end);
      merged.set(bytes.subarray(reader.position, next), length);
      length += next - reader.position;
      reader.position = next;
    } else {
      reader.skip(tag, end);
    }
  }
  merged.set(url, length);
  envelope.bytes = merged;
  envelope.start = 0;
  envelope.end = length;
  envelope.urlStart = length;
  envelope.urlEnd = length + url.length;
}

/** Spans in a request. Checks the framing down to the spans, not inside them. */
export function countSpans(reader: WireReader): number {
  const end = reader.bytes.length;
  let spans = 0;
  reader.position = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== BYTES_1) {
      reader.skip(tag, end);
      continue;
    }
    const resourceEnd = reader.payloadEnd(end);
    while (reader.position < resourceEnd) {
      const inner = reader.tag(resourceEnd);
      if (inner !== BYTES_2) {
        reader.skip(inner, resourceEnd);
        continue;
      }
      const scopeEnd = reader.payloadEnd(resourceEnd);
      while (reader.position < scopeEnd) {
        const field = reader.tag(scopeEnd);
        spans += field === BYTES_2 ? 1 : 0;
        reader.skip(field, scopeEnd);
      }
    }
  }
  return spans;
}
