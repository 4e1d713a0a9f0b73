// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { alignBuckets, defaultStep } from './metrics-range.ts';
import { parseQueryInstant, parseQueryRange } from './metrics.ts';

const config = { maxQueryBytes: 100 };
const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
/** 10,000 s after the epoch. */
const now = () => 10_000_000;
const range = (text: string) => parseQueryRange(new URLSearchParams(text), config, now);
const instant = (text: string) => parseQueryInstant(new URLSearchParams(text), config, now).request;

describe('when', () => {
  test.each([
    ['', 6400n * SECOND, 10_000n * SECOND],
    ['since=30m', 8200n * SECOND, 10_000n * SECOND],
    ['since=1d&end=9000', 0n, 9000n * SECOND],
    ['start=9000', 9000n * SECOND, 10_000n * SECOND],
    ['start=9000&since=1m', 9000n * SECOND, 10_000n * SECOND],
    ['start=5&end=6', 5n * SECOND, 6n * SECOND],
    ['start=5000000001&end=50000000001', 5_000_000_001n * SECOND, 50_000_000_001n],
    ['start=5.25&end=5.7500000019', 5_250_000_000n, 5_750_000_001n],
    ['start=1970-01-01T00:00:01Z&end=1970-01-01T01:00:02.000000003%2B01:00', SECOND, 2n * SECOND + 3n],
    // An end in the future does not move the start into it.
    ['since=1h&end=20000', 6400n * SECOND, 20_000n * SECOND],
  ])('%s', (text, start, end) => {
    if (start < end) {
      expect(instant(text)).toMatchObject({ start, end });
    } else {
      expect(() => instant(text)).toThrow('end must be greater than start');
    }
  });

  test.each([
    ['start=yesterday', "could not parse 'start' parameter: expected seconds, nanoseconds"],
    ['end=1970-13-01T00:00:00Z', "could not parse 'end' parameter"],
    ['since=soon', 'invalid since: expected a duration'],
    ['start=5&end=5', 'end must be greater than start'],
  ])('%s is refused by both routes', (text, message) => {
    expect(() => range(text)).toThrow(message);
    expect(() => instant(text)).toThrow(message);
  });
});

describe('step', () => {
  const step = (text: string) => range(`start=1000&end=5000&${text}`).request.step;

  test.each([
    ['step=15', 15n * SECOND],
    ['step=0.5', SECOND / 2n],
    ['step=1e1', 10n * SECOND],
    ['step=30s', 30n * SECOND],
    ['step=1m30s', 90n * SECOND],
    ['', 15n * SECOND],
  ])('%s', (text, expected) => {
    expect(step(text)).toBe(expected);
  });

  test.each([
    ['step=0', 'step of 0s is too small, minimum step for given range is 400ms'],
    ['step=399ms', 'step of 399ms is too small, minimum step for given range is 400ms'],
    ['step=-5s', 'cannot parse "-5s": step must be positive'],
    ['step=fast', 'invalid step: expected a duration'],
    ['step=1e12', 'cannot parse "1e12" to a valid duration'],
  ])('%s is refused', (text, message) => {
    expect(() => step(text)).toThrow(message);
  });

  test('ten years in milliseconds are refused, in hours they are not', () => {
    const years = 'start=1000000000&end=1315360000';
    expect(() => range(`${years}&step=1ms`)).toThrow(
      'step of 1ms is too small, minimum step for given range is 8h45m36s'
    );
    expect(range(`${years}&step=12h`).request.step).toBe(12n * HOUR);
  });

  test.each([
    [10n * SECOND, 50_000_000n],
    [59n * SECOND, 200_000_000n],
    [60n * SECOND, SECOND],
    [HOUR, 15n * SECOND],
    [HOUR + 240n * SECOND, 15n * SECOND],
    [6n * HOUR, 60n * SECOND],
    [24n * HOUR, 300n * SECOND],
    [30n * 24n * HOUR, 3n * HOUR],
    [365n * 24n * HOUR, 36n * HOUR],
  ])('none, over %d ns', (length, expected) => {
    expect(defaultStep({ start: 7n, end: 7n + length })).toBe(expected);
  });
});

describe('buckets', () => {
  test.each([
    // One more in front, the last one whole.
    [100n, 145n, 10n, 90n, 150n],
    [103n, 150n, 10n, 90n, 150n],
    // Nothing before 1970.
    [5n, 45n, 10n, 0n, 50n],
    [12n, 45n, 10n, 10n, 50n],
    // As long as the range, or longer: one bucket.
    [103n, 143n, 40n, 103n, 143n],
    [103n, 143n, 1000n, 103n, 143n],
  ])('%d to %d by %d', (start, end, step, first, last) => {
    const buckets = alignBuckets({ start, end }, step);
    expect(buckets).toEqual({ start: first, end: last, step: step >= end - start ? end - start : step });
  });

  test('are what the store is asked for and what the answer is laid out by', () => {
    const { request, buckets } = range('q={} | rate()&start=1000&end=1055&step=10');
    expect(buckets).toEqual({ start: 990n * SECOND, end: 1060n * SECOND, step: 10n * SECOND });
    expect(request).toEqual({ query: '{} | rate()', ...buckets, exemplars: 100, maxSeries: 1000 });
  });

  test('instant=true is one bucket with both ends', () => {
    const { request, buckets } = range('q={} | rate()&start=1000&end=1055&step=10&instant=true');
    expect(request).toEqual({
      query: '{} | rate()',
      start: 1000n * SECOND,
      end: 1055n * SECOND,
      exemplars: 100,
      maxSeries: 1000,
    });
    expect(buckets.step).toBe(55n * SECOND);
  });
});

describe('the rest', () => {
  test('q wins over query', () => {
    expect(range('q=a&query=b').request.query).toBe('a');
    expect(range('query=b').request.query).toBe('b');
    expect(instant('query=b').query).toBe('b');
  });

  test.each(['q', 'query'])('%s has a limit of length', (name) => {
    expect(() => range(`${name}=${'x'.repeat(101)}`)).toThrow('TraceQL expression exceeds the configured maximum size');
  });

  test.each([
    ['', 100],
    ['exemplars=0', 100],
    ['exemplars=7', 7],
    ['exemplars=7000', 100],
    ['exemplars=many', 100],
  ])('%s: exemplars', (text, expected) => {
    expect(range(text).request.exemplars).toBe(expected);
  });

  test('an instant value has no exemplars', () => {
    expect(instant('exemplars=7').exemplars).toBe(0);
  });

  test.each([
    ['start=1000&end=4600&step=15', 1000],
    ['start=1000&end=4600&step=15&maxSeries=5', 5],
    ['start=1000&end=4600&step=15&maxSeries=5000', 1000],
    // 10,000 samples each: a million in all.
    ['start=1000&end=11000&step=1', 99],
  ])('%s: series', (text, expected) => {
    expect(range(text).request.maxSeries).toBe(expected);
  });
});
