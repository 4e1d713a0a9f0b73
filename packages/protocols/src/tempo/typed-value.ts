// SPDX-License-Identifier: Apache-2.0
//
// Values with their TraceQL type, in JSON and in protobuf: an OTLP AnyValue of one of four kinds. Durations become
// text in Go's notation and keywords their word, as Tempo has them.

import { formatGoDuration } from '@tracewell/trace';
import type { WireWriter } from '../otlp/wire-writer.ts';
import type { TempoKeyValueJson, TempoNumberJson, TempoValueJson } from './shapes.ts';

/** A value with its TraceQL type; `duration` is nanoseconds as text. */
export interface TypedText {
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'duration' | 'keyword';
  readonly value: string;
}

export interface KeyedValue {
  readonly key: string;
  readonly value: TypedText;
}

/** A number as protobuf's JSON writes it. */
export function toNumberJson(value: number): TempoNumberJson {
  if (Number.isFinite(value)) {
    return value;
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** The text of a value, without its type. */
export function toPlainText(typed: TypedText): string {
  return typed.type === 'duration' && /^-?\d+$/.test(typed.value) ? formatGoDuration(BigInt(typed.value)) : typed.value;
}

/** The float that a typed value holds as text; TraceQL writes `Inf`. */
function toFloat(typed: TypedText): number {
  return Number(typed.value.replace(/^\+?(-?)Inf$/, '$1Infinity'));
}

function toValueJson(typed: TypedText): TempoValueJson {
  switch (typed.type) {
    case 'int':
      return { intValue: typed.value };
    case 'float':
      return { doubleValue: toNumberJson(toFloat(typed)) };
    case 'bool':
      return { boolValue: typed.value === 'true' };
    default:
      return { stringValue: toPlainText(typed) };
  }
}

/** Attributes or labels in JSON. */
export function toKeyValuesJson(attributes: readonly KeyedValue[]): TempoKeyValueJson[] {
  return attributes.map(({ key, value }) => ({ key, value: toValueJson(value) }));
}

/** Attributes or labels as repeated `KeyValue {key = 1, value = 2}` in this field. */
export function writeKeyValues(writer: WireWriter, field: number, attributes: readonly KeyedValue[]): void {
  for (const { key, value } of attributes) {
    const keyValue = writer.begin(field);
    writer.text(1, key);
    const anyValue = writer.begin(2);
    writeValue(writer, value);
    writer.end(anyValue);
    writer.end(keyValue);
  }
}

/** The one field of an AnyValue {string = 1, bool = 2, int = 3, double = 4}: written even if it is zero. */
function writeValue(writer: WireWriter, typed: TypedText): void {
  switch (typed.type) {
    case 'int':
      writer.int64(3, BigInt(typed.value));
      return;
    case 'float':
      writer.double(4, toFloat(typed));
      return;
    case 'bool':
      writer.uint32(2, typed.value === 'true' ? 1 : 0);
      return;
    default:
      writer.text(1, toPlainText(typed));
  }
}
