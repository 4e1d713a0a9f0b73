// SPDX-License-Identifier: Apache-2.0
//
// Requests of `tempopb.StreamingQuerier`. What is absent is protobuf's zero value; unknown fields are skipped.
// Every function throws `MalformedRequestError` for broken protobuf.

import { decodeText } from '../otlp/text.ts';
import { WIRE_BYTES, WIRE_VARINT, WireReader } from '../otlp/wire-reader.ts';

/** SearchRequest; times in seconds, durations in milliseconds. */
export interface SearchRequestMessage {
  readonly tags: ReadonlyMap<string, string>;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
  readonly limit: number;
  readonly start: number;
  readonly end: number;
  readonly query: string;
  readonly spansPerSpanSet: number;
}

/** SearchTagsRequest */
export interface TagsRequestMessage {
  readonly scope: string;
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly maxTagsPerScope: number;
}

/** SearchTagValuesRequest */
export interface TagValuesRequestMessage {
  readonly tagName: string;
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly maxTagValues: number;
}

/** QueryRangeRequest and QueryInstantRequest; times and step in nanoseconds. */
export interface MetricsRequestMessage {
  readonly query: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly exemplars: number;
  readonly maxSeries: number;
  readonly instant: boolean;
}

interface Fields {
  /** The last value of a field, as protobuf has it. */
  text(field: number): string;
  number(field: number): number;
  bigint(field: number): bigint;
  /** Entries of a map<string, string>. */
  entries(field: number): Map<string, string>;
}

/** The fields of `bytes[start, end)`, read once. */
function readFields(bytes: Uint8Array, start = 0, end = bytes.length): Fields {
  const payloads = new Map<number, { readonly start: number; readonly end: number }[]>();
  const numbers = new Map<number, bigint>();
  const reader = new WireReader(bytes, start);
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    if ((tag & 7) === WIRE_BYTES) {
      const payloadEnd = reader.payloadEnd(end);
      const known = payloads.get(field) ?? [];
      known.push({ start: reader.position, end: payloadEnd });
      payloads.set(field, known);
      reader.position = payloadEnd;
    } else if ((tag & 7) === WIRE_VARINT) {
      reader.varint(end);
      numbers.set(field, (BigInt(reader.hi) << 32n) | BigInt(reader.lo));
    } else {
      reader.skip(tag, end);
    }
  }
  return {
    text: (field) => {
      const last = payloads.get(field)?.at(-1);
      return last === undefined ? '' : decodeText(bytes, last.start, last.end);
    },
    number: (field) => Number(BigInt.asUintN(32, numbers.get(field) ?? 0n)),
    bigint: (field) => numbers.get(field) ?? 0n,
    entries: (field) =>
      new Map(
        (payloads.get(field) ?? []).map((range) => {
          const entry = readFields(bytes, range.start, range.end);
          return [entry.text(1), entry.text(2)];
        })
      ),
  };
}

export function decodeSearchRequest(bytes: Uint8Array): SearchRequestMessage {
  const fields = readFields(bytes);
  return {
    tags: fields.entries(1),
    minDurationMs: fields.number(2),
    maxDurationMs: fields.number(3),
    limit: fields.number(4),
    start: fields.number(5),
    end: fields.number(6),
    query: fields.text(8),
    spansPerSpanSet: fields.number(9),
  };
}

export function decodeTagsRequest(bytes: Uint8Array): TagsRequestMessage {
  const fields = readFields(bytes);
  return {
    scope: fields.text(1),
    query: fields.text(2),
    start: fields.number(3),
    end: fields.number(4),
    maxTagsPerScope: fields.number(5),
  };
}

export function decodeTagValuesRequest(bytes: Uint8Array): TagValuesRequestMessage {
  const fields = readFields(bytes);
  return {
    tagName: fields.text(1),
    query: fields.text(2),
    start: fields.number(4),
    end: fields.number(5),
    maxTagValues: fields.number(6),
  };
}

/** QueryRangeRequest; QueryInstantRequest has the first three of its fields. */
export function decodeMetricsRequest(bytes: Uint8Array): MetricsRequestMessage {
  const fields = readFields(bytes);
  return {
    query: fields.text(1),
    start: fields.bigint(2),
    end: fields.bigint(3),
    step: fields.bigint(4),
    exemplars: fields.number(16),
    maxSeries: fields.number(17),
    instant: fields.number(18) !== 0,
  };
}
