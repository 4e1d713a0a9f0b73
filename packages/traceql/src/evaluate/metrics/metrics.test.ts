// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '../../parser/parse-query.ts';
import { errorOf } from '../../testing/failure.ts';
import { traceView, type SpanLiteral } from '../../testing/span.ts';
import { ROOT } from '../span-view.ts';
import { toValue, type Value } from '../value.ts';
import type { ComparedAttribute } from './comparison.ts';
import { log2Cell, log2Quantile } from './log2.ts';
import { compileMetrics, type MetricsTrace } from './naive.ts';
import { compareLabels, labelValue, numberLabel, textLabel } from './series.ts';
import type { MetricsWindow } from './window.ts';

const SECOND = 1_000_000_000n;

const kinds = { server: 'server', client: 'client' } as const;

/**
 * A trace of roots, one on each line: `start[s] duration[ns, us, ms or s] words`. A word is a service (`@shop`), a kind,
 * `error`, `event=name`, or an attribute of the span.
 */
function traceOf(drawing: string): MetricsTrace {
  const lines = drawing.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)]));
  const starts = lines.map(([start = '']) => BigInt(Math.round(Number.parseFloat(start) * 1e3)) * 1_000_000n);
  const spans = lines.map(([, duration = '', ...words], index) => ({
    ...literalOf(duration, words),
    name: `span ${index}`,
    parent: ROOT,
  }));
  return {
    ...traceView(spans),
    starts,
    compared: (index): ComparedAttribute[] =>
      Object.entries({ ...spans[index]?.span, ...spans[index]?.resource }).flatMap(([key, attribute]) => {
        const value = labelValue(toValue(attribute));
        return value === undefined ? [] : [{ key, value }];
      }),
  };
}

const units: Readonly<Record<string, bigint>> = { ns: 1n, us: 1_000n, ms: 1_000_000n, s: SECOND };

function literalOf(duration: string, words: readonly string[]): SpanLiteral {
  const [, amount = '0', unit = 'ns'] = /^(\d+)(\w+)$/.exec(duration) ?? [];
  const attributes = words.flatMap((word) => {
    const [, key = '', text = ''] = /^(\w+)=(.*)$/.exec(word) ?? [];
    return key === '' || key === 'event' ? [] : [[key, numberOr(text)] as const];
  });
  const service = words.find((word) => word.startsWith('@'));
  const events = words.filter((word) => word.startsWith('event=')).map((word) => ({ name: word.slice(6) }));
  const kind = words.find((word): word is keyof typeof kinds => Object.hasOwn(kinds, word));
  const intrinsics: Record<string, Value> = {
    'span:duration': { kind: 'duration', value: BigInt(amount) * (units[unit] ?? 1n) },
    'span:status': { kind: 'status', value: words.includes('error') ? 'error' : 'unset' },
    'span:kind': { kind: 'spanKind', value: kind ?? 'unspecified' },
  };
  return {
    span: Object.fromEntries(attributes),
    resource: service === undefined ? {} : { 'service.name': service.slice(1) },
    intrinsics,
    events,
  };
}

function numberOr(text: string): unknown {
  return /^-?\d+$/.test(text) ? BigInt(text) : /^-?[\d.]+$/.test(text) ? Number(text) : text;
}

/** Series as `key=value key=value: numbers`, `-` for no sample. */
function metrics(query: string, drawing: string, window: Partial<MetricsWindow> | 'instant' = {}): string[] {
  const whole = { start: 0n, end: 6n * SECOND };
  const counter = compileMetrics(
    parseQuery(query),
    query,
    window === 'instant' ? whole : { ...whole, step: 2n * SECOND, ...window }
  );
  counter.add(traceOf(drawing));
  return counter
    .series()
    .map(
      ({ labels, values }) =>
        `${labels.map(({ key, value }) => `${key}=${value.value}`).join(' ')}: ${[...values].map((value) => (Number.isNaN(value) ? '-' : String(value))).join(' ')}`
    );
}

// Buckets are (0, 2], (2, 4], (4, 6].
const shop = `
  1s  4ns  @web  server n=1 f=0.5
  2s  5ns  @shop server n=2 f=1.5
  2s  2ns  @shop client n=8 f=8
  3s  1ns  @shop error  n=x
  6s  9ns        error  n=16
`;

