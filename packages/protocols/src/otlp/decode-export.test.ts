// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { Writer } from 'protobufjs';

import {
  encodeOfficial,
  decodeOfficial,
  ExportTraceServiceRequest,
  OfficialSpan,
} from '../../testing/official-proto.ts';
import { recordToBytes } from '../../testing/record-to-bytes.ts';
import { decodeExportRequest, type DecodeLimits, type DecodeOutcome } from './decode-export.ts';
import { LimitError, MalformedRequestError } from './errors.ts';

const limits: DecodeLimits = { maxSpans: 1000, maxAttributeBytes: 10_000, maxSpanBytes: 100_000 };
const traceId = new Uint8Array(16).fill(0xab);
const spanId = new Uint8Array(8).fill(0xcd);
const good = { traceId, spanId, name: 'good' };

interface Decoded extends DecodeOutcome {
  spans: Record<string, unknown>[];
  types: number[][];
  resources: { resource: string; url: string }[];
  scopes: { scope: string; url: string }[];
}

const hex = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString('latin1');

function decode(bytes: Uint8Array, over: Partial<DecodeLimits> = {}): Decoded {
  const spans: Record<string, unknown>[] = [];
  const types: number[][] = [];
  const resources: { resource: string; url: string }[] = [];
  const scopes: { scope: string; url: string }[] = [];
  const outcome = decodeExportRequest(
    bytes,
    {
      beginResource: (from, a, b, c, d) => resources.push({ resource: hex(from, a, b), url: hex(from, c, d) }),
      beginScope: (from, a, b, c, d) => scopes.push({ scope: hex(from, a, b), url: hex(from, c, d) }),
      span: (record) => {
        spans.push(decodeOfficial(OfficialSpan, recordToBytes(record)));
        types.push([...record.valueType.subarray(0, record.attributeCount)]);
      },
    },
    { ...limits, ...over }
  );
  return { ...outcome, spans, types, resources, scopes };
}

function request(...spans: object[]): Uint8Array<ArrayBuffer> {
  return encodeOfficial(ExportTraceServiceRequest, { resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

/** A request around Span payloads that protobufjs would not write. */
function rawRequest(...spans: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const scopeSpans = Writer.create();
  for (const span of spans) {
    scopeSpans.uint32(18).bytes(span);
  }
  const resourceSpans = Writer.create().uint32(18).bytes(scopeSpans.finish()).finish();
  return new Uint8Array(Writer.create().uint32(10).bytes(resourceSpans).finish());
}

const ids = (): Writer => Writer.create().uint32(10).bytes(traceId).uint32(18).bytes(spanId);
const message = (write: (writer: Writer) => Writer): Uint8Array => write(Writer.create()).finish();

/** What protobufjs reads from the same bytes, with an absent status and empty strings made alike. */
function official(bytes: Uint8Array): Record<string, unknown>[] {
  const decoded = ExportTraceServiceRequest.decode(bytes).toJSON();
  const result: Record<string, unknown>[] = [];
  for (const resourceSpans of decoded['resourceSpans'] ?? []) {
    for (const scopeSpans of resourceSpans['scopeSpans'] ?? []) {
      for (const span of scopeSpans['spans'] ?? []) {
        result.push(decodeOfficial(OfficialSpan, OfficialSpan.encode(OfficialSpan.fromObject(span)).finish()));
      }
    }
  }
  return result;
}

const full = {
  ...good,
  traceState: 'vendor=1',
  parentSpanId: new Uint8Array(8).fill(1),
  flags: 0x301,
  kind: 3,
  startTimeUnixNano: '18446744073709551615',
  endTimeUnixNano: '1700000000000000001',
  attributes: [
    { key: 'text', value: { stringValue: 'd\u00e9j\u00e0 \u{1f600}' } },
    { key: 'empty text', value: { stringValue: '' } },
    { key: 'yes', value: { boolValue: true } },
    { key: 'no', value: { boolValue: false } },
    { key: 'least', value: { intValue: '-9223372036854775808' } },
    { key: 'most', value: { intValue: '9223372036854775807' } },
    { key: 'zero', value: { intValue: 0 } },
    { key: 'half', value: { doubleValue: 0.5 } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }, {}] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } } },
    { key: 'bytes', value: { bytesValue: new Uint8Array([0, 255, 128]) } },
    { key: 'nothing', value: {} },
    { key: 'no value' },
    { key: '', value: { stringValue: 'no key' } },
  ],
  droppedAttributesCount: 4294967295,
  events: [
    { timeUnixNano: '5', name: 'e', attributes: [{ key: 'a', value: { intValue: 1 } }], droppedAttributesCount: 2 },
    {},
  ],
  droppedEventsCount: 3,
  links: [{ traceId, spanId, traceState: 'x=y', attributes: [], droppedAttributesCount: 1, flags: 256 }],
  droppedLinksCount: 4,
  status: { code: 2, message: 'went wrong' },
};

