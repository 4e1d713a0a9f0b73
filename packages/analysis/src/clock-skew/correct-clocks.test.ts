// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, traceFromText } from '@tracewell/trace';
import { clockShifts } from './clock-skew.ts';
import { correctClocks, skewedServices } from './correct-clocks.ts';

// The clock of quote is ahead: its work seems to end after its caller's.
const { trace } = traceFromText(`
  web    GET /        |--------------------------|   [kind=client]
  quote    Quote                        |-------------|   [kind=server]
  quote      Rate                          |--|
  cart     GetCart         |-----|                   [kind=server]
  cart       SELECT a        |-|
`);
const shifts = clockShifts(trace);
const corrected = correctClocks(trace, shifts);

describe('a corrected trace', () => {
  test('has each child within its caller, and siblings in their new order', () => {
    const shown = corrected.trace;
    expect(trace.names).toEqual(['GET /', 'GetCart', 'SELECT a', 'Quote', 'Rate']);
    const quote = shown.names.indexOf('Quote');
    expect(shown.starts[quote]).toBeGreaterThanOrEqual(shown.starts[0] ?? 0);
    expect(shown.ends[quote]).toBeLessThanOrEqual(shown.ends[0] ?? 0);
    expect(shown.parents[quote]).toBe(0);
    expect(shown.names[quote + 1]).toBe('Rate');
    expect(shown.parents[quote + 1]).toBe(quote);
  });
  test('is what building it from the shifted spans would be', () => {
    const again = buildTrace(
      trace.traceId,
      Array.from({ length: trace.length }, (_, index) => corrected.trace.spanAt(index))
    );
    const columns = ['startUnixNano', 'endUnixNano', 'duration', 'spanIds', 'names', 'starts', 'ends'] as const;
    for (const column of [...columns, 'parents', 'depths', 'subtreeEnds', 'childCounts', 'roots'] as const) {
      expect([column, corrected.trace[column]]).toEqual([column, again[column]]);
    }
  });
  test('keeps durations and knows who is who', () => {
    corrected.sent.forEach((was, index) => {
      expect(corrected.places[was]).toBe(index);
      expect(corrected.trace.spanIds[index]).toBe(trace.spanIds[was]);
      const duration = (trace.ends[was] ?? 0) - (trace.starts[was] ?? 0);
      expect((corrected.trace.ends[index] ?? 0) - (corrected.trace.starts[index] ?? 0)).toBe(duration);
      expect(corrected.trace.indexOf(trace.spanIds[was] ?? '')).toBe(index);
    });
    expect(corrected.trace.indexOf('00000000deadbeef')).toBe(-1);
  });
  test('leaves the spans as sent alone', () => {
    const place = corrected.trace.names.indexOf('Quote');
    const moved = BigInt(corrected.shifts[place] ?? 0);
    expect(moved).toBeLessThan(0n);
    const sent = trace.spanAt(corrected.sent[place] ?? 0);
    expect(corrected.trace.spanAt(place).startUnixNano).toBe(sent.startUnixNano + moved);
    expect(corrected.trace.spanAt(0)).toBe(trace.spanAt(0));
  });
  test('events move with their span, problems with theirs', () => {
    const { trace: odd } = traceFromText('web  GET /  |---|');
    const span = { ...odd.spanAt(0), parentSpanId: '00000000000000aa' };
    const event = { timeUnixNano: span.startUnixNano + 5n, name: 'e', attributes: [], droppedAttributesCount: 0 };
    const one = correctClocks(buildTrace('aa', [{ ...span, events: [event] }]), Float64Array.of(-7.4));
    expect(one.trace.spanAt(0).events[0]?.timeUnixNano).toBe(span.startUnixNano - 2n);
    expect(one.trace.problems).toEqual([{ kind: 'missing-parent', span: 0, parentSpanId: '00000000000000aa' }]);
    expect(one.trace.startUnixNano).toBe(span.startUnixNano - 7n);
  });
  test('may be empty', () => {
    expect(correctClocks(buildTrace('aa', []), new Float64Array()).trace.length).toBe(0);
  });
});

test('services are counted where a span moves far enough', () => {
  expect(skewedServices(trace, shifts, 0)).toBe(1);
  expect(skewedServices(trace, shifts, 1e15)).toBe(0);
  expect(skewedServices(trace, new Float64Array(trace.length), 0)).toBe(0);
});

test('a duplicate names its first at the new place', () => {
  const { trace: two } = traceFromText(`
    a  one  |-|
    b  two      |-|
  `);
  const spans = [two.spanAt(0), { ...two.spanAt(1), spanId: two.spanAt(0).spanId }];
  const same = buildTrace('aa', spans);
  const swapped = correctClocks(same, Float64Array.of(1e12, 0));
  expect(swapped.trace.problems).toEqual([{ kind: 'duplicate-span-id', span: 0, first: 1 }]);
});
