// SPDX-License-Identifier: Apache-2.0
//
// Virtual rows of one fixed height. Only the rows on screen and a margin exist; the window moves in steps of several
// rows, so most scroll events cost no render at all. @tanstack/react-virtual would keep an object for every row
// and walk all of them when the count changes, which at 250,000 rows costs more than drawing.

import { useCallback, useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';

export interface RowWindow {
  /** First row to draw. */
  readonly from: number;
  /** One past the last row to draw. */
  readonly to: number;
  /** Scrolls as little as needed to show the row; with `center` it comes to the middle if it was not visible. */
  readonly reveal: (row: number, center?: boolean) => void;
  /** How many whole rows fit on screen. */
  readonly page: number;
}

const STEP = 8;

function windowFor(scrollTop: number, height: number, rowHeight: number, count: number): { from: number; to: number } {
  const first = Math.floor(scrollTop / rowHeight / STEP) * STEP - STEP;
  const last = Math.ceil((scrollTop + height) / rowHeight / STEP) * STEP + STEP;
  return { from: Math.max(0, Math.min(first, count)), to: Math.max(0, Math.min(last, count)) };
}

/**
 * `scroller` is the element that scrolls; `headerHeight` of it is covered by a header that stays. Rows are laid out by
 * the caller at `row * rowHeight`.
 */
export function useFixedRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  headerHeight: number
): RowWindow {
  const [state, setState] = useState({ from: 0, to: Math.min(count, 64), height: 800 });

  const measure = useCallback(
    (sync: boolean) => {
      const element = scroller.current;
      if (element === null) return;
      const height = Math.max(rowHeight, element.clientHeight - headerHeight);
      const next = windowFor(element.scrollTop, height, rowHeight, count);
      const apply = (): void =>
        setState((old) =>
          old.from === next.from && old.to === next.to && old.height === height ? old : { ...next, height }
        );
      // Within the scroll event, or the frame would be painted with empty rows first.
      if (sync) flushSync(apply);
      else apply();
    },
    [scroller, count, rowHeight, headerHeight]
  );

  useLayoutEffect(() => measure(false), [measure]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let lastFrom = -1;
    const onScroll = (): void => {
      const height = element.clientHeight - headerHeight;
      const { from } = windowFor(element.scrollTop, height, rowHeight, count);
      if (from === lastFrom) return;
      lastFrom = from;
      measure(true);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    const observer = new ResizeObserver(() => measure(false));
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [scroller, measure, count, rowHeight, headerHeight]);

  const reveal = useCallback(
    (row: number, center = false) => {
      const element = scroller.current;
      if (element === null || row < 0) return;
      const top = row * rowHeight;
      const height = element.clientHeight - headerHeight;
      if (top >= element.scrollTop && top + rowHeight <= element.scrollTop + height) return;
      // A jump ends in the middle, a step at the edge.
      const isFar = top < element.scrollTop - height / 2 || top > element.scrollTop + height * 1.5;
      if (center || isFar) element.scrollTop = top - (height - rowHeight) / 2;
      else element.scrollTop = top < element.scrollTop ? top : top + rowHeight - height;
    },
    [scroller, rowHeight, headerHeight]
  );

  return { from: state.from, to: state.to, reveal, page: Math.max(1, Math.floor(state.height / rowHeight) - 1) };
}
