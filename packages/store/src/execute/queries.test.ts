// SPDX-License-Identifier: Apache-2.0
//
// What the store answers besides traces and searches, over the same spans in an open block, in a sealed one,
// and split over both.

import { afterEach, describe, expect, test } from '@jest/globals';
import type { Attribute, Span } from '@tracewell/trace';
import { rm } from 'node:fs/promises';
import type { ServiceGraphResult, Store } from '../api.ts';
import { StoreError } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const START = 1_760_000_040_000_000_000n;
const SECOND = 1_000_000_000n;
const closers: (() => Promise<void>)[] = [];
const complaints: string[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
  // A block whose graph cannot be folded is sealed all the same, and says so in the log only.
  expect(complaints.splice(0)).toEqual([]);
});

async function openWith(...parts: readonly (readonly Span[])[]): Promise<Store> {
  const dataDir = temporaryFolder();
  const store = await openStore(storeOptions(dataDir), {
    log: (level, message, fields) => {
      if (level !== 'info') {
        complaints.push(`${message} ${JSON.stringify(fields)}`);
      }
    },
  });
  closers.push(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  for (const [index, part] of parts.entries()) {
    await store.ingest(requestOf(part));
    if (index < parts.length - 1) {
      await store.seal();
    }
  }
  return store;
}

/** The layouts that every answer must be the same for. */
async function layouts(spans: readonly Span[]): Promise<Store[]> {
  const odd = spans.filter((_, i) => i % 2 === 1);
  const even = spans.filter((_, i) => i % 2 === 0);
  return [await openWith(spans), await openWith(spans, []), await openWith(even, odd)];
}

interface Drawn {
  readonly trace?: number;
  readonly parent?: number;
  readonly kind?: number;
  readonly at?: number;
  readonly millis?: number;
  readonly error?: boolean;
  readonly attributes?: Readonly<Record<string, Attribute['value']>>;
}

function span(service: string, name: string, id: number, drawn: Drawn = {}): Span {
  const { trace = 1, parent, kind = 2, at = 0, millis = 10, error = false, attributes = {} } = drawn;
  const startUnixNano = START + BigInt(at) * SECOND + BigInt(id) * 1000n;
  return makeSpan(trace, id, {
    name,
    kind,
    parentSpanId: parent === undefined ? '' : parent.toString(16).padStart(16, '0'),
    startUnixNano,
    endUnixNano: startUnixNano + BigInt(millis) * 1_000_000n,
    statusCode: error ? 2 : 0,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
    resource: {
      attributes: [
        { key: 'service.name', value: service },
        { key: 'deployment.environment.name', value: 'prod' },
      ],
      droppedAttributesCount: 0,
      schemaUrl: '',
    },
  });
}

/** One checkout: shop calls cart, cart its database and something external, shop sends a message that the ledger takes. */
function checkout(trace: number, at: number, failed = false): Span[] {
  const base = trace * 100;
  const make = (service: string, name: string, id: number, drawn: Drawn): Span =>
    span(service, name, base + id, { trace, at, ...drawn });
  return [
    make('shop', 'POST /checkout', 1, { millis: 100, error: failed }),
    make('shop', 'POST cart', 2, {
      parent: base + 1,
      kind: 3,
      millis: 60,
      attributes: { 'server.address': 'cart.internal' },
    }),
    make('cart', 'POST /cart', 3, {
      parent: base + 2,
      millis: 50,
      error: failed,
      attributes: { 'http.route': '/cart' },
    }),
    make('cart', 'SELECT', 4, {
      parent: base + 3,
      kind: 3,
      millis: 5,
      attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop-db' },
    }),
    make('cart', 'POST risk', 5, {
      parent: base + 3,
      kind: 3,
      millis: 20,
      attributes: { 'peer.service': 'risk', 'retry.count': 2n },
    }),
    make('shop', 'send orders', 6, {
      parent: base + 1,
      kind: 4,
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
    }),
    make('ledger', 'process orders', 7, {
      kind: 5,
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', tags: ['a', 'b'] },
    }),
  ];
}

const range = { start: START - 10n * SECOND, end: START + 200n * SECOND };

function edgesOf({ edges }: ServiceGraphResult): string[] {
  return edges
    .map((edge) => `${edge.client} -${edge.kind}-> ${edge.server}: ${edge.requests}, ${edge.errors} failed`)
    .sort();
}

describe('service graph', () => {
  test('shows calls, entries, databases, queues and externals, wherever the spans lie', async () => {
    const spans = [...checkout(1, 0), ...checkout(2, 61, true)];
    for (const store of await layouts(spans)) {
      const graph = await store.serviceGraph({ ...range, query: '' });
      expect(edgesOf(graph)).toEqual([
        'cart -database-> database:shop-db: 2, 0 failed',
        'cart -external-> external:risk: 2, 0 failed',
        'messaging:orders -messaging-> ledger: 2, 0 failed',
        'shop -call-> cart: 2, 1 failed',
        'shop -messaging-> messaging:orders: 2, 0 failed',
        'user:user -entry-> shop: 2, 1 failed',
      ]);
      const cart = graph.nodes.find(({ id }) => id === 'cart');
      expect(cart).toMatchObject({ name: 'cart', kind: 'service', requests: 2, errors: 1 });
      // A quarter of a power of two: 19 %.
      expect(cart?.p50).toBeGreaterThan(41_000_000);
      expect(cart?.p50).toBeLessThan(60_000_000);
      expect(cart?.requestsOverTime.reduce((a, b) => a + b, 0)).toBeCloseTo(2);
      expect(graph.nodes.find(({ id }) => id === 'database:shop-db')).toMatchObject({ kind: 'database', requests: 2 });
    }
  }, 60_000);

  test('counts what either side of an edge matches', async () => {
    const spans = [...checkout(1, 0), ...checkout(2, 61, true)];
    for (const store of await layouts(spans)) {
      expect(
        edgesOf(await store.serviceGraph({ ...range, query: '{ name = "POST /cart" && status = error }' }))
      ).toEqual(['shop -call-> cart: 1, 1 failed']);
      expect(edgesOf(await store.serviceGraph({ ...range, query: '{ span.retry.count = 2 }' }))).toEqual([
        'cart -external-> external:risk: 2, 0 failed',
      ]);
    }
  }, 60_000);

  test('leaves out what is outside the range', async () => {
    const store = await openWith(checkout(1, 0), checkout(2, 600));
    const graph = await store.serviceGraph({ start: START + 500n * SECOND, end: START + 700n * SECOND, query: '' });
    expect(edgesOf(graph)).toContain('shop -call-> cart: 1, 0 failed');
  });
});

describe('rates, errors and durations', () => {
  test('are exact by bucket, group and cell', async () => {
    const spans = [
      ...Array.from({ length: 100 }, (_, i) =>
        span('shop', 'a', i + 1, { trace: i + 1, at: 1, millis: i + 1, error: i >= 95 })
      ),
      ...Array.from({ length: 10 }, (_, i) =>
        span('cart', 'b', i + 1, { trace: i + 500, at: 12, millis: 7, attributes: { 'retry.count': 2n } })
      ),
    ];
    for (const store of await layouts(spans)) {
      const request = {
        start: START,
        end: START + 30n * SECOND,
        step: 10n * SECOND,
        rootsOnly: false,
        exemplarsPerCell: 2,
      };
      const result = await store.red({ ...request, query: '', by: 'resource.service.name' });
      expect(result.buckets).toBe(3);
      expect([...result.total.counts]).toEqual([100, 10, 0]);
      expect([...result.total.errors]).toEqual([5, 0, 0]);
      expect([...result.total.p50]).toEqual([50_000_000, 7_000_000, Number.NaN]);
      expect([...result.total.p99]).toEqual([99_000_000, 7_000_000, Number.NaN]);
      expect(result.groups.map(({ group, counts }) => [group, [...counts]])).toEqual([
        ['shop', [100, 0, 0]],
        ['cart', [0, 10, 0]],
      ]);
      expect([...(result.heatmap[1]?.cells ?? [])]).toEqual([Math.floor(4 * Math.log2(7_000_000))]);
      expect([...(result.heatmap[1]?.counts ?? [])]).toEqual([10]);
      expect(result.heatmap[0]?.counts.reduce((a, b) => a + b, 0)).toBe(100);
      const slowest = result.exemplars.find(({ durationNanos }) => durationNanos === 100_000_000n);
      expect(slowest).toMatchObject({
        service: 'shop',
        name: 'a',
        error: true,
        traceId: (100).toString(16).padStart(32, '0'),
      });
      const filtered = await store.red({ ...request, query: '{ span.retry.count = 2 }', by: 'span.retry.count' });
      expect([...filtered.total.counts]).toEqual([0, 10, 0]);
      expect(filtered.groups.map(({ group }) => group)).toEqual(['2']);
    }
  }, 60_000);

  test('refuses too many buckets and a query of metrics', async () => {
    const store = await openWith(checkout(1, 0));
    const request = { ...range, rootsOnly: false, exemplarsPerCell: 0 };
    await expect(store.red({ ...request, query: '', step: 1n })).rejects.toMatchObject({ code: 'limit' });
    await expect(store.red({ ...request, query: '{} | rate()', step: SECOND })).rejects.toMatchObject({
      code: 'invalid-query',
    });
  });
});

describe('tags', () => {
  test('names, most frequent first, and values', async () => {
    for (const store of await layouts([...checkout(1, 0), ...checkout(2, 61), span('cart', 'x', 900, { trace: 9 })])) {
      const { scopes } = await store.tagNames({ limit: 100 });
      const tags = new Map(scopes.map(({ name, tags: names }) => [name, names]));
      expect(tags.get('resource')).toEqual(['deployment.environment.name', 'service.name']);
      expect(tags.get('span')?.slice(0, 2)).toEqual(['messaging.destination.name', 'messaging.system']);
      expect(tags.get('span')).toContain('retry.count');
      expect(tags.get('intrinsic')).toContain('duration');
      expect((await store.tagNames({ scope: 'resource', limit: 1 })).scopes).toEqual([
        { name: 'resource', tags: ['deployment.environment.name'] },
      ]);
      const values = async (tag: string, query?: string): Promise<string[]> =>
        (await store.tagValues({ tag, limit: 100, ...(query !== undefined && { query }) })).values.map(
          ({ type, value }) => `${type} ${value}`
        );
      expect(await values('resource.service.name')).toEqual(['string cart', 'string shop', 'string ledger']);
      expect(await values('.service.name', '{ name = "process orders" && kind = }')).toEqual(['string ledger']);
      expect(await values('span.retry.count')).toEqual(['int 2']);
      expect(await values('span.tags')).toEqual(['string a', 'string b']);
      expect(await values('span.http.route')).toEqual(['string /cart']);
      expect((await values('name')).length).toBe(8);
      expect(await values('status')).toEqual(['keyword ok', 'keyword error', 'keyword unset']);
      expect(await values('duration')).toEqual([]);
      expect(await values('rootServiceName')).toEqual(['string ledger', 'string shop', 'string cart']);
    }
  }, 60_000);

  test('refuses what is no identifier', async () => {
    const store = await openWith(checkout(1, 0));
    await expect(store.tagValues({ tag: 'app.user.id', limit: 10 })).rejects.toMatchObject({ code: 'invalid-query' });
  });
});

describe('search', () => {
  test('shows what the query mentions and selects, and the whole trace', async () => {
    for (const store of await layouts(checkout(1, 0, true))) {
      const { traces } = await store.search({
        query: '{ span.http.route = "/cart" } || { kind = client } | select(resource.service.name, status)',
        limit: 20,
        spansPerSpanSet: 2,
        order: 'newest',
        totals: true,
      });
      expect(traces).toHaveLength(1);
      const [trace] = traces;
      expect(trace).toMatchObject({
        rootServiceName: 'shop',
        rootTraceName: 'POST /checkout',
        spanCount: 7,
        errorCount: 2,
        durationNanos: 100_000_000n,
      });
      expect(trace?.services).toEqual([
        { name: 'cart', spanCount: 3, errorCount: 1 },
        { name: 'shop', spanCount: 3, errorCount: 1 },
        { name: 'ledger', spanCount: 1, errorCount: 0 },
      ]);
      expect(trace?.spanSets[0]?.matched).toBe(4);
      expect(trace?.spanSets[0]?.spans.map(({ attributes }) => attributes)).toEqual([
        [
          { key: 'kind', value: { type: 'keyword', value: 'client' } },
          { key: 'service.name', value: { type: 'string', value: 'shop' } },
          { key: 'status', value: { type: 'keyword', value: 'unset' } },
        ],
        [
          { key: 'http.route', value: { type: 'string', value: '/cart' } },
          { key: 'kind', value: { type: 'keyword', value: 'server' } },
          { key: 'service.name', value: { type: 'string', value: 'cart' } },
          { key: 'status', value: { type: 'keyword', value: 'error' } },
        ],
      ]);
    }
  }, 60_000);

  test('holds the whole trace against range and duration', async () => {
    const [, , store] = await layouts([...checkout(1, 0), ...checkout(2, 61)]);
    const search = async (changes: object): Promise<number> =>
      (
        await store?.search({
          query: '{ kind = client }',
          limit: 20,
          spansPerSpanSet: 3,
          order: 'newest',
          totals: false,
          ...changes,
        })
      )?.traces.length ?? -1;
    expect(await search({})).toBe(2);
    expect(await search({ start: START + 30n * SECOND, end: START + 90n * SECOND })).toBe(1);
    expect(await search({ start: START + 90_000_000n, end: START + SECOND })).toBe(1);
    expect(await search({ start: START + 2n * SECOND, end: START + 3n * SECOND })).toBe(0);
    expect(await search({ minDuration: 100_000_001n })).toBe(0);
    expect(await search({ minDuration: 100_000_000n, maxDuration: 100_000_000n })).toBe(2);
  });

  test('a byte order mark is text, in a column and in the remainder', async () => {
    // http.route has a column.
    for (const key of ['http.route', 'rare.text']) {
      const attributes = { [key]: '\u{feff}marked' };
      for (const store of await layouts([span('web', 'a', 1, { attributes }), span('web', 'b', 2)])) {
        for (const [value, count] of [
          ['\u{feff}marked', 1],
          ['marked', 0],
        ] as const) {
          const query = `{ span.${key} = "${value}" }`;
          const found = await store.search({ query, limit: 20, spansPerSpanSet: 3, order: 'newest', totals: false });
          expect(found.traces).toHaveLength(count);
        }
      }
    }
  });

  test('says where a query is wrong', async () => {
    const store = await openWith(checkout(1, 0));
    const search = (query: string): Promise<unknown> =>
      store.search({ query, limit: 20, spansPerSpanSet: 3, order: 'newest', totals: false });
    const syntax: unknown = await search('{ name = }').catch((error: unknown) => error);
    expect(syntax).toBeInstanceOf(StoreError);
    expect(syntax).toMatchObject({ code: 'invalid-query', range: { start: 9, end: 10 } });
    expect(String(syntax)).toContain('line 1, col 10');
    expect(String(syntax)).toContain('^');
    await expect(search('{} | rate()')).rejects.toMatchObject({ code: 'invalid-query', range: { start: 0, end: 11 } });
    await expect(search('{ 1 = "a" }')).rejects.toMatchObject({ code: 'invalid-query' });
  });

  test('ends when it is cancelled or out of time', async () => {
    const store = await openWith(checkout(1, 0));
    const request = { query: '{}', limit: 20, spansPerSpanSet: 3, order: 'newest', totals: false } as const;
    await expect(store.search(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const timeout = { code: 'timeout', message: expect.stringMatching(/longer than its time limit; narrow the time/) };
    await expect(store.search(request, { timeoutMs: 0 })).rejects.toMatchObject(timeout);
  });
});