describe('decodeExportRequest keeps', () => {
  test('every field of a span, as columns and rest', () => {
    const bytes = request(full);
    const decoded = decode(bytes);
    expect(decoded.accepted).toBe(1);
    expect(decoded.types).toEqual([[1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 0, 255, 1]]);
    expect(decoded.spans).toEqual(official(bytes));
    expect([...decoded.warnings]).toEqual([['the span ends before it starts', 1]]);
  });

  test('more attributes, events, links and rest than a record has room for at first', () => {
    const many = <T>(item: (i: number) => T): T[] => Array.from({ length: 700 }, (_, i) => item(i));
    const bytes = request({
      ...good,
      status: {},
      attributes: many((i) => ({ key: `k${i}`, value: i % 2 === 0 ? { intValue: i } : { doubleValue: i + 0.5 } })),
      events: many((i) => ({ name: `e${i}` })),
      links: many((i) => ({ traceState: `l=${i}` })),
    });
    expect(decode(bytes).spans).toEqual(official(bytes));
  });

  test('keys and values around the length at which a length takes two bytes', () => {
    const lengths = [0, 1, 123, 124, 125, 126, 127, 128, 129, 130, 300];
    const bytes = request({
      ...good,
      status: {},
      attributes: lengths.flatMap((key) =>
        lengths.map((value) => ({ key: 'k'.repeat(key), value: { stringValue: 'v'.repeat(value) } }))
      ),
    });
    const decoded = decode(bytes);
    expect(decoded.spans).toEqual(official(bytes));
    expect(new Set(decoded.types[0])).toEqual(new Set([1]));
  });

  test('schema URLs that follow the spans, and resources in pieces', () => {
    const span = ids().finish();
    const scopeSpans = message((w) =>
      w
        .uint32(18)
        .bytes(span)
        .uint32(26)
        .string('scope url')
        .uint32(10)
        .bytes(message((s) => s.uint32(10).string('lib')))
    );
    const piece = (count: number): Uint8Array => message((w) => w.uint32(16).uint32(count));
    const resourceSpans = message((w) =>
      w.uint32(10).bytes(piece(1)).uint32(18).bytes(scopeSpans).uint32(10).bytes(piece(2)).uint32(26).string('url')
    );
    const decoded = decode(message((w) => w.uint32(10).bytes(resourceSpans)));
    expect(decoded.resources).toEqual([{ resource: '\x10\x01\x10\x02', url: 'url' }]);
    expect(decoded.scopes).toEqual([{ scope: '\x0a\x03lib', url: 'scope url' }]);
    expect(decoded.accepted).toBe(1);
  });

  test('unknown fields, groups and known fields of another type in the rest', () => {
    const tail = message((w) =>
      w.uint32(800).uint32(7).uint32(803).uint32(8).uint32(1).uint32(804).uint32(40).uint32(5)
    );
    let rest = '';
    decodeExportRequest(
      rawRequest(new Uint8Array([...ids().finish(), ...tail])),
      {
        beginResource: () => undefined,
        beginScope: () => undefined,
        span: (record) => {
          for (let i = 0; i < record.restCount; i++) {
            rest += hex(record.bytes, record.restStart[i] ?? 0, record.restEnd[i] ?? 0);
          }
        },
      },
      limits
    );
    expect(rest).toBe(hex(tail, 0, tail.length));
  });

  test('the last of duplicated fields, and merged statuses', () => {
    const bytes = rawRequest(
      ids()
        .uint32(42)
        .string('first')
        .uint32(42)
        .string('second')
        .uint32(48)
        .int32(1)
        .uint32(48)
        .int32(2)
        .uint32(122)
        .bytes(message((w) => w.uint32(24).int32(1).uint32(18).string('m')))
        .uint32(122)
        .bytes(message((w) => w.uint32(24).int32(2).uint32(72).uint32(1)))
        .finish()
    );
    const decoded = decode(bytes);
    expect(decoded.spans).toEqual([
      expect.objectContaining({ name: 'second', kind: 2, status: { code: 2, message: 'm' } }),
    ]);
  });

  test('attributes of odd shape as bytes', () => {
    const key = (w: Writer): Writer => w.uint32(10).string('k');
    const text = message((w) => w.uint32(10).string('v'));
    const shapes: Uint8Array[] = [
      message((w) => key(w).uint32(18).bytes(text).uint32(18).bytes(text)),
      message((w) => key(key(w)).uint32(18).bytes(text)),
      message((w) =>
        key(w)
          .uint32(18)
          .bytes(message((v) => v.uint32(64).int32(5)))
      ),
      message((w) => w.uint32(24).int32(9).uint32(18).bytes(text)),
      message((w) =>
        key(w)
          .uint32(18)
          .bytes(message((v) => v.uint32(10).string('a').uint32(16).bool(true)))
      ),
      message((w) => key(w)),
    ];
    const bytes = rawRequest(shapes.reduce((w, shape) => w.uint32(74).bytes(shape), ids()).finish());
    expect(decode(bytes).types).toEqual([shapes.map(() => 255)]);
  });

  test('an empty or all zero parent id as none', () => {
    const parents: number[] = [];
    decodeExportRequest(
      request({ ...good, parentSpanId: new Uint8Array(8) }, good, full),
      {
        beginResource: () => undefined,
        beginScope: () => undefined,
        span: (record) => parents.push(record.parentId < 0 ? -1 : 1),
      },
      limits
    );
    expect(parents).toEqual([-1, -1, 1]);
  });
});

