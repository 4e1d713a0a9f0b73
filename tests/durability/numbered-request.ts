// SPDX-License-Identifier: Apache-2.0
//
// Requests that follow from their number, so that whoever knows the number knows what has to be there: one trace, in
// which one service calls another a dozen times.
import { encodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';

export const callsPerRequest = 12;
export const spansPerRequest = 1 + 2 * callsPerRequest;
const fronts = 3;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** 32 hex digits. */
export function traceIdOfRequest(number: number): string {
  return `0000beef${'5eed'.repeat(4)}${hex(number, 8)}`;
}

export function frontOf(number: number): string {
  return `front-${String(number % fronts)}`;
}

/** The spans of a request: an entry, and calls with both of their halves. */
export function spansOfRequest(number: number, base: bigint): Span[] {
  const start = base + BigInt(number) * 1_000_000n;
  const id = (index: number) => `${hex(number + 1, 8)}${hex(index, 8)}`;
  const spanOf = (index: number, parent: number, service: string, kind: number): Span => ({
    traceId: traceIdOfRequest(number),
    spanId: id(index),
    parentSpanId: parent === 0 ? '' : id(parent),
    traceState: '',
    flags: 0,
    name: `operation ${String(index % 7)}`,
    kind,
    startUnixNano: start + BigInt(index) * 1000n,
    endUnixNano: start + BigInt(index) * 1000n + 5_000_000n,
    statusCode: 0,
    statusMessage: '',
    attributes: [
      { key: 'http.request.method', value: 'GET' },
      { key: 'test.number', value: BigInt(number) },
    ],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: {
      attributes: [{ key: 'service.name', value: service }],
      droppedAttributesCount: 0,
      schemaUrl: '',
    },
    scope: { name: 'load', version: '', attributes: [], droppedAttributesCount: 0, schemaUrl: '' },
  });
  const spans = [spanOf(1, 0, frontOf(number), 2)];
  for (let call = 1; call <= callsPerRequest; call += 1) {
    spans.push(spanOf(2 * call, 1, frontOf(number), 3), spanOf(2 * call + 1, 2 * call, 'back', 2));
  }
  return spans;
}

/** The same bytes each time, as an exporter's retry has them. */
export function bytesOfRequest(number: number, base: bigint): Uint8Array<ArrayBuffer> {
  return encodeSpans(spansOfRequest(number, base));
}