describe('buckets', () => {
  test.each<[string, Partial<MetricsWindow> | 'instant', string[]]>([
    ['a span on a boundary belongs to the bucket that ends there', {}, ['__name__=count_over_time: 3 1 1']],
    ['one that starts with the window belongs to none', { start: 1n * SECOND }, ['__name__=count_over_time: 3 0 1']],
    ['one that starts with the end belongs to the last', { end: 3n * SECOND }, ['__name__=count_over_time: 3 1']],
    ['the last bucket is cut by the end', { end: 5n * SECOND }, ['__name__=count_over_time: 3 1 0']],
    ['an instant query has one bucket', 'instant', ['__name__=count_over_time: 5']],
    ['no span, no series', { start: 7n * SECOND, end: 9n * SECOND }, []],
  ])('%s', (_, window, expected) => {
    expect(metrics('{} | count_over_time()', shop, window)).toEqual(expected);
  });

  test('an instant window is closed on both sides', () => {
    const query = '{} | count_over_time()';
    const counter = compileMetrics(parseQuery(query), query, { start: 1n * SECOND, end: 3n * SECOND });
    counter.add(traceOf(shop));
    expect(counter.series().map(({ values }) => [...values])).toEqual([[4]]);
  });
});

describe('functions', () => {
  test.each([
    ['{} | rate()', ['__name__=rate: 1.5 0.5 0.5']],
    ['{ status = error } | rate()', ['__name__=rate: 0 0.5 0.5']],
    ['{ false } | rate()', []],
    ['{} | count_over_time()', ['__name__=count_over_time: 3 1 1']],
    ['{} | min_over_time(span.n)', ['__name__=min_over_time: 1 - 16']],
    ['{} | max_over_time(span.n)', ['__name__=max_over_time: 8 - 16']],
    ['{} | sum_over_time(span.n)', ['__name__=sum_over_time: 11 - 16']],
    ['{} | avg_over_time(.f)', [`__name__=avg_over_time: ${10 / 3} - -`]],
    ['{} | sum_over_time(duration)', ['__name__=sum_over_time: 1.1e-8 1e-9 9e-9']],
    ['{} | max_over_time(name)', []],
    ['{} | max_over_time(span.missing)', []],
    ['{} | histogram_over_time(span.n)', ['__bucket=2: 1 0 0', '__bucket=8: 1 0 0', '__bucket=16: 0 0 1']],
    ['{} | histogram_over_time(.f)', ['__bucket=0.5: 1 0 0', '__bucket=2: 1 0 0', '__bucket=8: 1 0 0']],
    [
      '{} | histogram_over_time(duration)',
      ['__bucket=2e-9: 1 0 0', '__bucket=4e-9: 1 0 0', '__bucket=8e-9: 1 0 0', '__bucket=1.6e-8: 0 0 1'],
    ],
    ['{} | quantile_over_time(span.n, .5, 1)', ['p=0.5: 2 0 16', 'p=1: 8 0 16']],
    ['{} | quantile_over_time(duration, 0)', ['p=0: 2e-9 0 1.6e-8']],
    ['{} | quantile_over_time(duration, .5) with(exact = true)', ['p=0.5: 4e-9 1e-9 9e-9']],
    ['{} | quantile_over_time(span.n, .34) with(exact = true)', ['p=0.34: 2 - 16']],
  ])('%s', (query, expected) => {
    expect(metrics(query, shop)).toEqual(expected);
  });

  test('a rate is by the second of the window in an instant query', () => {
    expect(metrics('{} | rate()', shop, 'instant')).toEqual([`__name__=rate: ${5 / 6}`]);
  });
});

describe('groups', () => {
  test.each([
    [
      '{} | count_over_time() by(resource.service.name)',
      ['resource.service.name=nil: 0 0 1', 'resource.service.name=shop: 2 1 0', 'resource.service.name=web: 1 0 0'],
    ],
    [
      '{} | count_over_time() by(span:kind, status)',
      ['kind=client status=unset: 1 0 0', 'kind=server status=unset: 2 0 0', 'kind=unspecified status=error: 0 1 1'],
    ],
    [
      '{} | count_over_time() by(span.missing, resource.service.name)',
      ['resource.service.name=shop: 2 1 0', 'resource.service.name=web: 1 0 0', 'span.missing=nil: 0 0 1'],
    ],
    ['{} | histogram_over_time(span.f) by(.missing) > 5', []],
    ['{} | quantile_over_time(span.n, 1) by(.missing)', ['p=1: 8 0 16']],
    ['{} | max_over_time(span.n) by(span.missing)', ['span.missing=nil: 8 - 16']],
    ['{} | count_over_time() by(event:name)', ['event:name=nil: 3 1 1']],
  ])('%s', (query, expected) => {
    expect(metrics(query, shop)).toEqual(expected);
  });

  test('the first link that has a value counts', () => {
    const query = '{} | count_over_time() by(link.a, link:spanID)';
    const counter = compileMetrics(parseQuery(query), query, { start: 0n, end: 5n });
    const links = [{ spanId: '01' }, { spanId: '02', attributes: { a: 'x' } }];
    counter.add({
      ...traceView([{ name: 'a', parent: ROOT, links }]),
      starts: [1n],
      compared: () => [],
    });
    expect(counter.series().map(({ labels }) => labels.map(({ key, value }) => `${key}=${value.value}`))).toEqual([
      ['link.a=x', 'link:spanID=01'],
    ]);
  });

  test('values of different types are different groups', () => {
    const found = metrics('{} | count_over_time() by(.n)', '1s 1ns n=1\n 1s 1ns n=1.0\n 1s 1ns n=a\n 1s 1ns n=1');
    expect(found).toEqual(['.n=1: 1 0 0', '.n=1: 2 0 0', '.n=a: 1 0 0']);
  });

  test('the first event that has a value counts', () => {
    const found = metrics('{} | count_over_time() by(event:name)', '1s 1ns event=a event=b\n 1s 1ns event=b');
    expect(found).toEqual(['event:name=a: 1 0 0', 'event:name=b: 1 0 0']);
  });

  test('a spanset that by() has split counts each span once', () => {
    expect(metrics('{} | by(kind) | count_over_time()', shop)).toEqual(['__name__=count_over_time: 3 1 1']);
  });
});

