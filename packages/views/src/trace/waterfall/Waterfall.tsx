// SPDX-License-Identifier: Apache-2.0
//
// The waterfall: tree and time columns over virtual rows. It scrolls and measures, finds the row under the pointer and
// hands everything else to the model. The grid keeps the focus and names the current row (aria-activedescendant), so
// that rows may come and go.

import {
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type MouseEvent,
  type MutableRefObject,
  type RefObject,
} from 'react';
import { useStyles2, useTheme2 } from '@grafana/ui';
import type { SpanIndex } from '@tracewell/trace';
import { serviceColor, serviceSwatch } from '../../theme/index.ts';
import { columnWidths } from '../layout/columns.ts';
import { axisTicks } from '../layout/ticks.ts';
import { around, pan, zoomAt, type Viewport } from '../layout/viewport.ts';
import type { TraceModel } from '../state/use-trace-model.ts';
import { traceTestIds } from '../test-ids.ts';
import { ColumnResizer } from './ColumnResizer.tsx';
import { HoverCard, type HoverCardHandle } from './HoverCard.tsx';
import { HEADER_HEIGHT, ROW_HEIGHT, waterfallStyles } from './styles.ts';
import { TimeAxis } from './TimeAxis.tsx';
import { TreeTools } from './TreeTools.tsx';
import { useFixedRows } from '../rows/use-fixed-rows.ts';
import { WaterfallRow } from './WaterfallRow.tsx';

interface WaterfallProps {
  readonly model: TraceModel;
  /** Spans to be pointed out beside the matches. */
  readonly marked: ReadonlySet<SpanIndex>;
  /** Share of the width that the tree has, 0.1 to 0.8. */
  readonly treeShare: number;
  readonly onTreeShare: (share: number) => void;
  readonly onOpenDetails: () => void;
  /** Receives the number of rows on a page, for the keys. */
  readonly pageRows: MutableRefObject<number>;
  readonly gridRef: RefObject<HTMLDivElement>;
}

function rowOf(target: EventTarget): number {
  const row = target instanceof Element ? target.closest('[data-row]')?.getAttribute('data-row') : null;
  return row === null || row === undefined ? -1 : Number(row);
}

