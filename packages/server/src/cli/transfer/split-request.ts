// SPDX-License-Identifier: Apache-2.0
//
// Cuts OTLP trace data into requests that a store takes, byte for byte: a ResourceSpans (and in it a ScopeSpans) that is
// too large is repeated with a part of what it holds. Unknown fields go with the envelope.
import { WireReader, WireWriter } from '@tracewell/protocols';

/** A request, and the spans in it. */
export interface RequestPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly spans: number;
}

/** Bounds of one request; a single span may have more bytes. */
export interface PartLimits {
  readonly maxBytes: number;
  readonly maxSpans: number;
}

const FIELD_1 = (1 << 3) | 2;
const FIELD_2 = (2 << 3) | 2;

/** A message taken apart: its repeated field, and all other fields as they stand. */
interface Parted {
  readonly items: readonly Uint8Array[];
  readonly envelope: readonly Uint8Array[];
}

/** Throws MalformedRequestError where the framing is broken. */
export function* splitRequest(bytes: Uint8Array, limits: PartLimits): Generator<RequestPart> {
  let writer = new WireWriter();
  let spans = 0;
  for (const resource of part(bytes, FIELD_1).items) {
    const { items: scopes, envelope: resourceEnvelope } = part(resource, FIELD_2);
    for (const scope of scopes) {
      const { items, envelope } = part(scope, FIELD_2);
      for (let from = 0; from < items.length;) {
        let end = from;
        let size = 0;
        while (
          end < items.length &&
          (end === from || (size < limits.maxBytes - writer.length && spans + end - from < limits.maxSpans))
        ) {
          size += items[end++]?.length ?? 0;
        }
        const resourceStart = writer.begin(1);
        raw(writer, resourceEnvelope);
        const scopeStart = writer.begin(2);
        raw(writer, envelope);
        for (const span of items.slice(from, end)) {
          writer.bytes(2, span);
        }
        writer.end(scopeStart);
        writer.end(resourceStart);
        spans += end - from;
        from = end;
        if (writer.length >= limits.maxBytes || spans >= limits.maxSpans) {
          yield { bytes: writer.finish(), spans };
          writer = new WireWriter();
          spans = 0;
        }
      }
    }
  }
  if (spans > 0) {
    yield { bytes: writer.finish(), spans };
  }
}

function raw(writer: WireWriter, fields: readonly Uint8Array[]): void {
  for (const field of fields) {
    writer.raw(field, 0, field.length);
  }
}

function part(bytes: Uint8Array, repeated: number): Parted {
  const reader = new WireReader(bytes);
  const items: Uint8Array[] = [];
  const envelope: Uint8Array[] = [];
  while (reader.position < bytes.length) {
    const start = reader.position;
    const tag = reader.tag(bytes.length);
    if (tag === repeated) {
      const end = reader.payloadEnd(bytes.length);
      items.push(bytes.subarray(reader.position, end));
      reader.position = end;
    } else {
      reader.skip(tag, bytes.length);
      envelope.push(bytes.subarray(start, reader.position));
    }
  }
  return { items, envelope };
}
