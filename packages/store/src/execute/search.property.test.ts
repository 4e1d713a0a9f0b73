// SPDX-License-Identifier: Apache-2.0
//
// Plan and execution over real blocks, open and sealed, give what the naive interpreter gives over the same
// spans. Values come from a small pool, so that conditions hit, and from its edges: numbers beyond 2^53, NaN,
// negative zero, empty texts, quotes, NUL, text beyond ASCII, repeated keys, arrays, missing roots.

import { describe, expect, test } from '@jest/globals';
import type { Attribute, AttributeValue, Span } from '@tracewell/trace';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import type { SearchRequest, Store } from '../api.ts';
import { openStore } from '../store.ts';
import { naiveSearch, naiveTraces } from '../testing/naive-search.ts';
import { requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const TEXTS = ['', 'a', 'b', "it's", 'GET', 'GET /x', 'a\u0000b', 'zoë', '\u{1f600}', 'line\nbreak', '\uffff', 'A'];
const INTS = [0n, 1n, -1n, 200n, 500n, 9007199254740993n, -9223372036854775808n, 9223372036854775807n];
const DOUBLES = [
  0,
  -0,
  0.5,
  200,
  1.5,
  -1e300,
  9007199254740992,
  9223372036854775807,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];
// The first ones have columns, see schema/well-known-attributes.ts; the others lie in the remainder.
const KEYS = ['http.request.method', 'http.response.status_code', 'db.system', 'x', 'y', 'service.name', 'odd key "q"'];

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  { arbitrary: fc.constantFrom<AttributeValue>(...TEXTS), weight: 4 },
  { arbitrary: fc.constantFrom<AttributeValue>(...INTS), weight: 3 },
  { arbitrary: fc.constantFrom<AttributeValue>(...DOUBLES), weight: 2 },
  { arbitrary: fc.constantFrom<AttributeValue>(true, false, null), weight: 2 },
  { arbitrary: fc.array(fc.constantFrom(...TEXTS), { maxLength: 3 }), weight: 1 },
  { arbitrary: fc.array(fc.constantFrom(...INTS), { maxLength: 3 }), weight: 1 },
  { arbitrary: fc.constantFrom<AttributeValue>([true], [1n, 'a'], new Uint8Array([1]), { entries: [] }), weight: 1 }
);

const attributes: fc.Arbitrary<Attribute[]> = fc.array(fc.record({ key: fc.constantFrom(...KEYS), value }), {
  maxLength: 4,
});

const START = 1_760_000_000_000_000_000n;

const TRACES = [
  '0000000000000000000000000000000a',
  '0000000000000001000000000000000b',
  'ff000000000000000000000000000002',
  'ff0000000000000000000000000000ff',
];

const span = fc.record({
  trace: fc.constantFrom(...TRACES),
  id: fc.integer({ min: 1, max: 0xffff }),
  parent: fc.option(fc.integer({ min: 1, max: 6 })),
  name: fc.constantFrom(...TEXTS),
  kind: fc.integer({ min: 0, max: 6 }),
  start: fc.integer({ min: 0, max: 50 }),
  duration: fc.constantFrom(-5, 0, 1, 1_000_000, 2_000_000_000),
  status: fc.integer({ min: 0, max: 3 }),
  message: fc.constantFrom('', 'a', 'it broke'),
  attributes,
  resource: fc.integer({ min: 0, max: 3 }),
  scope: fc.integer({ min: 0, max: 1 }),
  events: fc.array(
    fc.record({ name: fc.constantFrom('exception', 'a', ''), attributes, offset: fc.integer({ min: -1, max: 3 }) }),
    { maxLength: 2 }
  ),
  links: fc.array(fc.record({ span: fc.integer({ min: 1, max: 3 }), attributes }), { maxLength: 1 }),
});

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

const RESOURCES: readonly (readonly Attribute[])[] = [
  [
    { key: 'service.name', value: 'shop' },
    { key: 'x', value: 'a' },
  ],
  [
    { key: 'service.name', value: 'cart' },
    { key: 'y', value: 200n },
    { key: 'x', value: ['a', 'b'] },
  ],
  [
    { key: 'service.name', value: 'a' },
    { key: 'x', value: 0.5 },
    { key: 'x', value: 'second' },
  ],
  [],
];

