// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { formatDiagnostic, toError } from './error.ts';
import { parseQuery } from './parser/parse-query.ts';
import { drawing } from './testing/failure.ts';
import { validateQuery } from './validate.ts';

function messagesOf(text: string): string[] {
  return validateQuery(parseQuery(text)).map(({ message }) => message);
}

test.each([
  '{}',
  '{ true }',
  '{ !true }',
  '{ .a }',
  '{ !.a }',
  '{ .a && false }',
  '{ -.a = 2 }',
  '{ -duration < 1 }',
  '{ 1 = 2 }',
  '{ 1 <= 1.1 }',
  '{ 1 < 1h }',
  '{ 1 * 1h = 1 }',
  '{ duration > 1s * 2s }',
  '{ "test" =~ "test" }',
  '{ .a =~ "(?i)x.*" }',
  '{ .http.status >= "200" }',
  '{ !("test" != .c || ((true && .b) || 3 < .a)) }',
  '{ status = ok }',
  '{ kind != client }',
  '{ statusMessage =~ ".*" }',
  '{ trace:id = "aasdf4ergf" }',
  '{ nestedSetLeft > 3 }',
  '{ .a = nil }',
  '{ .a != nil && name != nil && resource.service.name != nil && nil != duration }',
  '{ .service.name = nil }',
  '{ parent = nil }',
  '{ 1 % parent = 1 }',
  '{ true } | max((1 + .a) * 2) = 1',
  'max(duration) > 1',
  'avg(.field) + 1 > 1h',
  '({} | count()) > ({} | avg(.a))',
  '{ true } | by(1 + .a) | coalesce()',
  '{} | by(name) | coalesce() | {} && {}',
  '({} | by(name) | coalesce()) >> {} | by(.a) | { .b }',
  '({} | by(name) | coalesce() | count()) > 1',
  '{} with(order = "slowest", unknown = 1)',
  '{ .a } | select(name, .b)',
  '{} | rate() by(.a, .b, .c, .d, .e)',
  '{} | quantile_over_time(duration, 0, 0.9, 1) by(.a, .b, .c, .d)',
  '{} | compare({ status = error }, 1000)',
  '{} | rate() > 1s | topk(1)',
  '({} | rate()) * 2 / (({} | rate()) + 1.5)',
])('%s is fine', (text) => {
  expect(messagesOf(text)).toEqual([]);
});

