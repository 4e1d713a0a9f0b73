// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { Root } from 'protobufjs';
import { decodeOfficial, encodeOfficial } from '../../testing/official-proto.ts';
import { MalformedRequestError } from '../otlp/errors.ts';
import {
  decodeMetricsRequest,
  decodeSearchRequest,
  decodeTagsRequest,
  decodeTagValuesRequest,
} from './decode-requests.ts';
import {
  encodeQueryInstantPackets,
  encodeQueryRangePackets,
  encodeSearchMessage,
  encodeSearchPackets,
  encodeTagsV1Packets,
  encodeTagsV2Packets,
  encodeTagValuesV1Packets,
  encodeTagValuesV2Packets,
} from './encode-messages.ts';
import { encodeQueryInstant, encodeQueryRangeJson, type MetricsAnswerInput } from './encode-metrics.ts';
import type { FoundTraceInput } from './encode-search.ts';

// Another implementation of protobuf, over a description of Tempo's messages that our codec does not read.
const root = new Root().loadSync(join(__dirname, '../../testing/proto/tempo/streaming.proto'));
const type = (name: string) => root.lookupType(`tempopb.${name}`);
const decode = (name: string, bytes: Uint8Array | undefined) =>
  decodeOfficial(type(name), bytes ?? new Uint8Array([255]));

const cost = { inspectedSpans: 10, inspectedTraces: 2, inspectedBytes: 300, blocks: 1 };
const searchMetrics = {
  inspectedTraces: 2,
  inspectedBytes: '300',
  totalBlocks: 1,
  completedJobs: 1,
  totalJobs: 1,
  inspectedSpans: '10',
};
const string = (value: string) => ({ type: 'string', value }) as const;

function trace(id: number, changes: Partial<FoundTraceInput> = {}): FoundTraceInput {
  return {
    traceId: id.toString(16).padStart(32, '0'),
    startUnixNano: 1_684_778_327_699_392_724n,
    durationNanos: 557_999_999n,
    services: [],
    spanSets: [],
    ...changes,
  };
}

describe('search', () => {
  test('everything that a trace can have', () => {
    const bytes = encodeSearchMessage(
      [
        trace(0xabc, {
          rootServiceName: 'frontend',
          rootTraceName: 'GET /x',
          services: [{ name: 'frontend', spanCount: 3, errorCount: 1 }],
          spanSets: [
            {
              matched: 5,
              attributes: [{ key: 'by(name)', value: string('a') }],
              spans: [
                {
                  spanId: '563b6c4f0a9c6d1',
                  name: 'GET /x',
                  startUnixNano: 5n,
                  durationNanos: 2_000_000n,
                  attributes: [
                    { key: 'status', value: { type: 'keyword', value: 'error' } },
                    { key: 'code', value: { type: 'int', value: '-500' } },
                    { key: 'ratio', value: { type: 'float', value: '0.5' } },
                    { key: 'inf', value: { type: 'float', value: '-Inf' } },
                    { key: 'ok', value: { type: 'bool', value: 'false' } },
                    { key: 'duration', value: { type: 'duration', value: '2000000' } },
                  ],
                },
              ],
            },
            { matched: 0, attributes: [], spans: [] },
          ],
        }),
        trace(1),
      ],
      cost
    );
    const spanSet = {
      matched: 5,
      attributes: [{ key: 'by(name)', value: { stringValue: 'a' } }],
      spans: [
        {
          spanID: '0563b6c4f0a9c6d1',
          name: 'GET /x',
          startTimeUnixNano: '5',
          durationNanos: '2000000',
          attributes: [
            { key: 'status', value: { stringValue: 'error' } },
            { key: 'code', value: { intValue: '-500' } },
            { key: 'ratio', value: { doubleValue: 0.5 } },
            { key: 'inf', value: { doubleValue: -Infinity } },
            { key: 'ok', value: { boolValue: false } },
            { key: 'duration', value: { stringValue: '2ms' } },
          ],
        },
      ],
    };
    expect(decode('SearchResponse', bytes)).toEqual({
      traces: [
        {
          traceID: 'abc',
          rootServiceName: 'frontend',
          rootTraceName: 'GET /x',
          startTimeUnixNano: '1684778327699392724',
          durationMs: 557,
          spanSet,
          spanSets: [spanSet, {}],
          serviceStats: { frontend: { spanCount: 3, errorCount: 1 } },
        },
        {
          traceID: '1',
          rootServiceName: '<root span not yet received>',
          startTimeUnixNano: '1684778327699392724',
          durationMs: 557,
        },
      ],
      metrics: searchMetrics,
    });
  });

  test('packets stay below the size, hold every trace once and in order, and all have metrics', () => {
    const traces = Array.from({ length: 100 }, (_, index) => trace(index + 1));
    const packets = encodeSearchPackets(traces, cost, 1000);
    expect(packets.length).toBeGreaterThan(3);
    expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(1000);
    const read = packets.map((bytes) => decode('SearchResponse', bytes));
    expect(read.flatMap(({ traces: some }) => some)).toEqual(
      traces.map(({ traceId }) => expect.objectContaining({ traceID: traceId.replace(/^0+/, '') }))
    );
    expect(read.map(({ metrics }) => metrics)).toEqual(packets.map(() => searchMetrics));
  });

  test('nothing found is one packet; what is too large goes alone', () => {
    expect(encodeSearchPackets([], cost, 1000).map((bytes) => decode('SearchResponse', bytes))).toEqual([
      { metrics: searchMetrics },
    ]);
    expect(encodeSearchPackets([trace(1), trace(2)], cost, 10)).toHaveLength(2);
  });
});