function toSpans(drawn: readonly (typeof span extends fc.Arbitrary<infer T> ? T : never)[]): Span[] {
  const ids = new Set<string>();
  const spans: Span[] = [];
  for (const it of drawn) {
    const spanId = hex(it.id, 16);
    if (ids.has(`${it.trace}${spanId}`)) {
      continue;
    }
    ids.add(`${it.trace}${spanId}`);
    const startUnixNano = START + BigInt(it.start) * 1_000_000n;
    spans.push({
      traceId: it.trace,
      spanId,
      parentSpanId: it.parent === null ? '' : hex(it.parent, 16),
      traceState: '',
      flags: 0,
      name: it.name,
      kind: it.kind,
      startUnixNano,
      endUnixNano: startUnixNano + BigInt(it.duration),
      statusCode: it.status,
      statusMessage: it.message,
      attributes: it.attributes,
      droppedAttributesCount: 0,
      events: it.events.map((event) => ({
        name: event.name,
        timeUnixNano: startUnixNano + BigInt(event.offset),
        attributes: event.attributes,
        droppedAttributesCount: 0,
      })),
      droppedEventsCount: 0,
      links: it.links.map((link) => ({
        traceId: it.trace,
        spanId: hex(link.span, 16),
        traceState: '',
        attributes: link.attributes,
        droppedAttributesCount: 0,
        flags: 0,
      })),
      droppedLinksCount: 0,
      resource: { attributes: RESOURCES[it.resource] ?? [], droppedAttributesCount: 0, schemaUrl: '' },
      scope: {
        name: it.scope === 0 ? '' : 'tracer',
        version: '1.2',
        attributes: it.scope === 0 ? [] : [{ key: 'x', value: 1n }],
        droppedAttributesCount: 0,
        schemaUrl: '',
      },
    });
  }
  return spans;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\0/g, '\\x00')}"`;
}

const attributeName = fc
  .tuple(fc.constantFrom('.', 'span.', 'resource.', 'event.', 'link.', 'instrumentation.'), fc.constantFrom(...KEYS))
  .map(([scope, key]) => `${scope}${/[" ]/.test(key) ? quote(key) : key}`);
const textLiteral = fc.constantFrom(...TEXTS).map(quote);
const numberLiteral = fc.oneof(
  fc.constantFrom(...INTS.filter((int) => int > -9223372036854775808n)).map(String),
  fc.constantFrom('0.5', '200.0', '1.5', '-0.5', '9007199254740992.0', '1ms', '0s', '2s')
);
const pattern = fc.constantFrom('a', '.*', 'G.T.*', '(?i)a', 'a|b', '[^a]+', 'line.break', 'zo.', '.', '').map(quote);
const order = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const equality = fc.constantFrom('=', '!=');
const matching = fc.constantFrom('=~', '!~');

const comparison: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.tuple(attributeName, order, textLiteral).map((parts) => parts.join(' ')), weight: 4 },
  { arbitrary: fc.tuple(attributeName, order, numberLiteral).map((parts) => parts.join(' ')), weight: 4 },
  { arbitrary: fc.tuple(numberLiteral, order, attributeName).map((parts) => parts.join(' ')), weight: 1 },
  { arbitrary: fc.tuple(attributeName, matching, pattern).map((parts) => parts.join(' ')), weight: 3 },
  {
    arbitrary: fc.tuple(attributeName, equality, fc.constantFrom('true', 'false')).map((parts) => parts.join(' ')),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(
        attributeName.filter((name) => name !== 'resource.service.name'),
        equality
      )
      .map(([name, op]) => `${name} ${op} nil`),
    weight: 2,
  },
  { arbitrary: attributeName, weight: 1 },
  { arbitrary: fc.tuple(attributeName, order, attributeName).map((parts) => parts.join(' ')), weight: 1 },
  {
    arbitrary: fc.tuple(attributeName, order, numberLiteral).map(([name, op, number]) => `${name} + 1 ${op} ${number}`),
    weight: 1,
  },
  {
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'name',
          'statusMessage',
          'event:name',
          'instrumentation:name',
          'trace:rootName',
          'trace:rootService'
        ),
        order,
        textLiteral
      )
      .map((parts) => parts.join(' ')),
    weight: 3,
  },
  {
    arbitrary: fc
      .tuple(
        fc.constantFrom('name', 'statusMessage', 'event:name', 'instrumentation:version', 'trace:rootName'),
        matching,
        pattern
      )
      .map((parts) => parts.join(' ')),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(
        fc.constantFrom('duration', 'trace:duration', 'event:timeSinceStart', 'span:childCount', 'nestedSetParent'),
        order,
        numberLiteral
      )
      .map((parts) => parts.join(' ')),
    weight: 3,
  },
  {
    arbitrary: fc
      .tuple(fc.constantFrom('status'), equality, fc.constantFrom('ok', 'error', 'unset'))
      .map((parts) => parts.join(' ')),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(fc.constantFrom('kind'), equality, fc.constantFrom('server', 'client', 'unspecified', 'consumer'))
      .map((parts) => parts.join(' ')),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(
        fc.constantFrom('span:id', 'span:parentID', 'link:spanID'),
        order,
        fc.constantFrom('"1"', '"0003"', '""', '"zz"', '"0"')
      )
      .map((parts) => parts.join(' ')),
    weight: 1,
  },
  {
    arbitrary: fc
      .tuple(
        fc.constantFrom('trace:id'),
        equality,
        fc.constantFrom('"a"', '"FF000000000000000000000000000002"', '"1000000000000000b"')
      )
      .map((parts) => parts.join(' ')),
    weight: 1,
  }
);

