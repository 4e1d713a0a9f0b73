// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TraceQlError } from '../error.ts';
import { printExpression, printQuery } from '../printer.ts';
import { drawing, errorOf, failureOf } from '../testing/failure.ts';
import { parseIdentifier, parseQuery } from './parse-query.ts';

describe('parseQuery reads', () => {
  // Left: as somebody writes it. Right: its canonical form, if that is another.
  test.each([
    // filters
    ['{}'],
    ['{ }', '{}'],
    ['{ true }'],
    ['{.a}', '{ .a }'],
    ['{ span.http.status_code >= 500 && resource.service.name = "api" }'],
    ['{ status = error && kind = server && duration > 100ms }'],
    ['{ span:status = error && span:kind = server && span:duration > 100ms }'],
    ['{ .a = 1 || .b = 2 && .c = 3 }'],
    ['{ .a = 1 || (.b = 2 && .c = 3) }'],
    ['{ (.a = 1 || .b = 2) && .c = 3 }', '{ .a = 1 || .b = 2 && .c = 3 }'],
    ['{ ((.a)) = ((1)) }', '{ .a = 1 }'],
    ['{ .a + 1 * 2 ^ 3 ^ 4 = 5 }'],
    ['{ (.a + 1) * 2 = 5 }'],
    ['{ (2 ^ 3) ^ 4 = 5 }'],
    ['{ .a - (.b - .c) = 0 }'],
    ['{ !.a }'],
    ['{ !.a = .b }'],
    ['{ !(.a = .b) }'],
    ['{ !(.a * .b) }', '{ !.a * .b }'],
    ['{ (!.a) * .b = 1 }'],
    ['{ -.a = -1 }'],
    ['{ -(1) = - 1 }', '{ -(1) = -1 }'],
    ['{ .a = -1.5 && .b > -2s && .c != - 3 }', '{ .a = -1.5 && .b > -2s && .c != -3 }'],
    [
      '{ .a = minInt || .a = maxInt || .a = -9223372036854775808 }',
      '{ .a = minInt || .a = 9223372036854775807 || .a = minInt }',
    ],
    ['{ .a=`raw` }', '{ .a = "raw" }'],
    ['{ .a =~ "x|y" && .b !~ "z.*" }'],
    ['{ .a != nil && nil = .b }'],
    ['{ .5 < 1. }', '{ 0.5 < 1.0 }'],
    ['{ 90s < 1h30m && .a > 1e21 }', '{ 1m30s < 1h30m && .a > 1e+21 }'],
    ['{ span."foo bar" = 1 && ."a"."b" = 2 }', '{ span."foo bar" = 1 && .a.b = 2 }'],
    ['{ event.a = 1 && link.b = 2 && instrumentation.c = 3 && parent.d = 4 && parent.span.e = 5 }'],
    ['{ event:name = "x" && event:timeSinceStart > 1s && link:traceID != "" && link:spanID != "" }'],
    ['{ name = "a" && rootName = "b" && rootServiceName = "c" && traceDuration > 1s && statusMessage = "d" }'],
    ['{ nestedSetParent < 0 && nestedSetLeft > 1 && nestedSetRight > 1 && parent != nil && childCount = 0 }'],
    ['{ status = unset || status = ok || kind = unspecified || kind = internal || kind = client }'],
    ['{ kind = producer || kind = consumer || .a = false }'],
    ['{ .a = 1 // why\n && /* so */ .b = 2 }', '{ .a = 1 && .b = 2 }'],
    // spansets
    ['{ .a } && { .b } || { .c }'],
    ['{ .a } && ({ .b } || { .c })'],
    ['({ .a } && { .b }) || { .c }', '{ .a } && { .b } || { .c }'],
    ['{ .a } && { .b } >> { .c }'],
    ['({ .a } && { .b }) >> { .c }'],
    ['{ .a } > { .b } < { .c } << { .d } ~ { .e }'],
    ['{ .a } !> { .b } !>> { .c } !< { .d } !<< { .e } !~ { .f }'],
    ['{ .a } &> { .b } &>> { .c } &< { .d } &<< { .e } &~ { .f }'],
    ['({ .a } | count() > 1) >> ({ .b } | by(name))'],
    ['((({ .a })))', '{ .a }'],
    ['(({ .a } | { .b }))', '({ .a } | { .b })'],
    ['({ .a } | { .b }) | { .c }'],
    // pipelines
    ['{ .a } | { .b } | select(name, span.x) | by(resource.service.name) | coalesce() | count() > 2'],
    ['{} | avg(duration) > 1s | max(span.a + 1) <= 2.5 | min(.b) = 1 | sum(.c) != -3'],
    ['avg(.field) + 1 > 2 * (max(.x) - 1) ^ 2'],
    ['3 < count()'],
    ['(count() + 1) * 2 > 3'],
    ['(count()) > 3', 'count() > 3'],
    ['({} | count()) + ({} | avg(duration)) > ({} | by(name) | sum(.a))'],
    ['by(1 + .a) | {}'],
    ['select(.a)'],
    ['(select(.a)) && (count() > 1)'],
    // metrics
    ['{} | rate()'],
    ['{} | rate() by (name, .a) with (sample=0.1)', '{} | rate() by(name, .a) with(sample=0.1)'],
    [
      '{} | count_over_time() with(exemplars=true) with(most_recent = true)',
      '{} | count_over_time() with(exemplars=true, most_recent=true)',
    ],
    ['{} | min_over_time(duration) | topk(5)'],
    ['{} | max_over_time(span:duration) by(name) > 1s | bottomk(3) <= 2.5'],
    ['{} | sum_over_time(span.bytes)'],
    ['{} | avg_over_time(span.bytes)'],
    ['{} | histogram_over_time(duration) by(span.http.path)'],
    [
      '{} | quantile_over_time(duration, .5, 0.9, 1) by(span.http.path)',
      '{} | quantile_over_time(duration, 0.5, 0.9, 1) by(span.http.path)',
    ],
    ['{} | by(name) | count() > 1 | rate()'],
    ['{} | compare({ status = error })'],
    ['{} | compare({ status = error }, 10)', '{} | compare({ status = error })'],
    ['{} | compare({ status = error }, 5)'],
    ['{} | compare({ status = error }, 10, 1, 2)'],
    ['({} | rate()) / ({} | count_over_time())'],
    ['({} | rate()) + ({} | rate()) * ({} | rate())'],
    ['(({} | rate()) + ({} | rate())) * ({} | rate())'],
    ['({} | rate()) - (({} | rate()) - 1)'],
    ['({} | rate()) * 100 > 5 | topk(3)'],
    ['(({} | rate()) * 100 > 5) / ({} | rate() | topk(2))'],
    ['({} | rate() > 1) | topk(3)', '{} | rate() > 1 | topk(3)'],
    ['1 / 2 * ({} | rate())', '0 * ({} | rate())'],
    ['1.0 / 2 * ({} | rate())', '0.5 * ({} | rate())'],
    ['({} | rate()) * (2 + 3 * 4 - 1 % 2 - 2 ^ 3)', '({} | rate()) * 5'],
    ['({} | rate()) * (0.5 + 3 * 4 - 1 % 2.0 - 2 ^ 3.0 / 4.0)', '({} | rate()) * 9.5'],
    ['({} | rate()) * (1.5 * 2)', '({} | rate()) * 3.0'],
    ['({} | rate()) > -5s', '{} | rate() > -5s'],
    ['({} | rate()) + 1s * 2', '({} | rate()) + 2s'],
  ])('%s', (text, canonical = text) => {
    expect(printQuery(parseQuery(text))).toBe(canonical);
  });

  test('ranges: each node covers its text, parentheses around it excluded or included', () => {
    const text = '{ (.a + 1) * 2 > duration } | select( name )';
    const { body, range } = parseQuery(text);
    expect(text.slice(range.start, range.end)).toBe(text);
    if (body.kind !== 'pipeline') {
      throw new Error('expected a pipeline');
    }
    expect(body.stages.map((stage) => text.slice(stage.range.start, stage.range.end))).toEqual([
      '{ (.a + 1) * 2 > duration }',
      'select( name )',
    ]);
    const [filter] = body.stages;
    const found: string[] = [];
    const visit = (node: NonNullable<(typeof filter & { kind: 'spansetFilter' })['expression']>): void => {
      found.push(`${printExpression(node)} <- ${text.slice(node.range.start, node.range.end)}`);
      if (node.kind === 'binary') {
        visit(node.left);
        visit(node.right);
      }
    };
    if (filter?.kind === 'spansetFilter' && filter.expression !== undefined) {
      visit(filter.expression);
    }
    expect(found).toEqual([
      '(.a + 1) * 2 > duration <- (.a + 1) * 2 > duration',
      '(.a + 1) * 2 <- (.a + 1) * 2',
      '.a + 1 <- .a + 1',
      '.a <- .a',
      '1 <- 1',
      '2 <- 2',
      'duration <- duration',
    ]);
  });

  test('legacy names are told from scoped ones', () => {
    expect(parseIdentifier('rootServiceName')).toMatchObject({ name: 'trace:rootService', legacy: true });
    expect(parseIdentifier('trace:rootService')).toMatchObject({ name: 'trace:rootService', legacy: false });
  });
});