describe('stages after a function', () => {
  const by = 'by(resource.service.name)';
  test.each([
    [
      `{} | count_over_time() ${by} | topk(1)`,
      ['resource.service.name=nil: - - 1', 'resource.service.name=shop: 2 1 -'],
    ],
    [
      `{} | count_over_time() ${by} | bottomk(1)`,
      ['resource.service.name=nil: 0 - -', 'resource.service.name=web: - 0 0'],
    ],
    [`{} | count_over_time() ${by} > 1`, ['resource.service.name=shop: 2 - -']],
    [
      `{} | count_over_time() ${by} >= 1 | bottomk(1)`,
      ['resource.service.name=nil: - - 1', 'resource.service.name=shop: - 1 -', 'resource.service.name=web: 1 - -'],
    ],
    [`{} | count_over_time() ${by} = 7`, []],
    [
      `{} | count_over_time() ${by} != 0 < 2`,
      ['resource.service.name=nil: - - 1', 'resource.service.name=shop: - 1 -', 'resource.service.name=web: 1 - -'],
    ],
    ['{} | max_over_time(duration) <= 5ns', ['__name__=max_over_time: 5e-9 1e-9 -']],
    ['{} | max_over_time(span.n) > 8.5', ['__name__=max_over_time: - - 16']],
  ])('%s', (query, expected) => {
    expect(metrics(query, shop)).toEqual(expected);
  });
});

describe('arithmetic', () => {
  const by = 'by(resource.service.name)';
  test.each([
    [
      '({} | count_over_time()) - ({ status = error } | count_over_time())',
      ['__name__=(count_over_time - count_over_time): 3 0 0'],
    ],
    ['({} | rate()) / ({} | count_over_time())', ['__name__=(rate / count_over_time): 0.5 0.5 0.5']],
    [
      '({} | count_over_time()) / ({ status = error } | count_over_time())',
      ['__name__=(count_over_time / count_over_time): - 1 1'],
    ],
    ['({} | count_over_time()) + 2', ['__name__=count_over_time: 5 3 3']],
    ['10 - ({} | count_over_time())', ['__name__=count_over_time: 7 9 9']],
    ['({} | count_over_time()) / 0', []],
    ['({} | count_over_time()) * (1 / 2)', ['__name__=count_over_time: 0 0 0']],
    ['({} | count_over_time()) * (1.0 / 2)', ['__name__=count_over_time: 1.5 0.5 0.5']],
    // The series without labels meets every other one.
    [
      `({ resource.service.name = "shop" } | count_over_time() ${by}) / ({} | count_over_time())`,
      [`resource.service.name=shop: ${2 / 3} 1 0`],
    ],
    [
      `({} | count_over_time()) / ({ resource.service.name = "shop" } | count_over_time() ${by})`,
      ['resource.service.name=shop: 1.5 1 -'],
    ],
    // A series that one side does not have is gone.
    [
      `({} | count_over_time() ${by}) + ({ kind = server } | count_over_time() ${by})`,
      ['resource.service.name=shop: 3 1 0', 'resource.service.name=web: 2 0 0'],
    ],
    // A sample that one side does not have is none.
    ['({} | sum_over_time(span.f)) + ({} | count_over_time())', ['__name__=(sum_over_time + count_over_time): 13 - -']],
    [
      `(({} | count_over_time() ${by}) * 2) | topk(1)`,
      ['resource.service.name=nil: - - 2', 'resource.service.name=shop: 4 2 -'],
    ],
  ])('%s', (query, expected) => {
    expect(metrics(query, shop)).toEqual(expected);
  });
});

