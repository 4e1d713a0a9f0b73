// SPDX-License-Identifier: Apache-2.0
//
// OTLP/JSON to OTLP protobuf bytes, so that there is one ingest path. Takes what the specification asks
// receivers to take (hex ids, 64-bit integers as text or numbers, enum numbers, unknown fields ignored) and
// what senders write besides: enum names, snake_case, null for absent. What cannot be understood throws
// MalformedRequestError with the JSON path, what was expected and what was found.
//
// An id of the wrong length is passed on with a wrong length, so that the protobuf decoder rejects that span and
// keeps the others.

import { tryHexToBytes } from '@tracewell/base';

import { tryDecodeBase64 } from './base64.ts';
import { MalformedRequestError } from './errors.ts';
import { parseJson, tryLongInteger } from './json-numbers.ts';
import { tracesDataSpec, type FieldSpec, type MessageSpec } from './schema.ts';
import { WireWriter } from './wire-writer.ts';

/** Objects and arrays within each other; the protobuf decoder's own bound on values is far below. */
const MAX_DEPTH = 500;
const MAX_SHOWN = 40;

/** A path that is put into words only when something is wrong. */
interface Path {
  readonly parent: Path | undefined;
  readonly step: string | number;
  readonly depth: number;
}

function describePath(path: Path): string {
  const steps: string[] = [];
  for (let at: Path | undefined = path; at !== undefined; at = at.parent) {
    steps.push(typeof at.step === 'number' ? `[${at.step}]` : at.parent === undefined ? at.step : `.${at.step}`);
  }
  return steps.reverse().join('');
}

function describe(value: unknown): string {
  const long = tryLongInteger(value);
  if (long !== undefined) {
    return `the number ${long}`;
  }
  if (Array.isArray(value)) {
    return 'an array';
  }
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    default:
      return value === null ? 'null' : 'an object';
  }
}

function fail(path: Path, expected: string, value: unknown): never {
  throw new MalformedRequestError(describePath(path), expected, describe(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && tryLongInteger(value) === undefined;
}

/** An integer given as a number or as text. */
function integer(path: Path, value: unknown, expected: string, least: bigint, most: bigint): bigint {
  let result: bigint | undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    result = BigInt(value);
  } else {
    const digits = tryLongInteger(value) ?? value;
    if (typeof digits === 'string' && /^-?\d{1,30}$/.test(digits)) {
      result = BigInt(digits);
    }
  }
  if (result === undefined || result < least || result > most) {
    return fail(path, expected, value);
  }
  return result;
}

function double(path: Path, value: unknown): number {
  if (typeof value === 'number') {
    return value;
  }
  const text = tryLongInteger(value) ?? value;
  if (typeof text === 'string') {
    if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') {
      return Number(text);
    }
    if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
      return Number(text);
    }
  }
  return fail(path, 'a number, "NaN", "Infinity" or "-Infinity"', value);
}

function enumValue(path: Path, value: unknown, names: readonly string[]): number {
  if (typeof value === 'string' && !/^-?\d+$/.test(value)) {
    const index = names.indexOf(value);
    return index >= 0 ? index : fail(path, `a number or one of ${names.join(', ')}`, value);
  }
  return Number(integer(path, value, `a number or one of ${names.join(', ')}`, -0x8000_0000n, 0x7fff_ffffn));
}

function id(path: Path, value: unknown, size: number): Uint8Array {
  const expected = `${size * 2} hex digits`;
  if (typeof value !== 'string') {
    return fail(path, expected, value);
  }
  // An odd number of digits cannot be bytes; the length must stay wrong.
  const evenEnd = value.length % 2 === 0 || value.length > size * 2 ? value.length : value.length - 1;
  const even = value.slice(0, evenEnd);
  return tryHexToBytes(even.length % 2 === 0 ? even : `0${even}`) ?? fail(path, expected, value);
}

