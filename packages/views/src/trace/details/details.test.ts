// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { spansFromText } from '@tracewell/trace';
import { groupAttributes } from './attribute-groups.ts';
import { exceptionsOf } from './exceptions.ts';
import { fieldCondition, withCondition } from './field-query.ts';

test('attributes are grouped by meaning, most telling first, in the order as sent', () => {
  const keys = [
    'zzz',
    'db.system.name',
    'http.route',
    'db.query.text',
    'error.type',
    'net.peer.name',
    'feature_flag.key',
  ];
  const groups = groupAttributes(keys.map((key) => ({ key, value: '' })));
  expect(groups.map((group) => [group.title, group.attributes.map(({ key }) => key)])).toEqual([
    ['Exception', ['error.type']],
    ['HTTP', ['http.route']],
    ['Database', ['db.system.name', 'db.query.text']],
    ['Feature flags', ['feature_flag.key']],
    ['Server and network', ['net.peer.name']],
    ['Other', ['zzz']],
  ]);
});

describe('filter for a value', () => {
  test.each([
    ['a.b', 'x"y', 'span.a.b = "x\\"y"'],
    ['a', 5n, 'span.a = 5'],
    ['a', 5, 'span.a = 5.0'],
    ['a', 0.25, 'span.a = 0.25'],
    ['a', true, 'span.a = true'],
    ['with space', 1n, 'span."with space" = 1'],
  ])('%p of %p', (key, value, condition) => {
    expect(fieldCondition('span', key, value, '=')).toBe(condition);
  });
  test('what TraceQL cannot compare has none', () => {
    expect(fieldCondition('span', 'a', ['x'], '=')).toBeUndefined();
    expect(fieldCondition('span', 'a', null, '=')).toBeUndefined();
    expect(fieldCondition('span', 'a', Number.NaN, '=')).toBeUndefined();
  });
  test('joins the filter that is there', () => {
    expect(withCondition('', false, 'span.a = 1')).toBe('{ span.a = 1 }');
    expect(withCondition('some text', false, 'span.a = 1')).toBe('{ span.a = 1 }');
    expect(withCondition('{ span.b = 2 }', true, 'span.a = 1')).toBe('{ span.b = 2 && span.a = 1 }');
    expect(withCondition('span.b = 2 || span.c = 3', true, 'span.a = 1')).toBe(
      '{ (span.b = 2 || span.c = 3) && span.a = 1 }'
    );
    expect(withCondition('{ }', true, 'span.a = 1')).toBe('{ span.a = 1 }');
  });
});

test('exceptions come from events, and from the span itself', () => {
  const [span] = spansFromText('a  x  |--|  [status=error exception.message=boom]');
  if (span === undefined) throw new Error('the drawing has one span');
  const event = {
    timeUnixNano: 0n,
    name: 'exception',
    attributes: [
      { key: 'exception.type', value: 'E' },
      { key: 'exception.stacktrace', value: 'at x' },
    ],
    droppedAttributesCount: 0,
  };
  expect(exceptionsOf({ ...span, events: [event] })).toEqual([
    { type: 'E', message: '', stack: 'at x' },
    { type: '', message: 'boom', stack: '' },
  ]);
});
