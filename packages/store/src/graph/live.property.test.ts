// SPDX-License-Identifier: Apache-2.0
//
// The graph of an open block, kept up to date commit by commit, against the same block folded as a whole (a filter that
// every span passes does that), and against the sealed block. With filters: the open block, whose spans are joined,
// against the sealed one, whose traces are walked through.

import { expect, test } from '@jest/globals';
import type { Span } from '@tracewell/trace';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import type { ServiceGraphResult, Store } from '../api.ts';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';
import { FIRST_ARRIVALS } from './fold.ts';

const START = 1_760_000_040_000_000_000n;
const SECOND = 1_000_000_000n;
const EVERYTHING = '{ span:duration >= 0ns }';
const filters = [
  EVERYTHING,
  '{ status = error }',
  '{ kind = server }',
  '{ resource.service.name = "cart" }',
  '{ name = "no" }',
];

const attributes = fc.constantFrom<Span['attributes']>(
  [],
  [{ key: 'db.system.name', value: 'postgresql' }],
  [{ key: 'server.address', value: 'cart.internal' }],
  [{ key: 'messaging.destination.name', value: 'orders' }],
  // Not in a column: the default list has no such key.
  [{ key: 'net.peer.name', value: 'bank.example' }],
  [{ key: 'peer.service', value: 7n }]
);

const span = fc
  .record({
    trace: fc.integer({ min: 1, max: 2 }),
    // Ids of some senders share a half.
    high: fc.constantFrom('0000000000000000', 'ca11000000000000'),
    id: fc.integer({ min: 1, max: 9 }),
    parent: fc.integer({ min: 0, max: 9 }),
    kind: fc.integer({ min: 1, max: 5 }),
    status: fc.constantFrom(0, 2),
    at: fc.integer({ min: 0, max: 200 }),
    millis: fc.constantFrom(0, 1, 40, 5000),
    service: fc.constantFrom('shop', 'cart', 'cart.internal'),
    attributes,
  })
  .map(({ trace, high, id, parent, kind, status, at, millis, service, attributes: own }): Span => {
    const start = START + BigInt(at) * SECOND;
    return makeSpan(trace, id, {
      traceId: `${high}${trace.toString(16).padStart(16, '0')}`,
      service,
      kind,
      statusCode: status,
      parentSpanId: parent === 0 ? '' : parent.toString(16).padStart(16, '0'),
      startUnixNano: start,
      endUnixNano: start + BigInt(millis) * 1_000_000n,
      attributes: own,
    });
  });

/** Spans that are in no call, so that the block is old enough to have a live graph. */
const others = Array.from({ length: FIRST_ARRIVALS }, (_, i) =>
  makeSpan(1000 + i, 1, { kind: 1, parentSpanId: '', startUnixNano: START, endUnixNano: START + 1n })
);

function shown({ nodes, edges }: ServiceGraphResult): unknown {
  const round = (values: Float64Array): number[] => Array.from(values, (value) => Math.round(value * 1e6) / 1e6);
  return {
    edges,
    nodes: nodes.map(({ requestsOverTime, errorsOverTime, ...node }) => ({
      ...node,
      requestsOverTime: round(requestsOverTime),
      errorsOverTime: round(errorsOverTime),
    })),
  };
}

async function graphsOf(store: Store, ranges: readonly { start: bigint; end: bigint }[]): Promise<unknown[]> {
  const graphs: unknown[] = [];
  for (const range of ranges) {
    for (const query of ['', ...filters]) {
      graphs.push(shown(await store.serviceGraph({ ...range, query })));
    }
  }
  return graphs;
}

test('a graph that is kept up to date is the graph of the whole block', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(span, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 3 }),
      async (commits, fromMinute) => {
        const dataDir = temporaryFolder();
        let store: Store | undefined;
        try {
          store = await openStore(storeOptions(dataDir), { log: () => undefined });
          await store.ingest(requestOf(others));
          const range = { start: START - 600n * SECOND, end: START + 900n * SECOND };
          for (const spans of commits) {
            await store.ingest(requestOf(spans));
            const live = await store.serviceGraph({ ...range, query: '' });
            expect(shown(live)).toEqual(shown(await store.serviceGraph({ ...range, query: EVERYTHING })));
          }
          const later = { start: START + BigInt(fromMinute * 60) * SECOND, end: range.end };
          const before = await graphsOf(store, [range, later]);
          await store.seal();
          expect(await graphsOf(store, [range, later])).toEqual(before);
        } finally {
          await store?.close();
          await rm(dataDir, { recursive: true, force: true });
        }
      }
    ),
    { numRuns: Number(process.env['FC_RUNS'] ?? 12) }
  );
}, 240_000);
