// SPDX-License-Identifier: Apache-2.0
//
// What the editor says of a text: help, mistakes, and the queries of before.
import { describe, expect, test } from '@jest/globals';
import type { HostSettings } from '../host.ts';
import { problemIn } from './diagnose.ts';
import { helpAt } from './help.ts';
import { queriesOf, rememberQuery } from './query-history.ts';

describe('help', () => {
  test.each([
    ['{ dur^ation > 1s }', 'duration', /How long/],
    ['{ span:na^me = "x" }', 'span:name', /\(text\)/],
    ['{ resource.ser^vice.name = "x" }', 'resource.service.name', /process or machine/],
    ['{ reso^urce.service.name = "x" }', 'resource.service.name', /process or machine/],
    ['{ .fo^o = 1 }', '.foo', /or of its resource/],
    ['{ parent.span.f^oo = 1 }', 'parent.span.foo', /parent span/],
    ['{ .a ^!~ "x" }', '!~', /does not match/],
    ['{ .a ^> 1 }', '>', /^Greater$/],
    ['{ .a } ^> { .b }', '>', /a child/],
    ['{ .a } &^>> { .b }', '&>>', /Both spans/],
    ['{ .a } | count() ^> 2', '>', /^Greater$/],
    ['{ .a } ^| rate()', '|', /^Then/],
    ['{} | ra^te()', 'rate()', /per second/],
    ['{} | rate() b^y (name)', 'by(resource.service.name)', /series for each value/],
    ['{} | b^y(name)', 'by(resource.service.name)', /groups/],
    ['{} | rate() with (exem^plars = 3)', 'with(exemplars = 20)', /examples/],
    ['{ status = err^or }', 'error', /Status/],
  ])('%s', (marked, title, words) => {
    const help = helpAt(marked.replace('^', ''), marked.indexOf('^'));
    expect(help?.title).toBe(title);
    expect(help?.text).toMatch(words);
  });

  test('none of white space, values and brackets', () => {
    expect(helpAt('{  }', 2)).toBeUndefined();
    expect(helpAt('{ .a = "x" }', 8)).toBeUndefined();
    expect(helpAt('{ }', 0)).toBeUndefined();
    expect(helpAt('', 0)).toBeUndefined();
  });
});

describe('what is wrong while somebody types', () => {
  test.each(['', '{', '{ .a', '{ .a =', '{ .a = 1 }', '{ .a = 1 } |', '{} | rate(', '{} | rate() by ('])(
    'nothing, or it is only not finished: %j',
    (text) => {
      expect(problemIn(text)).toBeUndefined();
    }
  );
  test('a mistake has its place, and a suggestion where there is one', () => {
    expect(problemIn('{ statu = error }')).toEqual({
      message: expect.stringMatching(/unknown identifier: statu\nDid you mean status\?/),
      range: { start: 2, end: 7 },
    });
    expect(problemIn('{ "a" && true }')?.range.start).toBeGreaterThan(0);
  });
});

test('the queries of before: newest first, none twice, at most fifty, whatever was kept', () => {
  const kept = new Map<string, unknown>();
  const settings: HostSettings = { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) };
  expect(queriesOf(settings)).toEqual([]);
  for (const query of ['{ .a }', '{ .b }', ' { .a } ', '', '  ']) {
    rememberQuery(settings, query);
  }
  expect(queriesOf(settings)).toEqual(['{ .a }', '{ .b }']);
  for (let index = 0; index < 60; index++) {
    rememberQuery(settings, `{ .n = ${String(index)} }`);
  }
  expect(queriesOf(settings)).toHaveLength(50);
  expect(queriesOf(settings)[0]).toBe('{ .n = 59 }');
  kept.set('queries', ['{}', 5, null]);
  expect(queriesOf(settings)).toEqual(['{}']);
  kept.set('queries', 'broken');
  expect(queriesOf(settings)).toEqual([]);
});
