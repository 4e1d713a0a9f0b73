// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { AttributeValue, Span } from '@tracewell/trace';
import fc from 'fast-check';

import { arbitrarySpan, arbitrarySpans } from '../../testing/arbitrary-spans.ts';
import { TracesData } from '../../testing/official-proto.ts';
import { recordToBytes } from '../../testing/record-to-bytes.ts';
import { decodeExportRequest } from './decode-export.ts';
import { decodeResource, decodeScope, decodeSpan } from './decode-span.ts';
import { decodeSpans } from './decode-trace.ts';
import { encodeSpans } from './encode.ts';
import { LimitError, MalformedRequestError } from './errors.ts';
import { decodeText } from './text.ts';

const limits = { maxSpans: 10_000, maxAttributeBytes: 1 << 20, maxSpanBytes: 1 << 24 };
const runs = { numRuns: 60 };

/** Encoding groups spans by resource and scope; sorting makes the order the same again. */
function sorted(spans: readonly Span[]): Span[] {
  const key = (span: Span): string => encodeSpans([span]).join();
  return spans
    .map((span) => ({ span, key: key(span) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ span }) => span);
}

/** What the ingest decoder hands on, put together again and decoded. */
function throughRecords(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  let resource = decodeResource(bytes, 0, 0, '');
  let scope = decodeScope(bytes, 0, 0, '');
  const outcome = decodeExportRequest(
    bytes,
    {
      beginResource: (from, start, end, urlStart, urlEnd) => {
        resource = decodeResource(from, start, end, decodeText(from, urlStart, urlEnd));
      },
      beginScope: (from, start, end, urlStart, urlEnd) => {
        scope = decodeScope(from, start, end, decodeText(from, urlStart, urlEnd));
      },
      span: (record) => {
        const span = recordToBytes(record);
        spans.push(decodeSpan(span, 0, span.length, resource, scope));
      },
    },
    limits
  );
  expect(outcome.rejected).toBe(0);
  return spans;
}

interface OfficialValue {
  value?: string;
  stringValue: string;
  boolValue: boolean;
  intValue: { toString(): string };
  doubleValue: number;
  arrayValue: { values: OfficialValue[] };
  kvlistValue: { values: { key: string; value: OfficialValue }[] };
  bytesValue: Uint8Array;
}

function fromOfficial(value: OfficialValue): AttributeValue {
  switch (value.value) {
    case 'stringValue':
      return value.stringValue;
    case 'boolValue':
      return value.boolValue;
    case 'intValue':
      return BigInt(value.intValue.toString());
    case 'doubleValue':
      return value.doubleValue;
    case 'arrayValue':
      return value.arrayValue.values.map(fromOfficial);
    case 'kvlistValue':
      return {
        entries: value.kvlistValue.values.map((entry) => ({ key: entry.key, value: fromOfficial(entry.value) })),
      };
    case 'bytesValue':
      return new Uint8Array(value.bytesValue);
    default:
      return null;
  }
}

describe('encodeSpans', () => {
  test('then decodeSpans gives the same spans', () => {
    fc.assert(
      fc.property(arbitrarySpans, (spans) => {
        expect(sorted(decodeSpans(encodeSpans(spans)))).toEqual(sorted(spans));
      }),
      runs
    );
  });

  test('then the ingest decoder loses nothing', () => {
    fc.assert(
      fc.property(arbitrarySpans, (spans) => {
        const bytes = encodeSpans(spans);
        expect(throughRecords(bytes)).toEqual(decodeSpans(bytes));
      }),
      runs
    );
  });

  test('writes what protobufjs reads with the official proto', () => {
    fc.assert(
      fc.property(arbitrarySpan, (span) => {
        const message = TracesData.decode(encodeSpans([span]));
        const json = TracesData.toObject(message, { longs: String, defaults: true, oneofs: true });
        const resource = json['resourceSpans'][0];
        const read = resource.scopeSpans[0].spans[0];
        const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
        const list = (all: { key: string; value: OfficialValue }[]): unknown =>
          all.map((entry) => ({ key: entry.key, value: fromOfficial(entry.value) }));
        expect({
          traceId: hex(read.traceId),
          spanId: hex(read.spanId),
          parentSpanId: hex(read.parentSpanId),
          traceState: read.traceState,
          flags: read.flags,
          name: read.name,
          kind: read.kind,
          startUnixNano: BigInt(read.startTimeUnixNano),
          endUnixNano: BigInt(read.endTimeUnixNano),
          statusCode: read.status?.code ?? 0,
          statusMessage: read.status?.message ?? '',
          attributes: list(read.attributes),
          droppedAttributesCount: read.droppedAttributesCount,
          events: read.events.map((event: Record<string, never>) => ({
            timeUnixNano: BigInt(event['timeUnixNano'] ?? 0),
            name: event['name'],
            attributes: list(event['attributes'] ?? []),
            droppedAttributesCount: event['droppedAttributesCount'],
          })),
          droppedEventsCount: read.droppedEventsCount,
          links: read.links.map((link: Record<string, never>) => ({
            traceId: hex(link['traceId'] ?? new Uint8Array()),
            spanId: hex(link['spanId'] ?? new Uint8Array()),
            traceState: link['traceState'],
            attributes: list(link['attributes'] ?? []),
            droppedAttributesCount: link['droppedAttributesCount'],
            flags: link['flags'],
          })),
          droppedLinksCount: read.droppedLinksCount,
          resource: {
            attributes: list(resource.resource.attributes),
            droppedAttributesCount: resource.resource.droppedAttributesCount,
            schemaUrl: resource.schemaUrl,
          },
          scope: {
            name: resource.scopeSpans[0].scope.name,
            version: resource.scopeSpans[0].scope.version,
            attributes: list(resource.scopeSpans[0].scope.attributes),
            droppedAttributesCount: resource.scopeSpans[0].scope.droppedAttributesCount,
            schemaUrl: resource.scopeSpans[0].schemaUrl,
          },
        }).toEqual(span);
      }),
      runs
    );
  });

  test('puts equal resources and scopes into one group', () => {
    fc.assert(
      fc.property(arbitrarySpan, (span) => {
        const twin = structuredClone(span);
        const json = TracesData.decode(encodeSpans([span, twin])).toJSON();
        expect(json['resourceSpans']).toHaveLength(1);
        expect(json['resourceSpans'][0].scopeSpans).toHaveLength(1);
        expect(json['resourceSpans'][0].scopeSpans[0].spans).toHaveLength(2);
      }),
      runs
    );
  });
});

describe('corrupted bytes', () => {
  /** Runs `decode`; anything but the typed errors fails the test. */
  function survives(decode: () => unknown): void {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof MalformedRequestError) && !(error instanceof LimitError)) {
        throw error;
      }
    }
  }
  const sink = { beginResource: () => undefined, beginScope: () => undefined, span: () => undefined };

  test('give spans or typed errors, never anything else', () => {
    fc.assert(
      fc.property(
        arbitrarySpans,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 10 }),
        fc.nat(),
        (spans, changes, cut) => {
          const good = encodeSpans(spans);
          const bytes = good.slice(0, cut % 3 === 0 ? cut % (good.length + 1) : good.length);
          for (const [at, byte] of changes) {
            bytes[at % Math.max(1, bytes.length)] = byte;
          }
          survives(() => decodeExportRequest(bytes, sink, limits));
          survives(() => decodeSpans(bytes));
        }
      ),
      { numRuns: 300 }
    );
  });

  test('and so does noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        survives(() => decodeExportRequest(bytes, sink, limits));
        survives(() => decodeSpans(bytes));
      }),
      { numRuns: 2000 }
    );
  });
});