describe('compare()', () => {
  const spans = `
    1s 1ns @web  x=a
    1s 1ns @web  x=a error
    3s 1ns @shop x=b error
    3s 1ns @shop x=c
    5s 1ns @shop x=c
  `;
  const baseline = ['__meta_type=baseline', '__meta_type=baseline_total'];

  test('counts the values of both sides, and totals', () => {
    expect(metrics('{} | compare({ status = error })', spans)).toEqual([
      `${baseline[0]} service.name=shop: 0 1 1`,
      `${baseline[0]} service.name=web: 1 0 0`,
      `${baseline[0]} x=a: 1 0 0`,
      `${baseline[0]} x=c: 0 1 1`,
      `${baseline[1]} service.name=nil: 1 1 1`,
      `${baseline[1]} x=nil: 1 1 1`,
      '__meta_type=selection service.name=shop: 0 1 0',
      '__meta_type=selection service.name=web: 1 0 0',
      '__meta_type=selection x=a: 1 0 0',
      '__meta_type=selection x=b: 0 1 0',
      '__meta_type=selection_total service.name=nil: 1 1 0',
      '__meta_type=selection_total x=nil: 1 1 0',
    ]);
  });

  test('keeps the most frequent values; of equal ones the first', () => {
    expect(
      metrics('{ .x != nil } | compare({ status = error }, 1)', spans).filter((line) => line.includes(' x='))
    ).toEqual([
      `${baseline[0]} x=c: 0 1 1`,
      `${baseline[1]} x=nil: 1 1 1`,
      '__meta_type=selection x=a: 1 0 0',
      '__meta_type=selection_total x=nil: 1 1 0',
    ]);
  });

  test('a selection may have a window of its own, closed on the right', () => {
    const found = metrics(`{} | compare({ status = error }, 10, ${SECOND}, ${3n * SECOND})`, spans);
    expect(found.filter((line) => line.startsWith('__meta_type=selection '))).toEqual([
      '__meta_type=selection service.name=shop: 0 1 0',
      '__meta_type=selection x=b: 0 1 0',
    ]);
  });
});

describe('powers of two', () => {
  test.each<[bigint | number, number | undefined]>([
    [-5n, undefined],
    [0n, undefined],
    [1n, undefined],
    [2n, 1],
    [3n, 2],
    [4n, 2],
    [5n, 3],
    [1024n, 10],
    [1025n, 11],
    [(1n << 52n) + 1n, 53],
    [(1n << 62n) - 1n, 62],
    [0, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [0.3, -1],
    [0.5, -1],
    [1, 0],
    [1.5, 1],
    [2 ** 40 * (1 + 2 ** -52), 41],
    [2 ** 40 * (1 - 2 ** -53), 40],
    [5e-324, -1074],
    [Number.MAX_VALUE, 1024],
  ])('the cell of %s is %s', (value, cell) => {
    expect(log2Cell(typeof value === 'bigint' ? { kind: 'int', value } : { kind: 'float', value })).toBe(cell);
  });

  test.each<[number, [cell: number, count: number][], number]>([
    [0.5, [], 0],
    [0, [[3, 4]], 2 ** 2.25],
    [0.5, [[3, 4]], 2 ** 2.5],
    [1, [[3, 4]], 8],
    [
      0.5,
      [
        [3, 2],
        [5, 2],
      ],
      8,
    ],
    // Between the bound of the cell before and its own, however far apart they are.
    [
      0.75,
      [
        [3, 2],
        [5, 2],
      ],
      2 ** 4,
    ],
    [
      0.99,
      [
        [3, 99],
        [20, 1],
      ],
      8,
    ],
    [
      1,
      [
        [3, 99],
        [20, 1],
      ],
      2 ** 20,
    ],
  ])('the %s-quantile of %j is %s', (p, cells, expected) => {
    const found = log2Quantile(
      p,
      cells.map(([cell, count]) => ({ cell, count }))
    );
    expect(found).toBeCloseTo(expected, 9);
  });
});

describe('labels', () => {
  test('are ordered by their number, keys, and values', () => {
    const labels = [
      [numberLabel('p', 10), textLabel('a', 'x')],
      [numberLabel('p', 10)],
      [numberLabel('p', 9)],
      [textLabel('a', 'z')],
      [textLabel('a', 'b')],
    ];
    expect(
      labels.sort(compareLabels).map((each) => each.map(({ key, value }) => `${key}=${value.value}`).join())
    ).toEqual(['a=b', 'a=z', 'p=9', 'p=10', 'p=10,a=x']);
  });
});

describe('what is refused', () => {
  test('a search', () => {
    const error = errorOf(() => compileMetrics(parseQuery('{}'), '{}', { start: 0n, end: 1n }));
    expect(error.message).toBe('expected a metrics query');
  });
});
