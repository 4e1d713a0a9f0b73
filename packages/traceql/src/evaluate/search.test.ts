// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { parseQuery } from '../parser/parse-query.ts';
import { errorOf } from '../testing/failure.ts';
import { traceView } from '../testing/span.ts';
import { compileSearch } from './search.ts';
import { ORPHAN, ROOT } from './span-view.ts';
import type { Value } from './value.ts';

// a            a2 (second root)      o (parent missing)
// |- b                                `- p
// |  `- d
// `- c
//    |- e
//    `- f
const names = ['a', 'b', 'd', 'c', 'e', 'f', 'a2', 'o', 'p'];
const parents = [ROOT, 0, 1, 0, 3, 3, ROOT, ORPHAN, 7];
const weights: readonly (bigint | number | undefined)[] = [1n, 2n, 3n, 4n, 5.5, undefined, undefined, 7n, 8n];
const trace = traceView(
  names.map((name, index) => ({
    name,
    parent: parents[index] ?? ORPHAN,
    span: { weight: weights[index], even: index % 2 === 0 },
    intrinsics: { 'span:duration': { kind: 'duration', value: BigInt(index + 1) * 1_000_000n } },
  }))
);

function text(value: Value | undefined): string {
  return value === undefined || !('value' in value) ? 'nil' : `${value.kind} ${value.value}`;
}

/** Spansets as `names [attribute=value]`. */
function search(query: string): string[] {
  return compileSearch(
    parseQuery(query),
    query
  )(trace).map(({ spans, attributes }) =>
    [
      spans.map((index) => names[index]).join(' '),
      ...attributes.map(({ name, value }) => `${name}=${text(value)}`),
    ].join('; ')
  );
}

const of = (...spans: readonly string[]): string => `{ ${spans.map((name) => `name = "${name}"`).join(' || ')} }`;

describe('spansets', () => {
  test.each([
    ['{}', ['a b d c e f a2 o p']],
    ['{ name = "x" }', []],
    ['{ .even }', ['a d e a2 p']],
    ['{ .even } | { .weight > 1 }', ['d e p']],
    ['{ .even } | select(name)', ['a d e a2 p']],
    [`${of('e')} && ${of('b')}`, ['b e']],
    [`${of('e')} && ${of('x')}`, []],
    [`${of('e', 'b')} || ${of('b', 'x')}`, ['b e']],
    [`${of('x')} || ${of('y')}`, []],
    [`${of('x')} || ${of('y')} && {}`, []],
    [`${of('a')} || ${of('x')} && {}`, ['a b d c e f a2 o p']],
    [`(${of('e', 'f')} | count() > 1) && ${of('a')}`, ['a e f']],
    [`(${of('e')} | count() > 1) && ${of('a')}`, []],
  ])('%s', (query, expected) => {
    expect(search(query)).toEqual(expected);
  });
});

describe('structural operators', () => {
  const everything = '{}';
  test.each([
    [`${of('a')} > ${everything}`, ['b c']],
    [`${of('a')} >> ${everything}`, ['b d c e f']],
    [`${everything} > ${of('e', 'a2')}`, ['e']],
    [`${of('d', 'e', 'f')} < ${everything}`, ['b c']],
    [`${of('d', 'p')} << ${everything}`, ['a b o']],
    [`${of('e')} ~ ${everything}`, ['f']],
    [`${of('e', 'f')} ~ ${everything}`, ['e f']],
    [`${of('a')} ~ ${everything}`, ['a2']],
    [`${of('o')} ~ ${everything}`, []],
    [`${of('o')} > ${everything}`, ['p']],
    [`${of('x')} > ${everything}`, []],
    [`${of('a')} !> ${everything}`, ['a d e f a2 o p']],
    [`${of('a')} !>> ${everything}`, ['a a2 o p']],
    [`${of('d', 'e')} !< ${everything}`, ['a d e f a2 o p']],
    [`${of('d', 'e')} !<< ${everything}`, ['d e f a2 o p']],
    [`${of('b')} !~ ${everything}`, ['a b d e f a2 o p']],
    [`${of('x')} !> ${of('b')}`, ['b']],
    [`${of('a', 'b', 'p')} &> ${everything}`, ['a b d c']],
    [`${of('a')} &>> ${of('d', 'p')}`, ['a d']],
    [`${of('d', 'p')} &< ${of('b', 'a')}`, ['b d']],
    [`${of('d', 'p')} &<< ${of('a')}`, ['a d']],
    [`${of('b', 'e')} &~ ${of('c', 'd')}`, ['b c']],
  ])('%s', (query, expected) => {
    expect(search(query)).toEqual(expected);
  });
});

describe('the parent of a span', () => {
  test.each([
    ['{ parent = nil }', ['a a2 o']],
    ['{ parent != nil }', ['b d c e f p']],
    ['{ parent = 1 || parent != 1 }', []],
    ['{ parent.weight = 1 }', ['b c']],
    ['{ parent.span.even && !.even }', ['b c']],
    ['{ parent.resource.even }', []],
    ['{ parent.weight > .weight }', []],
    ['{ parent.weight < .weight }', ['b d c e p']],
    ['{ parent.weight = nil }', ['a a2 o']],
    ['{ !(parent.weight = 1) }', ['a d e f a2 o p']],
    [
      '{} | by(parent.weight) | count() > 1',
      [
        'a a2 o; by(parent.weight)=nil; count()=int 3',
        'b c; by(parent.weight)=int 1; count()=int 2',
        'e f; by(parent.weight)=int 4; count()=int 2',
      ],
    ],
    ['{} | sum(parent.weight) = 19', ['a b d c e f a2 o p; sum(parent.weight)=int 19']],
  ])('%s', (query, expected) => {
    expect(search(query)).toEqual(expected);
  });
});