describe('parseQuery refuses', () => {
  test.each([
    ['', 'parse error at line 1, col 1: syntax error: unexpected end of query, expecting {, ( or a function'],
    ['true', 'parse error at line 1, col 5: syntax error: unexpected end of query, expecting a comparison such as > 2'],
    [
      '( true )',
      'parse error at line 1, col 9: syntax error: unexpected end of query, expecting a comparison such as > 2',
    ],
    [
      '{ . }',
      'parse error at line 1, col 3: syntax error: unexpected white space, expecting an attribute name after .',
    ],
    ['{ span.}', 'parse error at line 1, col 3: syntax error: unexpected }, expecting an attribute name after span.'],
    [
      '{ < }',
      'parse error at line 1, col 3: syntax error: unexpected <, expecting an attribute, an intrinsic or a value',
    ],
    [
      '{ .a < }',
      'parse error at line 1, col 8: syntax error: unexpected }, expecting an attribute, an intrinsic or a value',
    ],
    ['{ .a < 3', 'parse error at line 1, col 9: syntax error: unexpected end of query, expecting an operator or }'],
    ['{ (.a < 3 }', 'parse error at line 1, col 11: syntax error: unexpected }, expecting an operator or )'],
    ['{ .a 3 }', 'parse error at line 1, col 6: syntax error: unexpected 3, expecting an operator or }'],
    [
      '{ - }',
      'parse error at line 1, col 5: syntax error: unexpected }, expecting an attribute, an intrinsic or a value',
    ],
    ['{ attribute = 4 }', 'parse error at line 1, col 3: unknown identifier: attribute'],
    [
      '{ .attribute == 4 }',
      'parse error at line 1, col 15: syntax error: unexpected =, expecting an attribute, an intrinsic or a value',
    ],
    [
      '{ true } + { true }',
      'parse error at line 1, col 10: syntax error: unexpected +, expecting an operator, | or the end of the query',
    ],
    [
      '{ true } = { true }',
      'parse error at line 1, col 10: syntax error: unexpected =, expecting an operator, | or the end of the query',
    ],
    [
      '{ true } {}',
      'parse error at line 1, col 10: syntax error: unexpected {, expecting an operator, | or the end of the query',
    ],
    ['{ .a } && 3', 'parse error at line 1, col 11: syntax error: unexpected 3, expecting a filter'],
    ['{ .a } && (count())', 'parse error at line 1, col 11: syntax error: unexpected (, expecting a filter'],
    ['{ .a } > ({} | rate())', 'parse error at line 1, col 10: syntax error: unexpected (, expecting a filter'],
    ['count() > {}', 'parse error at line 1, col 11: syntax error: unexpected {, expecting an aggregate or a number'],
    ['({} | rate()) + {}', 'parse error at line 1, col 17: syntax error: unexpected {, expecting a metric or a number'],
    [
      'avg(.field) + 1',
      'parse error at line 1, col 16: syntax error: unexpected end of query, expecting a comparison such as > 2',
    ],
    [
      '{ true } | count()',
      'parse error at line 1, col 19: syntax error: unexpected end of query, expecting a comparison such as > 2',
    ],
    [
      '{ true } | count() | {}',
      'parse error at line 1, col 20: syntax error: unexpected |, expecting a comparison such as > 2',
    ],
    [
      '({} | count() + 1) > 2',
      'parse error at line 1, col 7: syntax error: unexpected count, expecting a single aggregate or a comparison',
    ],
    ['({} | count() {}', 'parse error at line 1, col 15: syntax error: unexpected {, expecting an operator or )'],
    ['({} {}', 'parse error at line 1, col 5: syntax error: unexpected {, expecting | or )'],
    [
      '5 > 3',
      'parse error at line 1, col 1: syntax error: a comparison outside of { } needs an aggregate such as count()',
    ],
    [
      '1 + 2 > 3',
      'parse error at line 1, col 1: syntax error: a comparison outside of { } needs an aggregate such as count()',
    ],
    [
      'count() > 3 && { true }',
      'parse error at line 1, col 13: syntax error: unexpected &&, expecting an operator, | or the end of the query',
    ],
    ['{ true } | notAnAggregate() = 1', 'parse error at line 1, col 12: unknown identifier: notAnAggregate'],
    ['{ true } | count = 1', 'parse error at line 1, col 18: syntax error: unexpected =, expecting ('],
    ['{ true } | count(.a) = 1', 'parse error at line 1, col 18: syntax error: unexpected .a, expecting )'],
    [
      '{ true } | max() = 1',
      'parse error at line 1, col 16: syntax error: unexpected ), expecting an attribute, an intrinsic or a value',
    ],
    [
      '{ true } | max(.a = 1',
      'parse error at line 1, col 22: syntax error: unexpected end of query, expecting an operator or )',
    ],
    [
      '{ true } | by()',
      'parse error at line 1, col 15: syntax error: unexpected ), expecting an attribute, an intrinsic or a value',
    ],
    [
      'coalesce() | { true }',
      'parse error at line 1, col 1: syntax error: unexpected coalesce, expecting {, ( or a function',
    ],
    ['{} | coalesce(1)', 'parse error at line 1, col 15: syntax error: unexpected 1, expecting )'],
    ['select(.a', 'parse error at line 1, col 10: syntax error: unexpected end of query, expecting , or )'],
    ['select()', 'parse error at line 1, col 8: syntax error: unexpected ), expecting an attribute or intrinsic'],
    [
      'select(1 + "string")',
      'parse error at line 1, col 8: syntax error: unexpected 1, expecting an attribute or intrinsic',
    ],
    ['rate()', 'parse error at line 1, col 1: syntax error: unexpected rate, expecting a filter'],
    ['{} | rate(.a)', 'parse error at line 1, col 11: syntax error: unexpected .a, expecting )'],
    ['{} | rate() | rate()', 'parse error at line 1, col 15: syntax error: unexpected rate, expecting topk or bottomk'],
    ['{} | rate() by name', 'parse error at line 1, col 16: syntax error: unexpected name, expecting ('],
    [
      '{} | rate() > name',
      'parse error at line 1, col 15: syntax error: unexpected name, expecting a number or a duration',
    ],
    [
      '{} | rate() | topk()',
      'parse error at line 1, col 20: syntax error: unexpected ), expecting how many series to keep',
    ],
    [
      '{} | rate() | topk(1.5)',
      'parse error at line 1, col 20: syntax error: unexpected 1.5, expecting how many series to keep',
    ],
    [
      '{} | quantile_over_time(duration)',
      'parse error at line 1, col 33: syntax error: unexpected ), expecting , and a quantile such as .99',
    ],
    [
      '{} | quantile_over_time(duration, "a")',
      'parse error at line 1, col 35: syntax error: unexpected "a", expecting a quantile such as .99',
    ],
    ['{} | compare(.a)', 'parse error at line 1, col 14: syntax error: unexpected .a, expecting {'],
    [
      '{} | compare({}, 10, 5)',
      'parse error at line 1, col 23: syntax error: unexpected ), expecting , and an end time in nanoseconds',
    ],
    ['{} | ({} | rate())', 'parse error at line 1, col 7: syntax error: a metric cannot follow a pipe'],
    [
      '({} | rate()) ^ 2',
      'parse error at line 1, col 15: syntax error: unexpected ^, expecting an operator, | or the end of the query',
    ],
    [
      '2 ^ ({} | rate())',
      'parse error at line 1, col 1: syntax error: metrics cannot be combined with ^, only with + - * /',
    ],
    [
      '2 > ({} | rate())',
      'parse error at line 1, col 1: syntax error: metrics cannot be combined with >, only with + - * /',
    ],
    [
      'count() * ({} | rate())',
      'parse error at line 1, col 1: syntax error: an aggregate cannot be combined with a metric',
    ],
    [
      '({} | rate()) * ({} | count())',
      'parse error at line 1, col 18: syntax error: an aggregate cannot be combined with a metric',
    ],
    ['1 / 0 * ({} | rate())', 'parse error at line 1, col 1: division by zero'],
    ['1 % 0 * ({} | rate())', 'parse error at line 1, col 1: modulo by zero'],
    [
      '1.0 / 0 * ({} | rate())',
      'parse error at line 1, col 1: syntax error: the value of this constant is not a number',
    ],
    [
      '("a" + 1) * ({} | rate())',
      'parse error at line 1, col 2: syntax error: only numbers can be combined with a metric',
    ],
    ['maxInt + 1 - ({} | rate())', 'parse error at line 1, col 1: integer 9223372036854775808 is out of range'],
    [
      '2 ^ 65 * ({} | rate())',
      'parse error at line 1, col 1: syntax error: the exponent of a constant must be between 0 and 64',
    ],
    ['{} with(1=2)', 'parse error at line 1, col 9: syntax error: unexpected 1, expecting the name of a hint'],
    ['{} with(a=)', 'parse error at line 1, col 11: syntax error: unexpected ), expecting a value'],
    ['{} with(a=-)', 'parse error at line 1, col 11: syntax error: unexpected -, expecting a value'],
    ['{} with(a=1', 'parse error at line 1, col 12: syntax error: unexpected end of query, expecting , or )'],
    [
      '{ .a = 9223372036854775808 }',
      'parse error at line 1, col 8: integer 9223372036854775808 is out of range, at most 9223372036854775807',
    ],
    [
      '{ .a = -9223372036854775809 }',
      'parse error at line 1, col 9: integer -9223372036854775809 is out of range, at least -9223372036854775808',
    ],
    ['{ .a = 400y }', 'parse error at line 1, col 8: duration 400y is out of range, at most 292y'],
    ['{ .a = 1e999 }', 'parse error at line 1, col 8: number 1e999 is out of range'],
    ['{ .a = "x }', 'parse error at line 1, col 8: string is not terminated, expecting "'],
    ['{ span."x }', 'parse error at line 1, col 3: quoted attribute name is not terminated, expecting "'],
    ['{ /* x }', 'parse error at line 1, col 3: comment is not terminated, expecting */'],
    ['{ trace:status = error }', 'parse error at line 1, col 3: unknown identifier: trace:status'],
    ['{ trace:name = "a" }', 'parse error at line 1, col 3: unknown identifier: trace:name'],
    ['{ span:rootName = "bar" }', 'parse error at line 1, col 3: unknown identifier: span:rootName'],
    ['{ .a = 1\n  && nam = "x" }', 'parse error at line 2, col 6: unknown identifier: nam'],
    [
      `{ .a = 1 "${'x'.repeat(50)}" }`,
      `parse error at line 1, col 10: syntax error: unexpected "${'x'.repeat(39)}..., expecting an operator or }`,
    ],
  ])('%s', (text, message) => {
    const error = errorOf(() => parseQuery(text));
    expect(error.message).toBe(message);
    expect(error.code).toBe('syntax');
    expect(error.message).toContain(`line ${error.line}, col ${error.column}`);
  });

  test.each([
    [
      '{ nam = "x" }',
      `
      parse error at line 1, col 3: unknown identifier: nam

      1 | { nam = "x" }
        |   ^^^
      Did you mean name?
      `,
    ],
    [
      '{ http.status_code = 500 }',
      `
      parse error at line 1, col 3: unknown identifier: http

      1 | { http.status_code = 500 }
        |   ^^^^
      Attributes have a scope: did you mean span.http.status_code, resource.http.status_code or .http.status_code?
      `,
    ],
    [
      '{ region = "x" }',
      `
      parse error at line 1, col 3: unknown identifier: region

      1 | { region = "x" }
        |   ^^^^^^
      Attributes have a scope (span.region, resource.region, .region); strings stand in quotes.
      `,
    ],
    [
      '{ .a = 1 AND .b = 2 }',
      `
      parse error at line 1, col 10: unknown identifier: AND

      1 | { .a = 1 AND .b = 2 }
        |          ^^^
      Did you mean &&?
      `,
    ],
    [
      '{} | rat()',
      `
      parse error at line 1, col 6: unknown identifier: rat

      1 | {} | rat()
        |      ^^^
      Did you mean rate?
      `,
    ],
    [
      '{} | p99(duration)',
      `
      parse error at line 1, col 6: unknown identifier: p99

      1 | {} | p99(duration)
        |      ^^^
      `,
    ],
    [
      'rate()',
      `
      parse error at line 1, col 1: syntax error: unexpected rate, expecting a filter

      1 | rate()
        | ^^^^
      Start with the spans to measure: {} | rate(...)
      `,
    ],
    [
      '{ .a == 4 }',
      `
      parse error at line 1, col 7: syntax error: unexpected =, expecting an attribute, an intrinsic or a value

      1 | { .a == 4 }
        |       ^
      Equality is written with one =.
      `,
    ],
    [
      "{ name = 'x' }",
      `
      parse error at line 1, col 10: syntax error: unexpected '

      1 | { name = 'x' }
        |          ^
      Strings are written in double quotes or backticks.
      `,
    ],
    [
      '{ duration > 5sec }',
      `
      parse error at line 1, col 14: syntax error: 5sec is neither a number nor a duration

      1 | { duration > 5sec }
        |              ^^^^
      Durations are numbers with one of the units ns, us, ms, s, m, h, d, w, y, such as 100ms or 1h30m.
      `,
    ],
    [
      '{ span:naem = "x" }',
      `
      parse error at line 1, col 3: unknown identifier: span:naem

      1 | { span:naem = "x" }
        |   ^^^^^^^^^
      Did you mean span:name?
      `,
    ],
    [
      '{ trace:foo = "x" }',
      `
      parse error at line 1, col 3: unknown identifier: trace:foo

      1 | { trace:foo = "x" }
        |   ^^^^^^^^^
      Known are trace:duration, trace:rootName, trace:rootService, trace:id.
      `,
    ],
    [
      '{ .a = 1 }\n  & { .b = 2 }',
      `
      parse error at line 2, col 3: syntax error: unexpected &

      2 |   & { .b = 2 }
        |   ^
      Did you mean &&?
      `,
    ],
    [
      '{ .a = 3',
      `
      parse error at line 1, col 9: syntax error: unexpected end of query, expecting an operator or }

      1 | { .a = 3
        |         ^
      `,
    ],
  ])('%j with a drawing', (text, expected) => {
    expect(failureOf(() => parseQuery(text))).toBe(drawing(expected));
  });
});

