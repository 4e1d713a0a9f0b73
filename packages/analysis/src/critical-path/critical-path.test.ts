// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, spansFromText, traceFromText, type Span, type Trace } from '@tracewell/trace';
import { criticalPath } from './critical-path.ts';

const [template] = spansFromText('service  name  |-|');
const kinds: Record<string, number> = { p: 4, c: 5 };

/** Spans as `name(parent) start..end`, with `!p` and `!c` for producers and consumers. */
function traceOf(text: string): Trace {
  const idOf = (name: string): string => (name === '' ? '' : name.charCodeAt(0).toString(16).padStart(16, '0'));
  const spans = text.split('; ').map((word): Span => {
    const [, name = '', parent = '', start = '', end = '', kind = ''] =
      /^(\w)(?:\((\w)\))? (\d+)\.\.(\d+)(?:!(\w))?$/.exec(word) ?? [];
    return {
      ...(template as Span),
      name,
      spanId: idOf(name),
      parentSpanId: idOf(parent),
      kind: kinds[kind] ?? 0,
      startUnixNano: BigInt(start),
      endUnixNano: BigInt(end),
    };
  });
  return buildTrace('aa', spans);
}

/** The path from its end to its start, as `name start-end`. */
function pathOf(trace: Trace): string {
  const offset = Number(trace.startUnixNano);
  return criticalPath(trace)
    .reverse()
    .map(({ span, start, end }) => `${trace.names[span]} ${start + offset}-${end + offset}`)
    .join(', ');
}

describe("Jaeger UI's cases", () => {
  test.each([
    ['C 1..101; D(C) 20..40; E(C) 50..60', 'C 60-101, E 50-60, C 40-50, D 20-40, C 1-20'],
    ['X 1..101; A(X) 10..50; C(X) 20..60', 'X 60-101, C 20-60, X 1-20'],
    ['A 0..40; B(A) 50..60', 'A 0-40'],
    ['A 1..31; B(A) 40..80; C(B) 50..60', 'A 1-31'],
    ['A 1..31!p; B(A) 10..20!c; C(B) 12..14', 'A 1-31'],
    ['A 1..30; B(A) 15..35; C(B) 10..25', 'B 25-30, C 15-25, A 1-15'],
    ['A 1..30; B(A) 15..35; C(B) 20..40', 'C 20-30, B 15-20, A 1-15'],
    ['A 10..30; B(A) 5..35', 'B 10-30'],
    ['A 10..30; B(A) 1..5', 'A 10-30'],
  ])('%s', (given, expected) => {
    expect(pathOf(traceOf(given))).toBe(expected);
  });
});

describe('our cases', () => {
  test.each([
    ['back to back', 'P 0..100; A(P) 10..50; B(P) 50..90', 'P 90-100, B 50-90, A 10-50, P 0-10'],
    ['from zero on', 'P 0..100; A(P) 0..50; B(P) 50..100', 'B 50-100, A 0-50'],
    ['a consumer that is no child of a producer', 'P 0..100; A(P) 10..50!c', 'P 50-100, A 10-50, P 0-10'],
    ['a producer in a producer', 'P 0..100!p; A(P) 10..50!p', 'P 50-100, A 10-50, P 0-10'],
    ['one end, two starts', 'P 0..100; A(P) 10..50; B(P) 30..50', 'P 50-100, A 10-50, P 0-10'],
    ['no duration on the path', 'P 0..100; A(P) 50..50; B(P) 20..50', 'P 50-100, B 20-50, P 0-20'],
    ['ends where its parent starts', 'P 10..100; A(P) 5..10', 'P 10-100'],
    ['a grandchild outside a clipped child', 'P 0..20; A(P) 10..40; B(A) 25..35', 'A 10-20, P 0-10'],
    ['a root without duration', 'P 5..5; A(P) 5..5', ''],
    ['only the first root', 'P 0..10; Q 20..30', 'P 0-10'],
  ])('%s', (_, given, expected) => {
    expect(pathOf(traceOf(given))).toBe(expected);
  });

  test('of another root', () => {
    const { trace, span } = traceFromText(`
      a  one    |---|
      a  two           |-------|
      a    three         |--|
    `);
    const names = criticalPath(trace, span('two')).map((section) => trace.names[section.span]);
    expect(names).toEqual(['two', 'three', 'two']);
  });

  test('of nothing', () => {
    expect(criticalPath(buildTrace('aa', []))).toEqual([]);
  });

  test('50,000 sequential siblings, and 50,000 levels, need neither stack nor square time', () => {
    const idOf = (i: number): string => (i + 1).toString(16).padStart(16, '0');
    const at = (i: number, parent: number, start: number, end: number): Span => ({
      ...(template as Span),
      spanId: idOf(i),
      parentSpanId: parent === -1 ? '' : idOf(parent),
      startUnixNano: BigInt(start),
      endUnixNano: BigInt(end),
    });
    const wide = [at(0, -1, 0, 200_000)];
    const deep = [at(0, -1, 0, 200_000)];
    for (let i = 1; i <= 50_000; i++) {
      wide.push(at(i, 0, 2 * i, 2 * i + 1));
      deep.push(at(i, i - 1, i, 200_000 - i));
    }
    expect(criticalPath(buildTrace('aa', wide))).toHaveLength(100_001);
    expect(criticalPath(buildTrace('aa', deep))).toHaveLength(100_001);
  });
});
