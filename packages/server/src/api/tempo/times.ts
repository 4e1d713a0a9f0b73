// SPDX-License-Identifier: Apache-2.0
//
// Times and durations of Tempo's metrics API, which takes more notations than its search does.
import { durationParameter } from '../parameters.ts';
import { badParameter } from '../query-error.ts';

const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * Nanoseconds since 1970 from whole seconds (at most ten digits), nanoseconds (more digits), seconds with a fraction,
 * or RFC 3339; undefined if absent.
 */
export function timestampParameter(query: URLSearchParams, name: 'start' | 'end'): bigint | undefined {
  const text = query.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  const decimal = /^(\d{1,20})(?:\.(\d*))?$/.exec(text);
  if (decimal !== null) {
    const [, whole = '', fraction] = decimal;
    if (fraction === undefined && whole.length > 10) {
      return BigInt(whole);
    }
    return BigInt(whole) * NANOS_PER_SECOND + nanosOfFraction(fraction ?? '');
  }
  const date = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  const milliseconds = date === null ? NaN : Date.parse(`${date[1] ?? ''}${date[3] ?? ''}`);
  if (Number.isNaN(milliseconds)) {
    throw badParameter(
      `could not parse '${name}' parameter: expected seconds, nanoseconds (more than ten digits) or RFC 3339, ` +
        `found ${JSON.stringify(text)}`
    );
  }
  return BigInt(milliseconds) * 1_000_000n + nanosOfFraction(date?.[2] ?? '');
}

function nanosOfFraction(digits: string): bigint {
  return BigInt(digits.slice(0, 9).padEnd(9, '0'));
}

/** Nanoseconds of a step in seconds (`15`, `0.5`) or as a duration (`30s`); undefined if absent. */
export function stepParameter(query: URLSearchParams, name: 'step'): bigint | undefined {
  const text = query.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  if (/^-/.test(text)) {
    throw badParameter(`cannot parse ${JSON.stringify(text)}: step must be positive`);
  }
  if (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    const nanos = Number(text) * 1e9;
    if (nanos >= 2 ** 63) {
      throw badParameter(`cannot parse ${JSON.stringify(text)} to a valid duration: expected less than 292 years`);
    }
    return BigInt(Math.trunc(nanos));
  }
  return durationParameter(query, name);
}
