// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Span } from '@tracewell/trace';
import { rm } from 'node:fs/promises';
import { StoreError, type MetricsRequest, type MetricsResult, type Store } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const SECOND = 1_000_000_000n;
const START = 1_760_000_000n * SECOND;

const folder = temporaryFolder();
let store: Store;

const ask = (query: string, changes: Partial<MetricsRequest> = {}): Promise<MetricsResult> =>
  store.metrics({
    query,
    start: START,
    end: START + 8n * SECOND,
    step: 2n * SECOND,
    exemplars: 0,
    maxSeries: 1_000,
    ...changes,
  });

/** Series as `key=value key=value: numbers`. */
async function draw(query: string, changes: Partial<MetricsRequest> = {}): Promise<string[]> {
  const { series } = await ask(query, changes);
  return series.map(
    ({ labels, values }) =>
      `${labels.map(({ key, value }) => `${key}=${value.value}`).join(' ')}: ${[...values].join(' ')}`
  );
}

async function refusal(query: string, changes: Partial<MetricsRequest> = {}): Promise<string> {
  const error: unknown = await ask(query, changes).then(
    () => undefined,
    (reason: unknown) => reason
  );
  return error instanceof StoreError ? `${error.code}: ${error.message}` : String(error);
}

/** Trace t starts in second t; its span i takes i ms and a trace's fourth span comes later, in another block. */
function spansOf(trace: number): Span[] {
  return [1, 2, 3, 4].map((id) => {
    const span = makeSpan(trace, id, { service: id === 3 ? 'cart' : 'shop', statusCode: id === 3 ? 2 : 0 });
    const parentSpanId = id === 1 ? '' : '0000000000000001';
    return { ...span, parentSpanId, name: `op ${id}`, endUnixNano: span.startUnixNano + BigInt(id) * 1_000_000n };
  });
}

