// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { AttributeValue, Span } from '@tracewell/trace';
import fc from 'fast-check';

import { arbitrarySpans } from '../../testing/arbitrary-spans.ts';
import { decodeOfficial, TracesData } from '../../testing/official-proto.ts';
import { encodeBase64, tryDecodeBase64 } from './base64.ts';
import { decodeExportJson } from './decode-json.ts';
import { decodeSpans } from './decode-trace.ts';
import { encodeTracesJson } from './encode-json.ts';
import { encodeSpans } from './encode.ts';
import { MalformedRequestError } from './errors.ts';

const traceId = '5b8efff798038103d269b633813fc60c';
const spanId = 'eee19b7ec3c1b174';

function request(span: unknown): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}

function decodeOne(text: string): Span {
  const [span] = decodeSpans(decodeExportJson(text));
  if (span === undefined) {
    throw new Error('expected one span, found none');
  }
  return span;
}

/** The value of the only attribute of a span with this JSON text as its value. */
function decodeValue(json: string): AttributeValue | undefined {
  const text = request({ traceId, spanId, attributes: [{ key: 'k', value: 'HERE' }] }).replace('"HERE"', json);
  return decodeOne(text).attributes[0]?.value;
}

describe('decodeExportJson', () => {
  test('reads the example of the specification', () => {
    const span =
      decodeOne(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},
      "scopeSpans":[{"scope":{"name":"my.library","version":"1.0.0","attributes":[{"key":"my.scope.attribute","value":{"stringValue":"v"}}]},
      "spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":"EEE19B7EC3C1B173",
      "name":"I'm a server span","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","kind":2,
      "attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}}]}]}]}]}`);
    expect(span).toMatchObject({
      traceId,
      spanId,
      parentSpanId: 'eee19b7ec3c1b173',
      kind: 2,
      startUnixNano: 1544712660000000000n,
      resource: { attributes: [{ key: 'service.name', value: 'my.service' }] },
      scope: { name: 'my.library', version: '1.0.0' },
    });
  });

  test('takes snake_case, enum names, null and unknown fields', () => {
    const span = decodeOne(
      JSON.stringify({
        unknown: [1, { a: 2 }],
        resource_spans: [
          {
            resource: null,
            schema_url: 'url',
            scope_spans: [
              {
                spans: [
                  {
                    trace_id: traceId,
                    span_id: spanId,
                    parent_span_id: '',
                    kind: 'SPAN_KIND_CLIENT',
                    start_time_unix_nano: 5,
                    status: { code: 'STATUS_CODE_ERROR' },
                    dropped_attributes_count: '7',
                    attributes: null,
                  },
                ],
              },
            ],
          },
        ],
      })
    );
    expect(span).toMatchObject({
      kind: 3,
      statusCode: 2,
      startUnixNano: 5n,
      droppedAttributesCount: 7,
      parentSpanId: '',
    });
    expect(span.resource.schemaUrl).toBe('url');
  });

  test.each<[string, AttributeValue]>([
    ['{"intValue":"-9223372036854775808"}', -(1n << 63n)],
    ['{"intValue":9223372036854775807}', (1n << 63n) - 1n],
    ['{"intValue": 9007199254740993 }', 9007199254740993n],
    ['{"int_value":-9007199254740993}', -9007199254740993n],
    ['{"intValue":0}', 0n],
    ['{"doubleValue":12345678901234567890}', 12345678901234567890],
    ['{"doubleValue":0.12345678901234567}', 0.12345678901234567],
    ['{"doubleValue":1234567890123456789e2}', 1234567890123456789e2],
    ['{"doubleValue":"NaN"}', Number.NaN],
    ['{"doubleValue":"-Infinity"}', Number.NEGATIVE_INFINITY],
    ['{"doubleValue":"1.5e3"}', 1500],
    ['{"doubleValue":-0}', -0],
    [
      '{"stringValue":"say \\"9007199254740993\\": 9007199254740993, \\\\"}',
      'say "9007199254740993": 9007199254740993, \\',
    ],
    ['{"stringValue":""}', ''],
    ['{"boolValue":false}', false],
    ['{"bytesValue":"AP-_"}', new Uint8Array([0, 255, 191])],
    ['{"bytesValue":"AA=="}', new Uint8Array([0])],
    ['{"arrayValue":{"values":[{"intValue":1},{}]}}', [1n, null]],
    ['{"arrayValue":{}}', []],
    ['{"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}}]}}', { entries: [{ key: 'a', value: true }] }],
    ['{}', null],
  ])('reads the value %s exactly', (json, value) => {
    expect(decodeValue(json)).toEqual(value);
  });

  test.each<[string, string]>([
    ['{', '$'],
    ['[]', 'at $: expected an object, found an array'],
    ['"text"', 'at $: expected an object, found the text "text"'],
    ['{"resourceSpans":{}}', 'at $.resourceSpans: expected an array, found an object'],
    [request(5), 'at $.resourceSpans[0].scopeSpans[0].spans[0]: expected an object, found the number 5'],
    [request({ traceId: 'xyz' }), '.spans[0].traceId: expected 32 hex digits, found the text "xyz"'],
    [request({ traceId: 'W47/95gDgQPSabYzgT/GDA==' }), '.traceId: expected 32 hex digits, found the text "W47/95gD'],
    [request({ spanId: 5 }), '.spanId: expected 16 hex digits, found the number 5'],
    [request({ kind: 'SERVER' }), '.kind: expected a number or one of SPAN_KIND_UNSPECIFIED, '],
    [request({ name: 5 }), '.name: expected text, found the number 5'],
    [request({ startTimeUnixNano: '-1' }), '.startTimeUnixNano: expected an integer from 0 to 2^64 - 1'],
    [request({ startTimeUnixNano: 1.5 }), '.startTimeUnixNano: expected an integer'],
    [request({ startTimeUnixNano: 1e300 }), '.startTimeUnixNano: expected an integer'],
    [request({ droppedAttributesCount: 4294967296 }), 'from 0 to 4294967295, found the number 4294967296'],
    [
      request({ attributes: [{ value: { boolValue: 'yes' } }] }),
      '.attributes[0].value.boolValue: expected true or false',
    ],
    [
      request({ attributes: [{ value: { bytesValue: '%' } }] }),
      '.bytesValue: expected base64 text, found the text "%"',
    ],
    [request({ attributes: [{ value: { doubleValue: 'x' } }] }), '.doubleValue: expected a number'],
    [
      '{"resourceSpans":[12345678901234567890]}',
      'resourceSpans[0]: expected an object, found the number 12345678901234567890',
    ],
    [
      request({ name: 0 }).replace('0}', '12345678901234567890}'),
      '.name: expected text, found the number 12345678901234567890',
    ],
  ])('says where %s is wrong', (text, message) => {
    expect(() => decodeExportJson(text)).toThrow(MalformedRequestError);
    if (message !== '$') {
      expect(() => decodeExportJson(text)).toThrow(message);
    }
  });

  test('names JSON syntax errors', () => {
    expect(() => decodeExportJson('{"a":}')).toThrow(/at the JSON text: expected valid JSON, found .*Unexpected token/);
    expect(() => decodeExportJson('{"a":12345678901234567890 ]')).toThrow(/expected valid JSON, found/);
  });

  test.each([30, 31, 33, 34])('keeps the length of an id of %i digits wrong', (digits) => {
    const bytes = decodeExportJson(request({ traceId: 'a'.repeat(digits), spanId }));
    expect(decodeSpans(bytes)[0]?.traceId.length).not.toBe(32);
  });

  test('survives deep nesting', () => {
    const deep = `${'{"arrayValue":{"values":['.repeat(20_000)}${']}}'.repeat(20_000)}`;
    expect(() => decodeValue(deep)).toThrow('levels deep');
  });

  test('nothing but spans or the typed error comes of corrupted text', () => {
    const good = request({
      traceId,
      spanId,
      kind: 2,
      attributes: [{ key: 'n', value: { intValue: 12345678901234567 } }],
    });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), (at, change) => {
        try {
          decodeSpans(decodeExportJson(good.slice(0, at) + change + good.slice(at + 1)));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRequestError);
        }
      }),
      { numRuns: 1000 }
    );
  });
});