describe('limits', () => {
  test.each([
    [`{ .a = "${'x'.repeat(128 * 1024)}" }`, 'parse error at line 1, col 1: query is longer than 131072 bytes'],
    [`{ .a = "${'\u00e9'.repeat(66_000)}" }`, 'parse error at line 1, col 1: query is longer than 131072 bytes'],
    [`{ ${'('.repeat(101)}.a${')'.repeat(101)} }`, 'parse error at line 1, col 104: more than 100 nested parentheses'],
    [`${'('.repeat(101)}{}${')'.repeat(101)}`, 'parse error at line 1, col 102: more than 100 nested parentheses'],
    [`{ ${'!'.repeat(2001)}.a }`, 'parse error at line 1, col 2004: query has more than 2000 operators'],
  ])('%#', (text, message) => {
    const error = errorOf(() => parseQuery(text));
    expect(error.code).toBe('limit');
    expect(error.message).toBe(message);
  });

  test('what is within them is read, printed and read again', () => {
    for (const text of [
      `{ ${Array.from({ length: 1000 }, (_, index) => `.a = ${index}`).join(' || ')} }`,
      `{ ${'!'.repeat(2000)}.a }`,
      `{ .a = 1${' ^ 1'.repeat(1999)} }`,
      Array.from({ length: 2001 }, () => '{}').join(' >> '),
      `{ ${'('.repeat(100)}.a${')'.repeat(100)} }`,
    ]) {
      const printed = printQuery(parseQuery(text));
      expect(printQuery(parseQuery(printed))).toBe(printed);
    }
  });
});

