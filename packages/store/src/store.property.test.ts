// SPDX-License-Identifier: Apache-2.0
//
// Random lives of a store (new spans, late spans, repeated spans, seal, restart) against a plain list: every span
// that was accepted is found in its trace, once, with its content.

import { expect, test } from '@jest/globals';
import { decodeSpans } from '@tracewell/protocols';
import type { Span } from '@tracewell/trace';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { openStore } from './store.ts';
import { makeSpan, requestOf, storeOptions, temporaryFolder } from './testing/store-fixture.ts';

type Step =
  | { readonly kind: 'ingest'; readonly spans: readonly (readonly [trace: number, id: number])[] }
  | { readonly kind: 'seal' }
  | { readonly kind: 'restart' };

const span = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('ingest' as const), spans: fc.array(span, { maxLength: 30 }) }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'seal' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) }
  ),
  { minLength: 3, maxLength: 10 }
);

/** The span's content depends on its ids, so a repeated pair is the same span again. */
function toSpan([trace, id]: readonly [number, number]): Span {
  const extra = id % 3 === 0 ? [{ key: `rare.${id}`, value: 'a value longer than an inline string' }] : [];
  const base = makeSpan(trace, id, { service: `service-${id % 4}` });
  return { ...base, attributes: [...base.attributes, ...extra], statusMessage: id % 5 === 0 ? `message ${id}` : '' };
}

function bySpanId(spans: readonly Span[]): Span[] {
  return [...spans].sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

async function live(life: readonly Step[]): Promise<void> {
  const folder = temporaryFolder();
  const options = storeOptions(folder, { commitDelayMs: 1, maxBlockSpans: 60, memoryLimitBytes: 128_000_000 });
  const expected = new Map<string, Span>();
  let store = await openStore(options, { log: () => undefined });
  try {
    for (const step of life) {
      if (step.kind === 'ingest') {
        const spans = step.spans.map(toSpan);
        const { acceptedSpans, duplicateSpans, rejectedSpans } = await store.ingest(requestOf(spans));
        expect(acceptedSpans + duplicateSpans).toBe(spans.length);
        expect(rejectedSpans).toBe(0);
        spans.forEach((sent) => expected.set(`${sent.traceId} ${sent.spanId}`, sent));
      } else if (step.kind === 'seal') {
        await store.seal();
      } else {
        await store.close();
        store = await openStore(options, { log: () => undefined });
      }
    }
    for (const traceId of new Set([...expected.values()].map((sent) => sent.traceId))) {
      const found = await store.trace({ traceId, maxBytes: 1e7 });
      const wanted = [...expected.values()].filter((sent) => sent.traceId === traceId);
      expect(bySpanId(found === undefined ? [] : decodeSpans(found.bytes))).toEqual(bySpanId(wanted));
    }
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('a store holds what a list would, whatever happens in between', async () => {
  await fc.assert(fc.asyncProperty(steps, live), { numRuns: 12, endOnFailure: true });
}, 120_000);
