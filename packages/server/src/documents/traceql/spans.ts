// SPDX-License-Identifier: Apache-2.0
//
// Chapters about one filter: what stands between braces.
import type { Chapter } from './example.ts';

export const spanChapters: readonly Chapter[] = [
  {
    title: 'Spans',
    text: 'A query looks for spans and answers the traces that have them, newest first. Between braces stands a condition that is tried on every span.',
    examples: [
      {
        says: 'Every span',
        query: '{}',
        answer: ['pay: POST /pay, Charge, SendMail', 'cart: GET /cart, GetCart, HGETALL, EXPIRE'],
      },
      { says: 'Those that failed', query: '{ status = error }', answer: ['pay: POST /pay', 'cart: EXPIRE'] },
      {
        says: 'Comments and line breaks may stand anywhere',
        query: '{ // slow ones\n  duration > 25ms /* of any service */ }',
        answer: ['pay: POST /pay'],
      },
    ],
  },
  {
    title: 'Attributes',
    text: 'A name with its scope in front: `span.`, `resource.`, `event.`, `link.`, `instrumentation.`, and `parent.` for the span above. A name that begins with a dot is looked for on the span and then on its resource. Parts with unusual characters are written in quotes.',
    examples: [
      { says: 'Of the resource', query: '{ resource.service.name = "redis" }', answer: ['cart: HGETALL, EXPIRE'] },
      { says: 'Of the span', query: '{ span.user = "ann" }', answer: ['cart: GET /cart'] },
      { says: 'Of either', query: '{ .region = "eu" && .app.items > 3 }', answer: ['pay: Charge'] },
      { says: 'In quotes', query: '{ span."http.status_code" = 500 }', answer: ['pay: POST /pay'] },
      {
        says: 'Of an event; a span matches if one of its events does',
        query: '{ event.exception.type = "CardError" }',
        answer: ['pay: Charge'],
      },
      {
        says: 'Conditions joined by && hold for the same event',
        query: '{ event:name = "retry" && event.exception.type = "CardError" }',
        answer: [],
      },
      { says: 'Of a link', query: '{ link.why = "same cart" }', answer: ['pay: Charge'] },
      {
        says: 'Of the instrumentation',
        query: '{ instrumentation:name = "payment-sdk" && instrumentation:version =~ "1[.].*" }',
        answer: ['pay: Charge'],
      },
      { says: 'Of the parent', query: '{ parent.app.items = 3 }', answer: ['cart: HGETALL, EXPIRE'] },
      {
        says: 'Of the parent, with its scope',
        query: '{ parent.resource.service.name = "shop" && parent.span.user = "bob" }',
        answer: ['pay: Charge, SendMail'],
      },
    ],
  },
  {
    title: 'Intrinsics',
    text: 'What every span has without anybody naming it. Scoped names (`span:duration`) and the older ones without scope (`duration`) mean the same.',
    examples: [
      { says: 'Name and kind', query: '{ name = "GetCart" && kind = server }', answer: ['cart: GetCart'] },
      {
        says: 'Duration of the span, and of the whole trace',
        query: '{ span:duration < 5ms && trace:duration > 25ms }',
        answer: ['pay: SendMail'],
      },
      { says: 'The message that came with a status', query: '{ statusMessage = "timeout" }', answer: ['cart: EXPIRE'] },
      {
        says: 'The root of the trace',
        query: '{ trace:rootName = "GET /cart" && trace:rootService = "shop" && kind = client }',
        answer: ['cart: HGETALL, EXPIRE'],
      },
      {
        says: 'Ids; leading zeros and case do not matter',
        query: '{ trace:id = "AF7651916CD43DD8448EB211C80319C" && span:parentID = "" }',
        answer: ['cart: GET /cart'],
      },
      { says: 'Roots', query: '{ nestedSetParent < 0 }', answer: ['pay: POST /pay', 'cart: GET /cart'] },
      {
        says: 'Roots, and spans whose parent has not arrived',
        query: '{ parent = nil }',
        answer: ['pay: POST /pay', 'cart: GET /cart'],
      },
      { says: 'Number of children', query: '{ span:childCount >= 2 }', answer: ['pay: POST /pay', 'cart: GetCart'] },
      {
        says: 'Events: name, and time since the start of the span',
        query: '{ event:name = "exception" && event:timeSinceStart >= 20ms }',
        answer: ['pay: Charge'],
      },
      { says: 'Links', query: '{ link:traceID = "0af7651916cd43dd8448eb211c80319c" }', answer: ['pay: Charge'] },
    ],
  },
  {
    title: 'Values',
    text: 'Text in double quotes (with escapes) or backticks (without), whole numbers, decimals, durations (`300us`, `1.5s`, `1h30m`, `2d`), `true`, `false`, the statuses `ok`, `error`, `unset`, the kinds `server`, `client`, `producer`, `consumer`, `internal`, `unspecified`, and `nil`.',
    examples: [
      {
        says: 'Text',
        query: '{ name = "GET /cart" || name = `POST /pay` }',
        answer: ['pay: POST /pay', 'cart: GET /cart'],
      },
      {
        says: 'A decimal finds whole numbers too, and the other way round',
        query: '{ .app.items = 3.0 || .app.amount > 9 }',
        answer: ['pay: Charge', 'cart: GetCart'],
      },
      {
        says: 'Durations are exact',
        query: '{ duration = 4ms || duration = 0.003s }',
        answer: ['pay: SendMail', 'cart: HGETALL, EXPIRE'],
      },
      { says: 'The attribute is there', query: '{ .app.amount != nil }', answer: ['pay: Charge'] },
      {
        says: 'The attribute is not there',
        query: '{ .app.items = nil && kind = server }',
        answer: ['pay: POST /pay', 'cart: GET /cart'],
      },
    ],
  },
  {
    title: 'Comparisons',
    text: '`=` `!=` `<` `<=` `>` `>=`, and `=~` `!~` for regular expressions in RE2 syntax, which match the whole text. A comparison with an attribute that is missing, or of another type, is false, `!=` and `!~` too. An array satisfies a comparison if one of its elements does, `!=` and `!~` if all do.',
    examples: [
      { says: 'A regular expression matches the whole', query: '{ name =~ "GET" }', answer: [] },
      {
        says: 'A regular expression with anything around it',
        query: '{ name =~ "(?i).*cart" }',
        answer: ['cart: GET /cart, GetCart'],
      },
      {
        says: 'Not matching',
        query: '{ resource.service.name !~ "shop|redis" }',
        answer: ['pay: Charge, SendMail', 'cart: GetCart'],
      },
      {
        says: 'Different: spans without the attribute are not',
        query: '{ .user != "ann" }',
        answer: ['pay: POST /pay'],
      },
      { says: 'Two attributes', query: '{ .app.amount > .app.items }', answer: ['pay: Charge'] },
      { says: 'An element of an array', query: '{ .app.tags = "gift" }', answer: ['pay: Charge'] },
      { says: 'All elements of an array', query: '{ .app.tags != "gift" }', answer: [] },
      { says: 'Texts are ordered by their bytes', query: '{ .user > "ann" }', answer: ['pay: POST /pay'] },
    ],
  },
  {
    title: 'Logic and arithmetic',
    text: '`&&` and `||` bind equally and from the left, so mix them with parentheses. `!(...)` is true wherever the rest is not. `+` `-` `*` `/` `%` `^` as usual; whole numbers divide to whole numbers.',
    examples: [
      { says: 'Both', query: '{ kind = client && status = error }', answer: ['cart: EXPIRE'] },
      {
        says: 'From the left: the last condition holds for all',
        query: '{ kind = client || kind = producer && status = error }',
        answer: ['cart: EXPIRE'],
      },
      {
        says: 'With parentheses',
        query: '{ kind = producer || (kind = client && status = error) }',
        answer: ['pay: SendMail', 'cart: EXPIRE'],
      },
      {
        says: 'Not, missing attributes included',
        query: '{ !(.user = "ann") && kind = server }',
        answer: ['pay: POST /pay, Charge', 'cart: GetCart'],
      },
      { says: 'Arithmetic', query: '{ .app.items * 2 + 1 = 7 }', answer: ['cart: GetCart'] },
      { says: 'A power', query: '{ .app.items = 2 ^ 2 + 1 }', answer: ['pay: Charge'] },
      {
        says: 'With durations',
        query: '{ duration * 2 > traceDuration && nestedSetParent >= 0 }',
        answer: ['pay: Charge', 'cart: GetCart'],
      },
    ],
  },
];