describe('parseIdentifier', () => {
  test.each([
    ['.foo', { kind: 'attribute', scope: 'none', name: 'foo' }],
    ['resource.service.name', { kind: 'attribute', scope: 'resource', name: 'service.name' }],
    ['span."a b"', { kind: 'attribute', scope: 'span', name: 'a b' }],
    ['name', { kind: 'intrinsic', name: 'span:name', legacy: true }],
    ['span:name', { kind: 'intrinsic', name: 'span:name', legacy: false }],
  ])('%s', (text, expected) => {
    expect(parseIdentifier(text)).toMatchObject(expected);
  });

  test.each([
    ['app.user.id', 'parse error at line 1, col 1: unknown identifier: app'],
    ['', 'parse error at line 1, col 1: syntax error: unexpected end of query, expecting an attribute or intrinsic'],
    ['.a = 1', 'parse error at line 1, col 4: syntax error: unexpected =, expecting the end of the identifier'],
    ['"x"', 'parse error at line 1, col 1: syntax error: unexpected "x", expecting an attribute or intrinsic'],
  ])('%j is none', (text, message) => {
    expect(errorOf(() => parseIdentifier(text)).message).toBe(message);
  });
});

test('any text is read or refused with a TraceQlError that can be drawn', () => {
  const piece = fc.constantFrom(
    ...['{', '}', '(', ')', '|', '||', '&&', '!', '-', '=', '>', '>>', ',', '"x"', '1', '5ms', '.a', 'span.b', 'name'],
    ...['count()', 'avg(', 'by(', 'select(', 'coalesce()', 'rate()', 'compare(', 'topk(3)', 'with(', 'a', ' ', '\n']
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(' '))
  );
  fc.assert(
    fc.property(text, (source) => {
      try {
        parseQuery(source);
      } catch (error) {
        expect(error).toBeInstanceOf(TraceQlError);
        expect(String(error)).toContain('^');
      }
    }),
    { numRuns: 500 }
  );
});