beforeAll(async () => {
  store = await openStore(storeOptions(folder), { log: () => undefined });
  const traces = [1, 2, 3, 4].map(spansOf);
  await store.ingest(requestOf(traces.flatMap((spans) => spans.slice(0, 2))));
  await store.seal();
  await store.ingest(requestOf(traces.flatMap((spans) => spans.slice(2, 3))));
  await store.seal();
  await store.ingest(requestOf(traces.flatMap((spans) => spans.slice(3))));
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('metrics over sealed and open blocks', () => {
  test.each([
    ['{} | rate()', ['__name__=rate: 2 4 2 0']],
    [
      '{} | count_over_time() by(resource.service.name)',
      ['resource.service.name=cart: 1 2 1 0', 'resource.service.name=shop: 3 6 3 0'],
    ],
    ['{} | count_over_time() by(rootName)', ['rootName=op 1: 4 8 4 0']],
    ['{} | count_over_time() by(span.app.cart) | topk(1)', ['span.app.cart=cart-1: 1 2 1 0']],
    ['{} | max_over_time(duration)', ['__name__=max_over_time: 0.004 0.004 0.004 NaN']],
    [
      '{} | avg_over_time(duration) by(status)',
      ['status=error: 0.003 0.003 0.003 NaN', `status=unset: ${7 / 3000} ${7 / 3000} ${7 / 3000} NaN`],
    ],
    ['{} | quantile_over_time(duration, .5) with(exact=true)', ['p=0.5: 0.002 0.002 0.002 NaN']],
    ['{} | max_over_time(span:childCount)', ['__name__=max_over_time: 3 3 3 NaN']],
    ['{ name = "op 1" } > { status = error } | rate()', ['__name__=rate: 0.5 1 0.5 0']],
    ['{} | count() > 4 | rate()', []],
    ['({ status = error } | rate()) / ({} | rate())', ['__name__=(rate / rate): 0.25 0.25 0.25 NaN']],
  ])('%s', async (query, expected) => {
    expect(await draw(query)).toEqual(expected);
  });

  test('an instant query has one bucket that is closed on both sides', async () => {
    const { step: _, ...instant } = {
      start: START + 1n * SECOND + 1_000_000n,
      end: START + 3n * SECOND + 1_000_000n,
      step: 0n,
    };
    const result = await store.metrics({ query: '{} | count_over_time()', ...instant, exemplars: 0, maxSeries: 10 });
    expect([result.buckets, result.series.map(({ values }) => [...values])]).toEqual([1, [[9]]]);
  });

  test('spans too short for a cell of durations make no series of them', async () => {
    const own = temporaryFolder();
    const short = await openStore(storeOptions(own), { log: () => undefined });
    const lasting = (name: string, nanos: bigint, id: number): Span => {
      const span = makeSpan(1, id);
      return { ...span, name, endUnixNano: span.startUnixNano + nanos };
    };
    const seriesOf = async (query: string): Promise<string[]> => {
      const range = { start: START, end: START + 8n * SECOND };
      const { series } = await short.metrics({ query, ...range, exemplars: 0, maxSeries: 10 });
      return series.map(({ labels }) => labels.map(({ key, value }) => `${key}=${value.value}`).join(' '));
    };
    try {
      await short.ingest(requestOf([lasting('no time', 0n, 1), lasting('one', 1n, 2), lasting('two', 2n, 3)]));
      for (const seal of [() => Promise.resolve(), () => short.seal()]) {
        await seal();
        expect(await seriesOf('{} | quantile_over_time(duration, .9) by(name)')).toEqual(['name=two p=0.9']);
        expect(await seriesOf('{ name != "two" } | histogram_over_time(duration) by(name)')).toEqual([]);
        expect(await seriesOf('{ name != "two" } | quantile_over_time(duration, .9)')).toEqual([]);
      }
    } finally {
      await short.close();
      await rm(own, { recursive: true });
    }
  });

  test('compare() counts both sides over all blocks', async () => {
    const found = await draw('{} | compare({ status = error }, 1)', { step: 8n * SECOND });
    expect(found.filter((line) => /name|status=|cart/.test(line) && !line.includes('instrumentation'))).toEqual([
      '__meta_type=baseline name=op 1: 4',
      '__meta_type=baseline resource.service.name=shop: 12',
      '__meta_type=baseline span.app.cart=cart-1: 4',
      '__meta_type=baseline status=unset: 12',
      '__meta_type=baseline_total name=nil: 12',
      '__meta_type=baseline_total resource.service.name=nil: 12',
      '__meta_type=baseline_total span.app.cart=nil: 12',
      '__meta_type=baseline_total status=nil: 12',
      '__meta_type=selection name=op 3: 4',
      '__meta_type=selection resource.service.name=cart: 4',
      '__meta_type=selection span.app.cart=cart-3: 4',
      '__meta_type=selection status=error: 4',
      '__meta_type=selection_total name=nil: 4',
      '__meta_type=selection_total resource.service.name=nil: 4',
      '__meta_type=selection_total span.app.cart=nil: 4',
      '__meta_type=selection_total status=nil: 4',
    ]);
  });
});

describe('exemplars', () => {
  const drawn = async (query: string, exemplars = 100): Promise<string[]> => {
    const { series } = await ask(query, { exemplars });
    return series.flatMap(({ labels, exemplars: found }) =>
      found.map(
        (exemplar) =>
          `${labels.map(({ value }) => value.value).join()}: trace ${Number(exemplar.traceId)} span ${Number(exemplar.spanId)} ${exemplar.value} at ${(exemplar.timestampNanos - START) / 1_000_000n} ms ${exemplar.labels.map(({ key, value }) => `${key}=${value.value}`).join()}`
      )
    );
  };

  test('durations show the spans themselves: a slow one and another of each bucket, a trace only once', async () => {
    expect(await drawn('{} | max_over_time(duration)')).toEqual([
      'max_over_time: trace 1 span 4 0.004 at 1004 ms duration=4000000',
      'max_over_time: trace 3 span 4 0.004 at 3004 ms duration=4000000',
      'max_over_time: trace 4 span 4 0.004 at 4004 ms duration=4000000',
    ]);
  });

  test('counts show what the series has in the bucket', async () => {
    expect(await drawn('{ name = "op 3" } | rate() by(name)')).toEqual([
      'op 3: trace 1 span 3 0.5 at 1003 ms name=op 3',
      'op 3: trace 3 span 3 1 at 3003 ms name=op 3',
      'op 3: trace 4 span 3 0.5 at 4003 ms name=op 3',
    ]);
  });

  test('none are read where none are wanted', async () => {
    expect(await drawn('{} | rate()', 0)).toEqual([]);
    expect(await drawn('{} | rate() with(exemplars=false)')).toEqual([]);
    expect(await drawn('{} | rate() with(exemplars=1)')).toHaveLength(1);
  });

  test('a series that a stage takes away takes them along', async () => {
    expect(await drawn('{} | rate() > 100')).toEqual([]);
  });
});

describe('bounds', () => {
  test('more series than are wanted are cut, and said to be', async () => {
    const { partial, series } = await ask('{} | rate() by(span:id)', { maxSeries: 2 });
    expect(series).toHaveLength(2);
    expect(partial).toBe(
      'Response exceeds maximum series limit of 2, a partial response is returned. Warning: the accuracy of each individual value is not guaranteed.'
    );
  });

  test('groups beyond what memory has room for are not counted', async () => {
    const many = temporaryFolder();
    const other = await openStore(storeOptions(many), { log: () => undefined });
    try {
      await other.ingest(requestOf(Array.from({ length: 900 }, (_, i) => makeSpan(1, i + 1))));
      const { partial, series } = await other.metrics({
        query: '{} | count_over_time() by(span:id)',
        start: START,
        end: START + 10n * SECOND,
        step: SECOND / 1000n,
        exemplars: 0,
        maxSeries: 1_000,
      });
      expect(series).toHaveLength(800);
      expect(partial).toBe('Only 800 groups, the most frequent ones, were counted; spans of others are left out.');
    } finally {
      await other.close();
      await rm(many, { recursive: true });
    }
  });

  test.each<[string, Partial<MetricsRequest>, string]>([
    [
      '{} | rate()',
      { end: START },
      `malformed: expected an end after the start and a step above 0, found ${START} to ${START} by 2000000000`,
    ],
    [
      '{} | rate()',
      { step: 0n },
      `malformed: expected an end after the start and a step above 0, found ${START} to ${START + 8n * SECOND} by 0`,
    ],
    ['{} | rate()', { step: 1n }, 'limit: 8000000000 buckets are more than the limit of 10010; take a larger step'],
    [
      '{}',
      {},
      'invalid-query: expected a metrics query, found a search\n\n1 | {}\n  | ^^\nAdd what to count: | rate()',
    ],
  ])('%s %j', async (query, changes, message) => {
    expect(await refusal(query, changes)).toBe(message);
  });
});

test('a metrics query says how it was run', async () => {
  const { explanation } = await store.metrics(
    { query: '{} | rate()', start: START, end: START + 8n * SECOND, step: 2n * SECOND, exemplars: 2, maxSeries: 10 },
    { explain: true }
  );
  expect(explanation?.plan).toContain('query: {} | rate()');
  expect([...new Set(explanation?.steps.map(({ what }) => what))]).toEqual(
    expect.arrayContaining(['counts by bucket and group', 'spans that may be exemplars', 'exemplars'])
  );
});
