// SPDX-License-Identifier: Apache-2.0

import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { openStore } from '../store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from '../testing/store-fixture.ts';

const START = 1_760_000_040_000_000_000n;
/** More than are read at a time. */
const SPANS = 290_000;
const BATCH = 10_000;

test('walks through a trace that is larger than what is read at a time', async () => {
  const dataDir = temporaryFolder();
  const store = await openStore(storeOptions(dataDir, { maxBlockSpans: 1_000_000 }), { log: () => undefined });
  try {
    for (let from = 0; from < SPANS; from += BATCH) {
      // A shop's clients call the cart one after the other, each a child of the cart's answer before.
      const spans = Array.from({ length: BATCH }, (_, i) => {
        const id = from + i + 1;
        return makeSpan(7, id, {
          service: id % 2 === 0 ? 'cart' : 'shop',
          kind: id % 2 === 0 ? 2 : 3,
          statusCode: id % 100 === 0 ? 2 : 0,
          parentSpanId: id === 1 ? '' : (id - 1).toString(16).padStart(16, '0'),
          startUnixNano: START + BigInt(id) * 1000n,
          endUnixNano: START + BigInt(id) * 1000n + 5_000_000n,
          attributes: [],
        });
      });
      await store.ingest(requestOf(spans));
    }
    await store.ingest(requestOf([makeSpan(8, 1, { service: 'alone', kind: 2, startUnixNano: START + 900_000_000n })]));
    await store.seal();
    const range = { start: START - 60_000_000_000n, end: START + 600_000_000_000n };
    const { edges, nodes } = await store.serviceGraph({ ...range, query: '{ kind = server }' });
    const counted = edges.map(({ client, server, kind, requests, errors }) => [client, server, kind, requests, errors]);
    expect(counted).toEqual([
      ['shop', 'cart', 'call', SPANS / 2, SPANS / 100],
      ['user:user', 'alone', 'entry', 1, 0],
    ]);
    expect(nodes.map(({ id, requests }) => [id, requests])).toEqual(
      expect.arrayContaining([
        ['cart', SPANS / 2],
        ['alone', 1],
      ])
    );
    // Few hits: only the traces that have some are read.
    const few = await store.serviceGraph({ ...range, query: '{ resource.service.name = "alone" }' });
    expect(few.edges.map(({ client, server, requests }) => [client, server, requests])).toEqual([
      ['user:user', 'alone', 1],
    ]);
    const failed = await store.serviceGraph({ ...range, query: '{ status = error }' });
    expect(failed.edges.map(({ requests, errors }) => [requests, errors])).toEqual([[SPANS / 100, SPANS / 100]]);
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 120_000);
