// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '../parser/parse-query.ts';
import { errorOf } from '../testing/failure.ts';
import type { SpanLiteral } from '../testing/span.ts';
import { spanView } from '../testing/span.ts';
import { compileFilter } from './filter.ts';
import type { SpanPredicate } from './filter.ts';

function filter(text: string): SpanPredicate {
  const { body } = parseQuery(text);
  const stage = body.kind === 'pipeline' ? body.stages[0] : undefined;
  if (stage?.kind !== 'spansetFilter') {
    throw new Error(`not a filter: ${text}`);
  }
  return compileFilter(stage, text);
}

/** The conditions that must hold of a span, and those that must not. */
function expectFilters(span: SpanLiteral, matching: readonly string[], others: readonly string[]): void {
  const view = spanView(span);
  const results = [...matching, ...others].map((text) => [text, filter(`{ ${text} }`)(view)]);
  expect(results).toEqual([...matching.map((text) => [text, true]), ...others.map((text) => [text, false])]);
}

describe('comparisons', () => {
  test('a filter without a condition matches every span', () => {
    expect(filter('{}')(spanView({}))).toBe(true);
  });

  test('of a missing attribute are false, != and !~ too', () => {
    expectFilters(
      {},
      ['.a = nil', 'nil = span.a', '!(.a = 1)', '!(.a != 1)', '!.a', '!(.a != nil)'],
      ['.a = 1', '.a != 1', '.a < 1', '.a =~ "x"', '.a !~ "x"', '.a != nil', '.a', '-.a = 1', '.a = .b', '.a != .b']
    );
  });

  test('of another type are false, != too', () => {
    expectFilters(
      { span: { s: 'x', i: 1n, b: true, f: 1.5 } },
      ['.s = "x"', '.i = 1', '.b = true', '.f = 1.5', '.b', '.s != "y"', '.b != false'],
      [
        '.s = 1',
        '.s != 1',
        '.i = "1"',
        '.i != "1"',
        '.b = 1',
        '.b != 1',
        '.i =~ "1"',
        '.i !~ "x"',
        '.b = ok',
        '.s',
        '.i',
      ]
    );
  });

  test('of numbers cross int, float and duration, exactly', () => {
    const big = 2n ** 53n + 1n;
    expectFilters(
      { span: { i: 3n, f: 3, big, max: 2n ** 63n - 1n, ns: 1_000_000n, half: 0.5, nan: Number.NaN } },
      [
        '.i = 3.0',
        '.f = 3',
        '.i < 3.5',
        '.ns = 1ms',
        '1ms <= .ns',
        '.half < 1',
        '.half >= 0.5',
        '.big > 9007199254740992.0',
        '.big != 9007199254740992.0',
        '.max = maxInt',
        '.max < 9223372036854775808.0',
        '.nan != 1',
        '1 < 1h',
        '.i <= 3',
        '.i > -1',
      ],
      ['.big = 9007199254740992.0', '.i > 3', '.i < 3', '.nan = 1', '.nan < 1', '.nan > 1', '.nan >= .nan', '.ns > 1ms']
    );
  });

  test('of strings follow code points', () => {
    expectFilters(
      { span: { low: '\uff5e', high: '\u{1f600}', a: 'a', ab: 'ab' } },
      ['.low < .high', '.high > "\uff5e"', '.a < "ab"', '.ab > "a"', '.ab <= "ab"', '"" < .a', '.a < "\u00e9"'],
      ['.high < .low', '.ab < "a"', '.a >= "b"']
    );
  });

  test('of statuses and kinds are for equality', () => {
    expectFilters(
      {
        intrinsics: {
          'span:status': { kind: 'status', value: 'error' },
          'span:kind': { kind: 'spanKind', value: 'server' },
        },
      },
      ['status = error', 'span:status != ok', 'kind = server', 'kind != client', 'status != nil'],
      ['status = ok', 'kind = client', 'status = nil', 'span.status = error']
    );
  });

  test('nil equals nothing and differs from nothing', () => {
    expectFilters({}, [], ['nil = nil', 'nil != nil', '.a > nil', 'nil < 1']);
  });

  test('what cannot be compared is there nevertheless', () => {
    expectFilters(
      {
        span: {
          bytes: new Uint8Array(1),
          list: { entries: [] },
          empty: null,
          none: [],
          mixed: [1n, 'x'],
          nested: [['x']],
        },
      },
      ['.bytes != nil', '.list != nil', '.empty != nil', '.none != nil', '.mixed != nil', '.nested != nil'],
      [
        '.bytes = nil',
        '.bytes = 1',
        '.bytes != 1',
        '.mixed = 1',
        '.mixed != 2',
        '.none = 1',
        '.none != 1',
        '.none !~ "x"',
      ]
    );
  });
});

