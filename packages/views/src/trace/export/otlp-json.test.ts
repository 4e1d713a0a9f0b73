// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, spansFromText } from '@tracewell/trace';
import { toAnyValue, toOtlpJson } from './otlp-json.ts';

describe('values', () => {
  test.each([
    ['x', { stringValue: 'x' }],
    [-9223372036854775808n, { intValue: '-9223372036854775808' }],
    [1.5, { doubleValue: 1.5 }],
    [Number.POSITIVE_INFINITY, { doubleValue: 'Infinity' }],
    [false, { boolValue: false }],
    [null, {}],
    [new Uint8Array([0, 255]), { bytesValue: 'AP8=' }],
    [[1n, 'a'], { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'a' }] } }],
    [{ entries: [] }, { kvlistValue: { values: [] } }],
    [{ entries: [{ key: 'k', value: 'v' }] }, { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } }],
  ])('%p', (value, json) => {
    expect(toAnyValue(value)).toEqual(json);
  });
});

test('all spans are there, below their resource and scope, with exact times', () => {
  const spans = spansFromText(`
    web   GET /     |-----|   [status=error message=boom]
    cart    GetCart   |-|
    web     render      ||
  `);
  const json = JSON.parse(JSON.stringify(toOtlpJson(buildTrace('a'.repeat(32), spans))));
  const names = json.resourceSpans.map((resource: { scopeSpans: { spans: { name: string }[] }[] }) =>
    resource.scopeSpans.flatMap((scope) => scope.spans.map((span) => span.name))
  );
  expect(names.flat().sort()).toEqual(['GET /', 'GetCart', 'render']);
  const root = json.resourceSpans[0].scopeSpans[0].spans[0];
  expect(root).toMatchObject({
    startTimeUnixNano: spans[0]?.startUnixNano.toString(),
    status: { code: 2, message: 'boom' },
  });
  expect(root).not.toHaveProperty('parentSpanId');
});
