// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildTrace } from './build.ts';
import type { Span } from './model.ts';
import { spansFromText } from './notation.ts';

const idOf = (i: number): string => i.toString(16).padStart(16, '0');
const [template] = spansFromText('service  name  |-|');

/** Spans with any parents (absent, missing, circular, their own), ids that repeat, and kinds that may share them. */
const anySpans = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 12 }),
    parent: fc.integer({ min: 0, max: 14 }),
    kind: fc.integer({ min: 0, max: 5 }),
    start: fc.integer({ min: 0, max: 20 }),
    duration: fc.integer({ min: -2, max: 20 }),
  }),
  { maxLength: 20 }
);

test('every span is there once, and the columns describe one forest in pre-order', () => {
  fc.assert(
    fc.property(anySpans, (drawn) => {
      const spans: Span[] = drawn.map(({ id, parent, kind, start, duration }, row) => ({
        ...(template as Span),
        name: `row ${row}`,
        spanId: idOf(id),
        parentSpanId: parent === 0 ? '' : idOf(parent),
        kind,
        startUnixNano: BigInt(10 + start),
        endUnixNano: BigInt(10 + start + duration),
      }));
      const trace = buildTrace('aa', spans);
      expect([...trace.names].sort()).toEqual(spans.map(({ name }) => name).sort());
      const roots: number[] = [];
      for (let i = 0; i < trace.length; i++) {
        const parent = trace.parents[i] ?? -2;
        const end = trace.subtreeEnds[i] ?? 0;
        if (parent === -1) {
          roots.push(i);
          expect(trace.depths[i]).toBe(0);
        } else {
          expect(parent).toBeLessThan(i);
          expect(trace.depths[i]).toBe((trace.depths[parent] ?? 0) + 1);
          expect(end).toBeLessThanOrEqual(trace.subtreeEnds[parent] ?? 0);
        }
        // The next span after the subtree is a sibling, not earlier than this one, or belongs further up.
        const next = trace.parents[end];
        if (next === parent) {
          expect(trace.starts[end]).toBeGreaterThanOrEqual(trace.starts[i] ?? 0);
        }
        expect(trace.parents.filter((other) => other === i)).toHaveLength(trace.childCounts[i] ?? 0);
        expect(trace.spanAt(i).name).toBe(trace.names[i]);
      }
      expect(trace.roots).toEqual(roots);
      // The order in which spans were received changes nothing but the order of equals.
      const reversed = buildTrace('aa', [...spans].reverse());
      expect([...reversed.starts].sort()).toEqual([...trace.starts].sort());
      expect(reversed.length).toBe(trace.length);
    })
  );
});
