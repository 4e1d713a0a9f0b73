// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import { boxPath, mergeIntervals, ownWork, toRuns } from './bars.ts';
import { layoutRows, noFolding, rowShowing, withAncestors, type Folding, type Rows } from './rows.ts';
import { columnWidths } from './columns.ts';
import { axisTicks } from './ticks.ts';
import { around, clampViewport, pan, parseZoomParam, toZoomParam, wholeTrace, zoomAt } from './viewport.ts';

const MS = 1e6;

const drawn = traceFromText(`
  web   GET /     |--------------------|
  cart    GetCart   |------------|
  db        SELECT    |-| |-| |-|
  cart    Save                    |--|
`);
const { trace } = drawn;
const selects = [drawn.span('SELECT#1'), drawn.span('SELECT#2'), drawn.span('SELECT#3')];

function folding(): Folding {
  const foldOfSpan = new Int32Array(trace.length).fill(-1);
  for (const span of selects) foldOfSpan[span] = 0;
  return { folds: [{ members: Uint32Array.from(selects) }], foldOfSpan };
}

function shown(rows: Rows): string[] {
  return Array.from(rows.spans, (span, row) => {
    const fold = rows.folds[row] ?? -1;
    return `${' '.repeat(rows.levels[row] ?? 0)}${trace.names[span]}${fold >= 0 ? ' x' : ''}`;
  });
}

describe('rows', () => {
  const base = {
    trace,
    folding: noFolding(trace),
    collapsed: new Uint8Array(trace.length),
    openFolds: new Set<number>(),
  };

  test('every span has a row in the order of the trace', () => {
    expect(shown(layoutRows(base))).toEqual(['GET /', ' GetCart', '  SELECT', '  SELECT', '  SELECT', ' Save']);
  });

  test('a closed fold is one row, which is the row of all its members', () => {
    const rows = layoutRows({ ...base, folding: folding() });
    expect(shown(rows)).toEqual(['GET /', ' GetCart', '  SELECT x', ' Save']);
    expect(selects.map((span) => rows.rowOfSpan[span])).toEqual([2, 2, 2]);
    expect(rows.rowOfFold[0]).toBe(2);
  });

  test('an open fold keeps its row, and its members lie below, one level deeper', () => {
    const rows = layoutRows({ ...base, folding: folding(), openFolds: new Set([0]) });
    expect(shown(rows)).toEqual(['GET /', ' GetCart', '  SELECT x', '   SELECT', '   SELECT', '   SELECT', ' Save']);
    expect(selects.map((span) => rows.rowOfSpan[span])).toEqual([3, 4, 5]);
  });

  test('collapsing hides what is below, and the ancestor shows it', () => {
    const collapsed = new Uint8Array(trace.length);
    collapsed[drawn.span('GetCart')] = 1;
    const rows = layoutRows({ ...base, collapsed });
    expect(shown(rows)).toEqual(['GET /', ' GetCart', ' Save']);
    expect(rowShowing(trace, rows, selects[1] ?? 0)).toBe(1);
  });

  test('a filter keeps ancestors, and a fold stands at its first visible member', () => {
    const chosen = new Uint8Array(trace.length);
    chosen[selects[1] ?? 0] = 1;
    const visible = withAncestors(trace, chosen);
    const rows = layoutRows({ ...base, folding: folding(), visible });
    expect(shown(rows)).toEqual(['GET /', ' GetCart', '  SELECT x']);
    expect(rows.spans[2]).toBe(selects[1]);
    expect(rowShowing(trace, rows, drawn.span('Save'))).toBe(0);
    expect(shown(layoutRows({ ...base, folding: folding(), visible, openFolds: new Set([0]) }))).toEqual([
      'GET /',
      ' GetCart',
      '  SELECT x',
      '   SELECT',
    ]);
  });

  test('folds within folds', () => {
    const deep = traceFromText(`
      web  batch     |-------------|
      a      call     |--|  |--|
      b        get     ||    ||
    `).trace;
    // Two folds: the calls (1, 3), and as if each call's only child were one too.
    const foldOfSpan = Int32Array.from([-1, 0, 1, 0, -1]);
    const nested = { folds: [{ members: Uint32Array.from([1, 3]) }, { members: Uint32Array.from([2]) }], foldOfSpan };
    const rows = layoutRows({
      trace: deep,
      folding: nested,
      collapsed: new Uint8Array(deep.length),
      openFolds: new Set([0, 1]),
    });
    expect(Array.from(rows.spans)).toEqual([0, 1, 1, 2, 2, 3, 4]);
    expect(Array.from(rows.levels)).toEqual([0, 1, 2, 3, 4, 2, 3]);
  });
});