/** The waterfall of a trace. */
export function Waterfall({ model, marked, treeShare, onTreeShare, onOpenDetails, pageRows, gridRef }: WaterfallProps) {
  const theme = useTheme2();
  const styles = useStyles2(waterfallStyles);
  const { trace, analysis, rows, viewport, selectedRow } = model;
  const [size, setSize] = useState({ width: 0, height: 0 });
  const hover = useRef<HoverCardHandle>(null);
  const idPrefix = useId();
  const window = useFixedRows(gridRef, rows.length, ROW_HEIGHT, HEADER_HEIGHT);
  pageRows.current = window.page;

  useLayoutEffect(() => {
    const element = gridRef.current;
    if (element === null) return undefined;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [gridRef]);
  const { treeWidth, gutter } = columnWidths(size.width, treeShare);
  const timeWidth = Math.max(0, size.width - treeWidth - gutter);

  // Show the selection when it moves, and when the rows around it change; not when the user has scrolled away.
  const { reveal } = window;
  const span = model.cursor?.span;
  const firstShow = useRef(true);
  useLayoutEffect(() => {
    if (selectedRow >= 0) reveal(selectedRow, firstShow.current);
    firstShow.current = false;
  }, [selectedRow, span, reveal]);

  const state = { viewport, duration: trace.duration, setViewport: model.setViewport, treeWidth, timeWidth };
  const view = useRef(state);
  view.current = state;
  useEffect(() => {
    const element = gridRef.current;
    if (element === null) return undefined;
    let frame = 0;
    let pending: Viewport | undefined;
    const later = (next: Viewport): void => {
      pending = next;
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        if (pending !== undefined) view.current.setViewport(pending);
        pending = undefined;
      });
    };
    const onWheel = (event: WheelEvent): void => {
      const { viewport: now, duration, treeWidth: tree, timeWidth: width } = view.current;
      const box = element.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const anchor = Math.min(1, Math.max(0, (event.clientX - box.left - tree) / width));
        later(zoomAt(pending ?? now, anchor, Math.exp(-event.deltaY * 0.002), duration));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        later(pan(pending ?? now, (event.shiftKey ? event.deltaY || event.deltaX : event.deltaX) / width, duration));
      }
    };
    // Not passive: with Ctrl the browser would zoom the page.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
      cancelAnimationFrame(frame);
    };
  }, [gridRef]);

  const ticks = useMemo(() => axisTicks(viewport, timeWidth), [viewport, timeWidth]);
  const colors = useMemo(() => trace.serviceNames.map((name) => serviceColor(name, theme)), [trace, theme]);
  const swatches = useMemo(() => trace.serviceNames.map((name) => serviceSwatch(name, theme)), [trace, theme]);

  const onClick = useCallback(
    (event: MouseEvent) => {
      const row = rowOf(event.target);
      if (row < 0) return;
      const toggle = event.target instanceof Element && event.target.closest('[data-toggle]') !== null;
      if (toggle) model.toggleRow(row);
      else if (model.selectedRow !== row) model.selectRow(row);
      // The chosen row clicked again wants more of it; the second click of a double click has its own meaning.
      else if (event.detail === 1) onOpenDetails();
    },
    [model, onOpenDetails]
  );
  const onDoubleClick = useCallback(
    (event: MouseEvent) => {
      const target = rows.spans[rowOf(event.target)];
      if (target === undefined || !(event.target instanceof Element) || event.target.closest('[data-toggle]')) return;
      if (event.target.closest('[data-time]') === null) onOpenDetails();
      else model.setViewport(around(trace.starts[target] ?? 0, trace.ends[target] ?? 0, trace.duration));
    },
    [rows, model, trace, onOpenDetails]
  );
  const onMouseMove = (event: MouseEvent): void => {
    const box = gridRef.current?.getBoundingClientRect();
    const row = rowOf(event.target);
    if (box === undefined || row < 0 || !(event.target instanceof Element)) return hover.current?.hide();
    const inTime = event.target.closest('[data-time]') !== null;
    if (!inTime) return hover.current?.hide();
    const x = event.clientX - box.left;
    hover.current?.show({ row, x, y: event.clientY - box.top, time: timeAt(viewport, (x - treeWidth) / timeWidth) });
  };

  // Keyed by row: elements stay in the order of the rows, which is the order that assistive technology reads.
  const mask = model.filter.matches?.mask;
  const drawn = [];
  for (let row = window.from; row < Math.min(window.to, rows.length); row++) {
    const target = rows.spans[row] ?? 0;
    const foldIndex = rows.folds[row] ?? -1;
    const fold = foldIndex < 0 ? undefined : analysis.folding.folds[foldIndex];
    const matches = mask !== undefined && (mask[target] === 1 || (fold?.members.some((m) => mask[m] === 1) ?? false));
    const parent = trace.parents[target] ?? -1;
    drawn.push(
      <WaterfallRow
        key={row}
        id={`${idPrefix}-${row}`}
        row={row}
        trace={trace}
        analysis={analysis}
        span={target}
        fold={fold}
        foldOpen={model.fold.openFolds.has(foldIndex)}
        level={rows.levels[row] ?? 0}
        collapsed={model.collapsed[target] === 1}
        selected={row === selectedRow}
        matched={matches || marked.has(target)}
        dimmed={mask !== undefined && !matches}
        viewport={viewport}
        width={timeWidth}
        gutter={gutter}
        treeWidth={treeWidth}
        color={colors[trace.services[target] ?? 0] ?? ''}
        swatch={swatches[trace.services[target] ?? 0] ?? ''}
        showService={parent < 0 || trace.services[parent] !== trace.services[target]}
        styles={styles}
      />
    );
  }

  return (
    <div className={styles.wrapper} onMouseLeave={() => hover.current?.hide()}>
      <div
        ref={gridRef}
        role="treegrid"
        data-testid={traceTestIds.waterfall}
        aria-label="Spans of the trace"
        aria-rowcount={rows.length + 1}
        aria-colcount={2}
        aria-activedescendant={
          selectedRow >= window.from && selectedRow < window.to ? `${idPrefix}-${selectedRow}` : undefined
        }
        tabIndex={0}
        className={styles.grid}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onMouseMove={onMouseMove}
      >
        <div role="row" aria-rowindex={1} className={styles.head}>
          <div role="columnheader" className={styles.headTree} style={{ width: treeWidth }}>
            <span className={styles.headTitle}>Service &middot; span</span>
            <TreeTools model={model} className={styles.headTools} />
          </div>
          <TimeAxis
            ticks={ticks}
            viewport={viewport}
            duration={trace.duration}
            onZoom={model.setViewport}
            width={timeWidth}
            styles={styles}
          />
        </div>
        <div className={styles.lines} role="presentation">
          {ticks.map((tick) => (
            <span
              key={tick.time}
              className={styles.tickLine}
              style={{
                left: treeWidth + tick.at * timeWidth,
                height: Math.max(0, Math.min(size.height - HEADER_HEIGHT, rows.length * ROW_HEIGHT)),
              }}
            />
          ))}
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: rows.length * ROW_HEIGHT }}>
          {drawn}
        </div>
      </div>
      <ColumnResizer
        left={treeWidth - 4}
        share={treeShare}
        width={size.width}
        onShare={onTreeShare}
        className={styles.resizer}
      />
      <HoverCard ref={hover} model={model} width={size.width} height={size.height} />
    </div>
  );
}

function timeAt(viewport: Viewport, share: number): number {
  return viewport.from + (viewport.to - viewport.from) * share;
}
