// SPDX-License-Identifier: Apache-2.0
//
// Tempo's answers in protobuf (tempopb), for `Accept: application/protobuf` and for gRPC. A stream answers in
// packets: each is a whole message with some of the list, `metrics` is in every one of them, status and message in
// the last. A client puts the lists together.

import { WireWriter } from '../otlp/wire-writer.ts';
import {
  exemplarLabels,
  sampleTimeMs,
  type BucketsInput,
  type MetricsAnswerInput,
  type MetricsSeriesInput,
} from './encode-metrics.ts';
import {
  ROOT_NOT_RECEIVED,
  toDurationMs,
  type FoundSpanInput,
  type FoundSpanSetInput,
  type FoundTraceInput,
  type SearchCostInput,
} from './encode-search.ts';
import { trimTraceId } from './trace-id.ts';
import { toPlainText, writeKeyValues, type TypedText } from './typed-value.ts';

type Packet = Uint8Array<ArrayBuffer>;
type Scopes = readonly { readonly name: string; readonly tags: readonly string[] }[];

/**
 * Messages with one item after the other and the tail at the end of each. A packet stays below `maxBytes` unless one
 * item alone is larger. Without items there is one packet.
 */
function toPackets<T>(
  items: readonly T[],
  maxBytes: number,
  writeItem: (writer: WireWriter, item: T) => void,
  tail: Uint8Array,
  lastTail: Uint8Array = new Uint8Array(0)
): Packet[] {
  const packets: Packet[] = [];
  const packet = new WireWriter();
  const writer = new WireWriter();
  const room = maxBytes - tail.length - lastTail.length;
  for (const item of items) {
    writer.clear();
    writeItem(writer, item);
    if (packet.length > 0 && packet.length + writer.length > room) {
      packet.raw(tail, 0, tail.length);
      packets.push(packet.finish());
      packet.clear();
    }
    const bytes = writer.finish();
    packet.raw(bytes, 0, bytes.length);
  }
  packet.raw(tail, 0, tail.length);
  packet.raw(lastTail, 0, lastTail.length);
  packets.push(packet.finish());
  return packets;
}

/** One message, however large. */
function onePacket(packets: readonly Packet[]): Packet {
  return packets[0] ?? new Uint8Array(0);
}

function nonZero(writer: WireWriter, field: number, value: bigint): void {
  if (value !== 0n) {
    writer.int64(field, value);
  }
}

function nonEmpty(writer: WireWriter, field: number, text: string): void {
  if (text !== '') {
    writer.text(field, text);
  }
}

/** SearchMetrics in field 2. */
function searchMetrics(cost: SearchCostInput): Uint8Array {
  const writer = new WireWriter();
  const start = writer.begin(2);
  nonZero(writer, 1, BigInt(cost.inspectedTraces));
  nonZero(writer, 2, BigInt(cost.inspectedBytes));
  nonZero(writer, 3, BigInt(cost.blocks));
  writer.uint32(4, 1);
  writer.uint32(5, 1);
  nonZero(writer, 7, BigInt(cost.inspectedSpans));
  writer.end(start);
  return writer.finish();
}

/** MetadataMetrics in field 2: one job, which is done. */
function metadataMetrics(): Uint8Array {
  const writer = new WireWriter();
  const start = writer.begin(2);
  writer.uint32(2, 1);
  writer.uint32(3, 1);
  writer.end(start);
  return writer.finish();
}

/** PartialStatus and message in fields 3 and 4. */
function partialStatus(partial: string | undefined): Uint8Array {
  const writer = new WireWriter();
  if (partial !== undefined) {
    writer.uint32(3, 1);
    nonEmpty(writer, 4, partial);
  }
  return writer.finish();
}

function writeSpan(writer: WireWriter, span: FoundSpanInput): void {
  const start = writer.begin(1);
  writer.text(1, span.spanId.padStart(16, '0'));
  nonEmpty(writer, 2, span.name ?? '');
  nonZero(writer, 3, span.startUnixNano);
  nonZero(writer, 4, span.durationNanos > 0n ? span.durationNanos : 0n);
  writeKeyValues(writer, 5, span.attributes);
  writer.end(start);
}

function writeSpanSet(writer: WireWriter, field: number, set: FoundSpanSetInput): void {
  const start = writer.begin(field);
  for (const span of set.spans) {
    writeSpan(writer, span);
  }
  nonZero(writer, 2, BigInt(set.matched));
  writeKeyValues(writer, 3, set.attributes);
  writer.end(start);
}

/** TraceSearchMetadata in field 1. `spanSet` repeats the first of `spanSets`, for older clients. */
function writeTrace(writer: WireWriter, trace: FoundTraceInput): void {
  const start = writer.begin(1);
  writer.text(1, trimTraceId(trace.traceId));
  nonEmpty(writer, 2, trace.rootServiceName ?? ROOT_NOT_RECEIVED);
  nonEmpty(writer, 3, trace.rootTraceName ?? '');
  nonZero(writer, 4, trace.startUnixNano);
  nonZero(writer, 5, BigInt(toDurationMs(trace.durationNanos)));
  trace.spanSets.slice(0, 1).forEach((set) => writeSpanSet(writer, 6, set));
  trace.spanSets.forEach((set) => writeSpanSet(writer, 7, set));
  for (const { name, spanCount, errorCount } of trace.services) {
    const entry = writer.begin(8);
    writer.text(1, name);
    const stats = writer.begin(2);
    nonZero(writer, 1, BigInt(spanCount));
    nonZero(writer, 2, BigInt(errorCount));
    writer.end(stats);
    writer.end(entry);
  }
  writer.end(start);
}