const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: comparison, weight: 4 },
    {
      arbitrary: fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      weight: 3,
    },
    { arbitrary: tie('condition').map((inner) => `!(${inner})`), weight: 2 }
  ),
}));
const filter = condition.map((text) => `{ ${text} }`);
const query = fc.oneof(
  { arbitrary: fc.constant('{}'), weight: 1 },
  { arbitrary: filter, weight: 12 },
  { arbitrary: fc.tuple(filter, fc.constantFrom('&&', '||'), filter).map((parts) => parts.join(' ')), weight: 3 },
  {
    arbitrary: fc
      .tuple(filter, fc.constantFrom('&&', '||'), filter, fc.constantFrom('&&', '||'), filter)
      .map(([a, x, b, y, c]) => `(${a} ${x} ${b}) ${y} ${c}`),
    weight: 1,
  }
);

const request: Omit<SearchRequest, 'query'> = { limit: 100, spansPerSpanSet: 1000, order: 'newest', totals: false };

interface Outcome {
  readonly traceId: string;
  readonly matched: number;
  readonly spanIds: readonly string[];
}

async function found(store: Store, text: string, changes: Partial<SearchRequest> = {}): Promise<Outcome[]> {
  const { traces } = await store.search({ ...request, query: text, ...changes });
  return traces.map(({ traceId, spanSets }) => ({
    traceId,
    matched: spanSets[0]?.matched ?? 0,
    spanIds: (spanSets[0]?.spans ?? []).map(({ spanId }) => spanId),
  }));
}

function expected(text: string, spans: readonly Span[]): Outcome[] {
  return naiveSearch(text, spans).map(({ trace, spanIds }) => ({
    traceId: trace.traceId,
    matched: spanIds.length,
    spanIds,
  }));
}

describe('search over blocks', () => {
  let store: Store;

  /** Splits the spans over two sealed blocks and an open one, then runs the checks. */
  async function withStore(parts: readonly (readonly Span[])[], check: (store: Store) => Promise<void>): Promise<void> {
    const dataDir = temporaryFolder();
    store = await openStore(storeOptions(dataDir), { log: () => undefined });
    try {
      for (const [index, part] of parts.entries()) {
        if (part.length > 0) {
          await store.ingest(requestOf(part));
        }
        if (index < parts.length - 1) {
          await store.seal();
        }
      }
      await check(store);
    } finally {
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  }

  test('answers as the naive interpreter does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(span, { minLength: 1, maxLength: 14 }),
        fc.array(query, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 0, max: 14 }),
        async (drawn, queries, firstCut, secondCut) => {
          const spans = toSpans(drawn);
          const cuts = [firstCut, secondCut].sort((a, b) => a - b);
          const parts = [spans.slice(0, cuts[0]), spans.slice(cuts[0], cuts[1]), spans.slice(cuts[1])];
          await withStore(parts, async (opened) => {
            for (const text of queries) {
              const want = expected(text, spans);
              expect({ text, found: await found(opened, text) }).toEqual({ text, found: want });
              const all = await opened.search({ ...request, query: text, totals: true });
              expect({ text, total: all.total }).toEqual({
                text,
                total: { traces: want.length, spans: want.reduce((sum, { matched }) => sum + matched, 0) },
              });
            }
          });
        }
      ),
      {
        numRuns: Number(process.env['FC_RUNS'] ?? 6),
        ...(process.env['FC_SEED'] && { seed: Number(process.env['FC_SEED']) }),
      }
    );
  }, 120_000);

  test('orders, limits and sums up whole traces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(span, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 20 }),
        async (drawn, cut) => {
          const spans = toSpans(drawn);
          await withStore([spans.slice(0, cut), spans.slice(cut)], async (opened) => {
            const traces = naiveTraces(spans);
            const text = '{ status = error || duration > 1ms }';
            const matching = new Set(expected(text, spans).map(({ traceId }) => traceId));
            for (const order of ['newest', 'slowest', 'most-spans', 'most-errors'] as const) {
              const result = await opened.search({ ...request, query: text, limit: 2, order });
              const errors = (members: readonly Span[]): number =>
                members.filter(({ statusCode }) => statusCode === 2).length;
              const rank = {
                newest: () => 0,
                slowest: (t: (typeof traces)[number]) => Number(t.end - t.start),
                'most-spans': (t: (typeof traces)[number]) => t.spans.length,
                'most-errors': (t: (typeof traces)[number]) => errors(t.spans),
              }[order];
              const want = traces
                .filter(({ traceId }) => matching.has(traceId))
                .sort((a, b) => rank(b) - rank(a) || Number(b.start - a.start) || (a.traceId < b.traceId ? -1 : 1))
                .slice(0, 2)
                .map((trace) => ({
                  traceId: trace.traceId,
                  start: trace.start,
                  duration: trace.end - trace.start,
                  spans: trace.spans.length,
                  errors: errors(trace.spans),
                  root: trace.root?.name,
                }));
              expect(
                result.traces.map((trace) => ({
                  traceId: trace.traceId,
                  start: trace.startUnixNano,
                  duration: trace.durationNanos,
                  spans: trace.spanCount,
                  errors: trace.errorCount,
                  root: trace.rootTraceName,
                }))
              ).toEqual(want);
            }
          });
        }
      ),
      { numRuns: 4 }
    );
  }, 120_000);
});