function scalar(writer: WireWriter, field: FieldSpec, path: Path, value: unknown): void {
  // Fields of a oneof and list items count even with the default value.
  const always = field.explicit === true || field.repeated === true;
  switch (field.type) {
    case 'string': {
      const text = typeof value === 'string' ? value : fail(path, 'text', value);
      if (always || text !== '') {
        writer.text(field.number, text);
      }
      return;
    }
    case 'bool': {
      const flag = typeof value === 'boolean' ? value : fail(path, 'true or false', value);
      writer.uint32(field.number, flag ? 1 : 0);
      return;
    }
    case 'uint32':
      writer.uint32(field.number, Number(integer(path, value, 'an integer from 0 to 4294967295', 0n, 0xffff_ffffn)));
      return;
    case 'fixed32':
      writer.fixed32(field.number, Number(integer(path, value, 'an integer from 0 to 4294967295', 0n, 0xffff_ffffn)));
      return;
    case 'int32': {
      const expected = 'an integer from -2147483648 to 2147483647';
      writer.int32(field.number, Number(integer(path, value, expected, -0x8000_0000n, 0x7fff_ffffn)));
      return;
    }
    case 'fixed64':
      writer.fixed64(
        field.number,
        integer(path, value, 'an integer from 0 to 2^64 - 1, as text or exact number', 0n, (1n << 64n) - 1n)
      );
      return;
    case 'int64':
      writer.int64(
        field.number,
        integer(
          path,
          value,
          'an integer from -2^63 to 2^63 - 1, as text or exact number',
          -(1n << 63n),
          (1n << 63n) - 1n
        )
      );
      return;
    case 'double':
      writer.double(field.number, double(path, value));
      return;
    case 'enum':
      writer.int32(field.number, enumValue(path, value, field.names ?? []));
      return;
    case 'id': {
      const bytes = id(path, value, field.size ?? 0);
      if (bytes.length > 0) {
        writer.bytes(field.number, bytes);
      }
      return;
    }
    case 'bytes': {
      const bytes = typeof value === 'string' ? tryDecodeBase64(value) : undefined;
      writer.bytes(field.number, bytes ?? fail(path, 'base64 text', value));
      return;
    }
    default:
      throw new TypeError(`field ${field.name} should be a scalar, found ${field.type}`);
  }
}

function field(writer: WireWriter, spec: FieldSpec, path: Path, value: unknown): void {
  if (spec.message === undefined) {
    scalar(writer, spec, path, value);
    return;
  }
  if (path.depth > MAX_DEPTH) {
    fail(path, `values nested at most ${MAX_DEPTH} levels deep`, value);
  }
  const start = writer.begin(spec.number);
  message(writer, spec.message(), path, value);
  writer.end(start);
}

function message(writer: WireWriter, spec: MessageSpec, path: Path, value: unknown): void {
  if (!isRecord(value)) {
    fail(path, 'an object', value);
  }
  for (const [name, item] of Object.entries(value)) {
    const fieldSpec = spec.byName.get(name);
    if (fieldSpec === undefined || item === null) {
      continue;
    }
    const fieldPath: Path = { parent: path, step: name, depth: path.depth + 1 };
    if (fieldSpec.repeated !== true) {
      field(writer, fieldSpec, fieldPath, item);
      continue;
    }
    if (!Array.isArray(item)) {
      fail(fieldPath, 'an array', item);
    }
    item.forEach((entry: unknown, index) => {
      field(writer, fieldSpec, { parent: fieldPath, step: index, depth: fieldPath.depth + 1 }, entry);
    });
  }
}

/**
 * An OTLP/JSON ExportTraceServiceRequest as protobuf bytes, for the protobuf decoder. Throws
 * `MalformedRequestError` for what is not JSON or not this message.
 */
export function decodeExportJson(text: string): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  message(writer, tracesDataSpec, { parent: undefined, step: '$', depth: 0 }, parseJson(text));
  return writer.finish();
}