/** SearchResponse in packets. */
export function encodeSearchPackets(
  traces: readonly FoundTraceInput[],
  cost: SearchCostInput,
  maxBytes: number
): Packet[] {
  return toPackets(traces, maxBytes, writeTrace, searchMetrics(cost));
}

/** SearchResponse. */
export function encodeSearchMessage(traces: readonly FoundTraceInput[], cost: SearchCostInput): Packet {
  return onePacket(encodeSearchPackets(traces, cost, Infinity));
}

const writeText = (writer: WireWriter, text: string): void => writer.text(1, text);

/** SearchTagsResponse in packets: the names of all scopes, each once. */
export function encodeTagsV1Packets(scopes: Scopes, maxBytes = Infinity): Packet[] {
  return toPackets([...new Set(scopes.flatMap(({ tags }) => tags))], maxBytes, writeText, metadataMetrics());
}

/** SearchTagsV2Response in packets. A scope that is too large goes on in the next one. */
export function encodeTagsV2Packets(scopes: Scopes, maxBytes = Infinity): Packet[] {
  const perScope = Number.isFinite(maxBytes) ? Math.max(1, Math.floor(maxBytes / MAX_TAG_BYTES)) : Infinity;
  const pieces = scopes.flatMap(({ name, tags }) => {
    const size = Math.min(perScope, Math.max(1, tags.length));
    return Array.from({ length: Math.ceil(tags.length / size) }, (_, index) => ({
      name,
      tags: tags.slice(index * size, (index + 1) * size),
    }));
  });
  const writeScope = (writer: WireWriter, scope: Scopes[number]): void => {
    const start = writer.begin(1);
    writer.text(1, scope.name);
    scope.tags.forEach((tag) => writer.text(2, tag));
    writer.end(start);
  };
  return toPackets(pieces, maxBytes, writeScope, metadataMetrics());
}

/** Names of attributes are hardly ever longer; a scope is cut into pieces by it. */
const MAX_TAG_BYTES = 1024;

/** SearchTagValuesResponse in packets: the texts of the values, each once. */
export function encodeTagValuesV1Packets(values: readonly TypedText[], maxBytes = Infinity): Packet[] {
  return toPackets([...new Set(values.map(toPlainText))], maxBytes, writeText, metadataMetrics());
}

/** SearchTagValuesV2Response in packets. */
export function encodeTagValuesV2Packets(values: readonly TypedText[], maxBytes = Infinity): Packet[] {
  const writeTagValue = (writer: WireWriter, typed: TypedText): void => {
    const start = writer.begin(1);
    writer.text(1, typed.type);
    nonEmpty(writer, 2, toPlainText(typed));
    writer.end(start);
  };
  return toPackets(values, maxBytes, writeTagValue, metadataMetrics());
}

/** QueryRangeResponse in packets of whole series. */
export function encodeQueryRangePackets(answer: MetricsAnswerInput, buckets: BucketsInput, maxBytes: number): Packet[] {
  const writeSeries = (writer: WireWriter, series: MetricsSeriesInput): void => {
    const start = writer.begin(1);
    writeKeyValues(writer, 1, series.labels);
    series.values.forEach((value, bucket) => {
      if (!Number.isNaN(value)) {
        const sample = writer.begin(2);
        writer.double(1, value);
        writer.int64(2, sampleTimeMs(buckets, bucket));
        writer.end(sample);
      }
    });
    for (const exemplar of series.exemplars) {
      const each = writer.begin(4);
      writeKeyValues(writer, 1, exemplarLabels(exemplar));
      writer.double(2, exemplar.value);
      writer.int64(3, exemplar.timestampNanos / 1_000_000n);
      writer.end(each);
    }
    writer.end(start);
  };
  const filled = answer.series.filter(({ values }) => !values.every(Number.isNaN));
  return toPackets(filled, maxBytes, writeSeries, searchMetrics(answer.cost), partialStatus(answer.partial));
}

/** QueryInstantResponse in packets. */
export function encodeQueryInstantPackets(answer: MetricsAnswerInput, maxBytes: number): Packet[] {
  const writeSeries = (writer: WireWriter, series: MetricsSeriesInput): void => {
    const start = writer.begin(1);
    writeKeyValues(writer, 1, series.labels);
    writer.double(2, series.values[0] ?? NaN);
    writer.end(start);
  };
  const filled = answer.series.filter(({ values }) => !Number.isNaN(values[0] ?? NaN));
  return toPackets(filled, maxBytes, writeSeries, searchMetrics(answer.cost), partialStatus(answer.partial));
}
