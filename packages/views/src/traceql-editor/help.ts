// SPDX-License-Identifier: Apache-2.0
//
// What a piece of a query means, for the help that appears when somebody points at it.
import {
  intrinsicsByWord,
  intrinsicTable,
  metricsFunctions,
  otherKeywords,
  pipelineFunctions,
  scopeTable,
  secondStageFunctions,
  tokenize,
  valueWords,
} from '@tracewell/traceql';
import { hints } from './hints.ts';

export interface TokenHelp {
  /** As it is written, or how it is called. */
  readonly title: string;
  readonly text: string;
  /** UTF-16 offsets of what it is about. */
  readonly start: number;
  readonly end: number;
}

const inFilter: Readonly<Record<string, string>> = {
  '=': 'Equal. A span without the attribute, or with a value of another type, does not match',
  '!=': 'The attribute is there and its value differs',
  '=~': 'The whole value matches the regular expression (RE2)',
  '!~': 'The attribute is there and its value does not match the regular expression',
  '>': 'Greater',
  '>=': 'Greater or equal',
  '<': 'Less',
  '<=': 'Less or equal',
  '&&': 'Both hold for the same span. Binds as strongly as ||: use parentheses',
  '||': 'One of both holds for the span. Binds as strongly as &&: use parentheses',
  '!': 'Not',
  '+': 'Sum',
  '-': 'Difference',
  '*': 'Product',
  '/': 'Quotient; whole numbers stay whole',
  '%': 'Remainder',
  '^': 'Power',
};

const structural: readonly (readonly [symbol: string, relation: string])[] = [
  ['>>', 'a descendant'],
  ['>', 'a child'],
  ['<<', 'an ancestor'],
  ['<', 'a parent'],
  ['~', 'a sibling'],
];

/** Operators between filters, with what they find; completion offers them in this order. */
export const spansetOperators: readonly { readonly symbol: string; readonly text: string }[] = [
  { symbol: '&&', text: 'Traces that have both; the spans of both sides' },
  { symbol: '||', text: 'Traces that have one or the other; the spans of both sides' },
  ...structural.map(([symbol, relation]) => ({
    symbol,
    text: `Spans of the right side that are ${relation} of one of the left`,
  })),
  ...structural.map(([symbol, relation]) => ({
    symbol: `!${symbol}`,
    text: `Spans of the right side that are not ${relation} of any of the left`,
  })),
  ...structural.map(([symbol, relation]) => ({
    symbol: `&${symbol}`,
    text: `Both spans, where that of the right side is ${relation} of that of the left`,
  })),
];

const betweenFilters: Readonly<Record<string, string>> = {
  ...Object.fromEntries(spansetOperators.map(({ symbol, text }) => [symbol, text])),
  '|': 'Then: what follows works on the spans found so far',
};

/** Help for what is at `offset`; undefined where there is nothing to say. */
export function helpAt(text: string, offset: number): TokenHelp | undefined {
  const tokens = tokenize(text);
  const index = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
  const token = tokens[index];
  if (token === undefined) {
    return undefined;
  }
  const written = text.slice(token.start, token.end);
  const about = (title: string, words: string | undefined, end = token.end): TokenHelp | undefined =>
    words === undefined ? undefined : { title, text: words, start: token.start, end };
  switch (token.kind) {
    case 'operator':
    case 'punctuation': {
      const next = tokens[index + 1];
      const joinsSpansets = next !== undefined && /^[{(]$/.test(text.slice(next.start, next.end));
      const between = !isInFilter(text.slice(0, token.start)) && (written === '|' || joinsSpansets);
      const table = between ? betweenFilters : inFilter;
      return about(written, Object.hasOwn(table, written) ? table[written] : undefined);
    }
    case 'function': {
      const isStage = /\|\s*$/.test(text.slice(0, token.start));
      if (written === 'by' && !isStage) {
        return about('by(resource.service.name)', 'Splits a metric into a series for each value');
      }
      const entry = [...metricsFunctions, ...secondStageFunctions, ...pipelineFunctions].find(
        ({ name }) => name === written
      );
      return about(entry?.signature ?? written, entry?.documentation);
    }
    case 'keyword': {
      const entry = [...otherKeywords, ...hints].find(({ name }) => name === written);
      return about(entry?.signature ?? written, entry?.documentation);
    }
    case 'constant':
      return about(written, valueWords.find(({ name }) => name === written)?.documentation);
    case 'intrinsic': {
      const name = intrinsicsByWord.get(written)?.name;
      const entry = name === undefined ? undefined : intrinsicTable[name];
      return about(written, entry === undefined ? undefined : `${entry.documentation} (${typeWords[entry.type]})`);
    }
    case 'scope':
    case 'attribute': {
      const first = token.kind === 'attribute' && tokens[index - 1]?.kind === 'scope' ? tokens[index - 1] : token;
      const last = token.kind === 'scope' && tokens[index + 1]?.kind === 'attribute' ? tokens[index + 1] : token;
      const start = first?.start ?? token.start;
      const end = last?.end ?? token.end;
      return { title: text.slice(start, end), text: scopeWords(text.slice(start, end)), start, end };
    }
    default:
      return undefined;
  }
}

const typeWords = {
  string: 'text',
  int: 'whole number',
  duration: 'duration',
  status: 'status',
  spanKind: 'kind',
  nil: 'only to compare with nil',
} as const;

function scopeWords(name: string): string {
  const scope = /^(?:parent\.)?([a-z]*)\./.exec(name)?.[1] ?? '';
  const entry = Object.entries(scopeTable).find(([word]) => word === scope)?.[1];
  const words = entry ?? 'An attribute of the span, or of its resource if the span has none';
  return name.startsWith('parent.') && scope !== 'parent' ? `${words}, of the parent span` : words;
}

/** Is the end of `before` within braces? There operators compare values. */
function isInFilter(before: string): boolean {
  let depth = 0;
  for (const { kind, start, end } of tokenize(before)) {
    if (kind === 'punctuation' || kind === 'operator') {
      const written = before.slice(start, end);
      depth += written === '{' ? 1 : written === '}' ? -1 : 0;
    }
  }
  return depth > 0;
}