describe('bars', () => {
  test('own work is what no child covers', () => {
    expect(ownWork(trace, drawn.span('GetCart')).map((time) => time / MS)).toEqual([2, 4, 6, 8, 10, 12, 14, 15]);
    expect(ownWork(trace, drawn.span('Save')).map((time) => time / MS)).toEqual([16, 19]);
  });

  test('runs are clipped, never thinner than asked for, and joined when less than a pixel apart', () => {
    const view = { from: 0, to: 1000 };
    expect(toRuns([0, 100, 500, 600], view, 100)).toEqual([
      { left: 0, width: 10 },
      { left: 50, width: 10 },
    ]);
    expect(toRuns([0, 100, 105, 200], view, 100)).toEqual([{ left: 0, width: 20 }]);
    expect(toRuns([999, 1000], view, 100, 2)).toEqual([{ left: 98, width: 2 }]);
    expect(toRuns([0, 5000], { from: 1000, to: 2000 }, 100)).toEqual([{ left: 0, width: 100 }]);
    expect(toRuns([0, 10, 3000, 4000], { from: 1000, to: 2000 }, 100)).toEqual([]);
  });

  test('many children cost no more runs than pixels', () => {
    const times = Array.from({ length: 20_000 }, (_, k) => k * 10);
    expect(toRuns(times, { from: 0, to: 200_000 }, 300).length).toBeLessThanOrEqual(300);
  });

  test('intervals are merged in any order', () => {
    expect(mergeIntervals([5, 9, 0, 2, 1, 6, 20, 21])).toEqual([0, 9, 20, 21]);
    expect(boxPath([{ left: 1.234, width: 2 }], 6, 12)).toBe('M1.2 6h2v12h-2z');
  });
});

describe('viewport', () => {
  test('zooming keeps the time under the pointer', () => {
    const zoomed = zoomAt({ from: 0, to: 1000 }, 0.25, 2, 1000);
    expect(zoomed).toEqual({ from: 125, to: 625 });
    expect(zoomAt(zoomed, 0.25, 0.5, 1000)).toEqual({ from: 0, to: 1000 });
  });
  test('stays inside the trace and never gets too narrow', () => {
    expect(pan({ from: 500, to: 1000 }, 5, 1000)).toEqual({ from: 500, to: 1000 });
    expect(pan({ from: 500, to: 1000 }, -5, 1000)).toEqual({ from: 0, to: 500 });
    expect(clampViewport({ from: 990, to: 991 }, 1000)).toEqual({ from: 900, to: 1000 });
    expect(clampViewport({ from: 600, to: 200 }, 1000)).toEqual({ from: 200, to: 600 });
    expect(around(0, 100, 1000)).toEqual({ from: 0, to: 150 });
  });
  test('a trace without duration has an axis', () => {
    expect(wholeTrace(0).to).toBeGreaterThan(0);
    expect(zoomAt(wholeTrace(0), 0.5, 2, 0)).toEqual(wholeTrace(0));
  });
  test('the address holds it', () => {
    const view = { from: 125, to: 625 };
    expect(parseZoomParam(toZoomParam(view, 1000), 1000)).toEqual(view);
    expect(toZoomParam(wholeTrace(1000), 1000)).toBeUndefined();
    for (const bad of [undefined, '', 'x-y', '5-5', '-1-2', '1']) {
      expect(parseZoomParam(bad, 1000)).toEqual(wholeTrace(1000));
    }
  });
});

describe('columns', () => {
  test('the tree has its share, a narrow panel keeps room for names and for labels', () => {
    expect(columnWidths(1600, 0.32)).toEqual({ treeWidth: 512, gutter: 84 });
    expect(columnWidths(400, 0.32)).toEqual({ treeWidth: 160, gutter: 60 });
    expect(columnWidths(200, 0.32)).toEqual({ treeWidth: 80, gutter: 0 });
  });
});

describe('ticks', () => {
  test('are round and have one unit', () => {
    const ticks = axisTicks({ from: 0, to: 2.3e9 }, 500);
    expect(ticks.map((tick) => tick.label)).toEqual(['0', '0.5 s', '1.0 s', '1.5 s', '2.0 s'].map(trimmed));
    expect(axisTicks({ from: 1e9, to: 1.0001e9 }, 300).map((tick) => tick.label)).toEqual(
      ['1 s', '1.00005 s', '1.00010 s'].map(trimmed)
    );
  });
  test('minutes are not counted in tens', () => {
    expect(axisTicks({ from: 0, to: 3600e9 }, 500).map((tick) => tick.time / 60e9)).toEqual([0, 15, 30, 45, 60]);
  });
  test('seconds stay seconds beyond a minute where steps are shorter', () => {
    expect(axisTicks({ from: 50e9, to: 80e9 }, 400).map((tick) => tick.label)).toEqual([
      '50 s',
      '60 s',
      '70 s',
      '80 s',
    ]);
  });
  test('none without a width', () => {
    expect(axisTicks({ from: 0, to: 1 }, 0)).toEqual([]);
  });
});

/** Labels drop a fraction that is all zeros. */
function trimmed(label: string): string {
  return label.replace(/\.0+ /, ' ');
}