describe('regular expressions', () => {
  test('match the whole text, newlines included, in the syntax of RE2', () => {
    expectFilters(
      { span: { a: 'GET /cart', lines: 'a\nb', upper: 'ABC' } },
      [
        '.a =~ "GET .*"',
        '.a =~ ".*cart"',
        '.a !~ "GET"',
        '.lines =~ "a.b"',
        '.upper =~ "(?i)abc"',
        '.a =~ "GET /cart|x"',
        '.a !~ "x|GET"',
      ],
      ['.a =~ "GET"', '.a =~ "cart"', '.a !~ ".*"', '.upper =~ "abc"', '.missing !~ "x"']
    );
  });
});

describe('arrays', () => {
  test('satisfy a comparison with any element, != and !~ with all', () => {
    expectFilters(
      { span: { s: ['x', 'y'], i: [1n, 5n], f: [1.5], b: [true, false] } },
      [
        '.s = "x"',
        '"y" = .s',
        '.s =~ "y|z"',
        '.s != "z"',
        '"z" != .s',
        '.s !~ "z.*"',
        '.i > 4',
        '4 < .i',
        '.i < 2',
        '.f = 1.5',
        '.b = true',
        '.b = false',
      ],
      [
        '.s != "x"',
        '.s !~ "x"',
        '.s = 1',
        '.s != 1',
        '.i !~ "x"',
        '.i > 5',
        '.b != true',
        '.s = .s',
        '.i + 1 = 2',
        '.b',
        '-.i = -1',
      ]
    );
  });
});

describe('scopes', () => {
  test('an unscoped name is the attribute of the span, else of the resource', () => {
    expectFilters(
      {
        span: { both: 1n, own: 1n, opaque: null },
        resource: { both: 2n, inherited: 3n, opaque: 4n },
        instrumentation: { lib: 5n },
      },
      ['.both = 1', '.own = 1', '.inherited = 3', 'resource.both = 2', 'instrumentation.lib = 5', '.opaque != nil'],
      ['.both = 2', 'span.inherited = 3', '.lib = 5', '.opaque = 4']
    );
  });

  test('ids compare without regard to case and leading zeros', () => {
    const id = (value: string) => ({ kind: 'string', value }) as const;
    expectFilters(
      {
        intrinsics: {
          'trace:id': id('0000000000000000000000000000abcd'),
          'span:id': id('00000000000000ff'),
          'span:parentID': id(''),
        },
        links: [{ traceId: '000000000000000000000000000000aa', spanId: '00000000000000bb' }],
      },
      [
        'trace:id = "abcd"',
        'trace:id = "00ABCD"',
        '"ff" = span:id',
        'span:parentID = ""',
        'link:traceID = "AA"',
        'link:spanID = "00bb"',
        'span:id < "100"',
        'trace:id =~ "0*abcd"',
      ],
      ['trace:id = "abc"', 'span:parentID = "0"', 'span:id != "FF"', 'trace:id =~ "abcd"', 'trace:id = 1']
    );
  });
});

describe('logic', () => {
  test('only true is true', () => {
    expectFilters(
      { span: { t: true, f: false, s: 'true', i: 1n } },
      [
        '.t',
        '!.f',
        '!.s',
        '!.i',
        '.t && !.f',
        '.f || .t',
        '!(.t && .i)',
        '(.i = 1) = true',
        '(.i = 2) != true',
        '(.t || .f) = true',
        '(.t && .f) = false',
      ],
      ['.f', '.s', '.i', '.t && .s', '.i || .f', '!(.t)', '!(.f || .t)']
    );
  });
});

