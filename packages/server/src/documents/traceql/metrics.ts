// SPDX-License-Identifier: Apache-2.0
//
// Chapters about metrics queries, and about what is refused.
import type { Chapter } from './example.ts';

export const metricsChapters: readonly Chapter[] = [
  {
    title: 'Metrics',
    text: 'A function after the last `|` makes numbers of the spans: one value for the whole range, or one for each step. A span counts where it starts. Durations are seconds. (The examples ask for one value over 100 ms, or for steps of 20 ms.)',
    examples: [
      { says: 'How many', query: '{} | count_over_time()', answer: ['{__name__="count_over_time"} 7'] },
      { says: 'How many a second', query: '{ status = error } | rate()', answer: ['{__name__="rate"} 20'] },
      {
        says: 'Over time',
        query: '{} | count_over_time()',
        shows: 'over time',
        answer: ['{__name__="count_over_time"} 1 3 0 2 1 0'],
      },
      {
        says: 'In groups, at most ten',
        query: '{} | count_over_time() by(resource.service.name, status)',
        answer: [
          '{resource.service.name="cart", status="unset"} 1',
          '{resource.service.name="mail", status="unset"} 1',
          '{resource.service.name="payment", status="unset"} 1',
          '{resource.service.name="redis", status="error"} 1',
          '{resource.service.name="redis", status="unset"} 1',
          '{resource.service.name="shop", status="error"} 1',
          '{resource.service.name="shop", status="unset"} 1',
        ],
      },
      {
        says: 'Smallest, largest, sum and average of a number',
        query: '{} | max_over_time(duration)',
        answer: ['{__name__="max_over_time"} 0.031'],
      },
      { says: 'Smallest', query: '{} | min_over_time(.app.items)', answer: ['{__name__="min_over_time"} 3'] },
      { says: 'Sum', query: '{} | sum_over_time(.app.items)', answer: ['{__name__="sum_over_time"} 8'] },
      {
        says: 'Average',
        query: '{ kind = server } | avg_over_time(duration) by(.user)',
        answer: ['{.user="ann"} 0.021', '{.user="bob"} 0.031', '{.user="nil"} 0.0185'],
      },
      {
        says: 'Quantiles, estimated from powers of two as Tempo has them',
        query: '{} | quantile_over_time(duration, 0.5, 0.99)',
        answer: ['{p=0.5} 0.0167772', '{p=0.99} 0.0335544'],
      },
      {
        says: 'Quantiles, exact',
        query: '{} | quantile_over_time(duration, 0.5, 0.99) with(exact=true)',
        answer: ['{p=0.5} 0.012', '{p=0.99} 0.031'],
      },
      {
        says: 'A histogram: `__bucket` is the upper end, a power of two nanoseconds',
        query: '{} | histogram_over_time(duration)',
        answer: ['{__bucket=0.004194304} 3', '{__bucket=0.016777216} 1', '{__bucket=0.033554432} 3'],
      },
      {
        says: 'What sets some spans apart from the others (shown is what is said of one attribute)',
        query: '{ kind = server } | compare({ status = error }, 1)',
        shows: { only: 'span.user' },
        answer: [
          '{__meta_type="baseline", span.user="ann"} 1',
          '{__meta_type="baseline_total", span.user="nil"} 1',
          '{__meta_type="selection", span.user="bob"} 1',
          '{__meta_type="selection_total", span.user="nil"} 1',
        ],
      },
    ],
  },
  {
    title: 'Metrics of metrics',
    text: '`topk`, `bottomk` and comparisons choose among the series; two metrics in parentheses can be added, subtracted, multiplied and divided where their labels agree.',
    examples: [
      {
        says: 'The largest',
        query: '{} | count_over_time() by(resource.service.name) | topk(1)',
        answer: ['{resource.service.name="redis"} 2'],
      },
      {
        says: 'The smallest',
        query: '{} | max_over_time(duration) by(resource.service.name) | bottomk(1)',
        answer: ['{resource.service.name="mail"} 0.003'],
      },
      {
        says: 'Above a value',
        query: '{} | max_over_time(duration) by(resource.service.name) | topk(4) > 20ms',
        answer: ['{resource.service.name="payment"} 0.025', '{resource.service.name="shop"} 0.031'],
      },
      {
        says: 'The share of those that failed',
        query: '({ status = error } | count_over_time()) / ({} | count_over_time())',
        answer: ['{__name__="(count_over_time / count_over_time)"} 0.285714'],
      },
      { says: 'By a number', query: '({} | rate()) * 60', answer: ['{__name__="rate"} 4200'] },
    ],
  },
  {
    title: 'What is refused',
    text: 'With status 400, the line and the column, the part of the query with a caret below it, and a suggestion where there is one.',
    examples: [
      {
        says: 'A mistake in the grammar',
        query: '{ status = }',
        answer: [
          'invalid TraceQL query: parse error at line 1, col 12: syntax error: unexpected }, expecting an attribute, an intrinsic or a value',
        ],
      },
      {
        says: 'A name that is none',
        query: '{ statsu = error }',
        answer: ['invalid TraceQL query: parse error at line 1, col 3: unknown identifier: statsu'],
      },
      {
        says: 'Types that do not go together',
        query: '{ duration = "slow" }',
        answer: ['invalid TraceQL query: binary operations must operate on the same type: duration = "slow"'],
      },
      {
        says: 'A condition that is none',
        query: '{ duration }',
        answer: ['invalid TraceQL query: span filter field expressions must resolve to a boolean: duration'],
      },
      {
        says: 'A regular expression that is none',
        query: '{ name =~ "(" }',
        answer: ['invalid TraceQL query: invalid regex: error parsing regexp: missing closing ): `(`'],
      },
      {
        says: 'Look-around, which RE2 has not',
        query: '{ name =~ "a(?=b)" }',
        answer: [
          'invalid TraceQL query: invalid regex: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
        ],
      },
      {
        says: 'Groups by what does not depend on a span',
        query: '{} | by(1 + 1)',
        answer: ['invalid TraceQL query: grouping field expressions must reference the span: 1 + 1'],
      },
      {
        says: 'A division by zero',
        query: '{ .app.items / 0 = 1 }',
        answer: ['invalid TraceQL query: division by zero'],
      },
      {
        says: 'Nesting beyond a hundred',
        query: `{ ${'('.repeat(101)}true${')'.repeat(101)} }`,
        answer: ['invalid TraceQL query: parse error at line 1, col 104: more than 100 nested parentheses'],
      },
    ],
  },
];
