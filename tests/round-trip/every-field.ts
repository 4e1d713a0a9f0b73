// SPDX-License-Identifier: Apache-2.0
//
// An export request that uses every field of the protocol, with the values that codecs get wrong: extremes of 64 bits,
// empty values, nested lists, bytes, text beyond the basic plane, many links and events.
import type { PlainMessage } from '../support/official-otlp.ts';

/** `bytes` as base64, which both protobufjs and the comparison use. */
function bytes(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

const values: readonly (readonly [string, PlainMessage])[] = [
  ['text', { stringValue: 'plain' }],
  ['text.empty', { stringValue: '' }],
  ['text.unicode', { stringValue: 'Stra\u00dfe \u4e16\u754c \ud83d\ude80 e\u0301 \u0000 \ufeff' }],
  ['text.long', { stringValue: 'x'.repeat(5000) }],
  ['true', { boolValue: true }],
  ['false', { boolValue: false }],
  ['int', { intValue: '42' }],
  ['int.zero', { intValue: '0' }],
  ['int.max', { intValue: '9223372036854775807' }],
  ['int.min', { intValue: '-9223372036854775808' }],
  ['int.unsafe', { intValue: '9007199254740993' }],
  ['double', { doubleValue: 0.1 }],
  ['double.zero', { doubleValue: 0 }],
  ['double.tiny', { doubleValue: 5e-324 }],
  ['double.huge', { doubleValue: -1.7976931348623157e308 }],
  ['bytes', { bytesValue: bytes('00ff10') }],
  ['bytes.empty', { bytesValue: '' }],
  ['array.text', { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: '' }] } }],
  ['array.mixed', { arrayValue: { values: [{ intValue: '1' }, { boolValue: false }, {}, { doubleValue: 2.5 }] } }],
  ['array.empty', { arrayValue: { values: [] } }],
  ['array.nested', { arrayValue: { values: [{ arrayValue: { values: [{ stringValue: 'deep' }] } }] } }],
  ['list', { kvlistValue: { values: [{ key: 'k', value: { kvlistValue: { values: [{ key: '', value: {} }] } } }] } }],
  ['list.empty', { kvlistValue: { values: [] } }],
  ['nothing', {}],
  ['http.request.method', { stringValue: 'GET' }],
  // The same key twice, and a key with another type than its column has.
  ['http.request.method', { stringValue: 'POST' }],
  ['http.response.status_code', { stringValue: 'two hundred' }],
  ['http.status_code', { intValue: '200' }],
  ['http.route', { stringValue: '' }],
  ['key with spaces, {braces} and "quotes"', { stringValue: 'v' }],
  ['\u4e16\u754c', { intValue: '-1' }],
];
const attributes = values.map(([key, value]) => ({ key, value }));

/** A request with four spans of one trace; `seed` makes its ids unlike those of other requests. */
export function everyField(seed: number): { traceId: string; message: PlainMessage } {
  const traceId = `${'0'.repeat(15)}${String(seed)}fedcba9876543210`;
  const id = (n: number) => bytes(`00000000000${String(seed)}000${String(n)}`);
  const link = (n: number) => ({
    traceId: bytes(`${'ab'.repeat(15)}${String(n).padStart(2, '0')}`),
    spanId: bytes(`cdcdcdcdcdcdcd${String(n).padStart(2, '0')}`),
    traceState: `vendor=${String(n)}`,
    attributes: n % 2 === 0 ? attributes : [],
    droppedAttributesCount: n,
    flags: 0x301,
  });
  const event = (n: number) => ({
    timeUnixNano: String(1_763_683_471_000_000_000n + BigInt(n)),
    name: n === 0 ? '' : `event ${String(n)}`,
    attributes: n % 50 === 0 ? attributes : [{ key: 'n', value: { intValue: String(n) } }],
    droppedAttributesCount: n % 3,
  });
  const full = {
    traceId: bytes(traceId),
    spanId: id(1),
    parentSpanId: id(2),
    traceState: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
    flags: 0x101,
    name: 'Stra\u00dfe \ud83d\ude80',
    kind: 3,
    startTimeUnixNano: '1763683471120000017',
    endTimeUnixNano: '1763683473430000018',
    attributes,
    droppedAttributesCount: 4294967295,
    events: Array.from({ length: 200 }, (_, n) => event(n)),
    droppedEventsCount: 7,
    links: Array.from({ length: 16 }, (_, n) => link(n)),
    droppedLinksCount: 9,
    status: { code: 2, message: 'card declined \u2717' },
  };
  const bare = { traceId: bytes(traceId), spanId: id(2) };
  const extremes = {
    traceId: bytes(traceId),
    spanId: id(3),
    startTimeUnixNano: '18446744073709551615',
    endTimeUnixNano: '1',
    kind: 5,
    status: { code: 1 },
  };
  const messageOnly = {
    traceId: bytes(traceId),
    spanId: id(4),
    parentSpanId: id(2),
    status: { message: 'no code' },
    flags: 1,
  };
  return {
    traceId,
    message: {
      resourceSpans: [
        {
          resource: {
            attributes: [{ key: 'service.name', value: { stringValue: 'every-field' } }, ...attributes],
            droppedAttributesCount: 3,
          },
          schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
          scopeSpans: [
            {
              scope: { name: 'scope', version: '1.0', attributes, droppedAttributesCount: 2 },
              schemaUrl: 'https://opentelemetry.io/schemas/1.36.0',
              spans: [full, bare],
            },
            { scope: { name: 'other' }, spans: [extremes] },
          ],
        },
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'another' } }] },
          scopeSpans: [{ scope: { name: 'scope' }, spans: [messageOnly] }],
        },
      ],
    },
  };
}

/** The same request as OTLP/JSON: ids in hex instead of base64. */
export function toOtlpJson(message: PlainMessage): unknown {
  return JSON.parse(
    JSON.stringify(message, (key, value: unknown) =>
      (key === 'traceId' || key === 'spanId' || key === 'parentSpanId') && typeof value === 'string'
        ? Buffer.from(value, 'base64').toString('hex')
        : value
    )
  );
}
