// SPDX-License-Identifier: Apache-2.0
//
// The state of a trace on screen and everything that changes it. Selection, filter, zoom and folding live in the
// address (useUrlState); rows, matches and the viewport are derived from them.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SpanIndex, Trace } from '@tracewell/trace';
import type { Host } from '../../host.ts';
import { analyseTrace, type TraceAnalysis } from '../analysis/trace-analysis.ts';
import { layoutRows, noFolding, rowShowing, withAncestors, type Rows } from '../layout/rows.ts';
import { parseZoomParam, toZoomParam, type Viewport } from '../layout/viewport.ts';
import { toMatches } from '../search/span-filter.ts';
import { useSpanFilter, type SpanFilter } from '../search/use-span-filter.ts';
import { collapsedSpans, parseFoldParam, toFoldParam, type FoldState } from './fold-param.ts';
import { useClockCorrection, type ClockCorrectionState } from './use-clock-correction.ts';
import { useUrlState, type UrlPatch, type SetOptions } from './use-url-state.ts';

/** The row that the keys start from: a span, or the row of the fold that begins with it. */
export interface Cursor {
  readonly span: SpanIndex;
  readonly onFold: boolean;
}

export interface TraceModel {
  /** As shown: with corrected clocks, if the reader wants that. */
  readonly trace: Trace;
  readonly clock: ClockCorrectionState;
  readonly analysis: TraceAnalysis;
  readonly rows: Rows;
  readonly viewport: Viewport;
  readonly fold: FoldState;
  readonly collapsed: Uint8Array;
  readonly filterText: string;
  readonly filter: SpanFilter;
  readonly onlyMatches: boolean;
  readonly criticalOnly: boolean;
  readonly tab: string;
  readonly cursor: Cursor | undefined;
  readonly selectedRow: number;
  /** Place of the selected span among the matches, from 1; 0 if it is none of them. */
  readonly matchNumber: number;
  readonly set: (patch: UrlPatch, options?: SetOptions) => void;
  readonly setViewport: (viewport: Viewport | undefined) => void;
  readonly setFold: (change: (old: FoldState) => FoldState) => void;
  readonly selectRow: (row: number) => void;
  /** Selects a span and opens whatever hides it; its fold stays closed with `keepFold`. */
  readonly showSpan: (span: SpanIndex, options?: { keepFold?: boolean }) => void;
  readonly toggleRow: (row: number, expanded?: boolean) => void;
  readonly stepMatch: (direction: 1 | -1) => void;
  readonly clearSelection: () => void;
}

function spanToken(trace: Trace, span: SpanIndex): string {
  const id = trace.spanIds[span] ?? '';
  return trace.indexOf(id) === span ? id : `${id}@${span}`;
}

function parseSpanToken(trace: Trace, token: string | undefined): SpanIndex {
  if (token === undefined) return -1;
  const [id = '', place] = token.toLowerCase().split('@');
  const exact = Number(place);
  if (place !== undefined && trace.spanIds[exact] === id) return exact;
  return trace.indexOf(id);
}

function toggledSet<T>(set: ReadonlySet<T>, value: T, present: boolean): ReadonlySet<T> {
  const next = new Set(set);
  if (present) next.add(value);
  else next.delete(value);
  return next;
}

function setCollapsed(fold: FoldState, span: SpanIndex, collapse: boolean): FoldState {
  return { ...fold, toggled: toggledSet(fold.toggled, span, collapse !== fold.collapsedAll) };
}

