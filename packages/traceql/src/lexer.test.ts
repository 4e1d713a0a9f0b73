// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { lex } from './lexer.ts';

/** Tokens on one line: kind and text, without the end. */
function drawn(text: string): string {
  return lex(text)
    .filter(({ kind }) => kind !== 'end')
    .map((token) => `${token.kind}:${token.text}`)
    .join(' ');
}

describe('lex', () => {
  test.each([
    ['', ''],
    [' \n\t', ''],
    ['{ .a = 1 }', 'symbol:{ attribute:.a symbol:= int:1 symbol:}'],
    ['{.a=1}', 'symbol:{ attribute:.a symbol:= int:1 symbol:}'],
    ['span.a>=resource.b', 'attribute:span.a symbol:>= attribute:resource.b'],
    ['parent.span.a parent.b', 'attribute:parent.span.a attribute:parent.b'],
    ['span."foo bar".x)', 'attribute:span."foo bar".x symbol:)'],
    ['name span:name trace:rootService', 'word:name intrinsic:span:name intrinsic:trace:rootService'],
    ['1 1.5 .5 1. 1e3 1.5E-3', 'int:1 float:1.5 float:.5 float:1. float:1e3 float:1.5E-3'],
    ['1s 1h30m 1.5ms .5s 10\u00b5s', 'duration:1s duration:1h30m duration:1.5ms duration:.5s duration:10\u00b5s'],
    ['"a b" `c`', 'string:"a b" string:`c`'],
    ['{}>>{}', 'symbol:{ symbol:} symbol:>> symbol:{ symbol:}'],
    ['!>> !> !~ !< !<< != !', 'symbol:!>> symbol:!> symbol:!~ symbol:!< symbol:!<< symbol:!= symbol:!'],
    ['&>> &> &~ &< &<< &&', 'symbol:&>> symbol:&> symbol:&~ symbol:&< symbol:&<< symbol:&&'],
    ['a // b\nc', 'word:a comment:// b word:c'],
    ['a // b', 'word:a comment:// b'],
    ['a /* b\n c */ d', 'word:a comment:/* b\n c */ word:d'],
    ['a /* b', 'word:a invalid:/* b'],
    ['_x1 \u00fcber', 'word:_x1 word:\u00fcber'],
    ['1x 1s5 5.5.5 0x1F', 'invalid:1x invalid:1s5 invalid:5.5.5 invalid:0x1F'],
    ['400y 1e999', 'invalid:400y invalid:1e999'],
    ['span. .', 'invalid:span. invalid:.'],
    ['span:foo span:', 'invalid:span:foo invalid:span:'],
    ['foo:bar', 'word:foo invalid:: word:bar'],
    ["'x' & [", "invalid:' word:x invalid:' invalid:& invalid:["],
    ['"abc', 'invalid:"abc'],
    ['\u{1f600}', 'invalid:\u{1f600}'],
  ])('%j', (text, expected) => {
    expect(drawn(text)).toBe(expected);
  });

  test.each([
    ['.foo', { scope: 'none', parent: false, name: 'foo', nameStart: 1 }],
    ['span.foo', { scope: 'span', parent: false, name: 'foo', nameStart: 5 }],
    ['event.foo', { scope: 'event', parent: false, name: 'foo', nameStart: 6 }],
    ['parent.foo', { scope: 'none', parent: true, name: 'foo', nameStart: 7 }],
    ['parent.span.foo', { scope: 'span', parent: true, name: 'foo', nameStart: 12 }],
    ['parent.resource.foo', { scope: 'resource', parent: true, name: 'foo', nameStart: 16 }],
    ['parent.event.foo', { scope: 'none', parent: true, name: 'event.foo', nameStart: 7 }],
    ['.span.foo', { scope: 'none', parent: false, name: 'span.foo', nameStart: 1 }],
  ])('%s is one attribute', (text, expected) => {
    expect(lex(text)[0]).toMatchObject({ kind: 'attribute', ...expected });
  });

  test('covers any text: tokens in order, only white space between them', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"',
      '`',
      '/*',
      '//',
      '\n',
      ' ',
      '.',
      'span.',
      'a',
      '1',
      '5ms',
      '&',
      '|',
      '='
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))
    );
    fc.assert(
      fc.property(text, (source) => {
        let end = 0;
        for (const token of lex(source)) {
          expect(source.slice(end, token.start)).toMatch(/^[\s\u0085]*$/);
          expect(token.text).toBe(source.slice(token.start, token.end));
          expect(token.end > token.start || token.kind === 'end').toBe(true);
          end = token.end;
        }
        expect(end).toBe(source.length);
      })
    );
  });
});