describe('tags', () => {
  const scopes = [
    { name: 'resource', tags: ['service.name', 'x'] },
    { name: 'span', tags: ['x', 'y'] },
    { name: 'link', tags: [] },
  ];
  const metrics = { totalJobs: 1, completedJobs: 1 };
  const values = [
    { type: 'int', value: '5' },
    { type: 'string', value: '5' },
    { type: 'duration', value: '1500000000' },
    string(''),
  ] as const;

  test('each in one message', () => {
    expect(encodeTagsV1Packets(scopes).map((bytes) => decode('SearchTagsResponse', bytes))).toEqual([
      { tagNames: ['service.name', 'x', 'y'], metrics },
    ]);
    expect(encodeTagsV2Packets(scopes).map((bytes) => decode('SearchTagsV2Response', bytes))).toEqual([
      { scopes: scopes.slice(0, 2), metrics },
    ]);
    expect(encodeTagValuesV1Packets(values).map((bytes) => decode('SearchTagValuesResponse', bytes))).toEqual([
      { tagValues: ['5', '1.5s', ''], metrics },
    ]);
    expect(encodeTagValuesV2Packets(values).map((bytes) => decode('SearchTagValuesV2Response', bytes))).toEqual([
      { tagValues: [values[0], values[1], { type: 'duration', value: '1.5s' }, { type: 'string' }], metrics },
    ]);
  });

  test('a large scope is cut into pieces of itself', () => {
    const tags = Array.from({ length: 50 }, (_, index) => `${'t'.repeat(200)}${index}`);
    const packets = encodeTagsV2Packets([{ name: 'span', tags }], 3000);
    expect(packets.length).toBeGreaterThan(1);
    const pieces = packets.flatMap((bytes) => decode('SearchTagsV2Response', bytes)['scopes']);
    expect(pieces).toEqual(pieces.map(() => ({ name: 'span', tags: expect.any(Array) })));
    expect(pieces.flatMap((piece) => Object.assign({ tags: [] }, piece).tags)).toEqual(tags);
  });
});

