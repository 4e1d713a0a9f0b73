// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { spansFromText, traceFromText } from './notation.ts';

describe('bars', () => {
  test.each([
    ['|--|', '0-3'],
    ['||', '0-1'],
    ['|', '0-0'],
    ['|--|--|', '0-3 3-6'],
    ['|--|  |-|', '0-3 6-8'],
    ['|--| |', '0-3 5-5'],
    ['|||', '0-1 2-2'],
    ['|--||--|', '0-3 4-7'],
    ['||||', '0-1 2-3'],
  ])('%s', (bars, expected) => {
    const spans = spansFromText(`service  name  ${bars}`);
    const origin = spans[0]?.startUnixNano ?? 0n;
    const drawn = spans.map((span) => [span.startUnixNano, span.endUnixNano].map((t) => (t - origin) / 1_000_000n));
    expect(drawn.map((times) => times.join('-')).join(' ')).toBe(expected);
  });
});

describe('tree', () => {
  test('follows the indentation of the names', () => {
    const { trace } = traceFromText(`
      // a comment
      a  one      |----------|
      b    two     |---|
      c      three  ||
      b    four          |--|
      a  five                 |--|
    `);
    expect(trace.names).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect([...trace.parents]).toEqual([-1, 0, 1, 0, -1]);
  });

  test('goes to the bar that runs when the child starts, else to the first', () => {
    const { trace, span } = traceFromText(`
      a  root  |---------------------|
      b    work  |---|   |---|
      c      in         |  |-|    |-|
    `);
    expect(trace.parents[span('in#2')]).toBe(span('work#2'));
    expect(trace.parents[span('in#1')]).toBe(span('work#1'));
    expect(trace.parents[span('in#3')]).toBe(span('work#1'));
  });
});

describe('attributes', () => {
  const { trace } = traceFromText(`
    shop  pay  |--|  [kind=client status=error message="card declined" n=3 x=1.5 on=true off=false db.query.text="SELECT 1" zone= resource.host.name=h1 resource.pool="a b"]
  `);
  const span = trace.spanAt(0);

  test('have the types they look like', () => {
    expect(span.attributes).toEqual([
      { key: 'n', value: 3n },
      { key: 'x', value: 1.5 },
      { key: 'on', value: true },
      { key: 'off', value: false },
      { key: 'db.query.text', value: 'SELECT 1' },
      { key: 'zone', value: '' },
    ]);
    expect(span.resource.attributes).toEqual([
      { key: 'service.name', value: 'shop' },
      { key: 'host.name', value: 'h1' },
      { key: 'pool', value: 'a b' },
    ]);
  });

  test('may be fields', () => {
    expect(span).toMatchObject({ kind: 3, statusCode: 2, statusMessage: 'card declined' });
    expect(spansFromText('a  b  |-|  [parent=00000000000000ff]')[0]?.parentSpanId).toBe('00000000000000ff');
  });
});

describe('mistakes', () => {
  test.each([
    ['no bar here', 'expected "service  name  |---|  [key=value]", found "no bar here"'],
    [
      'a  b  |-| [kind=cleint]',
      'expected one of unspecified, internal, server, client, producer, consumer, found "cleint"',
    ],
  ])('%s', (text, message) => {
    expect(() => traceFromText(text)).toThrow(message);
  });

  test('an unknown label', () => {
    expect(() => traceFromText('a  b  |-|').span('c')).toThrow('no span is labelled "c"; there are a#1, b#1');
  });
});
