// SPDX-License-Identifier: Apache-2.0
//
// What the store answers to metrics queries, over open and sealed blocks and traces that lie in several of them, is what
// the plain reading of the language gives over the same spans. Runs: TRACEWELL_METRICS_SETS data sets, each with
// TRACEWELL_METRICS_QUERIES queries.

import { describe, expect, test } from '@jest/globals';
import type { Attribute, AttributeValue, Span } from '@tracewell/trace';
import type { MetricsWindow } from '@tracewell/traceql';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { toTypedValue } from '../execute/shown-spans.ts';
import { openStore } from '../store.ts';
import { naiveMetrics } from '../testing/naive-metrics.ts';
import { requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const SETS = Number(process.env['TRACEWELL_METRICS_SETS'] ?? 6);
const QUERIES = Number(process.env['TRACEWELL_METRICS_QUERIES'] ?? 60);

const MILLISECOND = 1_000_000n;
const START = 1_760_000_000_000n * MILLISECOND;
const TEXTS = ['', 'a', 'b', "it's", 'nil', 'GET', 'zo\u00eb', 'a\u0000b'];
const NUMBERS: readonly AttributeValue[] = [
  ...[0n, 1n, 2n, 3n, 4n, 5n, 200n, 500n, -7n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n],
  ...[0, -0, 0.5, 1, 1.5, 2, 200, 1e300, -2.5, Number.NaN, Number.POSITIVE_INFINITY, 5e-324],
];
// The first ones have columns, see schema/well-known-attributes.ts; the others lie in the remainder.
const KEYS = ['http.request.method', 'http.response.status_code', 'server.port', 'x', 'n', 'service.name', 'odd "key"'];

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  { arbitrary: fc.constantFrom<AttributeValue>(...TEXTS), weight: 4 },
  { arbitrary: fc.constantFrom<AttributeValue>(...NUMBERS), weight: 5 },
  { arbitrary: fc.constantFrom<AttributeValue>(true, false, null), weight: 1 },
  { arbitrary: fc.constantFrom<AttributeValue>(['a', 'b'], [1n], [], new Uint8Array([1]), { entries: [] }), weight: 1 }
);
const attributes = fc.array(fc.record({ key: fc.constantFrom(...KEYS), value }), { maxLength: 4 });

const RESOURCES: readonly (readonly Attribute[])[] = [
  [
    { key: 'service.name', value: 'shop' },
    { key: 'x', value: 'a' },
  ],
  [
    { key: 'service.name', value: 'cart' },
    { key: 'n', value: 200n },
    { key: 'x', value: ['a', 'b'] },
  ],
  [
    { key: 'service.name', value: 'shop' },
    { key: 'x', value: 0.5 },
    { key: 'x', value: 'second' },
  ],
  [],
];

const drawnSpan = fc.record({
  trace: fc.integer({ min: 1, max: 6 }),
  id: fc.integer({ min: 2, max: 60 }),
  parent: fc.integer({ min: 1, max: 8 }),
  name: fc.constantFrom(...TEXTS),
  kind: fc.integer({ min: 0, max: 6 }),
  start: fc.integer({ min: 0, max: 20 }),
  duration: fc.constantFrom(
    -5n,
    0n,
    1n,
    2n,
    3n,
    4n,
    5n,
    1024n,
    1025n,
    1_500_000n,
    1n << 40n,
    (1n << 44n) + 1n,
    (1n << 45n) + 1n,
    (1n << 52n) + 1n
  ),
  status: fc.integer({ min: 0, max: 3 }),
  message: fc.constantFrom('', 'a', 'it broke'),
  attributes,
  resource: fc.integer({ min: 0, max: 3 }),
  scope: fc.integer({ min: 0, max: 1 }),
  events: fc.array(
    fc.record({ name: fc.constantFrom('exception', 'a', ''), attributes, offset: fc.constantFrom(-1n, 0n, 3n, 4097n) }),
    { maxLength: 2 }
  ),
  links: fc.array(fc.record({ span: fc.integer({ min: 1, max: 3 }), attributes }), { maxLength: 1 }),
});
type DrawnSpan = typeof drawnSpan extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

