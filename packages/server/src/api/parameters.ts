// SPDX-License-Identifier: Apache-2.0
//
// Query parameters of both APIs, each read with its bounds and a sentence for what is wrong with it.
import type { TimeRange } from '@tracewell/store';
import { badParameter, RequestError } from './query-error.ts';

const NANOS_PER_SECOND = 1_000_000_000n;
/** The largest time a span can have (2554); larger parameters are cut to it. */
const MAX_TIME = 2n ** 64n - 1n;

/** Whole number from `least` to `most`, or `otherwise` if the parameter is absent or empty. */
export function integerParameter(
  query: URLSearchParams,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number }
): number {
  const text = query.get(name);
  if (text === null || text === '') {
    return otherwise;
  }
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (value === undefined || value < least || value > most) {
    throw badParameter(
      `invalid ${name}: expected a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`
    );
  }
  return value;
}

/** `true` or `false`; absent is `otherwise`. */
export function booleanParameter(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name);
  if (text === null || text === '') {
    return otherwise;
  }
  if (text !== 'true' && text !== 'false') {
    throw badParameter(`invalid ${name}: expected true or false, found ${JSON.stringify(text)}`);
  }
  return text === 'true';
}

/** One of `words`; absent is the first. */
export function choiceParameter<const T extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly [T, ...T[]]
): T {
  const text = query.get(name);
  if (text === null || text === '') {
    return words[0];
  }
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) {
    throw badParameter(`invalid ${name}: expected one of ${words.join(', ')}, found ${JSON.stringify(text)}`);
  }
  return word;
}

/** A TraceQL query within the length that is allowed; '' if absent. */
export function queryParameter(query: URLSearchParams, maxQueryBytes: number, name = 'q'): string {
  const text = query.get(name) ?? '';
  checkQueryLength(text, maxQueryBytes);
  return text;
}

/** Refuses a TraceQL query that is too long. */
export function checkQueryLength(text: string, maxQueryBytes: number): void {
  const length = Buffer.byteLength(text, 'utf8');
  if (length > maxQueryBytes) {
    throw new RequestError(
      400,
      'limit',
      `TraceQL expression exceeds the configured maximum size: it has ${length} bytes, ` +
        `the limit is ${maxQueryBytes} (--max-query-bytes)`
    );
  }
}

/** `start` and `end` in whole seconds, as Tempo has them: both or neither. The second `end` is included. */
export function secondsRange(
  query: URLSearchParams,
  { bothOrNeither }: { readonly bothOrNeither: boolean }
): TimeRange {
  const start = secondsParameter(query, 'start');
  const end = secondsParameter(query, 'end');
  if (bothOrNeither && (start === undefined) !== (end === undefined)) {
    throw badParameter('error parsing date range: only one of start and end provided: must provide both or neither');
  }
  if (start !== undefined && end !== undefined && end < start) {
    throw badParameter(`http parameter start must be before end. received start=${start} end=${end}`);
  }
  return {
    ...(start === undefined ? {} : { start: start * NANOS_PER_SECOND }),
    ...(end === undefined ? {} : { end: (end + 1n) * NANOS_PER_SECOND }),
  };
}

function secondsParameter(query: URLSearchParams, name: 'start' | 'end'): bigint | undefined {
  const text = query.get(name);
  // Grafana sends 0 for "no bound".
  if (text === null || text === '' || text === '0') {
    return undefined;
  }
  if (!/^\d{1,10}$/.test(text)) {
    throw badParameter(`invalid ${name}: expected seconds since 1970, found ${JSON.stringify(text)}`);
  }
  return BigInt(text);
}

/** A time in nanoseconds or, with at most ten digits, in seconds; undefined if absent. */
export function timeParameter(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  if (!/^\d{1,20}$/.test(text)) {
    throw badParameter(
      `invalid ${name}: expected nanoseconds or (at most ten digits) seconds since 1970, found ${JSON.stringify(text)}`
    );
  }
  const value = text.length <= 10 ? BigInt(text) * NANOS_PER_SECOND : BigInt(text);
  return value > MAX_TIME ? MAX_TIME : value;
}

/** `start` and `end` of our own API, both needed. */
export function requiredRange(query: URLSearchParams): { readonly start: bigint; readonly end: bigint } {
  const start = timeParameter(query, 'start');
  const end = timeParameter(query, 'end');
  if (start === undefined || end === undefined) {
    throw badParameter(`missing ${start === undefined ? 'start' : 'end'}: expected nanoseconds or seconds since 1970`);
  }
  if (end <= start) {
    throw badParameter(`end must be after start, found start=${start} end=${end}`);
  }
  return { start, end };
}

const goUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\u00b5s': 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
  y: 31_536_000e9,
};

/** A Go duration such as `1h30m` or `1.5s` (also `d`, `w` and `y`), in nanoseconds; undefined if absent. */
export function durationParameter(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  if (text === '0') {
    return 0n;
  }
  if (!/^(\d+(\.\d*)?(ns|us|\u00b5s|ms|s|m|h|d|w|y))+$/.test(text)) {
    throw badParameter(`invalid ${name}: expected a duration such as 100ms or 1h30m, found ${JSON.stringify(text)}`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|\u00b5s|ms|s|m|h|d|w|y)/g)) {
    total += Number(amount) * (goUnits[unit ?? ''] ?? 0);
  }
  return BigInt(Math.round(total));
}
