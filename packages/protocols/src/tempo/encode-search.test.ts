// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';

import { encodeSearch, encodeTagsV1, encodeTagsV2, encodeTagValuesV1, encodeTagValuesV2 } from './encode-search.ts';
import { parseTraceId, TraceIdError, trimTraceId } from './trace-id.ts';

const cost = { inspectedSpans: 10, inspectedTraces: 2, inspectedBytes: 300, blocks: 1 };
const noCost = { inspectedSpans: 0, inspectedTraces: 0, inspectedBytes: 0, blocks: 0 };

describe('encodeSearch', () => {
  test('writes what Tempo writes', () => {
    const json = encodeSearch(
      [
        {
          traceId: '002f3e0cee77ae5dc9c17ade3689eb2e',
          rootServiceName: 'frontend',
          rootTraceName: 'GET /x',
          startUnixNano: 1684778327699392724n,
          durationNanos: 557_999_999n,
          services: [
            { name: 'frontend', spanCount: 3, errorCount: 1 },
            { name: '__proto__', spanCount: 1, errorCount: 0 },
          ],
          spanSets: [
            {
              matched: 1,
              attributes: [{ key: 'by(resource.cluster)', value: { type: 'string', value: 'eu' } }],
              spans: [
                {
                  spanId: '0563b6c4f0a9c6d1',
                  name: 'GET /x',
                  startUnixNano: 1684778327699392724n,
                  durationNanos: 2_000_000n,
                  attributes: [
                    { key: 'status', value: { type: 'keyword', value: 'error' } },
                    { key: 'http.status_code', value: { type: 'int', value: '500' } },
                    { key: 'ratio', value: { type: 'float', value: '0.5' } },
                    { key: 'nan', value: { type: 'float', value: 'NaN' } },
                    { key: 'inf', value: { type: 'float', value: '-Inf' } },
                    { key: 'ok', value: { type: 'bool', value: 'true' } },
                    { key: 'duration', value: { type: 'duration', value: '2000000' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
      cost
    );
    const spanSet = {
      matched: 1,
      attributes: [{ key: 'by(resource.cluster)', value: { stringValue: 'eu' } }],
      spans: [
        {
          spanID: '0563b6c4f0a9c6d1',
          name: 'GET /x',
          startTimeUnixNano: '1684778327699392724',
          durationNanos: '2000000',
          attributes: [
            { key: 'status', value: { stringValue: 'error' } },
            { key: 'http.status_code', value: { intValue: '500' } },
            { key: 'ratio', value: { doubleValue: 0.5 } },
            { key: 'nan', value: { doubleValue: 'NaN' } },
            { key: 'inf', value: { doubleValue: '-Infinity' } },
            { key: 'ok', value: { boolValue: true } },
            { key: 'duration', value: { stringValue: '2ms' } },
          ],
        },
      ],
    };
    expect(JSON.parse(JSON.stringify(json))).toEqual(
      JSON.parse(`{"traces":[{"traceID":"2f3e0cee77ae5dc9c17ade3689eb2e","rootServiceName":"frontend","rootTraceName":"GET /x",
        "startTimeUnixNano":"1684778327699392724","durationMs":557,"spanSet":${JSON.stringify(spanSet)},
        "spanSets":[${JSON.stringify(spanSet)}],
        "serviceStats":{"frontend":{"spanCount":3,"errorCount":1},"__proto__":{"spanCount":1}}}],
        "metrics":{"inspectedTraces":2,"inspectedBytes":"300","totalBlocks":1,"completedJobs":1,"totalJobs":1,"inspectedSpans":"10"}}`)
    );
  });

  test('leaves zero values out, and says when the root is missing', () => {
    const json = encodeSearch(
      [
        { traceId: 'ab'.repeat(16), startUnixNano: 0n, durationNanos: 0n, services: [], spanSets: [] },
        {
          traceId: 'ab'.repeat(16),
          rootServiceName: '',
          rootTraceName: '',
          startUnixNano: 1n,
          durationNanos: 1n << 63n,
          services: [],
          spanSets: [
            {
              matched: 0,
              attributes: [],
              spans: [{ spanId: '1', startUnixNano: 0n, durationNanos: 0n, attributes: [] }],
            },
          ],
        },
      ],
      noCost
    );
    const spanSet = { spans: [{ spanID: '0000000000000001' }] };
    expect(json).toEqual({
      traces: [
        { traceID: 'ab'.repeat(16), rootServiceName: '<root span not yet received>' },
        { traceID: 'ab'.repeat(16), startTimeUnixNano: '1', durationMs: 4294967295, spanSet, spanSets: [spanSet] },
      ],
      metrics: { completedJobs: 1, totalJobs: 1 },
    });
  });
});

test('tags and tag values', () => {
  const scopes = [
    { name: 'resource', tags: ['service.name', 'x'] },
    { name: 'span', tags: ['x'] },
    { name: 'link', tags: [] },
  ];
  expect(encodeTagsV1(scopes)).toEqual({ tagNames: ['service.name', 'x'], metrics: {} });
  expect(encodeTagsV2(scopes)).toEqual({ scopes: scopes.slice(0, 2), metrics: {} });
  const values = [
    { type: 'int', value: '5' },
    { type: 'string', value: '5' },
    { type: 'duration', value: '1500000000' },
  ] as const;
  expect(encodeTagValuesV1(values)).toEqual({ tagValues: ['5', '1.5s'], metrics: {} });
  expect(encodeTagValuesV2(values)).toEqual({
    tagValues: [values[0], values[1], { type: 'duration', value: '1.5s' }],
    metrics: {},
  });
});

describe('parseTraceId', () => {
  test.each([
    ['1', '0'.repeat(31) + '1'],
    ['ABC', '0'.repeat(29) + 'abc'],
    ['5B8EFFF798038103D269B633813FC60C', '5b8efff798038103d269b633813fc60c'],
  ])('pads %s', (text, id) => {
    expect(parseTraceId(text)).toBe(id);
  });

  test.each([
    ['', 'found none'],
    ['12g4', "invalid character 'g' at position 3"],
    ['12\u{1f600}', "invalid character '\u{1f600}' at position 3"],
    ['0'.repeat(33), "can't be larger than 128 bits: expected at most 32 hex digits, found 33"],
  ])('refuses %j', (text, message) => {
    expect(() => parseTraceId(text)).toThrow(TraceIdError);
    expect(() => parseTraceId(text)).toThrow(message);
  });

  test('trimTraceId takes leading zeros away', () => {
    expect(trimTraceId('00ab00')).toBe('ab00');
    expect(trimTraceId('0'.repeat(32))).toBe('0');
  });
});
