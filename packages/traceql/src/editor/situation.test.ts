// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { printReference } from '../printer.ts';
import { situationAt } from './situation.ts';

/** The situation at the `^` of a text, on one line: kind, details, prefix, and what a completion replaces. */
function drawn(marked: string): string {
  const offset = marked.indexOf('^');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const situation = situationAt(text, offset);
  if (situation.kind === 'none') {
    return 'none';
  }
  const { start, end } = situation.range;
  const details: string[] = [situation.kind];
  if (situation.kind === 'attributeName') {
    details.push(`${situation.parent ? 'parent ' : ''}${situation.scope}`);
  }
  if ((situation.kind === 'operator' || situation.kind === 'value') && situation.reference !== undefined) {
    details.push(printReference(situation.reference));
  }
  if (situation.kind === 'value') {
    details.push(situation.operator);
  }
  if (situation.kind === 'function' && situation.afterMetric) {
    details.push('after a metric');
  }
  return `${details.join(' ')} <${situation.prefix}> ${text.slice(start, end)}`.trim();
}

describe('situationAt', () => {
  test.each([
    // the start
    ['^', 'filter <>'],
    ['  ^', 'filter <>'],
    ['ra^', 'filter <ra> ra'],
    ['(^', 'filter <>'],
    ['{} && ^', 'filter <>'],
    ['{} >> ^{}', 'filter <>'],
    ['({} | count() > 1) && ^', 'filter <>'],
    // operands
    ['{^', 'operand <>'],
    ['{ ^ }', 'operand <>'],
    ['{ na^ }', 'operand <na> na'],
    ['{ n^ame = 1 }', 'operand <n> name'],
    ['{ spa^', 'operand <spa> spa'],
    ['{ span:na^', 'operand <span:na> span:na'],
    ['{ span:^', 'operand <span:> span:'],
    ['{ .a = 1 && ^', 'operand <>'],
    ['{ .a = 1 || re^', 'operand <re> re'],
    ['{ (^', 'operand <>'],
    ['{ !^', 'operand <>'],
    ['{ !na^', 'operand <na> na'],
    ['{ .a + ^', 'operand <>'],
    ['{ spa^n.foo = 1 }', 'operand <spa> span.foo'],
    ['{} | select(^', 'operand <>'],
    ['{} | select(name, ^)', 'operand <>'],
    ['{} | avg(dur^', 'operand <dur> dur'],
    ['{} | rate() by(^', 'operand <>'],
    ['{} | compare({ ^', 'operand <>'],
    // names of attributes
    ['{ .^', 'attributeName none <>'],
    ['{ span.^ }', 'attributeName span <>'],
    ['{ span.http.st^atus = 1 }', 'attributeName span <http.st> http.status'],
    ['{ resource.service^', 'attributeName resource <service> service'],
    ['{ parent.foo^', 'attributeName parent none <foo> foo'],
    ['{ parent.span.fo^', 'attributeName parent span <fo> fo'],
    ['{ parent.^', 'attributeName parent none <>'],
    ['{ span."foo b^', 'attributeName span <"foo b> "foo b'],
    ['{ .a = span.^', 'attributeName span <>'],
    ['{} | select(event.^)', 'attributeName event <>'],
    ['{} | rate() by(instrumentation.x^)', 'attributeName instrumentation <x> x'],
    ['{ link.^', 'attributeName link <>'],
    // operators
    ['{ span.a ^', 'operator span.a <>'],
    ['{ name ^ }', 'operator name <>'],
    ['{ span:name ^ }', 'operator span:name <>'],
    ['{ name !^', 'operator name <!> !'],
    ['{ .a = 1 && .b ^', 'operator .b <>'],
    ['{ "x" ^', 'operator <>'],
    ['{ nonsense ^', 'operator <>'],
    // values
    ['{ span.a = ^', 'value span.a = <>'],
    ['{ span.a =^ }', 'value span.a = <>'],
    ['{ status != er^', 'value status != <er> er'],
    ['{ .a =~ "fo^', 'value .a =~ <fo> "fo'],
    ['{ .a = "fo^o" && .b = 1 }', 'value .a = <fo> "foo"'],
    ['{ .a = "^" }', 'value .a = <> ""'],
    ['{ .a = `x^', 'value .a = <x> `x'],
    ['{ duration > 1^', 'value duration > <1> 1'],
    ['{ duration > 10m^s }', 'value duration > <10m> 10ms'],
    ['{ span:id = ^', 'value span:id = <>'],
    ['{ .a + 1 > ^', 'value > <>'],
    ['{ = ^', 'value = <>'],
    // after a condition
    ['{ .a = 1 ^', 'connective <>'],
    ['{ .a = "x"^ }', 'connective <>'],
    ['{ status = error ^', 'connective <>'],
    ['{ .a = .b &^', 'connective <&> &'],
    ['{ (.a = 1) ^', 'connective <>'],
    // pipes and stages
    ['{} ^', 'stageEnd <>'],
    ['{}^', 'stageEnd <>'],
    ['{} | select(name) ^', 'stageEnd <>'],
    ['{} |^', 'function <>'],
    ['{} | ra^', 'function <ra> ra'],
    ['{} | rate() | ^', 'function after a metric <>'],
    ['{} | rate() with(^', 'hint <>'],
    ['{} | rate() with(sam^', 'hint <sam> sam'],
    ['{} | rate() with(sample=0.1, ^', 'hint <>'],
    // nothing to offer
    ['{} | rate() with(sample=^', 'none'],
    ['{} | count() > ^', 'none'],
    ['{} | count() > 2 ^', 'none'],
    ['{} | avg(.a + (.b)) > ^', 'none'],
    ['{} + ^', 'none'],
    ['1 > ^', 'none'],
    ['{ .a = 1 // com^ment', 'none'],
    ['{ .a = 1 // comment^', 'none'],
    ['{ .a = 1 /* com^ment */ }', 'none'],
    ['{ .a = 1 /* com^', 'none'],
  ])('%s', (marked, expected) => {
    expect(drawn(marked)).toBe(expected);
  });

  test('knows something, or nothing, of any place in any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '|',
      '&&',
      '=',
      '!',
      '"x',
      '"x"',
      '.a',
      'span.',
      'name',
      '1',
      'avg(',
      'with(',
      '>'
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' '))
    );
    fc.assert(
      fc.property(texts, fc.nat({ max: 60 }), (text, offset) => {
        const situation = situationAt(text, Math.min(offset, text.length));
        if (situation.kind !== 'none') {
          expect(situation.range.start).toBeLessThanOrEqual(situation.range.end);
        }
      })
    );
  });
});
