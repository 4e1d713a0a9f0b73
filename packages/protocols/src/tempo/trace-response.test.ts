// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, Writer } from 'protobufjs';

import { arbitrarySpans } from '../../testing/arbitrary-spans.ts';
import { decodeOfficial, encodeOfficial, TracesData } from '../../testing/official-proto.ts';
import { decodeSpans } from '../otlp/decode-trace.ts';
import { encodeSpans } from '../otlp/encode.ts';
import { MalformedRequestError } from '../otlp/errors.ts';
import { ensureGrafanaSafe } from './grafana-safe.ts';
import { encodeTraceByIdResponse, encodeTraceByIdResponseJson, encodeTraceV1Json } from './trace-response.ts';

// Tempo's TraceByIDResponse; the trace itself is OTLP's TracesData on the wire.
const Response = parse(`syntax = "proto3";
  message Metrics { uint64 inspectedBytes = 1; }
  message Response { bytes trace = 1; Metrics metrics = 2; int32 status = 3; string message = 4; }`).root.lookupType(
  'Response'
);

const span = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2), name: 'n' };
const complete = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'a', value: { stringValue: 'b' } }] },
      scopeSpans: [{ scope: {}, spans: [{ ...span, status: {} }] }],
    },
  ],
};

describe('TraceByIDResponse', () => {
  const trace = encodeOfficial(TracesData, complete);

  test('holds the bytes as they are', () => {
    const bytes = encodeTraceByIdResponse({ trace, inspectedBytes: 5_000_000_000, partial: 'cut' });
    const read = decodeOfficial(Response, bytes);
    expect(read).toEqual({
      trace: Buffer.from(trace).toString('base64'),
      metrics: { inspectedBytes: '5000000000' },
      status: 1,
      message: 'cut',
    });
  });

  test('has a trace even if none was found', () => {
    const bytes = encodeTraceByIdResponse({ trace: new Uint8Array(0), inspectedBytes: 0 });
    expect([...bytes]).toEqual([0x0a, 0]);
    expect(encodeTraceByIdResponseJson({ trace: new Uint8Array(0), inspectedBytes: 0 })).toBe('{"trace":{}}');
  });

  test('in JSON: v2 says resourceSpans, v1 batches', () => {
    const v2 = JSON.parse(encodeTraceByIdResponseJson({ trace, inspectedBytes: 7, partial: 'say "cut"' }));
    expect(v2).toMatchObject({
      trace: { resourceSpans: [{ scopeSpans: [{ spans: [{ spanId: 'AgICAgICAgI=', name: 'n', status: {} }] }] }] },
      metrics: { inspectedBytes: '7' },
      status: 'PARTIAL',
      message: 'say "cut"',
    });
    expect(JSON.parse(encodeTraceV1Json(trace))).toEqual({ batches: v2.trace.resourceSpans });
    expect(encodeTraceV1Json(new Uint8Array(0))).toBe('{}');
  });
});

describe('ensureGrafanaSafe', () => {
  test('returns the very same bytes where nothing is missing', () => {
    const bytes = encodeOfficial(TracesData, complete);
    expect(ensureGrafanaSafe(bytes)).toBe(bytes);
    const empty = new Uint8Array(0);
    expect(ensureGrafanaSafe(empty)).toBe(empty);
  });

  test('adds an attribute, a scope and a status where they are missing, and nothing else', () => {
    const scope = { name: 'lib' };
    const bytes = encodeOfficial(TracesData, {
      resourceSpans: [
        { schemaUrl: 'url', scopeSpans: [{ spans: [span, { ...span, status: { code: 2 } }] }, { scope, spans: [] }] },
        { resource: { droppedAttributesCount: 3 }, scopeSpans: [{ scope, schemaUrl: 's', spans: [span] }] },
        ...complete.resourceSpans,
      ],
    });
    const plain = (given: Buffer): string => given.toString('base64');
    const read = { name: 'n', traceId: plain(span.traceId), spanId: plain(span.spanId) };
    const attributes = [{ key: 'service.name', value: { stringValue: 'unknown_service' } }];
    expect(decodeOfficial(TracesData, ensureGrafanaSafe(bytes))).toEqual({
      resourceSpans: [
        {
          resource: { attributes },
          schemaUrl: 'url',
          scopeSpans: [
            {
              scope: {},
              spans: [
                { ...read, status: {} },
                { ...read, status: { code: 2 } },
              ],
            },
            { scope },
          ],
        },
        {
          resource: { attributes, droppedAttributesCount: 3 },
          scopeSpans: [{ scope, schemaUrl: 's', spans: [{ ...read, status: {} }] }],
        },
        {
          resource: { attributes: [{ key: 'a', value: { stringValue: 'b' } }] },
          scopeSpans: [{ scope: {}, spans: [{ ...read, status: {} }] }],
        },
      ],
    });
  });

  test('joins a resource that was sent in pieces', () => {
    const piece = (count: number): Uint8Array => Writer.create().uint32(16).uint32(count).finish();
    const inner = Writer.create().uint32(10).bytes(piece(1)).uint32(10).bytes(piece(2)).finish();
    const bytes = Writer.create().uint32(10).bytes(inner).finish();
    expect(decodeOfficial(TracesData, ensureGrafanaSafe(bytes))).toMatchObject({
      resourceSpans: [{ resource: { droppedAttributesCount: 2, attributes: [{ key: 'service.name' }] } }],
    });
  });

  test('changes no span, and makes safe bytes of any', () => {
    fc.assert(
      fc.property(arbitrarySpans, (spans) => {
        const safe = ensureGrafanaSafe(encodeSpans(spans));
        expect(ensureGrafanaSafe(safe)).toBe(safe);
        const named = (attributes: readonly unknown[]): readonly unknown[] =>
          attributes.length > 0 ? attributes : [{ key: 'service.name', value: 'unknown_service' }];
        expect(decodeSpans(safe)).toEqual(
          decodeSpans(encodeSpans(spans)).map((each) => ({
            ...each,
            resource: { ...each.resource, attributes: named(each.resource.attributes) },
          }))
        );
      }),
      { numRuns: 60 }
    );
  });

  test('refuses broken bytes', () => {
    expect(() => ensureGrafanaSafe(new Uint8Array([0x0a, 5, 1]))).toThrow(MalformedRequestError);
  });
});
