// SPDX-License-Identifier: Apache-2.0
//
// What is collapsed and opened, as the `fold` of the address. Tokens joined by dots: `flat` (similar siblings are not
// folded), `all` (everything is collapsed to begin with), `<span id>` (this span is the other way round), `x<span id>`
// (the fold that begins with this span is open). After `limit` tokens the rest is not in the address: a link to a
// trace should stay a link.

import type { SpanIndex, Trace } from '@tracewell/trace';
import type { Folding } from '../layout/rows.ts';

export interface FoldState {
  readonly foldSimilar: boolean;
  readonly collapsedAll: boolean;
  /** Spans that are collapsed, or with `collapsedAll` those that are not. */
  readonly toggled: ReadonlySet<SpanIndex>;
  readonly openFolds: ReadonlySet<number>;
}

export const initialFoldState: FoldState = {
  foldSimilar: true,
  collapsedAll: false,
  toggled: new Set(),
  openFolds: new Set(),
};

const limit = 40;

/** Writes the state; undefined for the initial one. */
export function toFoldParam(state: FoldState, trace: Trace, folding: Folding): string | undefined {
  const tokens: string[] = [];
  if (!state.foldSimilar) tokens.push('flat');
  if (state.collapsedAll) tokens.push('all');
  for (const span of state.toggled) tokens.push(trace.spanIds[span] ?? '');
  for (const fold of state.openFolds) {
    const first = folding.folds[fold]?.members[0];
    if (first !== undefined) tokens.push(`x${trace.spanIds[first]}`);
  }
  return tokens.length === 0 ? undefined : tokens.slice(0, limit).join('.');
}

/** Reads {@link toFoldParam}; tokens that say nothing in this trace are passed over. */
export function parseFoldParam(text: string | undefined, trace: Trace, folding: Folding): FoldState {
  if (text === undefined || text === '') return initialFoldState;
  const toggled = new Set<SpanIndex>();
  const openFolds = new Set<number>();
  const tokens = text.split('.');
  for (const token of tokens) {
    const opened = token.startsWith('x');
    const span = trace.indexOf(opened ? token.slice(1) : token);
    if (span < 0) continue;
    if (!opened) toggled.add(span);
    else if ((folding.foldOfSpan[span] ?? -1) >= 0) openFolds.add(folding.foldOfSpan[span] ?? -1);
  }
  return { foldSimilar: !tokens.includes('flat'), collapsedAll: tokens.includes('all'), toggled, openFolds };
}

/** Per span: 1 = its children are hidden. O(spans). */
export function collapsedSpans(state: FoldState, trace: Trace): Uint8Array {
  const collapsed = new Uint8Array(trace.length);
  if (state.collapsedAll) {
    for (let i = 0; i < trace.length; i++) collapsed[i] = (trace.childCounts[i] ?? 0) > 0 ? 1 : 0;
  }
  for (const span of state.toggled) {
    if ((trace.childCounts[span] ?? 0) > 0) collapsed[span] = state.collapsedAll ? 0 : 1;
  }
  return collapsed;
}