describe('arithmetic', () => {
  test('of integers truncates and wraps; ^ is a power', () => {
    expectFilters(
      { span: { i: 7n, max: 2n ** 63n - 1n } },
      [
        '.i / 2 = 3',
        '-.i / 2 = -3',
        '.i % 4 = 3',
        '-.i % 4 = -3',
        '.i + 1 = 8',
        '.i - 8 = -1',
        '.i * .i = 49',
        '2 ^ 3 = 8',
        '2 ^ 3 ^ 2 = 512',
        '2 ^ -1 = 0.5',
        '3 ^ 0 = 1',
        '(-2) ^ 3 = -8',
        '2 ^ 64 = 0',
        '7 ^ 1000000000001 != 0',
        '.max + 1 = minInt',
        '-.max - 1 = minInt',
      ],
      ['.i / 2 = 3.5', '2 ^ 3 = 9']
    );
  });

  test('with a float gives a float', () => {
    expectFilters(
      { span: { i: 7n, f: 0.5 } },
      [
        '.i / 2.0 = 3.5',
        '.i + .f = 7.5',
        '.i - .f = 6.5',
        '.i * .f = 3.5',
        '.i % 2.5 = 2.0',
        '.f ^ 2 = 0.25',
        '-.f = -0.5',
      ],
      ['.f / 0 = 1', '.f / 0 != 1', '.f % 0 != 1', '.f / 0.0 > 0', '.f + "x" = 1']
    );
  });

  test('of durations stays exact until they are divided', () => {
    expectFilters(
      { intrinsics: { 'span:duration': { kind: 'duration', value: 1_500_000_001n } } },
      [
        'duration + 1 = 1500000002',
        'duration - 1.5s = 1ns',
        'duration * 2 = 3000000002ns',
        'duration / 2 = 750000000.5',
        'duration % 1s = 500000001ns',
        'duration / 1s > 1.5',
        '-duration < 0',
        'duration * 0.5 = 750000000.5',
      ],
      ['duration / 0 = 1', 'duration / 0 != 1', 'duration % 0 != 1', 'duration % 0s = 0', 'duration + .x != 0']
    );
  });

  test('integer division by zero is an error with its place', () => {
    for (const [text, message] of [
      ['{ .a > 1 && 1 / .zero = 1 }', 'division by zero'],
      ['{ .a > 1 && 1 % .zero = 1 }', 'modulo by zero'],
    ] as const) {
      const matches = filter(text);
      expect(matches(spanView({ span: { a: 1n, zero: 0n } }))).toBe(false);
      expect(matches(spanView({ span: { a: 2n } }))).toBe(false);
      const error = errorOf(() => matches(spanView({ span: { a: 2n, zero: 0n } })));
      expect({ code: error.code, message: error.message, column: error.column }).toEqual({
        code: 'type',
        message,
        column: 13,
      });
    }
  });

  test('other errors pass through', () => {
    const broken = {
      ...spanView({}),
      attribute: () => {
        throw new RangeError('lost');
      },
    };
    expect(() => filter('{ .a + 1 = 2 }')(broken)).toThrow(RangeError);
  });
});

describe('events and links', () => {
  const span: SpanLiteral = {
    span: { a: 1n },
    events: [
      { name: 'exception', after: 5_000_000n, attributes: { type: 'io', retry: 1n } },
      { name: 'log', after: 9_000_000n, attributes: { type: 'net' } },
    ],
    links: [
      { traceId: 'aa'.repeat(16), spanId: 'bb'.repeat(8), attributes: { kind: 'follows' } },
      { attributes: { weight: 2n } },
    ],
  };

  test('a condition holds if it holds for some event, or some link', () => {
    expectFilters(
      span,
      [
        'event:name = "log"',
        'event.type = "io"',
        'event.type != "io"',
        'event:timeSinceStart > 8ms',
        'event.retry != nil',
        'link.kind = "follows"',
        `link:traceID = "${'aa'.repeat(16)}"`,
        'link.weight + 1 = 3',
        '.a = 1 && event.type = "net"',
        'event.missing = nil',
      ],
      ['event:name = "x"', 'event:timeSinceStart > 9ms', 'event.missing != nil', 'event.retry = nil', 'link.kind = "x"']
    );
  });

  test('conditions joined with && hold for the same event', () => {
    expectFilters(
      span,
      [
        'event:name = "exception" && event.type = "io"',
        'event:name = "log" && event.retry = nil',
        'event.type = "io" && link.weight = 2',
        '(event.type = "io" && .a = 1) && event:name = "exception"',
        'event.type = "io" && !(event.type = "x")',
        'event.retry < link.weight && event.type = "io"',
      ],
      [
        'event:name = "exception" && event.type = "net"',
        'event:name = "exception" && event.retry = nil',
        'event.type = "net" && .a = 1 && event.retry = 1',
        'link.kind = "follows" && link.weight = 2',
        'event.retry < link.weight && event.type = "net"',
        'event.retry < link.weight && link.kind = "follows"',
      ]
    );
  });

  test('elsewhere each is tried for itself', () => {
    expectFilters(
      span,
      [
        'event.type = "x" || event.type = "net"',
        '(event.type = "io" || .a = 2) && (event:name = "log" || .a = 2)',
        '!(event.type = "x")',
        '!(event.type = "x" || event.type = "y")',
        'event.missing = nil && event.absent = nil',
      ],
      ['!(event.type = "io")', '!(event.missing = nil)', 'event.missing = nil && event.retry = nil']
    );
  });

  test('a span without events has none with anything', () => {
    expectFilters({}, ['event.a = nil', '!(event.a = 1)'], ['event.a != 1', 'event.a != nil', 'event:name != ""']);
  });
});

describe('what cannot be evaluated', () => {
  test.each([
    ['{ .a =~ .b }', 'type', 'invalid type for =~ or !~: .b'],
    ['{ .a =~ "(" }', 'type', 'invalid regex: error parsing regexp: missing closing ): `(`'],
  ])('%s', (text, code, message) => {
    const error = errorOf(() => filter(text));
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
  });
});

test('a chain as long as a query may have is evaluated', () => {
  const matches = filter(`{ ${Array.from({ length: 1000 }, (_, index) => `.a = ${index}`).join(' || ')} }`);
  expect(matches(spanView({ span: { a: 999n } }))).toBe(true);
  expect(matches(spanView({ span: { a: 1000n } }))).toBe(false);
});
