// SPDX-License-Identifier: Apache-2.0
//
// Arbitrary spans of the model for property tests: every field, every type of value, 64-bit extremes.

import type { Attribute, AttributeValue, Resource, Scope, Span, SpanEvent, SpanLink } from '@tracewell/trace';
import fc from 'fast-check';

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('', '\u{feff}mark', '\u0000', 'x'.repeat(300), '\u{10ffff}', '"\\\n\u2028') }
);
const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''))
    .filter((id) => /[^0]/.test(id));
const uint32 = fc.oneof(fc.constantFrom(0, 1, 127, 128, 0xffff_ffff), fc.integer({ min: 0, max: 0xffff_ffff }));
const time = fc.oneof(
  fc.constantFrom(0n, 1n, (1n << 64n) - 1n, 1_700_000_000_000_000_001n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
);
const int64 = fc.oneof(
  fc.constantFrom(0n, -1n, 127n, 128n, -(1n << 63n), (1n << 63n) - 1n, 1n << 53n),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
);
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => new Uint8Array(array));

const { value, attribute } = fc.letrec<{ value: AttributeValue; attribute: Attribute }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    text,
    fc.boolean(),
    int64,
    fc.double(),
    bytes,
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.record({ entries: fc.array(tie('attribute'), { maxLength: 4 }) })
  ),
  attribute: fc.record({ key: text, value: tie('value') }),
}));
const attributes = fc.array(attribute, { maxLength: 5 });

const event: fc.Arbitrary<SpanEvent> = fc.record({
  timeUnixNano: time,
  name: text,
  attributes,
  droppedAttributesCount: uint32,
});
const link: fc.Arbitrary<SpanLink> = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  traceState: text,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
});
const resource: fc.Arbitrary<Resource> = fc.record({ attributes, droppedAttributesCount: uint32, schemaUrl: text });
const scope: fc.Arbitrary<Scope> = fc.record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
});

export const arbitraryAttributes: fc.Arbitrary<Attribute[]> = attributes;
export const arbitraryValue: fc.Arbitrary<AttributeValue> = value;

export const arbitrarySpan: fc.Arbitrary<Span> = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: fc.oneof(fc.constant(''), hex(16)),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 77, 0x7fff_ffff, -0x8000_0000)),
  startUnixNano: time,
  endUnixNano: time,
  statusCode: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom(-1, 99)),
  statusMessage: text,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.oneof(
    { weight: 19, arbitrary: fc.array(event, { maxLength: 3 }) },
    { weight: 1, arbitrary: event.map((one) => Array.from({ length: 200 }, (_, i) => ({ ...one, name: `${i}` }))) }
  ),
  droppedEventsCount: uint32,
  links: fc.oneof(
    { weight: 9, arbitrary: fc.array(link, { maxLength: 2 }) },
    { weight: 1, arbitrary: link.map((one) => Array.from({ length: 16 }, (_, flags) => ({ ...one, flags }))) }
  ),
  droppedLinksCount: uint32,
  resource,
  scope,
});

/** Spans that share their resources and scopes, as a request's do. */
export const arbitrarySpans: fc.Arbitrary<Span[]> = fc
  .tuple(
    fc.array(fc.tuple(arbitrarySpan, fc.nat(), fc.nat()), { maxLength: 12, size: 'small' }),
    fc.array(resource, { minLength: 1, maxLength: 3 }),
    fc.array(scope, { minLength: 1, maxLength: 3 })
  )
  .map(([spans, resources, scopes]) =>
    spans.map(([span, r, s]) => ({
      ...span,
      resource: resources[r % resources.length] ?? span.resource,
      scope: scopes[s % scopes.length] ?? span.scope,
    }))
  );