describe('metrics', () => {
  const buckets = { start: 1_700_000_000_000_000_000n, step: 15_000_000_000n };
  const answer: MetricsAnswerInput = {
    series: [
      {
        labels: [
          { key: 'resource.service.name', value: string('api') },
          { key: 'p', value: { type: 'float', value: '0.9' } },
        ],
        values: Float64Array.of(3.2, NaN, 0, Infinity),
        exemplars: [
          {
            labels: [{ key: 'span.code', value: { type: 'int', value: '500' } }],
            traceId: '0af7651916cd43dd8448eb211c80319c',
            spanId: '00f067aa0ba902b7',
            timestampNanos: 1_700_000_003_211_999_999n,
            value: 0.134,
          },
        ],
      },
      { labels: [], values: Float64Array.of(NaN, NaN, NaN, NaN), exemplars: [] },
      { labels: [], values: Float64Array.of(NaN, 7, NaN, NaN), exemplars: [] },
    ],
    cost,
    partial: 'cut',
  };
  const labels = [
    { key: 'resource.service.name', value: { stringValue: 'api' } },
    { key: 'p', value: { doubleValue: 0.9 } },
  ];
  const exemplarLabels = [
    { key: 'span.code', value: { intValue: '500' } },
    { key: 'trace:id', value: { stringValue: 'af7651916cd43dd8448eb211c80319c' } },
    { key: 'span:id', value: { stringValue: '00f067aa0ba902b7' } },
  ];

  test('a range in JSON', () => {
    expect(JSON.parse(encodeQueryRangeJson(answer, buckets))).toEqual({
      series: [
        {
          labels,
          samples: [
            { timestampMs: '1700000015000', value: 3.2 },
            { timestampMs: '1700000045000', value: 0 },
            { timestampMs: '1700000060000', value: 'Infinity' },
          ],
          exemplars: [{ labels: exemplarLabels, value: 0.134, timestampMs: '1700000003211' }],
        },
        { samples: [{ timestampMs: '1700000030000', value: 7 }] },
      ],
      metrics: searchMetrics,
      status: 'PARTIAL',
      message: 'cut',
    });
    const empty = encodeQueryRangeJson({ series: [], cost }, buckets);
    expect(JSON.parse(empty)).toEqual({ series: [], metrics: searchMetrics });
  });

  test('a range in protobuf: the same', () => {
    expect(
      encodeQueryRangePackets(answer, buckets, 10_000).map((bytes) => decode('QueryRangeResponse', bytes))
    ).toEqual([
      {
        series: [
          {
            labels,
            samples: [
              { timestampMs: '1700000015000', value: 3.2 },
              // protobufjs shows no zeros.
              { timestampMs: '1700000045000' },
              { timestampMs: '1700000060000', value: Infinity },
            ],
            exemplars: [{ labels: exemplarLabels, value: 0.134, timestampMs: '1700000003211' }],
          },
          { samples: [{ timestampMs: '1700000030000', value: 7 }] },
        ],
        metrics: searchMetrics,
        status: 1,
        message: 'cut',
      },
    ]);
  });

  test('only the last packet says that the answer is partial', () => {
    const packets = encodeQueryRangePackets(answer, buckets, 150).map((bytes) => decode('QueryRangeResponse', bytes));
    expect(packets.map(({ metrics, status, message }) => ({ metrics, status, message }))).toEqual([
      { metrics: searchMetrics, status: undefined, message: undefined },
      { metrics: searchMetrics, status: 1, message: 'cut' },
    ]);
  });

  test('instant', () => {
    expect(encodeQueryInstant(answer)).toEqual({
      series: [{ labels, value: 3.2 }],
      metrics: searchMetrics,
      status: 'PARTIAL',
      message: 'cut',
    });
    expect(encodeQueryInstantPackets(answer, 10_000).map((bytes) => decode('QueryInstantResponse', bytes))).toEqual([
      { series: [{ labels, value: 3.2 }], metrics: searchMetrics, status: 1, message: 'cut' },
    ]);
  });
});

describe('requests', () => {
  test('search', () => {
    const request = {
      Tags: { 'service.name': 'cart', name: 'GET' },
      MinDurationMs: 1,
      MaxDurationMs: 2_000_000_000,
      Limit: 5,
      start: 1_700_000_000,
      end: 4_000_000_000,
      Query: '{ name = "\u00fc" }',
      SpansPerSpanSet: 7,
    };
    expect(decodeSearchRequest(encodeOfficial(type('SearchRequest'), request))).toEqual({
      tags: new Map(Object.entries(request.Tags)),
      minDurationMs: 1,
      maxDurationMs: 2_000_000_000,
      limit: 5,
      start: 1_700_000_000,
      end: 4_000_000_000,
      query: request.Query,
      spansPerSpanSet: 7,
    });
    expect(decodeSearchRequest(new Uint8Array(0))).toEqual({
      tags: new Map(),
      minDurationMs: 0,
      maxDurationMs: 0,
      limit: 0,
      start: 0,
      end: 0,
      query: '',
      spansPerSpanSet: 0,
    });
  });

  test('tags and values', () => {
    const tags = { scope: 'span', query: '{}', start: 1, end: 2, maxTagsPerScope: 3 };
    expect(decodeTagsRequest(encodeOfficial(type('SearchTagsRequest'), { ...tags, staleValuesThreshold: 9 }))).toEqual(
      tags
    );
    const values = { tagName: '.x', query: '{}', start: 1, end: 2, maxTagValues: 3 };
    expect(decodeTagValuesRequest(encodeOfficial(type('SearchTagValuesRequest'), values))).toEqual(values);
  });

  test('metrics', () => {
    const range = { query: '{} | rate()', start: '1700000000000000001', end: '18446744073709551615', step: '15' };
    const more = { exemplars: 4, maxSeries: 5, instant: true };
    const bytes = encodeOfficial(type('QueryRangeRequest'), { ...range, ...more, queryMode: 'x' });
    expect(decodeMetricsRequest(bytes)).toEqual({
      query: range.query,
      start: 1_700_000_000_000_000_001n,
      end: 18_446_744_073_709_551_615n,
      step: 15n,
      ...more,
    });
    const instant = encodeOfficial(type('QueryInstantRequest'), { query: 'q', start: 1, end: 2 });
    expect(decodeMetricsRequest(instant)).toMatchObject({ query: 'q', start: 1n, end: 2n, step: 0n, instant: false });
  });

  test('broken bytes are refused', () => {
    expect(() => decodeSearchRequest(new Uint8Array([0x42, 9, 1]))).toThrow(MalformedRequestError);
    // A fixed64 where nobody knows a field, then a number.
    expect(decodeTagsRequest(new Uint8Array([0x59, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 5])).start).toBe(5);
  });
});
