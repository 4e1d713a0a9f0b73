// SPDX-License-Identifier: Apache-2.0
//
// Candidates for each situation of the caret: from the language where it lists them, from the store where it knows.
import {
  formatValueLiteral,
  metricsFunctions,
  pipelineFunctions,
  printReference,
  secondStageFunctions,
} from '@tracewell/traceql';
import type { Situation } from '@tracewell/traceql';
import type { Host } from '../host.ts';
import { quoteName } from '../search/conditions.ts';
import { toValueType } from '../search/value-type.ts';
import { spansetOperators } from './help.ts';
import { hints } from './hints.ts';
import { withCaret } from './suggestions.ts';
import type { Candidate } from './suggestions.ts';

const connectives: readonly Candidate[] = [
  { label: '&&', detail: 'and', insert: '&& ' },
  { label: '||', detail: 'or', insert: '|| ' },
  { label: '}', detail: 'end of the filter', insert: '}' },
];
const comparisons: readonly Candidate[] = [
  ['=', 'equals'],
  ['!=', 'is there and differs'],
  ['=~', 'matches the regular expression'],
  ['!~', 'is there and does not match'],
  ['>', 'greater'],
  ['>=', 'greater or equal'],
  ['<', 'less'],
  ['<=', 'less or equal'],
].map(([label = '', detail = '']) => ({ label, detail, insert: `${label} ` }));
const scopes: readonly Candidate[] = ['span.', 'resource.', 'event.', 'link.', 'instrumentation.'].map((label) => ({
  label,
  detail: 'scope',
  insert: label,
}));

/** What may follow a whole metric. */
const afterMetric: readonly Candidate[] = [
  { label: 'by', detail: 'a series for each value', insert: withCaret('by (', ')') },
  { label: '|', detail: 'then', insert: '| ' },
  { label: '>', detail: 'keeps what is greater', insert: '> ' },
  { label: '<', detail: 'keeps what is less', insert: '< ' },
  { label: 'with', detail: 'hints on how to run the query', insert: withCaret('with (', ')') },
];
/** What may follow a filter or a stage of a search. */
const afterStage: readonly Candidate[] = [
  { label: '|', detail: 'then', insert: '| ' },
  ...spansetOperators.map(({ symbol, text }) => ({
    label: symbol,
    detail: text,
    insert: withCaret(`${symbol} { `, ' }'),
  })),
  { label: 'with', detail: 'hints on how to run the query', insert: withCaret('with (', ')') },
];
/** What may follow a name in `by(...)` and `select(...)`. */
const afterName: readonly Candidate[] = [
  { label: ',', detail: 'and another', insert: ', ' },
  { label: ')', detail: 'end of the names', insert: ') ' },
];
const metricEnd = new RegExp(
  `\\b(?:${metricsFunctions.map(({ name }) => name).join('|')})\\s*\\((?:[^()]|\\([^()]*\\))*\\)\\s*(?:by\\s*\\([^()]*\\)\\s*)?$`
);
const inNames = /\b(?:by|select|\w+_over_time)\s*\([^(){}]*$/;

/**
 * What could stand there; `before` is the text before the caret. Asks the store for names and values; `signal` stops that.
 */
export async function candidatesFor(
  situation: Situation,
  host: Host,
  signal: AbortSignal,
  before = ''
): Promise<readonly Candidate[]> {
  const { range } = host.time;
  switch (situation.kind) {
    case 'filter':
      return [{ label: '{ }', detail: 'spans that match', insert: withCaret('{ ', ' }') }];
    case 'operand': {
      const names = await host.data.tagNames(range, signal);
      const known = names.flatMap(({ scope, tags }) =>
        tags.map((tag): Candidate => {
          const text = scope === 'intrinsic' ? tag : `${scope}.${quoteName(tag)}`;
          return { label: text, detail: scope, insert: `${text} ` };
        })
      );
      return [
        ...known.filter(({ detail }) => detail === 'intrinsic'),
        ...scopes,
        ...known.filter(({ detail }) => detail !== 'intrinsic'),
      ];
    }
    case 'attributeName': {
      const names = await host.data.tagNames(range, signal);
      return names
        .filter(({ scope }) => (situation.scope === 'none' ? scope !== 'intrinsic' : scope === situation.scope))
        .flatMap(({ scope, tags }) => tags.map((tag) => ({ label: tag, detail: scope, insert: `${quoteName(tag)} ` })));
    }
    case 'value': {
      if (situation.reference === undefined) {
        return [];
      }
      const values = await host.data.tagValues({ tag: printReference(situation.reference), range }, signal);
      return values.map((value) => ({
        label: value.value,
        detail: value.type,
        insert: `${formatValueLiteral({ type: toValueType(value.type), value: value.value })} `,
      }));
    }
    case 'operator':
      return inNames.test(before) ? afterName : comparisons;
    case 'connective':
      return connectives;
    case 'function':
      return (situation.afterMetric ? secondStageFunctions : [...pipelineFunctions, ...metricsFunctions]).map(
        ({ name, documentation, signature }) => ({
          label: name,
          detail: documentation,
          insert: callOf(name, signature),
        })
      );
    case 'stageEnd': {
      const written = before.slice(0, before.length - situation.prefix.length);
      if (!metricEnd.test(written)) {
        return afterStage;
      }
      // Split once is enough: a second `by` is a mistake.
      return /\bby\s*\([^()]*\)\s*$/.test(written) ? afterMetric.filter(({ label }) => label !== 'by') : afterMetric;
    }
    case 'hint':
      return hints.map(({ name, documentation, signature = '' }) => ({
        label: name,
        detail: documentation,
        insert: `${name} = ${/= ([^)]*)/.exec(signature)?.[1] ?? ''}`,
      }));
    case 'none':
      return [];
  }
}

/** A call with the caret in its parentheses, or behind them where nothing goes in. */
function callOf(name: string, signature = ''): string {
  return signature.includes(`${name}()`) ? `${name}() ` : withCaret(`${name}(`, ')');
}
