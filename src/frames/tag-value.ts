// SPDX-License-Identifier: Apache-2.0
//
// An attribute in a trace frame. Grafana draws `key` and `value`, which is a string, a number or a boolean; where that does not
// tell what was sent (64-bit integers beyond a double, whole doubles, bytes, arrays, lists) `exact` stands beside it, in the
// form of OTLP's JSON. Without it a whole number is an integer: foreign frames mean that nearly always.
import type { TraceKeyValuePair } from '@grafana/data';
import { bytesToHex, tryHexToBytes } from '@tracewell/base';
import type { Attribute, AttributeValue, KeyValueList } from '@tracewell/trace';

/** OTLP's `AnyValue` in JSON, but bytes in hex; null is an empty value. */
export type ExactValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: string }
  | { readonly bytesValue: string }
  | { readonly arrayValue: readonly ExactValue[] }
  | { readonly kvlistValue: readonly { readonly key: string; readonly value: ExactValue }[] }
  | null;

export interface Tag extends TraceKeyValuePair {
  readonly exact?: ExactValue;
}

function isArray(value: readonly AttributeValue[] | KeyValueList): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

/** What Grafana shows; lists as JSON. */
function toPlain(value: AttributeValue): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value instanceof Uint8Array) {
    return bytesToHex(value);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (isArray(value)) {
    return JSON.stringify(value.map(toPlain));
  }
  return JSON.stringify(Object.fromEntries(value.entries.map((entry) => [entry.key, toPlain(entry.value)])));
}

function isTold(value: AttributeValue): boolean {
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value));
    case 'number':
      return Number.isFinite(value) && !Number.isInteger(value);
    default:
      return typeof value !== 'object' || value === null;
  }
}

function toExact(value: AttributeValue): ExactValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'bigint':
      return { intValue: value.toString() };
    case 'number':
      return { doubleValue: Object.is(value, -0) ? '-0' : String(value) };
    default:
  }
  if (value === null) {
    return null;
  }
  if (value instanceof Uint8Array) {
    return { bytesValue: bytesToHex(value) };
  }
  if (isArray(value)) {
    return { arrayValue: value.map(toExact) };
  }
  return { kvlistValue: value.entries.map((entry) => ({ key: entry.key, value: toExact(entry.value) })) };
}

function fromExact(exact: ExactValue): AttributeValue {
  if (exact === null) {
    return null;
  }
  if ('stringValue' in exact) {
    return exact.stringValue;
  }
  if ('boolValue' in exact) {
    return exact.boolValue;
  }
  if ('intValue' in exact) {
    return BigInt(exact.intValue);
  }
  if ('doubleValue' in exact) {
    return Number(exact.doubleValue);
  }
  if ('bytesValue' in exact) {
    return tryHexToBytes(exact.bytesValue) ?? null;
  }
  return 'arrayValue' in exact
    ? exact.arrayValue.map(fromExact)
    : { entries: exact.kvlistValue.map(({ key, value }) => ({ key, value: fromExact(value) })) };
}

/** Undefined if a foreign frame has something else by this name. */
function readExact(exact: ExactValue): AttributeValue | undefined {
  try {
    return fromExact(exact);
  } catch {
    return undefined;
  }
}

/** The attribute for a frame. */
export function toTag({ key, value }: Attribute): Tag {
  return { key, value: toPlain(value), ...(isTold(value) ? {} : { exact: toExact(value) }) };
}

/** Nesting of foreign objects that is followed; deeper ones become text. */
const deepest = 16;

/** A value of a foreign frame: anything that JSON can say. */
export function fromPlain(value: unknown, depth = 0): AttributeValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null) {
    return null;
  }
  if (depth === deepest) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => fromPlain(item, depth + 1));
  }
  return { entries: Object.entries(value).map(([key, item]) => ({ key, value: fromPlain(item, depth + 1) })) };
}

interface ForeignTag {
  readonly key: string;
  readonly value?: unknown;
  readonly type?: unknown;
  readonly exact?: ExactValue;
}

function isTag(value: unknown): value is ForeignTag {
  return typeof value === 'object' && value !== null && 'key' in value && typeof value.key === 'string';
}

/** Attributes of a frame's cell: a list of tags, or the same as JSON text; anything else is none. */
export function fromTags(cell: unknown): Attribute[] {
  const tags = listOf(cell);
  return tags.filter(isTag).map((tag) => {
    const exact = tag.exact === undefined ? undefined : readExact(tag.exact);
    if (exact !== undefined) {
      return { key: tag.key, value: exact };
    }
    const { value } = tag;
    // Jaeger's JSON says so.
    const isDouble = tag.type === 'float64' && typeof value === 'number';
    return { key: tag.key, value: isDouble ? value : fromPlain(value) };
  });
}

/** A cell that holds a list, as such or as JSON text (snapshots and transformations make text of it). */
export function listOf(cell: unknown): readonly unknown[] {
  if (Array.isArray(cell)) {
    return cell;
  }
  if (typeof cell !== 'string' || !cell.startsWith('[')) {
    return [];
  }
  try {
    const parsed: unknown = JSON.parse(cell);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