/** Spans with ids of their own; the first one of a trace is its only root, in some traces. */
function toSpans(drawn: readonly DrawnSpan[]): Span[] {
  const spans = new Map<string, Span>();
  const traces = new Set<number>();
  for (const it of drawn) {
    const isRoot = !traces.has(it.trace) && it.trace % 3 !== 0;
    traces.add(it.trace);
    const traceId = hex(it.trace, 32);
    const spanId = hex(isRoot ? 1 : it.id, 16);
    const startUnixNano = START + BigInt(it.start) * MILLISECOND;
    if (spans.has(traceId + spanId)) {
      continue;
    }
    spans.set(traceId + spanId, {
      traceId,
      spanId,
      // A parent with a lower id cannot make a circle.
      parentSpanId: isRoot ? '' : hex(Math.min(it.parent, it.id - 1), 16),
      traceState: '',
      flags: 0,
      name: it.name,
      kind: it.kind,
      startUnixNano,
      endUnixNano: startUnixNano + it.duration,
      statusCode: it.status,
      statusMessage: it.message,
      attributes: it.attributes,
      droppedAttributesCount: 0,
      events: it.events.map((event) => ({
        name: event.name,
        timeUnixNano: startUnixNano + event.offset,
        attributes: event.attributes,
        droppedAttributesCount: 0,
      })),
      droppedEventsCount: 0,
      links: it.links.map((link) => ({
        traceId,
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
        version: it.scope === 0 ? '' : '2',
        attributes: it.scope === 0 ? [] : [{ key: 'x', value: 'lib' }],
        droppedAttributesCount: 0,
        schemaUrl: '',
      },
    });
  }
  return [...spans.values()];
}

const filter = fc.constantFrom(
  '{}',
  '{}',
  '{}',
  '{ false }',
  '{ .x = "a" }',
  '{ .x != nil && kind = server }',
  '{ status = error }',
  '{ duration > 1us }',
  '{ resource.service.name = "shop" }',
  '{ nestedSetParent < 0 }',
  '{ nestedSetLeft > 2 }',
  '{ nestedSetParent = 1 }',
  '{ span.n > 1 }',
  '{ event:name = "exception" }',
  '{ traceDuration > 2ms }',
  '{ .x = "a" } && { kind = server }',
  '{ kind = client } || { status = ok }',
  '{ status = error } >> {}',
  '{ status = error } &>> {}',
  '{} | count() > 4',
  '{} | by(name) | count() > 1',
  '{ .n > 1 } | { kind = client }',
  '{ status = ok } | select(name)'
);
const reference = fc.constantFrom(
  'resource.service.name',
  'resource.x',
  '.x',
  '.n',
  'span.x',
  'span.n',
  'span.http.request.method',
  '.http.response.status_code',
  'span.server.port',
  'span."odd \\"key\\""',
  'resource.missing',
  '.missing',
  'name',
  'span:kind',
  'status',
  'statusMessage',
  'duration',
  'rootName',
  'rootServiceName',
  'traceDuration',
  'trace:id',
  'span:id',
  'span:parentID',
  'instrumentation:name',
  'instrumentation:version',
  'instrumentation.x',
  'event:name',
  'event:timeSinceStart',
  'event.x',
  'link:spanID',
  'link.n',
  'span:childCount',
  'parent.span.x',
  'parent.resource.service.name'
);
const measured = fc.oneof(
  { arbitrary: fc.constant('duration'), weight: 3 },
  {
    arbitrary: fc.constantFrom('span.n', '.n', 'span.http.response.status_code', 'span.server.port', 'event.n'),
    weight: 3,
  },
  { arbitrary: reference, weight: 1 }
);
const by = fc
  .array(reference, { maxLength: 3 })
  .map((references) => (references.length === 0 ? '' : ` by(${references.join(', ')})`));
const quantile = fc.constantFrom('0', '.25', '.5', '.9', '.99', '1');

const plainFunction = fc.constantFrom('rate()', 'count_over_time()');
const measure = fc.oneof(
  plainFunction,
  fc
    .tuple(fc.constantFrom('min', 'max', 'sum', 'avg', 'histogram'), measured)
    .map(([name, of]) => `${name}_over_time(${of})`),
  fc
    .tuple(measured, fc.uniqueArray(quantile, { minLength: 1, maxLength: 3 }))
    .map(([of, quantiles]) => `quantile_over_time(${of}, ${quantiles.join(', ')})`)
);
const secondStages = fc
  .array(fc.constantFrom(' | topk(2)', ' | bottomk(1)', ' > 1', ' <= 2ms', ' != 0', ' = 1'), { maxLength: 2 })
  .map((stages) => stages.join(''));
const pipeline = fc.tuple(filter, measure, by).map(([spans, of, groups]) => `${spans} | ${of}${groups}`);
const operand = fc.oneof(
  { arbitrary: fc.tuple(pipeline, secondStages).map((parts) => `(${parts.join('')})`), weight: 4 },
  {
    arbitrary: fc.tuple(filter, plainFunction).map(([spans, of]) => `(${spans} | ${of} by(resource.service.name))`),
    weight: 2,
  },
  { arbitrary: fc.constantFrom('2', '0', '1.5'), weight: 1 }
);
const arithmetic = fc
  .tuple(
    fc
      .tuple(filter, plainFunction, fc.constantFrom('', ' by(resource.service.name)'))
      .map(([a, b, c]) => `(${a} | ${b}${c})`),
    fc.constantFrom('+', '-', '*', '/'),
    operand
  )
  .map((parts) => parts.join(' '));
const comparison = fc
  .tuple(
    filter,
    fc.constantFrom('{ status = error }', '{ .x = "a" }', '{}', '{ duration > 1us }', '{ event:name = "a" }'),
    fc.constantFrom('', ', 1', ', 2', ', 100', `, 10, ${START + 4n * MILLISECOND}, ${START + 9n * MILLISECOND}`)
  )
  .map(([spans, selection, parameters]) => `${spans} | compare(${selection}${parameters})`);
const query = fc.oneof(
  {
    arbitrary: fc
      .tuple(pipeline, secondStages, fc.constantFrom('', '', ' with(exact=true)', ' with(exemplars=4)'))
      .map((parts) => parts.join('')),
    weight: 6,
  },
  { arbitrary: arithmetic, weight: 1 },
  { arbitrary: comparison, weight: 1 }
);

const window: fc.Arbitrary<MetricsWindow> = fc
  .record({
    from: fc.integer({ min: -3, max: 12 }),
    length: fc.integer({ min: 1, max: 25 }),
    step: fc.option(fc.constantFrom(1_000_000n, 3_000_000n, 7_000_000n, 777_777n)),
    offset: fc.constantFrom(0n, 0n, 1n, -1n),
  })
  .map(({ from, length, step, offset }) => {
    const start = START + BigInt(from) * MILLISECOND + offset;
    const end = start + BigInt(length) * MILLISECOND;
    return step === null ? { start, end } : { start, end, step };
  });

type Drawn = Map<string, readonly number[]>;

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return (
    left.length === right.length &&
    left.every((a, i) => {
      const b = right[i] ?? Number.NaN;
      return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
    })
  );
}

function expectSame(question: string, found: Drawn, expected: Drawn): void {
  const isSame =
    found.size === expected.size && [...expected].every(([key, values]) => sameNumbers(found.get(key) ?? [], values));
  if (!isSame) {
    expect({ question, series: Object.fromEntries(found) }).toEqual({ question, series: Object.fromEntries(expected) });
  }
}

describe('metrics', () => {
  test('are what the evaluator counts span by span', async () => {
    const property = fc.asyncProperty(
      fc.array(drawnSpan, { minLength: 1, maxLength: 60 }),
      fc.array(fc.record({ query, window }), { minLength: QUERIES, maxLength: QUERIES }),
      fc.integer({ min: 0, max: 2 }),
      async (drawn, questions, seals) => {
        const spans = toSpans(drawn);
        const folder = temporaryFolder();
        const store = await openStore(storeOptions(folder), { log: () => undefined });
        try {
          const third = Math.ceil(spans.length / 3);
          for (let part = 0; part < 3; part++) {
            const portion = spans.slice(part * third, (part + 1) * third);
            if (portion.length > 0) {
              await store.ingest(requestOf(portion));
            }
            if (part < seals) {
              await store.seal();
            }
          }
          for (const question of questions) {
            const { start, end, step } = question.window;
            const found = await store.metrics({
              query: question.query,
              start,
              end,
              ...(step !== undefined && { step }),
              exemplars: 6,
              maxSeries: 10_000,
            });
            const expected = naiveMetrics(question.query, spans, question.window);
            const keyOf = (labels: readonly { key: string; value: unknown }[]): string => JSON.stringify(labels);
            expectSame(
              `${question.query} from ${start} to ${end} by ${step}`,
              new Map(found.series.map(({ labels, values }) => [keyOf(labels), [...values]])),
              new Map(
                expected.map(({ labels, values }) => [
                  keyOf(labels.map((label) => ({ key: label.key, value: toTypedValue(label.value) }))),
                  [...values],
                ])
              )
            );
          }
        } finally {
          await store.close();
          await rm(folder, { recursive: true });
        }
      }
    );
    await fc.assert(property, { numRuns: SETS, endOnFailure: true, ...seedOption() });
  }, 3_600_000);
});

function seedOption(): { seed?: number } {
  const seed = process.env['TRACEWELL_METRICS_SEED'];
  return seed === undefined ? {} : { seed: Number(seed) };
}
