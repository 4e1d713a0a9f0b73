// SPDX-License-Identifier: Apache-2.0
//
// The filter over a trace on screen: builds the text index between frames, and evaluates the text in slices a moment
// after it was typed. While a new result is not there yet, the old one stays; what nobody waits for any more is dropped.

import { useEffect, useMemo, useRef, useState } from 'react';
import type { Trace } from '@tracewell/trace';
import { filterKind, filterSpans, type FilterResult } from './span-filter.ts';
import { runInSlices } from './steps.ts';
import { createTextIndex } from './text-index.ts';

const SLICE_MS = 8;
const PAUSE_MS = 16;
/** Somebody is waiting for it: larger slices, less smooth. */
const AWAITED_SLICE_MS = 16;
const TYPING_MS = 120;

export interface SpanFilter extends FilterResult {
  /** Share of the spans that a text search can see already; 1 when all. */
  readonly indexed: number;
  /** How far the evaluation of what was typed is, 0 to 1; undefined when the result is that of what was typed. */
  readonly progress?: number;
}

function later(work: () => void): void {
  setTimeout(work, 0);
}

/** Result of the filter `text`. */
export function useSpanFilter(trace: Trace, text: string): SpanFilter {
  const index = useMemo(() => createTextIndex(trace, () => performance.now()), [trace]);
  const [indexed, setIndexed] = useState(0);
  const [result, setResult] = useState<FilterResult>({ kind: 'none' });
  const [progress, setProgress] = useState<number>();
  const searching = filterKind(text) === 'text';
  const searchingNow = useRef(searching);
  searchingNow.current = searching;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const slice = (): void => {
      const done = index.build(searchingNow.current ? AWAITED_SLICE_MS * 3 : SLICE_MS);
      if (done) setIndexed(1);
      else {
        if (searchingNow.current) setIndexed(Math.floor(index.progress * 20) / 20);
        timer = setTimeout(slice, searchingNow.current ? 0 : PAUSE_MS);
      }
    };
    setIndexed(0);
    timer = setTimeout(slice, 300);
    return () => clearTimeout(timer);
  }, [index]);

  const asked = useRef(text);
  const searchable = searching ? indexed : 1;
  useEffect(() => {
    setProgress(undefined);
    if (text.trim() === '') {
      setResult({ kind: 'none' });
      return undefined;
    }
    // Nobody types while more spans become searchable.
    const delay = asked.current === text ? 0 : TYPING_MS;
    asked.current = text;
    let drop = (): void => undefined;
    const timer = setTimeout(() => {
      drop = runInSlices(
        filterSpans(text, trace, index),
        (next) => {
          setProgress(undefined);
          setResult((old) =>
            next.error !== undefined && old.matches !== undefined ? { ...next, matches: old.matches } : next
          );
        },
        // A bug in the evaluation belongs to the page's boundary, as if it had been thrown while drawing.
        (error) =>
          setResult(() => {
            throw error;
          }),
        {
          budgetMs: AWAITED_SLICE_MS,
          now: () => performance.now(),
          later,
          onProgress: (share) => setProgress(Math.floor(share * 20) / 20),
        }
      );
    }, delay);
    return () => {
      clearTimeout(timer);
      drop();
    };
    // Repeated as more spans become searchable.
  }, [text, trace, index, searchable]);

  return useMemo(
    () => ({ ...result, indexed, ...(progress === undefined ? {} : { progress }) }),
    [result, indexed, progress]
  );
}
