// SPDX-License-Identifier: Apache-2.0
//
// OTLP protobuf bytes to JSON, in two flavours. `otlp`: the OTLP specification's (hex ids, enum numbers).
// `jsonpb`: protobuf's own, as Tempo answers (base64 ids, enum names). Both write lowerCamelCase, 64-bit
// integers as text, and leave default values out. Unknown fields have no place in JSON and are left out.

import { bytesToHex } from '@tracewell/base';

import { encodeBase64 } from './base64.ts';
import { MalformedRequestError } from './errors.ts';
import { tracesDataSpec, type FieldSpec, type MessageSpec, type ScalarType } from './schema.ts';
import { decodeText } from './text.ts';
import { WireReader } from './wire-reader.ts';

export type JsonFlavour = 'otlp' | 'jsonpb';

const MAX_DEPTH = 500;

const wireTypes: Readonly<Record<ScalarType | 'message', number>> = {
  string: 2,
  bool: 0,
  uint32: 0,
  int32: 0,
  fixed32: 5,
  fixed64: 1,
  int64: 0,
  double: 1,
  id: 2,
  bytes: 2,
  enum: 0,
  message: 2,
};

class JsonEncoder {
  private readonly flavour: JsonFlavour;
  private readonly reader: WireReader;

  constructor(bytes: Uint8Array, flavour: JsonFlavour) {
    this.reader = new WireReader(bytes);
    this.flavour = flavour;
  }

  /** The JSON object of a message; leaves the reader at `end`. */
  message(spec: MessageSpec, end: number, depth: number): string {
    if (depth > MAX_DEPTH) {
      throw new MalformedRequestError(this.reader.position, `at most ${MAX_DEPTH} nested messages`, 'more');
    }
    const { reader } = this;
    const values = new Map<number, string>();
    /** Payloads of singular messages, in order: several merge by concatenation. */
    const pieces = new Map<FieldSpec, Uint8Array[]>();
    while (reader.position < end) {
      const tag = reader.tag(end);
      const field = spec.byNumber.get(tag >>> 3);
      if (field === undefined || wireTypes[field.type] !== (tag & 7)) {
        reader.skip(tag, end);
        continue;
      }
      if (spec.oneof === true) {
        values.clear();
        pieces.clear();
      }
      if (field.message !== undefined && field.repeated !== true) {
        const pieceEnd = reader.payloadEnd(end);
        const piece = reader.bytes.subarray(reader.position, pieceEnd);
        reader.position = pieceEnd;
        const before = pieces.get(field);
        if (before === undefined) {
          pieces.set(field, [piece]);
        } else {
          before.push(piece);
        }
        continue;
      }
      const text =
        field.message === undefined
          ? this.scalar(field, end)
          : this.message(field.message(), reader.payloadEnd(end), depth + 1);
      const before = values.get(field.number);
      values.set(field.number, field.repeated === true && before !== undefined ? `${before},${text}` : text);
    }
    for (const [field, parts] of pieces) {
      const { message } = field;
      if (message !== undefined) {
        const merged = concatenate(parts);
        values.set(field.number, new JsonEncoder(merged, this.flavour).message(message(), merged.length, depth + 1));
      }
    }
    return this.object(spec, values);
  }

  private object(spec: MessageSpec, values: ReadonlyMap<number, string>): string {
    let json = '';
    for (const field of spec.fields) {
      const value = values.get(field.number);
      if (value === undefined || isLeftOut(field, value)) {
        continue;
      }
      json += `${json === '' ? '' : ','}"${field.name}":${field.repeated === true ? `[${value}]` : value}`;
    }
    return `{${json}}`;
  }

  private scalar(field: FieldSpec, end: number): string {
    const { reader } = this;
    switch (field.type) {
      case 'string': {
        const textEnd = reader.payloadEnd(end);
        const text = decodeText(reader.bytes, reader.position, textEnd);
        reader.position = textEnd;
        return JSON.stringify(text);
      }
      case 'id':
      case 'bytes': {
        const bytesEnd = reader.payloadEnd(end);
        const start = reader.position;
        reader.position = bytesEnd;
        return field.type === 'id' && this.flavour === 'otlp'
          ? `"${bytesToHex(reader.bytes, start, bytesEnd)}"`
          : `"${encodeBase64(reader.bytes, start, bytesEnd)}"`;
      }
      case 'bool':
        reader.varint(end);
        return String(reader.lo !== 0 || reader.hi !== 0);
      case 'uint32':
        return String(reader.uint32(end));
      case 'int32':
        return String(reader.int32(end));
      case 'fixed32':
        return String(reader.fixed32(end));
      case 'fixed64':
        reader.fixed64(end);
        return `"${(BigInt(reader.hi) << 32n) | BigInt(reader.lo)}"`;
      case 'int64':
        reader.varint(end);
        return `"${BigInt.asIntN(64, (BigInt(reader.hi) << 32n) | BigInt(reader.lo))}"`;
      case 'double':
        return doubleText(reader.double(end));
      case 'enum': {
        const code = reader.int32(end);
        const name = this.flavour === 'jsonpb' && code !== 0 ? field.names?.[code] : undefined;
        return name === undefined ? String(code) : `"${name}"`;
      }
      default:
        throw new TypeError(`field ${field.name} should be a scalar, found ${field.type}`);
    }
  }
}

/** Whether JSON leaves this value out: a default, unless it is a member of a oneof or a whole message. */
function isLeftOut(field: FieldSpec, value: string): boolean {
  if (field.repeated === true || field.explicit === true) {
    return false;
  }
  switch (field.type) {
    case 'string':
    case 'id':
    case 'bytes':
      return value === '""';
    case 'fixed64':
    case 'int64':
      return value === '"0"';
    case 'bool':
      return value === 'false';
    case 'message':
      return false;
    default:
      return value === '0';
  }
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) {
    return `"${value}"`;
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return only;
  }
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let length = 0;
  for (const part of parts) {
    all.set(part, length);
    length += part.length;
  }
  return all;
}

/**
 * `TracesData` (or ExportTraceServiceRequest) bytes as JSON text: `{"resourceSpans":[...]}`, `{}` without spans.
 * Throws `MalformedRequestError` for broken protobuf.
 */
export function encodeTracesJson(bytes: Uint8Array, flavour: JsonFlavour): string {
  return new JsonEncoder(bytes, flavour).message(tracesDataSpec, bytes.length, 0);
}
