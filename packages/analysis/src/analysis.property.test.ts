// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { mergeIntervals, unionLength } from '@tracewell/base';
import { buildTrace, spansFromText, type Span, type Trace } from '@tracewell/trace';
import fc from 'fast-check';
import { childrenOf } from './children.ts';
import { clockShifts, criticalPath, foldSiblings, operationStatistics, selfIntervals, selfTimes } from './index.ts';

const [template] = spansFromText('service  name  |-|');
const idOf = (i: number): string => (i + 1).toString(16).padStart(16, '0');

/** Random trees: each span's parent is one of those before it. */
const anyTrace: fc.Arbitrary<Trace> = fc
  .array(
    fc.record({
      parent: fc.nat(),
      kind: fc.integer({ min: 0, max: 5 }),
      name: fc.constantFrom('a', 'b'),
      start: fc.integer({ min: 0, max: 30 }),
      duration: fc.integer({ min: 0, max: 30 }),
    }),
    { minLength: 1, maxLength: 25 }
  )
  .map((drawn) => {
    const spans = drawn.map(({ parent, kind, name, start, duration }, i): Span => ({
      ...(template as Span),
      name,
      kind,
      spanId: idOf(i),
      parentSpanId: i === 0 ? '' : idOf(parent % i),
      startUnixNano: BigInt(start),
      endUnixNano: BigInt(start + duration),
    }));
    return buildTrace('aa', spans);
  });

test('the sections of the critical path cover the root exactly, each within its span', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const sections = criticalPath(trace, 0);
      let position = trace.starts[0] ?? 0;
      for (const { span, start, end } of sections) {
        expect(start).toBe(position);
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThanOrEqual(trace.starts[span] ?? 0);
        expect(end).toBeLessThanOrEqual(trace.ends[span] ?? 0);
        position = end;
      }
      expect(position).toBe(trace.ends[0]);
    })
  );
});

test('self time is the duration minus the union of the clipped children', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const self = selfTimes(trace);
      for (let span = 0; span < trace.length; span++) {
        const start = trace.starts[span] ?? 0;
        const end = trace.ends[span] ?? 0;
        const children = childrenOf(trace, span).map((child) => ({
          start: Math.min(Math.max(trace.starts[child] ?? 0, start), end),
          end: Math.max(Math.min(trace.ends[child] ?? 0, end), start),
        }));
        expect(self[span]).toBe(end - start - unionLength(children));
        const own = selfIntervals(trace, span);
        expect(unionLength(own)).toBe(self[span]);
        expect(mergeIntervals([...own, ...children])).toEqual(mergeIntervals([{ start, end }]));
      }
    })
  );
});

test('statistics account for every span, groups hold no span twice, shifts are finite', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const rows = operationStatistics(trace);
      expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(trace.length);
      const self = selfTimes(trace).reduce((sum, value) => sum + value, 0);
      expect(rows.reduce((sum, row) => sum + row.self, 0)).toBe(self);
      const members = foldSiblings(trace).flatMap((group) => group.members);
      expect(new Set(members).size).toBe(members.length);
      expect(clockShifts(trace).every(Number.isFinite)).toBe(true);
    })
  );
});
