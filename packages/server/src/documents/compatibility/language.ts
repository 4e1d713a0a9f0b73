// SPDX-License-Identifier: Apache-2.0
//
// TraceQL: where a query means something else than in Tempo, or is refused there.
import { testsOf, type CompatibilityPart } from './row.ts';

const folder = 'packages/server/src/documents/traceql';
const spans = testsOf(`${folder}/spans.ts`);
const traces = testsOf(`${folder}/traces.ts`);
const metrics = testsOf(`${folder}/metrics.ts`);
const filter = testsOf('packages/traceql/src/evaluate/filter.test.ts');
const functions = testsOf('packages/traceql/src/evaluate/metrics/metrics.test.ts');
const validate = testsOf('packages/traceql/src/validate.test.ts');
const drilldown = testsOf('packages/server/src/api/tempo/traces-drilldown.test.ts');
const hostile = testsOf('packages/server/src/hostile-queries.test.ts');
const trace = testsOf('packages/store/src/execute/trace.test.ts');
const planned = testsOf('packages/store/src/execute/search.property.test.ts');

export const languageParts: readonly CompatibilityPart[] = [
  {
    title: 'TraceQL: what a query finds',
    rows: [
      {
        what: 'Grammar, precedence, comments, types',
        verdict: 'same',
        note: "`&&` and `||` bind equally; errors have Tempo's places, and more words.",
        test: spans('From the left: the last condition holds for all'),
      },
      {
        what: 'Missing attributes, other types',
        verdict: 'same',
        note: 'Every comparison is false, `!=` and `!~` too.',
        test: filter('of a missing attribute are false, != and !~ too'),
      },
      {
        what: 'Regular expressions',
        verdict: 'same',
        note: 'RE2, the whole text; none can hang.',
        test: filter('match the whole text, newlines included, in the syntax of RE2'),
      },
      {
        what: 'Arrays',
        verdict: 'same',
        note: '`!=` and `!~` must hold for all elements.',
        test: filter('satisfy a comparison with any element, != and !~ with all'),
      },
      {
        what: 'Conditions on the same event',
        verdict: 'same',
        note: 'If they are joined by `&&`.',
        test: filter('conditions joined with && hold for the same event'),
      },
      {
        what: 'Numbers',
        verdict: 'better',
        note: "`.a = 3.0` finds the integer 3 and `.a = 3` the float 3.0; Tempo looks at values of the literal's type only.",
        test: filter('of numbers cross int, float and duration, exactly'),
      },
      {
        what: '`!(...)`',
        verdict: 'better',
        note: 'True wherever the rest is not true; Tempo loses spans that the rest does not match.',
        test: spans('Not, missing attributes included'),
      },
      {
        what: '`^`',
        verdict: 'better',
        note: '2 ^ 3 is 8; Tempo computes 3 ^ 2 of integers.',
        test: filter('of integers truncates and wraps; ^ is a power'),
      },
      {
        what: '`parent.`',
        verdict: 'better',
        note: 'Attributes of the parent, and `parent = nil`; refused by Tempo.',
        test: spans('Of the parent'),
      },
      { what: 'Structural operators', verdict: 'same', note: 'All fifteen.', test: traces('Descendants') },
      {
        what: 'Spans of one trace that came late',
        verdict: 'better',
        note: 'A trace is put together from all blocks before a query looks at it; Tempo looks at each block alone.',
        test: planned('search over blocks'),
      },
      {
        what: 'The same, by id',
        verdict: 'same',
        note: 'Wherever its spans lie.',
        test: trace('joins the parts of several blocks and groups them by resource'),
      },
      {
        what: 'Conditions with aggregates on both sides, arithmetic of aggregates',
        verdict: 'better',
        note: 'Refused by Tempo ("not yet supported").',
        test: traces('Aggregates on both sides'),
      },
      {
        what: 'Two pipelines compared',
        verdict: 'better',
        note: 'Refused by Tempo.',
        test: traces('Two pipelines compared'),
      },
      {
        what: '`with(order=...)`',
        verdict: 'better',
        note: 'Our own: slowest, most spans, most errors first. Tempo ignores the hint.',
        test: traces('Most spans first'),
      },
      {
        what: '`with(most_recent=true)`',
        verdict: 'same',
        note: 'It always holds.',
        test: traces('Newest first, as always'),
      },
      {
        what: 'Limits of a query',
        verdict: 'different',
        note: '100 parentheses within one another, 2,000 operators, 100 filters; Tempo has its 128 KiB only.',
        test: hostile('%s: refused with a place or a limit, by every route'),
      },
    ],
  },
  {
    title: 'TraceQL: metrics',
    rows: [
      {
        what: 'Functions, second stages, arithmetic',
        verdict: 'same',
        note: 'Buckets closed on the right, labels and their types as in Tempo.',
        test: metrics('How many a second'),
      },
      {
        what: '`compare()`',
        verdict: 'same',
        note: 'Baseline, selection and totals.',
        test: drilldown('everything is selected by {}'),
      },
      {
        what: 'Quantiles and histograms',
        verdict: 'same',
        note: 'By powers of two, as in Tempo.',
        test: metrics('Quantiles, estimated from powers of two as Tempo has them'),
      },
      {
        what: 'Quantiles and histograms of decimals',
        verdict: 'better',
        note: 'Counted like whole numbers; Tempo leaves decimals out.',
        test: functions('powers of two'),
      },
      {
        what: '`with(exact=true)`',
        verdict: 'better',
        note: 'Our own: exact quantiles. Tempo ignores the hint.',
        test: metrics('Quantiles, exact'),
      },
      {
        what: '`with(sample=...)`',
        verdict: 'better',
        note: 'Accepted, and every span is counted all the same.',
        test: drilldown('duration: the line and the heatmap, with exemplars that open a trace'),
      },
      {
        what: 'Groups',
        verdict: 'better',
        note: 'By up to ten attributes; five in Tempo.',
        test: metrics('In groups, at most ten'),
      },
      {
        what: 'Quantiles of one query',
        verdict: 'different',
        note: 'At most 20.',
        test: hostile('thousands of quantiles'),
      },
      { what: 'Mistakes', verdict: 'same', note: 'Refused with 400 before anything is counted.', test: validate('%s') },
      {
        what: 'Labels without a value',
        verdict: 'same',
        note: 'Left out; `nil` if none has one.',
        test: functions('are ordered by their number, keys, and values'),
      },
    ],
  },
];
