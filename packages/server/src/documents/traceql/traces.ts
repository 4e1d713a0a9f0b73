// SPDX-License-Identifier: Apache-2.0
//
// Chapters about several spans of a trace: how they lie to one another, and what pipelines make of them.
import type { Chapter } from './example.ts';

export const traceChapters: readonly Chapter[] = [
  {
    title: 'Spans of one trace together',
    text: '`{A} && {B}`: traces that have both, with the spans of both. `{A} || {B}`: traces that have either.',
    examples: [
      {
        says: 'Both in one trace',
        query: '{ name = "GetCart" } && { status = error }',
        answer: ['cart: GetCart, EXPIRE'],
      },
      {
        says: 'Either',
        query: '{ .app.amount > 9 } || { .db.system = "redis" }',
        answer: ['pay: Charge', 'cart: HGETALL, EXPIRE'],
      },
    ],
  },
  {
    title: 'Structure',
    text: 'Which spans on the right stand in a relation to some span on the left: `>` children, `>>` descendants, `<` parents, `<<` ancestors, `~` siblings. With `!` in front the right spans that stand in no such relation, with `&` in front the spans of both sides.',
    examples: [
      { says: 'Children', query: '{ name = "GET /cart" } > {}', answer: ['cart: GetCart'] },
      { says: 'Descendants', query: '{ name = "GET /cart" } >> { status = error }', answer: ['cart: EXPIRE'] },
      { says: 'Parents', query: '{ .db.system = "redis" } < {}', answer: ['cart: GetCart'] },
      {
        says: 'Ancestors',
        query: '{ .db.system = "redis" } << { kind = server }',
        answer: ['cart: GET /cart, GetCart'],
      },
      { says: 'Siblings', query: '{ name = "HGETALL" } ~ {}', answer: ['cart: EXPIRE'] },
      { says: 'No child of it', query: '{ name = "GetCart" } !> { kind = client }', answer: [] },
      {
        says: 'No descendant of it',
        query: '{ name = "POST /pay" } !>> {}',
        answer: ['pay: POST /pay', 'cart: GET /cart, GetCart, HGETALL, EXPIRE'],
      },
      {
        says: 'Not its parent',
        query: '{ name = "EXPIRE" } !< { trace:rootName = "GET /cart" }',
        answer: ['cart: GET /cart, HGETALL, EXPIRE'],
      },
      {
        says: 'Not above it',
        query: '{ name = "EXPIRE" } !<< { trace:rootName = "GET /cart" }',
        answer: ['cart: HGETALL, EXPIRE'],
      },
      {
        says: 'Not beside it',
        query: '{ name = "EXPIRE" } !~ { trace:rootName = "GET /cart" }',
        answer: ['cart: GET /cart, GetCart, EXPIRE'],
      },
      { says: 'Both sides', query: '{ name = "GetCart" } &> { status = error }', answer: ['cart: GetCart, EXPIRE'] },
      {
        says: 'Both sides, all the way down',
        query: '{ nestedSetParent < 0 } &>> { kind = client }',
        answer: ['cart: GET /cart, HGETALL, EXPIRE'],
      },
      {
        says: 'Both sides, upwards and sideways',
        query:
          '({ status = error } &<< { .app.items = 3 }) || ({ name = "HGETALL" } &~ { name = "EXPIRE" }) || ({ name = "Charge" } &< { kind = server })',
        answer: ['pay: POST /pay, Charge', 'cart: GetCart, HGETALL, EXPIRE'],
      },
    ],
  },
  {
    title: 'Pipelines',
    text: 'After `|` goes on what the part before has found: a further filter, a condition on all spans that were found (`count()`, `min`, `max`, `avg`, `sum`), groups (`by`), their end (`coalesce`), and attributes to show (`select`). Conditions may have an aggregate on both sides, and arithmetic.',
    examples: [
      {
        says: 'A further filter',
        query: '{ kind = server } | { .app.items > 0 }',
        answer: ['pay: Charge', 'cart: GetCart'],
      },
      { says: 'How many', query: '{ kind = client } | count() >= 2', answer: ['cart: HGETALL, EXPIRE [count()=2]'] },
      {
        says: 'The slowest of them',
        query: '{ kind = server } | max(duration) > 20ms',
        answer: ['pay: POST /pay, Charge [max(duration)=31ms]', 'cart: GET /cart, GetCart [max(duration)=21ms]'],
      },
      {
        says: 'Sum and average',
        query: '{ kind = server } | sum(.app.items) > 3 | avg(duration) < 1s',
        answer: ['pay: POST /pay, Charge [sum(.app.items)=5, avg(duration)=28ms]'],
      },
      {
        says: 'The smallest',
        query: '{} | min(duration) = 3ms',
        answer: [
          'pay: POST /pay, Charge, SendMail [min(duration)=3ms]',
          'cart: GET /cart, GetCart, HGETALL, EXPIRE [min(duration)=3ms]',
        ],
      },
      {
        says: 'Aggregates on both sides',
        query: '{ kind = server } | max(duration) > min(duration) + 5ms',
        answer: [
          'pay: POST /pay, Charge [max(duration)=31ms, min(duration)=25ms]',
          'cart: GET /cart, GetCart [max(duration)=21ms, min(duration)=12ms]',
        ],
      },
      {
        says: 'Two pipelines compared',
        query: '({ kind = client } | count()) > ({ kind = server } | count()) - 1',
        answer: [
          'cart: GET /cart, GetCart, HGETALL, EXPIRE [({ kind = client } | count())=2, ({ kind = server } | count())=2]',
        ],
      },
      {
        says: 'In groups',
        query: '{} | by(resource.service.name) | count() > 1',
        answer: ['cart: HGETALL, EXPIRE [by(resource.service.name)=redis, count()=2]'],
      },
      {
        says: 'Groups put together again',
        query: '{} | by(kind) | count() > 1 | coalesce()',
        answer: ['pay: POST /pay, Charge', 'cart: GET /cart, GetCart, HGETALL, EXPIRE'],
      },
      {
        says: 'Attributes to show',
        query: '{ name = "Charge" } | select(.app.amount, resource.region, duration)',
        shows: 'attributes',
        answer: ['pay: Charge(app.amount=9.5 region=eu)'],
      },
    ],
  },
  {
    title: 'Order and hints',
    text: 'After everything may stand `with(...)`. `order` is one of `newest` (the default), `slowest`, `most-spans`, `most-errors`: our own. `most_recent=true` is what always holds here. `sample`, `span_sample` and `trace_sample` are accepted and every span is counted all the same. Unknown hints are ignored.',
    examples: [
      {
        says: 'Most spans first',
        query: '{} with(order="most-spans")',
        answer: ['cart: GET /cart, GetCart, HGETALL, EXPIRE', 'pay: POST /pay, Charge, SendMail'],
      },
      {
        says: 'Newest first, as always',
        query: '{ status = error } with(most_recent=true)',
        answer: ['pay: POST /pay', 'cart: EXPIRE'],
      },
    ],
  },
];
