// SPDX-License-Identifier: Apache-2.0
//
// For tests of the store: options for a temporary folder, spans by a few words, and what a store holds, read
// back from its files by a DuckDB of its own.

import { encodeSpans } from '@tracewell/protocols';
import type { Attribute, Span } from '@tracewell/trace';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreOptions } from '../api.ts';

/** A new empty folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tracewell-store-'));
}

export function storeOptions(dataDir: string, changes: Partial<StoreOptions> = {}): StoreOptions {
  return {
    dataDir,
    retention: { maxAgeMs: 7 * 86_400_000, maxBytes: 10_000_000_000 },
    limits: { maxSpansPerRequest: 10_000, maxAttributeBytes: 100_000, maxSpanBytes: 1_000_000 },
    memoryLimitBytes: 256_000_000,
    threads: 2,
    maxBlockSpans: 100_000,
    maxBlockAgeMs: 3_600_000,
    commitSpans: 2000,
    commitDelayMs: 5,
    maxPendingSpans: 50_000,
    minFreeDiskBytes: 0,
    ...changes,
  };
}

export function makeSpan(trace: number, id: number, changes: Partial<Span> & { service?: string } = {}): Span {
  const { service = 'shop', ...fields } = changes;
  const attributes: Attribute[] = [
    { key: 'http.request.method', value: 'GET' },
    { key: 'http.response.status_code', value: 200n },
    { key: 'app.cart', value: `cart-${id}` },
  ];
  const start = 1_760_000_000_000_000_000n + BigInt(trace) * 1_000_000_000n + BigInt(id) * 1_000_000n;
  return {
    traceId: trace.toString(16).padStart(32, '0'),
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: id % 10 === 1 ? '' : (id - (id % 10) + 1).toString(16).padStart(16, '0'),
    traceState: '',
    flags: 0,
    name: `GET /items/${id % 7}/of/the/shop`,
    kind: 2,
    startUnixNano: start,
    endUnixNano: start + 5_000_000n,
    statusCode: id % 13 === 0 ? 2 : 0,
    statusMessage: '',
    attributes,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: { attributes: [{ key: 'service.name', value: service }], droppedAttributesCount: 0, schemaUrl: '' },
    scope: { name: 'test', version: '1', attributes: [], droppedAttributesCount: 0, schemaUrl: '' },
    ...fields,
  };
}

/** An export request. */
export function requestOf(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  return encodeSpans(spans);
}
