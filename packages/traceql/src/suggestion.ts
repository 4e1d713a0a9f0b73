// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean ...?": which of the known words is close enough to the one that was written.

const MAX_SUGGESTIONS = 3;

/**
 * The `options` within a small edit distance of `input`, closest first; ties in alphabetical order.
 * Distance 1 for words of up to 4 letters, a third of the length for longer ones; case does not count.
 */
export function suggestionsFor(input: string, options: Iterable<string>): string[] {
  const wanted = input.toLowerCase();
  const threshold = Math.max(1, Math.floor(input.length / 3));
  const found: { readonly option: string; readonly distance: number }[] = [];
  for (const option of options) {
    if (Math.abs(option.length - input.length) > threshold) {
      continue;
    }
    const distance = editDistance(wanted, option.toLowerCase());
    if (distance <= threshold) {
      found.push({ option, distance });
    }
  }
  found.sort((a, b) => a.distance - b.distance || (a.option < b.option ? -1 : 1));
  return found.slice(0, MAX_SUGGESTIONS).map(({ option }) => option);
}

/** `Did you mean a, b or c?`; undefined without suggestions. */
export function didYouMean(suggestions: readonly string[]): string | undefined {
  const last = suggestions[suggestions.length - 1];
  if (last === undefined) {
    return undefined;
  }
  const others = suggestions.slice(0, -1);
  return others.length === 0 ? `Did you mean ${last}?` : `Did you mean ${others.join(', ')} or ${last}?`;
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost 1 each. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = Number(previous[j - 1]) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, Number(previous[j]) + 1, Number(current[j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, Number(beforePrevious[j - 2]) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return Number(previous[b.length]);
}