/** State and actions of the view of one trace. The actions are stable until rows or state change. */
export function useTraceModel(sent: Trace, host: Host): TraceModel {
  const [values, set] = useUrlState(host.navigation);
  const clock = useClockCorrection(sent, values.clock === '1');
  const { trace } = clock;
  const analysis = useMemo(() => analyseTrace(trace), [trace]);

  // Folding beyond what the address can hold, and the row of an open fold as the cursor, are kept here.
  const [fold, setFoldState] = useState(() => parseFoldParam(values.fold, trace, analysis.folding));
  const [cursorOnFold, setCursorOnFold] = useState(false);
  const writtenFold = useRef(values.fold);
  useEffect(() => {
    if (values.fold === writtenFold.current) return;
    writtenFold.current = values.fold;
    setFoldState(parseFoldParam(values.fold, trace, analysis.folding));
  }, [values.fold, trace, analysis]);
  // Another order of the same spans (clocks corrected or not): folding is by index and has to be read anew.
  const [foldedTrace, setFoldedTrace] = useState(trace);
  if (foldedTrace !== trace) {
    setFoldedTrace(trace);
    setFoldState(parseFoldParam(writtenFold.current, trace, analysis.folding));
  }
  const setFold = useCallback(
    (change: (old: FoldState) => FoldState) => {
      setFoldState((old) => {
        const next = change(old);
        writtenFold.current = toFoldParam(next, trace, analysis.folding);
        return next;
      });
    },
    [trace, analysis]
  );
  useEffect(() => set({ fold: writtenFold.current }), [fold, set]);

  const filterText = values.q ?? '';
  const filterOfSent = useSpanFilter(sent, filterText);
  const sentMatches = filterOfSent.matches;
  const matches = useMemo(
    () => (clock.on && sentMatches !== undefined ? toMatches(clock.toShown(sentMatches.mask)) : sentMatches),
    [sentMatches, clock]
  );
  const filter = useMemo((): SpanFilter => ({ ...filterOfSent, matches }), [filterOfSent, matches]);
  const onlyMatches = values.matches === '1';
  const criticalOnly = values.critical === '1';
  const collapsed = useMemo(() => collapsedSpans(fold, trace), [fold, trace]);
  const mask = filter.matches?.mask;
  const visible = useMemo(() => {
    const byMatch = onlyMatches && mask !== undefined ? mask : undefined;
    if (byMatch === undefined && !criticalOnly) return undefined;
    const chosen = new Uint8Array(trace.length);
    for (let i = 0; i < chosen.length; i++) {
      chosen[i] = (byMatch?.[i] ?? 1) & (criticalOnly ? (analysis.onCriticalPath[i] ?? 0) : 1);
    }
    return withAncestors(trace, chosen);
  }, [trace, analysis, onlyMatches, criticalOnly, mask]);
  const folding = useMemo(
    () => (fold.foldSimilar ? analysis.folding : noFolding(trace)),
    [fold.foldSimilar, analysis, trace]
  );
  const rows = useMemo(
    () => layoutRows({ trace, folding, collapsed, openFolds: fold.openFolds, visible }),
    [trace, folding, collapsed, fold.openFolds, visible]
  );

  const viewport = useMemo(() => parseZoomParam(values.zoom, trace.duration), [values.zoom, trace]);
  const setViewport = useCallback(
    (next: Viewport | undefined) => set({ zoom: next === undefined ? undefined : toZoomParam(next, trace.duration) }),
    [set, trace]
  );

  const span = parseSpanToken(trace, values.span);
  const foldOfCursor = span < 0 ? -1 : (folding.foldOfSpan[span] ?? -1);
  const foldRow = cursorOnFold && foldOfCursor >= 0 ? (rows.rowOfFold[foldOfCursor] ?? -1) : -1;
  const selectedRow = span < 0 ? -1 : foldRow >= 0 ? foldRow : rowShowing(trace, rows, span);
  const cursor = useMemo(
    () => (span < 0 ? undefined : { span, onFold: selectedRow >= 0 && (rows.folds[selectedRow] ?? -1) >= 0 }),
    [span, selectedRow, rows]
  );

  const selectRow = useCallback(
    (row: number) => {
      const target = rows.spans[row];
      if (target === undefined) return;
      setCursorOnFold((rows.folds[row] ?? -1) >= 0);
      set({ span: spanToken(trace, target) });
    },
    [rows, set, trace]
  );

  const showSpan = useCallback(
    (target: SpanIndex, options: { keepFold?: boolean } = {}) => {
      setCursorOnFold(options.keepFold === true);
      setFold((old) => {
        let next = old;
        for (let i = trace.parents[target] ?? -1; i >= 0; i = trace.parents[i] ?? -1) {
          if (collapsed[i] === 1) next = setCollapsed(next, i, false);
          const around = folding.foldOfSpan[i] ?? -1;
          if (around >= 0) next = { ...next, openFolds: toggledSet(next.openFolds, around, true) };
        }
        const own = folding.foldOfSpan[target] ?? -1;
        if (own >= 0 && options.keepFold !== true) {
          next = { ...next, openFolds: toggledSet(next.openFolds, own, true) };
        }
        return next;
      });
      const hidden = visible !== undefined && visible[target] === 0;
      set({
        span: spanToken(trace, target),
        ...(hidden ? { matches: undefined, critical: undefined } : {}),
      });
    },
    [trace, collapsed, folding, visible, set, setFold]
  );

  const toggleRow = useCallback(
    (row: number, expanded?: boolean) => {
      const foldIndex = rows.folds[row] ?? -1;
      const target = rows.spans[row];
      if (target === undefined) return;
      if (foldIndex >= 0) {
        setFold((old) => ({
          ...old,
          openFolds: toggledSet(old.openFolds, foldIndex, expanded ?? !old.openFolds.has(foldIndex)),
        }));
      } else if ((trace.childCounts[target] ?? 0) > 0) {
        setFold((old) => setCollapsed(old, target, expanded === undefined ? collapsed[target] === 0 : !expanded));
      }
    },
    [rows, trace, collapsed, setFold]
  );

  const matchedSpans = filter.matches?.spans;
  const stepMatch = useCallback(
    (direction: 1 | -1) => {
      if (matchedSpans === undefined || matchedSpans.length === 0) return;
      const place = placeAmong(matchedSpans, span);
      const isMatch = matchedSpans[place] === span;
      const next = direction === 1 ? (isMatch ? place + 1 : place) : place - 1;
      const target = matchedSpans[(next + matchedSpans.length) % matchedSpans.length];
      if (target !== undefined) showSpan(target);
    },
    [matchedSpans, span, showSpan]
  );
  const clearSelection = useCallback(() => set({ span: undefined }), [set]);

  const place = matchedSpans === undefined || span < 0 ? -1 : placeAmong(matchedSpans, span);
  return {
    trace,
    clock,
    analysis,
    rows,
    viewport,
    fold,
    collapsed,
    filterText,
    filter,
    onlyMatches,
    criticalOnly,
    tab: values.tab ?? 'timeline',
    cursor,
    selectedRow,
    matchNumber: place >= 0 && matchedSpans?.[place] === span ? place + 1 : 0,
    set,
    setViewport,
    setFold,
    selectRow,
    showSpan,
    toggleRow,
    stepMatch,
    clearSelection,
  };
}

/** Place of the first entry that is not smaller than `value` in an ascending list. */
function placeAmong(list: Uint32Array, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