describe('scalars on both sides', () => {
  test.each([
    ['{} | count() > avg(.weight)', ['a b d c e f a2 o p; count()=int 9; avg(.weight)=float 4.357142857142857']],
    ['{} | count() - 7 = max(.weight) / 4', ['a b d c e f a2 o p; count()=int 9; max(.weight)=int 8']],
    ['{} | max(.weight) ^ 2 = 2 ^ 6', ['a b d c e f a2 o p; max(.weight)=int 8']],
    ['{ .even } | 5 = count()', ['a d e a2 p; count()=int 5']],
    [
      `(${of('a', 'b')} | count()) > (${of('c')} | count())`,
      [`a b c; (${of('a', 'b')} | count())=int 2; (${of('c')} | count())=int 1`],
    ],
    [
      `(${of('a', 'b')} | count()) > (${of('x')} | count())`,
      [`a b; (${of('a', 'b')} | count())=int 2; (${of('x')} | count())=int 0`],
    ],
    [`(${of('x')} | count()) = (${of('y')} | count())`, []],
    [`(${of('a')} | max(.weight)) > (${of('f')} | max(.weight))`, []],
    [`(${of('a')} >> {} | count()) * 2 = 10`, [`b d c e f; (${of('a')} >> {} | count())=int 5`]],
    [`{ .even } | (${of('a', 'b')} | count()) = 1`, [`a; (${of('a', 'b')} | count())=int 1`]],
    [
      '({} | by(.even) | coalesce() | count()) > 1',
      ['a b d c e f a2 o p; ({} | by(.even) | coalesce() | count())=int 9'],
    ],
  ])('%s', (query, expected) => {
    expect(search(query)).toEqual(expected);
  });
});

test('what was decided before is not evaluated', () => {
  const query = '{ .even } > { .weight > 1 }';
  const { spans, parents } = trace;
  const found = compileSearch(
    parseQuery(query),
    query
  )({
    spans,
    parents,
    decided: ({ expression }) => (expression?.kind === 'attribute' ? (position) => position === 3 : undefined),
  });
  expect(found.map((spanset) => spanset.spans.map((index) => names[index]))).toEqual([['e']]);
});

describe('pipelines', () => {
  test.each([
    ['{} | count() > 8', ['a b d c e f a2 o p; count()=int 9']],
    ['{} | count() > 9', []],
    ['{ .even } | avg(duration) = 5ms', ['a d e a2 p; avg(duration)=duration 5000000'].map((line) => line)],
    ['{} | max(.weight) > 7 | min(.weight) = 1', ['a b d c e f a2 o p; max(.weight)=int 8; min(.weight)=int 1']],
    ['{ name = "a" || name = "b" } | avg(.weight) = 1.5', ['a b; avg(.weight)=float 1.5']],
    ['{} | sum(.weight) = 30.5', ['a b d c e f a2 o p; sum(.weight)=float 30.5']],
    ['{} | sum(duration) = 45ms', ['a b d c e f a2 o p; sum(duration)=duration 45000000']],
    ['{ name = "f" } | avg(.weight) >= 0', []],
    ['{} | max(.weight) - min(.weight) * 2 = 6', ['a b d c e f a2 o p; max(.weight)=int 8; min(.weight)=int 1']],
    ['{ .weight != nil } | by(.even)', ['a d e p; by(.even)=boolean true', 'b c o; by(.even)=boolean false']],
    ['{} | by(.weight > 3)', ['a b d f a2; by(.weight > 3)=boolean false', 'c e o p; by(.weight > 3)=boolean true']],
    ['{ name = "a" || name = "f" } | by(.weight)', ['a; by(.weight)=int 1', 'f; by(.weight)=nil']],
    ['{} | by(.even) | count() > 4', ['a d e a2 p; by(.even)=boolean true; count()=int 5']],
    ['{} | by(.even) | { .weight > 4 } | coalesce()', ['e o p']],
    ['{ name = "x" } | by(.even) | coalesce()', []],
    ['by(.even) | coalesce() | {} > {}', ['b d c e f p']],
    ['{} | by(!(.even)) | count() > 4', ['a d e a2 p; by(!.even)=boolean false; count()=int 5']],
    ['{} | max(-.weight) = -1', ['a b d c e f a2 o p; max(-.weight)=int -1']],
    ['{} | by(link.x) | count() > 8', ['a b d c e f a2 o p; by(link.x)=nil; count()=int 9']],
    ['{} | by(event:name) | count() > 8', ['a b d c e f a2 o p; by(event:name)=nil; count()=int 9']],
    ['{ name = "a" } | by(name) | ({ .even } | count() > 0)', ['a; by(name)=string a; count()=int 1']],
  ])('%s', (query, expected) => {
    expect(search(query)).toEqual(expected);
  });

  test.each([
    ['{} | rate()', 'type', 'a metrics query cannot be run as a search', 1],
    [
      '({} | by(.even) | count()) > 1',
      'type',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
      2,
    ],
    [
      '{} | by(.even) | {} > {}',
      'type',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
      18,
    ],
    [
      '({} | by(.even)) && {}',
      'type',
      'spanset operators are not supported for multiple spansets per trace. consider using coalesce()',
      1,
    ],
    ['{} | count() / (count() - count()) > 1', 'type', 'division by zero', 6],
  ])('%s is an error', (query, code, message, column) => {
    const error = errorOf(() => search(query));
    expect({ code: error.code, message: error.message, column: error.column }).toEqual({ code, message, column });
  });
});
