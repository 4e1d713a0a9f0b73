// SPDX-License-Identifier: Apache-2.0
//
// Queries that take whole traces, over the same spans in one open block, in a sealed one, and with each trace split
// over several blocks; and what the property test found.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Span } from '@tracewell/trace';
import { rm } from 'node:fs/promises';
import type { SearchRequest, Store, TraceSummary } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const START = 1_760_000_000_000_000_000n;
const SECOND = 1_000_000_000n;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

/** Each part but the last is sealed. */
async function openWith(...parts: readonly (readonly Span[])[]): Promise<Store> {
  const dataDir = temporaryFolder();
  const store = await openStore(storeOptions(dataDir), { log: () => undefined });
  closers.push(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  for (const [index, part] of parts.entries()) {
    if (part.length > 0) {
      await store.ingest(requestOf(part));
    }
    if (index < parts.length - 1) {
      await store.seal();
    }
  }
  return store;
}

/** A span's id is its letter; traces start a second apart, their spans a millisecond. */
function span(trace: number, letter: string, parent: string, changes: Partial<Span> & { service?: string } = {}): Span {
  const id = (name: string): string => name.charCodeAt(0).toString(16).padStart(16, '0');
  const startUnixNano = START + BigInt(trace) * SECOND + BigInt(letter.charCodeAt(0) - 97) * 1_000_000n;
  return makeSpan(trace, 1, {
    spanId: id(letter),
    parentSpanId: parent === '' ? '' : id(parent),
    name: letter,
    kind: 1,
    statusCode: 0,
    startUnixNano,
    endUnixNano: startUnixNano + 5_000_000n,
    attributes: [],
    ...changes,
  });
}

const failed = { statusCode: 2 };
const text = (key: string, value: string): Partial<Span> => ({ attributes: [{ key, value }] });

// 1: a -> b -> c!, a -> d             2: a, b! (two roots), c -> d! (c's parent is missing)
// 3: a -> b (client), b (server, same id), b -> c!           4: a! alone
const spans: readonly Span[] = [
  span(1, 'a', '', { ...text('x', 'one'), service: 'web' }),
  span(1, 'b', 'a', { service: 'cart' }),
  span(1, 'c', 'b', { ...failed, service: 'cart' }),
  span(1, 'd', 'a', { ...text('x', 'two'), service: 'web' }),
  span(2, 'a', '', text('x', 'one')),
  span(2, 'b', '', failed),
  span(2, 'c', 'z', text('x', 'one')),
  span(2, 'd', 'c', failed),
  span(3, 'a', '', text('x', 'one')),
  span(3, 'b', 'a', { kind: 3, name: 'b client' }),
  span(3, 'b', 'a', { kind: 2, name: 'b server', startUnixNano: START + 3n * SECOND + 1_500_000n }),
  span(3, 'c', 'b', failed),
  span(4, 'a', '', { ...failed, ...text('x', 'one') }),
];

const request: Omit<SearchRequest, 'query'> = { limit: 20, spansPerSpanSet: 100, order: 'newest', totals: false };

/** Traces as `number: letters [attributes]`, a spanset each. */
function drawn({ traceId, spanSets }: TraceSummary): string {
  const sets = spanSets.map(({ spans: found, attributes }) =>
    [
      found.map(({ spanId }) => String.fromCharCode(Number.parseInt(spanId, 16))).join(''),
      ...attributes.map(({ key, value }) => `${key}=${value.value}`),
    ].join(' ')
  );
  return `${Number.parseInt(traceId, 16)}: ${sets.join(', ')}`;
}

async function search(store: Store, query: string, changes: Partial<SearchRequest> = {}): Promise<string[]> {
  return (await store.search({ ...request, query, ...changes })).traces.map(drawn);
}

const layouts = {
  'one open block': [spans],
  'one sealed block': [spans, []],
  'traces over three blocks': [
    spans.filter((_, index) => index % 3 === 0),
    spans.filter((_, index) => index % 3 === 1),
    spans.filter((_, index) => index % 3 === 2),
  ],
};

describe.each(Object.entries(layouts))('%s', (_, parts) => {
  let store: Store;
  beforeEach(async () => {
    store = await openWith(...parts);
  });

  test('searches', async () => {
    const one = '{ .x = "one" }';
    const error = '{ status = error }';
    const cases: readonly (readonly [string, readonly string[]])[] = [
      [`${one} >> ${error}`, ['3: c', '2: d', '1: c']],
      [`${one} > ${error}`, ['2: d']],
      [`${error} << ${one}`, ['3: a', '2: c', '1: a']],
      [`${error} < {}`, ['3: b', '2: c', '1: b']],
      [`${one} ~ ${error}`, ['2: b']],
      [`${one} !>> ${error}`, ['4: a', '2: b']],
      [`{ .x = "none" } !> ${error}`, ['4: a', '3: c', '2: bd', '1: c']],
      [`${one} &>> ${error}`, ['3: ac', '2: cd', '1: ac']],
      [`(${one} &>> ${error}) || ${one}`, ['4: a', '3: ac', '2: acd', '1: ac']],
      [`(${one} >> ${error}) && { name = "d" }`, ['2: d', '1: cd']],
      ['{ kind = client } > { kind = server }', ['3: b']],
      ['{ kind = server } > {}', ['3: c']],
      [`${error} | count() > 1`, ['2: bd count()=2']],
      ['{} | count() > 3', ['3: abbc count()=4', '2: abcd count()=4', '1: abcd count()=4']],
      [
        '{} | by(resource.service.name) | count() = 2',
        ['1: ad by(resource.service.name)=web count()=2, bc by(resource.service.name)=cart count()=2'],
      ],
      ['{} | by(resource.service.name) | { status = error } | coalesce()', ['4: a', '3: c', '2: bd', '1: c']],
      [
        '{ .x != nil } | by(.x) | count() = 1',
        ['4: a by(.x)=one count()=1', '3: a by(.x)=one count()=1', '1: a by(.x)=one count()=1, d by(.x)=two count()=1'],
      ],
      ['{} | by(.x) | count() > 2', ['3: bbc by(.x)=nil count()=3']],
      ['{ parent = nil }', ['4: a', '3: a', '2: abc', '1: a']],
      ['{ parent.x = "one" }', ['3: b', '2: d', '1: bd']],
      ['{ parent.resource.service.name = "cart" && status = error }', ['1: c']],
      ['{ span:childCount = 2 }', ['1: a']],
      ['{ nestedSetParent < 0 }', ['4: a', '3: a', '2: ab', '1: a']],
      ['{ nestedSetLeft > 2 }', ['3: bc', '2: b', '1: cd']],
      ['({ status = error } | count()) < ({ .x = "one" } | count())', []],
      [
        '({ status = error } | count()) = ({ .x = "two" } | count())',
        ['1: cd ({ status = error } | count())=1 ({ .x = "two" } | count())=1'],
      ],
      [
        '{ name = "a" } | max(duration) = min(duration)',
        ['4', '3', '2', '1'].map((id) => `${id}: a max(duration)=5000000 min(duration)=5000000`),
      ],
    ];
    for (const [query, expected] of cases) {
      expect({ query, found: await search(store, query) }).toEqual({ query, found: expected });
    }
  });

  test('counts spans of whatever a query finds', async () => {
    const counted = async (query: string): Promise<number> => {
      const range = { start: START, end: START + 60n * SECOND };
      const { total } = await store.red({ ...range, query, rootsOnly: false, step: 60n * SECOND, exemplarsPerCell: 0 });
      return total.counts[0] ?? 0;
    };
    expect(await counted('{ .x = "one" } >> { status = error }')).toBe(3);
    expect(await counted('{ .x = "two" } && { status = error }')).toBe(2);
    expect(await counted('{ .x = "two" } || { status = error }')).toBe(6);
    expect(await counted('{ status = error } | count() > 1')).toBe(2);
    expect(await counted('{ .x = "none" } && {}')).toBe(0);
    expect(await counted('{ parent.x = "one" } | by(name)')).toBe(4);
  });

  test('offers the values that the spans of a query have', async () => {
    const values = await store.tagValues({ tag: 'name', query: '{ .x = "one" } >> { status = error }', limit: 10 });
    expect(values.values.map(({ value }) => value)).toEqual(['c', 'd']);
    const names = await store.tagNames({ scope: 'span', query: '{ status = error } << { .x != nil }', limit: 10 });
    expect(names.scopes).toEqual([{ name: 'span', tags: ['x'] }]);
  });

  test('shows where spans stand in their tree, in one spanset a trace', async () => {
    const query =
      '({ nestedSetParent < 0 } &>> { status = error }) || ({ nestedSetParent < 0 }) | select(status, name, nestedSetParent, nestedSetLeft, nestedSetRight)';
    const { traces } = await store.search({ ...request, query });
    const places = traces.map(({ spanSets }) =>
      spanSets.map(({ spans: found }) =>
        found.map(({ name, attributes }) => {
          const of = (key: string): string => attributes.find((each) => each.key === key)?.value.value ?? '?';
          return `${name ?? ''} ${of('nestedSetLeft')}-${of('nestedSetRight')} in ${of('nestedSetParent')}, ${of('status')}`;
        })
      )
    );
    expect(places).toEqual([
      [['a 1-2 in -1, error']],
      [['a 1-8 in -1, unset', 'c 4-5 in 3, error']],
      [['a 1-2 in -1, unset', 'b 3-4 in -1, error']],
      [['a 1-8 in -1, unset', 'c 3-4 in 2, error']],
    ]);
  });

  test('shows what a query says of the parent', async () => {
    const { traces } = await store.search({
      ...request,
      query: '{ parent.x = "one" && name = "d" } | select(span:childCount)',
    });
    expect(traces.map(({ spanSets }) => spanSets[0]?.spans[0]?.attributes)).toEqual(
      [2, 1].map(() => [
        { key: 'parent.x', value: { type: 'string', value: 'one' } },
        { key: 'span:childCount', value: { type: 'int', value: '0' } },
      ])
    );
  });

  test('limits, and cuts spansets but not their counts', async () => {
    const { traces } = await store.search({
      ...request,
      query: '{} >> {} | count() > 1',
      limit: 2,
      spansPerSpanSet: 1,
    });
    expect(
      traces.map(({ traceId, spanSets }) => [traceId.at(-1), spanSets[0]?.matched, spanSets[0]?.spans.length])
    ).toEqual([
      ['3', 3, 1],
      ['1', 3, 1],
    ]);
  });

  test('keeps to the range of time, of the whole trace', async () => {
    const range = { start: START + 2n * SECOND, end: START + 3n * SECOND };
    expect(await search(store, '{} > { status = error }', range)).toEqual(['2: d']);
    expect(await search(store, '{} | count() > 0', { minDuration: 9_000_000n })).toEqual([]);
  });

  test('orders as the query asks', async () => {
    expect((await search(store, '{} | count() > 0 with(order = "most-errors")')).map((line) => line[0])).toEqual([
      '2',
      '4',
      '3',
      '1',
    ]);
    expect((await search(store, '{} with(order = "most-spans")')).map((line) => line[0])).toEqual(['3', '2', '1', '4']);
  });

  test('counts all that matches if asked', async () => {
    const { total } = await store.search({
      ...request,
      query: '{ .x = "one" } >> { status = error }',
      limit: 1,
      totals: true,
    });
    expect(total).toEqual({ traces: 3, spans: 3 });
  });
});

describe('found by the property test', () => {
  test('a trace with roots in several blocks is named after the earliest', async () => {
    const store = await openWith(
      [span(1, 'c', '', { service: 'late' })],
      [span(1, 'a', '', { service: 'early' })],
      [span(1, 'b', '')]
    );
    const { traces } = await store.search({
      ...request,
      query: '{ trace:rootName = "a" && trace:rootService = "early" }',
    });
    expect(
      traces.map(({ rootTraceName, rootServiceName, spanCount }) => [rootTraceName, rootServiceName, spanCount])
    ).toEqual([['a', 'early', 3]]);
  });

  test('a parent in a block that cannot match by itself is read for its child', async () => {
    // No span of the first block is of the cart, so SQL decides that block without reading resources.
    const store = await openWith([span(1, 'a', '', { service: 'web' })], [span(1, 'b', 'a', { service: 'cart' })]);
    const query = '{ parent.resource.service.name = "web" && resource.service.name = "cart" }';
    expect(await search(store, query)).toEqual(['1: b']);
  });

  test('every trace is a candidate for a comparison of all spans with what SQL cannot decide', async () => {
    const event = { name: 'e', attributes: [{ key: 'm', value: 'c' }], timeUnixNano: START, droppedAttributesCount: 0 };
    const all = [...spans, span(5, 'a', '', { events: [event] })];
    const query = '(count() > 0 | count()) != ({ status = ok && event.m > "b" } | count())';
    for (const parts of [[all], [all, []], [all.slice(0, 5), all.slice(5)]]) {
      expect(await search(await openWith(...parts), query)).toHaveLength(5);
    }
  });

  test('by() of what lies on no event reads none', async () => {
    const store = await openWith([span(1, 'a', '')]);
    expect(await search(store, '{} | by(name)')).toEqual(['1: a by(name)=a']);
    expect(await search(store, '{} | by(event:name)')).toEqual(['1: a by(event:name)=nil']);
  });
});

test('a trace whose last span ends before it starts is as long in an open block as in a sealed one', async () => {
  const last = span(1, 'i', 'a');
  const store = await openWith([span(1, 'a', ''), { ...last, endUnixNano: last.startUnixNano - 1n }]);
  const duration = async (): Promise<bigint | undefined> => {
    const { traces } = await store.search({ ...request, query: '{ -1 < nestedSetParent }' });
    return traces[0]?.durationNanos;
  };
  const open = await duration();
  await store.seal();
  expect([open, await duration()]).toEqual([8_000_000n, 8_000_000n]);
});

test('a trace with a great many spansets shows some of them, and says so', async () => {
  const store = await openWith(
    Array.from({ length: 1_200 }, (_, index) => makeSpan(1, index + 1, { parentSpanId: '', name: `n${index}` }))
  );
  const few = await store.search({ ...request, query: '{ name =~ "n1.?" } | by(name)' });
  expect([few.traces[0]?.spanSets.length, few.partial]).toEqual([11, undefined]);
  const many = await store.search({ ...request, query: '{} | by(span:id)', totals: true });
  expect(many.traces[0]?.spanSets).toHaveLength(1_000);
  expect([many.total, many.partial]).toEqual([
    { traces: 1, spans: 1_200 },
    'only the first 1000 spansets of a trace are shown',
  ]);
});

test('a query explains itself if asked', async () => {
  const store = await openWith(spans.slice(0, 4), spans.slice(4));
  const ask = { ...request, query: '{ .x = "one" } >> { status = error }' };
  expect((await store.search(ask)).explanation).toBeUndefined();
  const { explanation } = await store.search(ask, { explain: true });
  expect(explanation?.plan.split('\n')).toEqual([
    'query: { .x = "one" } >> { status = error }',
    'interpreted: SQL finds the traces that can match, the evaluator runs on their spans',
    'a trace must have spans for: ({ .x = "one" } and { status = error })',
    'candidates are found by: { .x = "one" }',
    'of candidates all spans are read',
  ]);
  const steps = explanation?.steps ?? [];
  expect(steps.length).toBeGreaterThan(3);
  expect(
    steps.every(
      ({ sql, block, milliseconds }) => sql?.startsWith('SELECT') === true && block !== undefined && milliseconds >= 0
    )
  ).toBe(true);
  expect(new Set(steps.map(({ what }) => what))).toContain('traces that have what the query requires');
});
