// SPDX-License-Identifier: Apache-2.0
//
// Our own frame carries everything that a span has: Trace -> frame -> Trace is the same trace.
import { expect, test } from '@jest/globals';
import { buildTrace } from '@tracewell/trace';
import type { Attribute, AttributeValue, Span } from '@tracewell/trace';
import fc from 'fast-check';
import { readTraces } from './read-trace.ts';
import { toTraceFrame } from './trace-frame.ts';

const traceId = 'abcdef0123456789abcdef0123456789';
const hexId = (digits: number) =>
  fc.bigInt({ min: 1n, max: 16n ** BigInt(digits) - 1n }).map((number) => number.toString(16).padStart(digits, '0'));
const count = fc.oneof(fc.constant(0), fc.nat(99));

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.integer().map(BigInt),
      fc.double(),
      fc.integer(),
      fc.uint8Array({ maxLength: 8 }),
      fc.constant(null)
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.record({ key: fc.string(), value: tie('value') }), { maxLength: 3 }).map((entries) => ({ entries }))
  ),
}));
const attributes: fc.Arbitrary<Attribute[]> = fc.array(fc.record({ key: fc.string(), value }), { maxLength: 4 });
const time = fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_700_000_100_000_000_000n });

const span: fc.Arbitrary<Span> = fc.record({
  traceId: fc.constant(traceId),
  // Few ids, so that there are parents, duplicates and cycles.
  spanId: fc.nat(12).map((id) => (id + 1).toString(16).padStart(16, '0')),
  parentSpanId: fc.nat(14).map((id) => (id === 0 ? '' : id.toString(16).padStart(16, '0'))),
  traceState: fc.string(),
  flags: count,
  name: fc.string(),
  kind: fc.nat(7),
  startUnixNano: time,
  endUnixNano: time,
  statusCode: fc.nat(4),
  statusMessage: fc.string(),
  attributes,
  droppedAttributesCount: count,
  events: fc.array(fc.record({ timeUnixNano: time, name: fc.string(), attributes, droppedAttributesCount: count }), {
    maxLength: 2,
  }),
  droppedEventsCount: count,
  links: fc.array(
    fc.record({
      traceId: hexId(32),
      spanId: hexId(16),
      traceState: fc.string(),
      attributes,
      droppedAttributesCount: count,
      flags: count,
    }),
    { maxLength: 2 }
  ),
  droppedLinksCount: count,
  resource: fc.record({
    attributes: fc
      .tuple(fc.constantFrom('cart', 'payment'), attributes)
      .map(([name, more]) => [{ key: 'service.name', value: name }, ...more]),
    droppedAttributesCount: count,
    schemaUrl: fc.string(),
  }),
  scope: fc.record({
    name: fc.string(),
    version: fc.string(),
    attributes,
    droppedAttributesCount: count,
    schemaUrl: fc.string(),
  }),
});

/** What a trace is, comparable. */
function plain(trace: ReturnType<typeof buildTrace>) {
  return {
    spans: Array.from({ length: trace.length }, (_, index) => trace.spanAt(index)),
    parents: Array.from(trace.parents),
    starts: Array.from(trace.starts),
    ends: Array.from(trace.ends),
    kinds: Array.from(trace.kinds),
    statusCodes: Array.from(trace.statusCodes),
    services: Array.from(trace.services, (service) => trace.serviceNames[service]),
    problems: trace.problems,
  };
}

test('a trace that went through our frame is the same trace', () => {
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), (spans) => {
      const sent = buildTrace(traceId, spans);
      const frame = toTraceFrame(sent, { refId: 'A' });
      const found = readTraces([frame]).traces;
      expect(found.map(({ traceId: id, spans: length }) => [id, length])).toEqual([[traceId, spans.length]]);
      const loaded = found[0]?.load();
      expect(loaded && plain(loaded.trace)).toEqual(plain(sent));
    }),
    { numRuns: 100 }
  );
});

test('a frame is JSON: what is stored with a dashboard is the same trace', () => {
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 6 }), (spans) => {
      const sent = buildTrace(traceId, spans);
      const stored: unknown = JSON.parse(JSON.stringify(toTraceFrame(sent, { refId: 'A' })));
      const [found] = readTraces([stored as ReturnType<typeof toTraceFrame>]).traces;
      expect(found && plain(found.load().trace)).toEqual(plain(sent));
    })
  );
});