describe('validateQuery finds', () => {
  test.each([
    // what is no condition
    ['{ status }', 'span filter field expressions must resolve to a boolean: status'],
    ['{ ok }', 'span filter field expressions must resolve to a boolean: ok'],
    ['{ 1.1 }', 'span filter field expressions must resolve to a boolean: 1.1'],
    ['{ "foo" }', 'span filter field expressions must resolve to a boolean: "foo"'],
    ['{ nil }', 'span filter field expressions must resolve to a boolean: nil'],
    ['{ 1 + 1 }', 'span filter field expressions must resolve to a boolean: 1 + 1'],
    ['{ .a + 1 }', 'span filter field expressions must resolve to a boolean: .a + 1'],
    ['{} && { name }', 'span filter field expressions must resolve to a boolean: name'],
    ['({} | { name }) >> {}', 'span filter field expressions must resolve to a boolean: name'],
    ['{} | compare({ name })', 'span filter field expressions must resolve to a boolean: name'],
    ['({ name } | rate()) / ({} | rate())', 'span filter field expressions must resolve to a boolean: name'],
    // operands that do not go together
    ['{ 1 + "foo" = 1 }', 'binary operations must operate on the same type: 1 + "foo"'],
    ['{ 1 / ok = 1 }', 'binary operations must operate on the same type: 1 / ok'],
    ['{ 1 = "foo" }', 'binary operations must operate on the same type: 1 = "foo"'],
    ['{ 1 && "foo" }', 'binary operations must operate on the same type: 1 && "foo"'],
    ['{ true || 1.1 }', 'binary operations must operate on the same type: true || 1.1'],
    ['{ traceDuration > "test" }', 'binary operations must operate on the same type: traceDuration > "test"'],
    ['{ rootServiceName = 1 }', 'binary operations must operate on the same type: rootServiceName = 1'],
    ['{ nestedSetRight = false }', 'binary operations must operate on the same type: nestedSetRight = false'],
    ['{ status = 2 }', 'binary operations must operate on the same type: status = 2'],
    ['{ status = "error" }', 'binary operations must operate on the same type: status = "error"'],
    ['{ .a + 1 = "x" }', 'binary operations must operate on the same type: .a + 1 = "x"'],
    ['{ !.a = 1 }', 'binary operations must operate on the same type: !.a = 1'],
    // operators that mean nothing for them
    ['{ status > ok }', 'illegal operation for the given types: status > ok'],
    ['{ kind < consumer }', 'illegal operation for the given types: kind < consumer'],
    ['{ 1 =~ 2 }', 'illegal operation for the given types: 1 =~ 2'],
    ['{ .a < true }', 'illegal operation for the given types: .a < true'],
    ['{ .a + "x" = 1 }', 'illegal operation for the given types: .a + "x"'],
    ['{ .a > nil }', 'illegal operation for the given types: .a > nil'],
    ['{ .a =~ nil }', 'illegal operation for the given types: .a =~ nil'],
    ['{ name && .a }', 'illegal operation for the given types: name && .a'],
    ['{ -true }', 'illegal operation for the given type: -true'],
    ['{ -"foo" = "bar" }', 'illegal operation for the given type: -"foo"'],
    ['{ !ok = status }', 'illegal operation for the given type: !ok'],
    ['{ !1h = 1 }', 'illegal operation for the given type: !1h'],
    ['{ -(-name) = "foo" }', 'illegal operation for the given type: -name'],
    // regular expressions
    ['{ span.foo =~ "[" }', 'invalid regex: error parsing regexp: missing closing ]: `[`'],
    ['{ span.foo !~ "a(?=b)" }', 'invalid regex: error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['{ .a =~ .b }', 'invalid type for =~ or !~: .b'],
    ['{ .a =~ name }', 'invalid type for =~ or !~: name'],
    // nil
    ['{ duration = nil }', 'duration=nil is not valid because intrinsics cannot be nil'],
    ['{ nil = span:name }', 'span:name=nil is not valid because intrinsics cannot be nil'],
    [
      '{ resource.service.name = nil }',
      'resource.service.name=nil is not valid because resource.service.name cannot be nil',
    ],
    // aggregates and groups
    ['max(name) = 1', 'aggregate field expressions must resolve to a number type: max(name)'],
    ['min(1 = 3) = 1', 'aggregate field expressions must resolve to a number type: min(1 = 3)'],
    ['sum(3) = 2', 'aggregate field expressions must reference the span: sum(3)'],
    ['({} | max(1h + 2h)) > 1', 'aggregate field expressions must reference the span: max(1h + 2h)'],
    ['avg(.a) + 2 = "bar"', 'binary operations must operate on the same type: avg(.a) + 2 = "bar"'],
    ['ok < avg(.a)', 'binary operations must operate on the same type: ok < avg(.a)'],
    ['{ true } | by(1)', 'grouping field expressions must reference the span: 1'],
    [
      '{} | by(name) | {} && {}',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    ],
    [
      '({} | by(name)) >> {}',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    ],
    [
      '{} && ({} | by(name) | {}) | { .a }',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    ],
    [
      '(({} | by(name) | select(.a)) ~ {} | count()) + 1 > 2',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    ],
    [
      '({} | by(name) | count()) > 1',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
    ],
    // hints
    ['{} with(order = "oldest")', 'order must be one of "newest", "slowest", "most-spans", "most-errors": "oldest"'],
    [
      '{} with(order = 1, order = "slowest")',
      'order must be one of "newest", "slowest", "most-spans", "most-errors": 1',
    ],
    // metrics
    ['{} | rate() | topk(0)', 'limit must be greater than 0'],
    ['{} | rate() | bottomk(-1)', 'limit must be greater than 0'],
    ['{} | rate() > "x"', 'metrics can be compared with numbers and durations only'],
    ['{} | quantile_over_time(duration, 1.1)', 'quantile must be between 0 and 1: 1.1'],
    ['{} | quantile_over_time(duration, -1)', 'quantile must be between 0 and 1: -1'],
    [`{} | quantile_over_time(duration${', 0.5'.repeat(21)})`, 'expected at most 20 quantiles, found 21'],
    ['{} | compare({}, 0)', 'compare() top number of values must be an integer between 1 and 1000'],
    ['{} | compare({}, 1001)', 'compare() top number of values must be an integer between 1 and 1000'],
    ['{} | compare({}) | topk(3)', '`compare()` cannot be used with second stage functions'],
    ['{} | rate() by(.a, .b, .c, .d, .e, .f, .g, .h, .i, .j, .k)', 'metrics group by 11 values not yet supported'],
    ['{} | compare({}, 1, 0, 5)', 'compare() timestamps must be positive integer unix nanoseconds'],
    ['{} | compare({}, 1, 5, -1)', 'compare() timestamps must be positive integer unix nanoseconds'],
    ['{} | compare({}, 1, 5, 5)', 'compare() end timestamp must be greater than start timestamp'],
    ['{} | compare({}, 1, 6, 5)', 'compare() end timestamp must be greater than start timestamp'],
    ['({} | rate()) * 1s', 'duration cannot be used as a scalar operand in metric arithmetic'],
    ['true + ({} | rate())', 'only numbers can be used as a scalar operand in metric arithmetic'],
    ['({} | rate()) - ({} | compare({}))', '`compare()` cannot be used in metric arithmetic'],
  ])('%s', (text, ...messages) => {
    expect(messagesOf(text)).toEqual(messages);
  });

  test('everything that is wrong, in the order of the text', () => {
    expect(messagesOf('{ status > ok && 1 = "x" } | by(2) | max(name) > 1')).toEqual([
      'illegal operation for the given types: status > ok',
      'binary operations must operate on the same type: 1 = "x"',
      'grouping field expressions must reference the span: 2',
      'aggregate field expressions must resolve to a number type: max(name)',
    ]);
  });

  test.each([
    [
      '{ duration > "1s" }',
      `
      binary operations must operate on the same type: duration > "1s"

      1 | { duration > "1s" }
        |   ^^^^^^^^^^^^^^^
      The left side is a duration, the right side a string.
      `,
    ],
    [
      '{ kind < consumer }',
      `
      illegal operation for the given types: kind < consumer

      1 | { kind < consumer }
        |   ^^^^^^^^^^^^^^^
      The operator < cannot take a span kind.
      `,
    ],
    [
      '{ -name = "x" }',
      `
      illegal operation for the given type: -name

      1 | { -name = "x" }
        |   ^^^^^
      The operator - cannot take a string.
      `,
    ],
    [
      '{ name }',
      `
      span filter field expressions must resolve to a boolean: name

      1 | { name }
        |   ^^^^
      Compare it with something: name != ...
      `,
    ],
    [
      '{ name =~ "(?!a)b" }',
      `
      invalid regex: error parsing regexp: invalid or unsupported Perl syntax: \`(?!\`

      1 | { name =~ "(?!a)b" }
        |           ^^^^^^^^
      Regular expressions have the syntax of RE2: no look-around, no back-references.
      `,
    ],
    [
      '{} | rate() by(.a, .b, .c, .d, .e, .f, .g, .h, .i, .j, .k)',
      `
      metrics group by 11 values not yet supported

      1 | {} | rate() by(.a, .b, .c, .d, .e, .f, .g, .h, .i, .j, .k)
        |                                                        ^^
      rate can be grouped by at most 10.
      `,
    ],
  ])('%s with a drawing', (text, expected) => {
    const [diagnostic] = validateQuery(parseQuery(text));
    if (diagnostic === undefined) {
      throw new Error('expected a finding');
    }
    expect(formatDiagnostic(text, diagnostic)).toBe(drawing(expected));
    const error = toError(text, diagnostic);
    expect(String(error)).toBe(drawing(expected));
    expect({ code: error.code, range: error.range }).toEqual({ code: diagnostic.code, range: diagnostic.range });
  });
});