describe('decodeExportRequest rejects one span and keeps its neighbours:', () => {
  const badText = Buffer.from([0x6f, 0xc0, 0xaf]);
  const attribute = (value: Uint8Array): Uint8Array => message((w) => w.uint32(10).string('k').uint32(18).bytes(value));
  const badValue = message((w) => w.uint32(10).bytes(badText));
  const nested = (levels: number): object =>
    levels === 0 ? { intValue: 1 } : { arrayValue: { values: [nested(levels - 1)] } };
  const spanOf = (span: object): Uint8Array =>
    OfficialSpan.encode(OfficialSpan.fromObject({ ...good, ...span })).finish();

  const cases: [string, Uint8Array, RegExp][] = [
    ['a short trace id', spanOf({ traceId: new Uint8Array(8).fill(1) }), /trace_id has 8 bytes; it must have 16/],
    ['an all zero trace id', spanOf({ traceId: new Uint8Array(16) }), /trace_id is all zero/],
    ['no trace id', message((w) => w.uint32(18).bytes(spanId)), /trace_id is missing/],
    ['a long span id', spanOf({ spanId: new Uint8Array(9).fill(1) }), /span_id has 9 bytes; it must have 8/],
    ['an all zero span id', spanOf({ spanId: new Uint8Array(8) }), /span_id is all zero/],
    ['no span id', message((w) => w.uint32(10).bytes(traceId)), /span_id is missing/],
    ['a short parent id', spanOf({ parentSpanId: new Uint8Array(4) }), /parent_span_id has 4 bytes/],
    ['a bad name', ids().uint32(42).bytes(badText).finish(), /span name is not valid UTF-8/],
    ['a bad trace state', ids().uint32(26).bytes(badText).finish(), /trace_state is not valid UTF-8/],
    [
      'a bad status message',
      ids()
        .uint32(122)
        .bytes(message((w) => w.uint32(18).bytes(badText)))
        .finish(),
      /status message/,
    ],
    [
      'a bad key',
      ids()
        .uint32(74)
        .bytes(message((w) => w.uint32(10).bytes(badText)))
        .finish(),
      /attribute key/,
    ],
    ['a bad value', ids().uint32(74).bytes(attribute(badValue)).finish(), /attribute value is not valid UTF-8/],
    [
      'a bad value in a list',
      ids()
        .uint32(74)
        .bytes(attribute(message((w) => w.uint32(42).bytes(message((l) => l.uint32(10).bytes(badValue))))))
        .finish(),
      /attribute value is not valid UTF-8/,
    ],
    [
      'a bad event name',
      ids()
        .uint32(90)
        .bytes(message((w) => w.uint32(18).bytes(badText)))
        .finish(),
      /event name/,
    ],
    [
      'a bad event value',
      ids()
        .uint32(90)
        .bytes(message((w) => w.uint32(26).bytes(attribute(badValue))))
        .finish(),
      /attribute value/,
    ],
    [
      'a bad link',
      ids()
        .uint32(106)
        .bytes(message((w) => w.uint32(26).bytes(badText)))
        .finish(),
      /link's trace_state/,
    ],
    ['deep nesting', spanOf({ attributes: [{ key: 'k', value: nested(31) }] }), /nested deeper than 30/],
    [
      'a large value',
      spanOf({ attributes: [{ key: 'big', value: { stringValue: 'x'.repeat(10_001) } }] }),
      /attribute "big" has 10001 bytes, more than the limit of 10000/,
    ],
    [
      'a large value in an event',
      spanOf({ events: [{ attributes: [{ key: 'big', value: { stringValue: 'x'.repeat(10_001) } }] }] }),
      /attribute "big" has 10001 bytes/,
    ],
    ['a large span', spanOf({ name: 'x'.repeat(100_001) }), /more than the limit of 100000/],
  ];
  test.each(cases)('%s', (_name, bad, reason) => {
    const decoded = decode(rawRequest(spanOf({}), bad, spanOf({})));
    expect([decoded.accepted, decoded.rejected]).toEqual([2, 1]);
    expect([...decoded.reasons.keys()]).toEqual([expect.stringMatching(reason)]);
  });

  test('and accepts what is just within the limits', () => {
    const decoded = decode(
      request({
        ...good,
        attributes: [
          { key: 'k', value: nested(30) },
          { key: 'big', value: { stringValue: 'x'.repeat(10_000) } },
        ],
        events: [{ attributes: [{ key: 'big', value: { stringValue: 'x'.repeat(10_000) } }] }],
      })
    );
    expect([decoded.accepted, [...decoded.reasons]]).toEqual([1, []]);
  });

  test('all spans of a bad resource or scope', () => {
    const span = spanOf({});
    const scopeSpans = (scope: Uint8Array): Uint8Array =>
      message((w) => w.uint32(10).bytes(scope).uint32(18).bytes(span).uint32(18).bytes(span));
    const badScope = message((w) => w.uint32(18).bytes(badText));
    const badResource = message((w) => w.uint32(10).bytes(attribute(badValue)));
    const bytes = message((w) =>
      w
        .uint32(10)
        .bytes(
          message((r) =>
            r
              .uint32(18)
              .bytes(scopeSpans(badScope))
              .uint32(18)
              .bytes(scopeSpans(new Uint8Array(0)))
          )
        )
        .uint32(10)
        .bytes(
          message((r) =>
            r
              .uint32(10)
              .bytes(badResource)
              .uint32(18)
              .bytes(scopeSpans(new Uint8Array(0)))
          )
        )
    );
    const decoded = decode(bytes);
    expect([decoded.accepted, decoded.rejected]).toEqual([2, 4]);
    expect([...decoded.reasons]).toEqual([
      ['scope: the scope version is not valid UTF-8', 2],
      ['resource: an attribute value is not valid UTF-8', 2],
    ]);
    expect(decoded.resources).toHaveLength(1);
  });

  test('with at most 8 different reasons', () => {
    const spans = Array.from({ length: 20 }, (_, i) => spanOf({ traceId: new Uint8Array(17 + i) }));
    const decoded = decode(rawRequest(...spans));
    expect(decoded.reasons.size).toBe(9);
    expect(decoded.reasons.get('other reasons')).toBe(12);
  });
});

