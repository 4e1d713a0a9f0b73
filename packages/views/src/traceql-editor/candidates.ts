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

/** What could stand there. Asks the store for names and values; `signal` stops that. */
export async function candidatesFor(
  situation: Situation,
  host: Host,
  signal: AbortSignal
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
      return comparisons;
    case 'connective':
      return connectives;
    case 'function':
      return (situation.afterMetric ? secondStageFunctions : [...pipelineFunctions, ...metricsFunctions]).map(
        ({ name, documentation }) => ({ label: name, detail: documentation, insert: withCaret(`${name}(`, ')') })
      );
    case 'stageEnd':
      return [
        { label: '&&', detail: 'traces that also have', insert: withCaret('&& { ', ' }') },
        { label: '||', detail: 'or traces that have', insert: withCaret('|| { ', ' }') },
        { label: '|', detail: 'then', insert: '| ' },
      ];
    case 'hint':
    case 'none':
      return [];
  }
}
