// SPDX-License-Identifier: Apache-2.0
//
// Durations and attribute values as text. Durations come in two forms: for reading (`1.24 s`, three digits, a
// unit that fits) and exact in Go's notation (`1.5s`), which TraceQL and Tempo's API use.

import { bytesToHex } from '@tracewell/base';
import type { AttributeValue } from './model.ts';

const SECOND = 1_000_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Rounds to three significant digits, and drops zeros that say nothing: 1.2, 12.3, 860, 1240. */
function threeDigits(value: number): string {
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(decimals)));
}

/** Two units, the smaller one left out when it is zero: `2 m 5 s`, `3 h`. Both are given in nanoseconds. */
function twoUnits(nanos: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = Math.round(nanos / small);
  const perLarge = large / small;
  const rest = smalls % perLarge;
  const head = `${Math.floor(smalls / perLarge)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

/**
 * A duration in nanoseconds for people: `0 ns`, `512 ns`, `860 µs`, `12.3 ms`, `1.24 s`, `2 m 5 s`, `3 h 20 m`,
 * `2 d 4 h`. Never shows 1000 of a unit that has a larger one. Negative durations carry a minus sign.
 */
export function formatDuration(nanos: number | bigint): string {
  const value = Number(nanos);
  if (value < 0) {
    return `-${formatDuration(-value)}`;
  }
  // The limits are where rounding would reach 1000 (or 60): 999.6 µs reads `1 ms`.
  if (value < 999.5) {
    return `${threeDigits(value)} ns`;
  }
  if (value < 999.5e3) {
    return `${threeDigits(value / 1e3)} \u00b5s`;
  }
  if (value < 999.5e6) {
    return `${threeDigits(value / 1e6)} ms`;
  }
  if (value < 59.95 * SECOND) {
    return `${threeDigits(value / SECOND)} s`;
  }
  if (value < HOUR - SECOND / 2) {
    return twoUnits(value, MINUTE, 'm', SECOND, 's');
  }
  if (value < DAY - MINUTE / 2) {
    return twoUnits(value, HOUR, 'h', MINUTE, 'm');
  }
  return twoUnits(value, DAY, 'd', HOUR, 'h');
}

/**
 * A duration in nanoseconds in Go's notation, exactly: `0s`, `17ns`, `1.5us`, `2ms`, `1.5s`, `1m30s`, `2h0m0.5s`.
 * Microseconds are written `us`, which Go and TraceQL read as they read the Greek letter.
 */
export function formatGoDuration(nanos: number | bigint): string {
  const value = typeof nanos === 'bigint' ? nanos : BigInt(Math.round(nanos));
  if (value < 0n) {
    return `-${formatGoDuration(-value)}`;
  }
  if (value === 0n) {
    return '0s';
  }
  if (value < 1_000n) {
    return `${value}ns`;
  }
  if (value < 1_000_000n) {
    return `${exactDecimal(value, 1_000n)}us`;
  }
  if (value < 1_000_000_000n) {
    return `${exactDecimal(value, 1_000_000n)}ms`;
  }
  const minutes = value / BigInt(MINUTE);
  const seconds = `${exactDecimal(value % BigInt(MINUTE), BigInt(SECOND))}s`;
  if (minutes === 0n) {
    return seconds;
  }
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value / unit` as a decimal without trailing zeros; `unit` is a power of ten. */
function exactDecimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  const whole = (value / unit).toString();
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Nesting that is still written out; what is deeper shows as an ellipsis. */
const MAX_DEPTH = 16;

/**
 * An attribute's value as text. A string is itself; inside arrays and key-value lists strings are quoted. Bytes are
 * hex with `0x`, an empty value is ''.
 */
export function formatAttributeValue(value: AttributeValue): string {
  return typeof value === 'string' ? value : value === null ? '' : formatNested(value, 0);
}

function formatNested(value: AttributeValue, depth: number): string {
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') {
    return String(value);
  }
  if (value instanceof Uint8Array) {
    return `0x${bytesToHex(value)}`;
  }
  if (depth === MAX_DEPTH) {
    return '...';
  }
  if (isArray(value)) {
    return `[${value.map((item) => formatNested(item, depth + 1)).join(', ')}]`;
  }
  const entries = value.entries.map((entry) => `${entry.key}: ${formatNested(entry.value, depth + 1)}`);
  return `{${entries.join(', ')}}`;
}

function isArray(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
