// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, type Span } from '@tracewell/trace';

import { decodeSpans, decodeTrace } from './decode-trace.ts';
import { encodeSpans } from './encode.ts';
import { MalformedRequestError } from './errors.ts';

const traceId = '0123456789abcdef0123456789abcdef';

function span(over: Partial<Span>): Span {
  return {
    traceId,
    spanId: '00000000000000a1',
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: 'GET /',
    kind: 2,
    startUnixNano: 1_700_000_000_000_000_000n,
    endUnixNano: 1_700_000_000_000_000_900n,
    statusCode: 0,
    statusMessage: '',
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: {
      attributes: [{ key: 'service.name', value: 'shop' }],
      droppedAttributesCount: 0,
      schemaUrl: 'https://example.com/1',
    },
    scope: { name: 'http', version: '1', attributes: [], droppedAttributesCount: 0, schemaUrl: '' },
    ...over,
  };
}

const root = span({});
const child = span({
  spanId: '00000000000000b2',
  parentSpanId: '00000000000000a1',
  name: 'd\u00e9j\u00e0 vu, and a name that is longer than what is read in a loop',
  kind: 3,
  statusCode: 2,
  attributes: [{ key: 'n', value: 9_007_199_254_740_993n }],
  startUnixNano: 1_700_000_000_000_000_100n,
  endUnixNano: 1_700_000_000_000_000_200n,
  resource: { attributes: [], droppedAttributesCount: 0, schemaUrl: '' },
});
const stranger = span({ traceId: 'ff'.repeat(16), spanId: '00000000000000c3' });

describe('decodeTrace', () => {
  test('is buildTrace of the decoded spans', () => {
    const bytes = encodeSpans([child, root]);
    const lazy = decodeTrace(bytes);
    const eager = buildTrace(traceId, decodeSpans(bytes));
    const columns = (trace: typeof lazy): unknown =>
      JSON.stringify(trace, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(columns(lazy)).toBe(columns(eager));
    expect([lazy.names, lazy.spanIds]).toEqual([
      [root.name, child.name],
      [root.spanId, child.spanId],
    ]);
    expect([...lazy.kinds, ...lazy.statusCodes]).toEqual([2, 3, 0, 2]);
    expect(Array.from(lazy.services, (service) => lazy.serviceNames[service])).toEqual(['shop', 'unknown_service']);
    expect([...lazy.starts, ...lazy.ends]).toEqual([0, 100, 900, 200]);
    expect([lazy.spanAt(0), lazy.spanAt(1)]).toEqual([root, child]);
  });

  test('leaves out spans of other traces', () => {
    const bytes = encodeSpans([stranger, root, child]);
    expect(decodeTrace(bytes).spanIds).toEqual([stranger.spanId]);
    expect(decodeTrace(bytes, traceId.toUpperCase()).spanIds).toEqual([root.spanId, child.spanId]);
    expect(decodeTrace(bytes, '00'.repeat(16)).length).toBe(0);
  });

  test('of nothing is empty', () => {
    expect(decodeTrace(new Uint8Array(0)).length).toBe(0);
  });

  test('takes an all zero parent id for none', () => {
    const trace = decodeTrace(encodeSpans([span({ parentSpanId: '0'.repeat(16) })]));
    expect([...trace.roots, trace.spanAt(0).parentSpanId, trace.problems.length]).toEqual([0, '', 0]);
  });

  test('refuses broken bytes', () => {
    expect(() => decodeTrace(encodeSpans([root]).slice(0, -1))).toThrow(MalformedRequestError);
  });
});
