// SPDX-License-Identifier: Apache-2.0
//
// What could stand at the caret, ranked: what begins with the typed prefix before what only contains it, otherwise in
// the order given (the store's: most frequent first).

export interface Suggestion {
  readonly label: string;
  /** What it is, beside the label. */
  readonly detail: string;
  /** Written in place of the range; `|` marks where the caret goes, at the end if there is none. */
  readonly insert: string;
  readonly range: { readonly start: number; readonly end: number };
}

export type Candidate = Omit<Suggestion, 'range'>;

const most = 50;

/** The candidates that fit what is typed; none if the only one is already there. */
export function rankSuggestions(
  candidates: readonly Candidate[],
  prefix: string,
  range: Suggestion['range']
): readonly Suggestion[] {
  const wanted = prefix.replace(/^["`]/, '').toLowerCase();
  const begins: Suggestion[] = [];
  const contains: Suggestion[] = [];
  for (const candidate of candidates) {
    const label = candidate.label.toLowerCase();
    if (label.startsWith(wanted)) {
      begins.push({ ...candidate, range });
    } else if (label.includes(wanted)) {
      contains.push({ ...candidate, range });
    }
  }
  const ranked = [...begins, ...contains].slice(0, most);
  return ranked.length === 1 && ranked[0]?.label === prefix ? [] : ranked;
}

const caretMark = '\u2038';

/** Marks where the caret goes in an insertion. */
export function withCaret(before: string, after: string): string {
  return before + caretMark + after;
}

/** The text with a suggestion written into it, and where the caret goes. */
export function applySuggestion(text: string, suggestion: Suggestion): { text: string; caret: number } {
  const { start, end } = suggestion.range;
  const mark = suggestion.insert.indexOf(caretMark);
  const inserted = suggestion.insert.replace(caretMark, '');
  return {
    text: text.slice(0, start) + inserted + text.slice(end),
    caret: start + (mark === -1 ? inserted.length : mark),
  };
}
