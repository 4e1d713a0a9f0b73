// SPDX-License-Identifier: Apache-2.0
//
// For property tests: spans, and queries of the whole language over them. Values come from a small pool, so that
// conditions hit, and from its edges: numbers beyond 2^53, NaN, negative zero, empty texts, quotes, NUL, text beyond
// ASCII, repeated keys, arrays; and so do traces: missing parents and roots, several roots, circles, shared ids.

import type { Attribute, AttributeValue, Span } from '@tracewell/trace';
import { parseQuery, validateQuery } from '@tracewell/traceql';
import fc from 'fast-check';

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

export const START = 1_760_000_000_000_000_000n;

const TRACES = [
  '0000000000000000000000000000000a',
  '0000000000000001000000000000000b',
  'ff000000000000000000000000000002',
  'ff0000000000000000000000000000ff',
];

export const span = fc.record({
  trace: fc.constantFrom(...TRACES),
  id: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 8 }), weight: 3 }, fc.integer({ min: 9, max: 0xffff })),
  parent: fc.option(fc.integer({ min: 1, max: 8 }), { freq: 4 }),
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

/** Ids may repeat, but not with the same kind: nobody could say which of two such spans comes first. */
export function toSpans(drawn: readonly (typeof span extends fc.Arbitrary<infer T> ? T : never)[]): Span[] {
  const seen = new Set<string>();
  const spans: Span[] = [];
  for (const it of drawn) {
    const spanId = hex(it.id, 16);
    const key = `${it.trace} ${spanId} ${it.kind}`;
    if (seen.has(key)) {
      continue;
    }
    seen.add(key);
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
/** Filters that many spans match, so that operators have something to do. */
const frequentFilter = fc.constantFrom(
  '{}',
  '{ true }',
  '{ nestedSetParent < 0 }',
  '{ nestedSetParent >= 0 }',
  '{ status = error }',
  '{ status != error }',
  '{ kind = server }',
  '{ kind = client }',
  '{ .x != nil }',
  '{ .x = nil }',
  '{ duration > 0 }',
  '{ resource.service.name = "shop" }',
  '{ resource.service.name != "shop" }'
);
const treeFilter = fc.oneof(
  fc.constantFrom(
    '{ parent = nil }',
    '{ parent != nil }',
    '{ span:childCount > 0 }',
    '{ span:childCount = 1 || .x = "a" }',
    '{ nestedSetLeft > 2 }',
    '{ nestedSetRight - nestedSetLeft > 1 }',
    '{ nestedSetParent > 1 }',
    '{ -1 < nestedSetParent }',
    '{ parent.x != nil && status != error }',
    '{ parent.resource.service.name != resource.service.name }',
    '{ parent.span.x = .x || parent.y = 200 }',
    '{ !(parent.x = "a") }'
  ),
  fc
    .tuple(
      fc.constantFrom('parent.', 'parent.span.', 'parent.resource.'),
      fc.constantFrom('x', 'y', 'db.system'),
      order,
      fc.oneof(textLiteral, numberLiteral)
    )
    .map(([scope, key, operator, literal]) => `{ ${scope}${key} ${operator} ${literal} }`)
);
const anyFilter = fc.oneof(
  { arbitrary: frequentFilter, weight: 4 },
  { arbitrary: filter, weight: 3 },
  { arbitrary: treeFilter, weight: 1 }
);
const structural = fc.constantFrom(
  ...['>', '>>', '<', '<<', '~'].flatMap((operator) => [operator, operator, `!${operator}`, `&${operator}`])
);
const spansetOperator = fc.oneof({ arbitrary: structural, weight: 3 }, fc.constantFrom('&&', '||'));
const aggregate = fc.oneof(
  { arbitrary: fc.constant('count()'), weight: 2 },
  fc
    .tuple(
      fc.constantFrom('min', 'max', 'avg', 'sum'),
      fc.constantFrom(
        'duration',
        '.x',
        '.y',
        'span.http.response.status_code',
        'span:childCount',
        'parent.y',
        'event:timeSinceStart',
        'nestedSetLeft',
        'trace:duration',
        'duration + 1'
      )
    )
    .map(([name, expression]) => `${name}(${expression})`)
);
const scalarLiteral = fc.constantFrom('0', '1', '2', '3', '200', '1ms', '0.5', '-1', '1.5');
const scalarFilter = fc.oneof(
  { arbitrary: fc.tuple(aggregate, order, scalarLiteral).map((parts) => parts.join(' ')), weight: 4 },
  { arbitrary: fc.tuple(scalarLiteral, order, aggregate).map((parts) => parts.join(' ')), weight: 1 },
  { arbitrary: fc.tuple(aggregate, order, aggregate).map((parts) => parts.join(' ')), weight: 2 },
  {
    arbitrary: fc
      .tuple(aggregate, fc.constantFrom('+', '-', '*', '/', '^', '%'), fc.constantFrom('2', '0.5'), order, aggregate)
      .map((parts) => parts.join(' ')),
    weight: 1,
  }
);
const groupExpression = fc.constantFrom(
  'resource.service.name',
  'name',
  'status',
  'kind',
  '.x',
  'span.y',
  'event:name',
  'event.x',
  'duration > 0',
  'parent.x',
  'parent.resource.service.name',
  'span:childCount',
  'nestedSetParent',
  'trace:rootName',
  'instrumentation:name'
);
const selection = fc.constantFrom(
  'name, status',
  '.x',
  'span.y, resource.x',
  'parent.x',
  'nestedSetLeft, nestedSetRight, nestedSetParent',
  'span:childCount',
  'event.x, link.x'
);
const { spansets, pipeline } = fc.letrec<{ spansets: string; pipeline: string }>((tie) => ({
  spansets: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: anyFilter, weight: 4 },
    {
      arbitrary: fc
        .tuple(tie('spansets'), spansetOperator, tie('spansets'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      weight: 4,
    },
    { arbitrary: tie('pipeline').map((inner) => `(${inner})`), weight: 1 }
  ),
  pipeline: fc
    .tuple(
      fc.oneof(
        { arbitrary: tie('spansets'), weight: 8 },
        groupExpression.map((by) => `by(${by})`),
        scalarFilter
      ),
      fc.array(
        fc.oneof(
          anyFilter,
          scalarFilter,
          groupExpression.map((by) => `by(${by})`),
          fc.constant('coalesce()'),
          selection.map((attributes) => `select(${attributes})`),
          fc.tuple(anyFilter, spansetOperator, anyFilter).map((parts) => parts.join(' '))
        ),
        { maxLength: 3 }
      )
    )
    .map(([first, later]) => [first, ...later].join(' | ')),
}));
const scalarPipelines = fc
  .tuple(
    pipeline,
    aggregate,
    order,
    fc.oneof(
      fc.tuple(pipeline, aggregate).map(([stages, last]) => `(${stages} | ${last})`),
      scalarLiteral
    )
  )
  .map(([stages, last, operator, right]) => `(${stages} | ${last}) ${operator} ${right}`);
export const query = fc
  .oneof(
    { arbitrary: filter, weight: 5 },
    { arbitrary: fc.tuple(filter, fc.constantFrom('&&', '||'), filter).map((parts) => parts.join(' ')), weight: 2 },
    {
      arbitrary: fc
        .tuple(filter, fc.constantFrom('&&', '||'), filter, fc.constantFrom('&&', '||'), filter)
        .map(([a, x, b, y, c]) => `(${a} ${x} ${b}) ${y} ${c}`),
      weight: 1,
    },
    { arbitrary: fc.tuple(anyFilter, spansetOperator, anyFilter).map((parts) => parts.join(' ')), weight: 5 },
    { arbitrary: spansets, weight: 3 },
    { arbitrary: pipeline, weight: 6 },
    { arbitrary: scalarPipelines, weight: 1 }
  )
  .filter((text) => validateQuery(parseQuery(text)).length === 0);
