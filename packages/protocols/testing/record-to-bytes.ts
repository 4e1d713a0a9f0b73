// SPDX-License-Identifier: Apache-2.0
//
// Writes a SpanRecord as a store would after keeping its columns and its rest: columns from their values,
// everything else as bytes. If a decoder drops something, the message that comes out differs.

import { Writer } from 'protobufjs';

import type { SpanRecord } from '../src/index.ts';

function value(record: SpanRecord, index: number): Uint8Array {
  const writer = Writer.create();
  const payload = record.bytes.subarray(record.valueStart[index] ?? 0, record.valueEnd[index] ?? 0);
  switch (record.valueType[index]) {
    case 0:
      break;
    case 2:
      writer.uint32(16).bool(record.bool[index] === 1);
      break;
    case 3:
      writer
        .uint32(24)
        .uint64(
          BigInt.asUintN(
            64,
            (BigInt(record.intHi[index] ?? 0) << 32n) | BigInt((record.intLo[index] ?? 0) >>> 0)
          ).toString()
        );
      break;
    case 4:
      writer.uint32(33).double(record.double[index] ?? 0);
      break;
    default:
      writer.uint32(((record.valueType[index] ?? 0) << 3) | 2).bytes(payload);
  }
  return writer.finish();
}

/** The Span message of a record, from its columns and its rest. */
export function recordToBytes(record: SpanRecord): Uint8Array {
  const { bytes } = record;
  const writer = Writer.create();
  writer.uint32(10).bytes(bytes.subarray(record.traceId, record.traceId + 16));
  writer.uint32(18).bytes(bytes.subarray(record.spanId, record.spanId + 8));
  if (record.parentId >= 0) {
    writer.uint32(34).bytes(bytes.subarray(record.parentId, record.parentId + 8));
  }
  writer.uint32(42).bytes(bytes.subarray(record.nameStart, record.nameEnd));
  writer.uint32(48).int32(record.kind);
  writer.uint32(57).fixed64(((BigInt(record.startHi) << 32n) | BigInt(record.startLo)).toString());
  writer.uint32(65).fixed64(((BigInt(record.endHi) << 32n) | BigInt(record.endLo)).toString());
  const status = Writer.create();
  status.uint32(18).bytes(bytes.subarray(record.messageStart, record.messageEnd));
  status.uint32(24).int32(record.status);
  writer.uint32(122).bytes(status.finish());
  const parts: Uint8Array[] = [writer.finish()];
  for (let i = 0; i < record.attributeCount; i++) {
    if (record.valueType[i] === 255) {
      parts.push(bytes.slice(record.attributeStart[i], record.attributeEnd[i]));
      continue;
    }
    const attribute = Writer.create();
    attribute.uint32(10).bytes(bytes.subarray(record.keyStart[i], record.keyEnd[i]));
    attribute.uint32(18).bytes(value(record, i));
    parts.push(Writer.create().uint32(74).bytes(attribute.finish()).finish());
  }
  for (let i = 0; i < record.restCount; i++) {
    parts.push(bytes.slice(record.restStart[i], record.restEnd[i]));
  }
  return new Uint8Array(Buffer.concat(parts));
}
