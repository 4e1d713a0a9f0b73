// SPDX-License-Identifier: Apache-2.0
//
// The filter over a trace on screen: builds the text index between frames, and evaluates the text a moment after it
// was typed. While a new result is not there yet, the old one stays.

import { useEffect, useMemo, useRef, useState } from 'react';
import type { Trace } from '@tracewell/trace';
import { filterKind, filterSpans, type FilterResult } from './span-filter.ts';
import { createTextIndex } from './text-index.ts';

const SLICE_MS = 8;
const PAUSE_MS = 16;
const TYPING_MS = 120;

export interface SpanFilter extends FilterResult {
  /** Share of the spans that a text search can see already; 1 when all. */
  readonly indexed: number;
}

/** Result of the filter `text`. */
export function useSpanFilter(trace: Trace, text: string): SpanFilter {
  const index = useMemo(() => createTextIndex(trace, () => performance.now()), [trace]);
  const [indexed, setIndexed] = useState(0);
  const [result, setResult] = useState<FilterResult>({ kind: 'none' });
  const searching = filterKind(text) === 'text';
  const searchingNow = useRef(searching);
  searchingNow.current = searching;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const slice = (): void => {
      // Somebody is waiting for it: larger slices, less smooth.
      const done = index.build(searchingNow.current ? SLICE_MS * 6 : SLICE_MS);
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

  const searchable = searching ? indexed : 1;
  useEffect(() => {
    if (text.trim() === '') {
      setResult({ kind: 'none' });
      return undefined;
    }
    const timer = setTimeout(() => {
      const next = filterSpans(text, trace, index);
      setResult((old) =>
        next.error !== undefined && old.matches !== undefined ? { ...next, matches: old.matches } : next
      );
    }, TYPING_MS);
    return () => clearTimeout(timer);
    // Repeated as more spans become searchable.
  }, [text, trace, index, searchable]);

  return useMemo(() => ({ ...result, indexed }), [result, indexed]);
}