describe('encodeTracesJson', () => {
  test('as OTLP then decodeExportJson gives the same spans', () => {
    fc.assert(
      fc.property(arbitrarySpans, (spans) => {
        const bytes = encodeSpans(spans);
        expect(decodeSpans(decodeExportJson(encodeTracesJson(bytes, 'otlp')))).toEqual(decodeSpans(bytes));
      }),
      { numRuns: 60 }
    );
  });

  test('as jsonpb is what protobufjs reads as protobuf JSON', () => {
    fc.assert(
      fc.property(arbitrarySpans, (spans) => {
        const bytes = encodeSpans(spans);
        const official = TracesData.fromObject(JSON.parse(encodeTracesJson(bytes, 'jsonpb')));
        const again = new Uint8Array(TracesData.encode(official).finish());
        expect(decodeOfficial(TracesData, again)).toEqual(decodeOfficial(TracesData, bytes));
      }),
      { numRuns: 30 }
    );
  });

  test("writes Tempo's flavour: base64 ids, enum names, integers as text, no default values", () => {
    const bytes = decodeExportJson(
      request({
        traceId,
        spanId,
        name: '0',
        kind: 2,
        startTimeUnixNano: '1',
        flags: 257,
        status: { code: 2 },
        attributes: [
          { key: '', value: { intValue: 0 } },
          { key: 'nan', value: { doubleValue: 'NaN' } },
          { key: 'empty', value: {} },
        ],
        links: [{ traceId, spanId }],
      })
    );
    expect(JSON.parse(encodeTracesJson(bytes, 'jsonpb'))).toEqual({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'W47/95gDgQPSabYzgT/GDA==',
                  spanId: '7uGbfsPBsXQ=',
                  flags: 257,
                  name: '0',
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: '1',
                  attributes: [
                    { value: { intValue: '0' } },
                    { key: 'nan', value: { doubleValue: 'NaN' } },
                    { key: 'empty', value: {} },
                  ],
                  links: [{ traceId: 'W47/95gDgQPSabYzgT/GDA==', spanId: '7uGbfsPBsXQ=' }],
                  status: { code: 'STATUS_CODE_ERROR' },
                },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.parse(encodeTracesJson(bytes, 'otlp'))).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, kind: 2, status: { code: 2 } }] }] }],
    });
  });

  test('merges a message in several pieces, and takes the last value of a oneof', () => {
    const piece = [0x7a, 2, 0x18, 2, 0x7a, 3, 0x12, 1, 0x6d];
    const value = [0x4a, 9, 0x0a, 1, 0x6b, 0x12, 4, 0x0a, 0, 0x10, 1];
    const span = [...piece, ...value];
    const bytes = new Uint8Array([0x0a, span.length + 4, 0x12, span.length + 2, 0x12, span.length, ...span]);
    expect(JSON.parse(encodeTracesJson(bytes, 'otlp'))).toEqual({
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ attributes: [{ key: 'k', value: { boolValue: true } }], status: { code: 2, message: 'm' } }] },
          ],
        },
      ],
    });
  });

  test('of no spans is an empty object', () => {
    expect(encodeTracesJson(new Uint8Array(0), 'jsonpb')).toBe('{}');
  });
});

describe('base64', () => {
  test('is what Node writes and reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(encodeBase64(bytes)).toBe(text);
        expect(tryDecodeBase64(text)).toEqual(new Uint8Array(bytes));
        expect(tryDecodeBase64(Buffer.from(bytes).toString('base64url'))).toEqual(new Uint8Array(bytes));
      })
    );
  });

  test.each(['a', 'ab=', 'abcde', '====', 'ab c', '\u{e9}abc', 'a=bc'])('refuses %j', (text) => {
    expect(tryDecodeBase64(text)).toBeUndefined();
  });
});
