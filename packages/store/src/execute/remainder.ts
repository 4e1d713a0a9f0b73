// SPDX-License-Identifier: Apache-2.0
//
// Reads the remainder of a span (docs/formats/block.md): attributes without a column, events and links.
// Ingest has checked these bytes, so what cannot be read here is a damaged block and throws
// MalformedRequestError.

import { decodeAttribute, decodeEvent, decodeLink, WireReader } from '@tracewell/protocols';
import type { Attribute, AttributeValue, SpanEvent, SpanLink } from '@tracewell/trace';

const ATTRIBUTE = (9 << 3) | 2;
const EVENT = (11 << 3) | 2;
const LINK = (13 << 3) | 2;
/** In an attribute. */
const KEY = (1 << 3) | 2;

type Decode<T> = (bytes: Uint8Array, start: number, end: number) => T;

/** What `decode` makes of every field that has this tag. */
function fields<T>(bytes: Uint8Array, wanted: number, decode: Decode<T>): T[] {
  const found: T[] = [];
  const reader = new WireReader(bytes);
  const end = bytes.length;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === wanted) {
      const next = reader.payloadEnd(end);
      found.push(decode(bytes, reader.position, next));
      reader.position = next;
    } else {
      reader.skip(tag, end);
    }
  }
  return found;
}

/** The value of the first attribute with this key (as UTF-8); undefined if there is none. Decodes no other value. */
export function findRemainderAttribute(rest: Uint8Array, key: Uint8Array): AttributeValue | undefined {
  const reader = new WireReader(rest);
  const end = rest.length;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== ATTRIBUTE) {
      reader.skip(tag, end);
      continue;
    }
    const next = reader.payloadEnd(end);
    const start = reader.position;
    if (hasKey(reader, next, key)) {
      return decodeAttribute(rest, start, next).value;
    }
    reader.position = next;
  }
  return undefined;
}

function hasKey(reader: WireReader, end: number, key: Uint8Array): boolean {
  let found = key.length === 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== KEY) {
      reader.skip(tag, end);
      continue;
    }
    const next = reader.payloadEnd(end);
    found = next - reader.position === key.length;
    for (let i = 0; found && i < key.length; i++) {
      found = reader.bytes[reader.position + i] === key[i];
    }
    reader.position = next;
  }
  return found;
}

/** The events of a remainder, in the order they were sent. */
export function remainderEvents(rest: Uint8Array): SpanEvent[] {
  return fields(rest, EVENT, decodeEvent);
}

/** The links of a remainder, in the order they were sent. */
export function remainderLinks(rest: Uint8Array): SpanLink[] {
  return fields(rest, LINK, decodeLink);
}

/** All attributes of a remainder, in the order they were sent. */
export function remainderAttributes(rest: Uint8Array): Attribute[] {
  return fields(rest, ATTRIBUTE, decodeAttribute);
}