describe('decodeExportRequest throws', () => {
  test('LimitError for too many spans, before anything', () => {
    let calls = 0;
    const sink = { beginResource: () => calls++, beginScope: () => calls++, span: () => calls++ };
    expect(() => decodeExportRequest(request(good, good, good), sink, { ...limits, maxSpans: 2 })).toThrow(LimitError);
    expect(() => decodeExportRequest(request(good, good, good), sink, { ...limits, maxSpans: 2 })).toThrow(
      'the request has 3 spans, more than the limit of 2 spans per request'
    );
    expect(calls).toBe(0);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['text', Buffer.from('{"resourceSpans":[]}'), /expected/],
    [
      'a cut request',
      request(full).subarray(0, -3),
      /at byte \d+: expected a field of \d+ bytes, found \d+ bytes left/,
    ],
    ['a cut varint', new Uint8Array([0x8a]), /expected a varint, found the end/],
    ['a varint without end', new Uint8Array(20).fill(0xff), /at most 10 bytes/],
    ['field number 0', new Uint8Array([0x02, 0x00]), /field number from 1/],
    ['wire type 7', new Uint8Array([0x0f]), /wire type/],
    [
      'a length beyond 2^53',
      new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
      /bytes left/,
    ],
    ['a group without end', new Uint8Array([0x13]), /end of a group/],
    ['deep groups', new Uint8Array(500).fill(0x13), /at most 100 nested groups/],
    [
      'a broken attribute',
      rawRequest(
        ids()
          .uint32(74)
          .bytes(new Uint8Array([0x0a, 5, 1]))
          .finish()
      ),
      /5 bytes/,
    ],
    [
      'a broken nested list',
      rawRequest(
        ids()
          .uint32(74)
          .bytes(message((w) => w.uint32(18).bytes(new Uint8Array([0x2a, 2, 0x0a, 9]))))
          .finish()
      ),
      /9 bytes/,
    ],
    ['a short fixed64', rawRequest(ids().uint32(57).finish()), /fixed64/],
  ])('MalformedRequestError for %s', (_name, bytes, text) => {
    expect(() => decode(bytes)).toThrow(MalformedRequestError);
    expect(() => decode(bytes)).toThrow(text);
  });

  test('nothing for an empty request', () => {
    expect(decode(new Uint8Array(0)).accepted).toBe(0);
  });
});
