// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { tokenize } from './tokenize.ts';

test.each([
  ['', ''],
  [
    '{ span.a = 1 && name != "x" }',
    'punctuation:{ scope:span. attribute:a operator:= number:1 operator:&& intrinsic:name operator:!= string:"x" punctuation:}',
  ],
  ['{ parent.span.a }', 'punctuation:{ scope:parent.span. attribute:a punctuation:}'],
  ['.a = .5', 'scope:. attribute:a operator:= number:.5'],
  ['status = error', 'intrinsic:status operator:= constant:error'],
  ['trace:id != nil', 'intrinsic:trace:id operator:!= constant:nil'],
  ['duration > 5ms // slow', 'intrinsic:duration operator:> number:5ms comment:// slow'],
  [
    '{} | avg(.a) > 1.5',
    'punctuation:{ punctuation:} punctuation:| function:avg punctuation:( scope:. attribute:a punctuation:) operator:> number:1.5',
  ],
  [
    '| rate() | topk(3)',
    'punctuation:| function:rate punctuation:( punctuation:) punctuation:| function:topk punctuation:( number:3 punctuation:)',
  ],
  ['with(sample=1) foo', 'keyword:with punctuation:( keyword:sample operator:= number:1 punctuation:) invalid:foo'],
  ["{ nam = 'x", "punctuation:{ invalid:nam operator:= invalid:' invalid:x"],
  ['{ .a = "x', 'punctuation:{ scope:. attribute:a operator:= invalid:"x'],
  ['span. span:foo', 'invalid:span. invalid:span:foo'],
])('%j', (text, expected) => {
  expect(
    tokenize(text)
      .map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`)
      .join(' ')
  ).toBe(expected);
});
