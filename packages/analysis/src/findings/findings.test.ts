// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { buildTrace, spansFromText, traceFromText, type Span } from '@tracewell/trace';
import { describeFinding } from './describe.ts';
import { findFindings } from './find.ts';
import type { Finding } from './finding.ts';

/** The sentences about a drawn trace. */
function sentencesAbout(text: string): string[] {
  const { trace } = traceFromText(text);
  return findFindings(trace).map((finding) => describeFinding(trace, finding));
}

const QUIET = 'nothing';

describe('repeated calls', () => {
  const calls = (bars: string, words = 'kind=client db.system.name=postgresql'): string => `
    shop  GET /    |---------------------------------------|
    cart    GetCart |------------------------------|
    cart      SELECT${bars}  [${words}]
  `;
  test.each([
    [
      'one after the other',
      calls(' |--| |--| |--| |--| |--|'),
      '5 sequential SELECT calls under cart \u203a GetCart cost 15 ms (38 %).',
    ],
    ['four are not enough', calls(' |--| |--| |--| |--|'), QUIET],
    ['internal work is no call', calls(' |--| |--| |--| |--| |--|', 'a=b'), QUIET],
    [
      'next to nothing',
      calls(' || || |  |  |', 'kind=client db.system.name=redis'),
      '5 sequential SELECT calls under cart \u203a GetCart cost 2 ms (5 %).',
    ],
    ['nothing at all', calls(' |  |  |  |  |'), QUIET],
  ])('%s', (_, text, expected) => {
    const sentences = sentencesAbout(text).filter((sentence) => sentence.includes('sequential'));
    expect(sentences).toEqual(expected === QUIET ? [] : [expected]);
  });

  test('side by side they are no loop', () => {
    const { trace } = traceFromText(`
      cart  GetCart  |------------------------------|
      cart    SELECT   |---|                           [kind=client]
      cart    SELECT   |---|                           [kind=client]
      cart    SELECT    |---|                          [kind=client]
      cart    SELECT    |---|                          [kind=client]
      cart    SELECT   |---|                           [kind=client]
    `);
    expect(findFindings(trace).filter((finding) => finding.kind === 'repeated-calls')).toEqual([]);
  });

  test('of one name but to different services they are no loop', () => {
    const { trace } = traceFromText(`
      shop  checkout  |--------------------------------|
      shop    GET      |---| |---|                         [kind=client]
      cart      read    |-|   |-|
      shop    GET                  |---| |---|             [kind=client]
      price     read                |-|   |-|
      shop    GET                               |---|      [kind=client server.address=tax]
    `);
    expect(findFindings(trace).filter((finding) => finding.kind === 'repeated-calls')).toEqual([]);
  });

  test('whose starts were cut to whole milliseconds, they still are one', () => {
    const spans = spansFromText(calls(' |---|---|---|---|---|'));
    const late = spans.map((span) => ({ ...span, endUnixNano: span.endUnixNano + (span.kind === 3 ? 900_000n : 0n) }));
    expect(findFindings(buildTrace('aa', late)).map(({ kind }) => kind)).toContain('repeated-calls');
  });

  test('so many that they matter, however short', () => {
    const text = `
      cart  GetCart  |${'-'.repeat(800)}|
      cart    SELECT  ${'|| '.repeat(20)}                    [kind=client]
      cart    work                                                                           |${'-'.repeat(600)}|
    `;
    expect(sentencesAbout(text)).toContain('20 sequential SELECT calls under cart \u203a GetCart cost 20 ms (2 %).');
  });

  test('in a trace without duration', () => {
    const [span] = spansFromText('a  b  |  [kind=client]') as [Span];
    const idOf = (i: number): string => (i + 1).toString(16).padStart(16, '0');
    const spans = Array.from({ length: 30 }, (_, i) => ({
      ...span,
      spanId: idOf(i),
      parentSpanId: i === 0 ? '' : idOf(0),
    }));
    const trace = buildTrace('aa', spans);
    const [finding] = findFindings(trace);
    expect(describeFinding(trace, finding as Finding)).toBe('29 sequential b calls under a \u203a b cost 0 ns (0 %).');
  });
});

describe('first error', () => {
  test.each([
    [
      'carried to the root',
      `
      store     POST /checkout  |------------------|  [status=error]
      checkout    PlaceOrder     |---------------|    [status=error]
      payment       Charge        |-----|             [status=error message="card declined"]
      email         Send                  |----|
      `,
      'payment \u203a Charge failed first ("card declined"); 2 spans above it carry the error on.',
    ],
    [
      'handled on the way',
      `
      store     POST /checkout  |------------------|
      checkout    PlaceOrder     |---------------|    [status=error]
      payment       Charge        |-----|             [status=error error.type=timeout]
      email         Send                  |----|
      `,
      'payment \u203a Charge failed first ("timeout"); 1 span above it carries the error on.',
    ],
    [
      'handled at once, and without a word',
      `
      store     POST /checkout  |------------------|
      payment     Charge          |------|            [status=error]
      email       Send                   |------|
      `,
      'payment \u203a Charge failed first; no span above it carries the error on.',
    ],
    [
      'the one that reached the root, not the earlier one',
      `
      store     POST /checkout  |------------------|  [status=error]
      cache       get            |--|
      cache         read          ||                  [status=error message=miss]
      payment     Charge               |--------|     [status=error message=declined]
      `,
      'payment \u203a Charge failed first ("declined"); 1 span above it carries the error on. 1 more error begins in other spans.',
    ],
    [
      'the earliest of those that were carried equally far',
      `
      store     POST /checkout  |------------------|  [status=error]
      payment     Charge         |-------------|      [status=error message=late]
      email       Send            |---|               [status=error message=early]
      email       Send                |------|        [status=error message=other]
      `,
      'email \u203a Send failed first ("early"); 1 span above it carries the error on. 2 more errors begin in other spans.',
    ],
  ])('%s', (_, text, expected) => {
    expect(sentencesAbout(text)).toContain(expected);
  });

  test.each([
    [{ 'exception.message': 'no route', 'exception.type': 'IOError' }, ' ("no route")'],
    [{ 'exception.type': 'IOError' }, ' ("IOError")'],
    [{ other: 'x' }, ''],
  ])('takes its words from the exception %j', (attributes, expected) => {
    const [span] = spansFromText('a  b  |-|  [status=error]') as [Span];
    const events = ['log', 'exception'].map((name) => ({
      timeUnixNano: 0n,
      name,
      attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
      droppedAttributesCount: 0,
    }));
    const trace = buildTrace('aa', [{ ...span, events }]);
    const [finding] = findFindings(trace);
    expect(finding?.severity).toBe('error');
    expect(describeFinding(trace, finding as Finding)).toBe(
      `a \u203a b failed first${expected}; no span above it carries the error on.`
    );
  });
});

describe('silent dependency', () => {
  const call = (words: string, below = ''): string => `
    shop   GET /   |--------------------|
    fraud    check   |-------------|
    fraud      POST   |----------|       [kind=client ${words}]
    ${below}
  `;
  test.each([
    [
      'a host',
      call('server.address=risk.example'),
      'fraud \u203a POST waited 11 ms (52 %) for risk.example, which sent no spans.',
    ],
    [
      'a named peer',
      call('peer.service=risk server.address=10.0.0.1'),
      'fraud \u203a POST waited 11 ms (52 %) for risk, which sent no spans.',
    ],
    ['nothing known', call(''), 'fraud \u203a POST waited 11 ms (52 %) for a dependency, which sent no spans.'],
    [
      'only its own children',
      call('server.address=risk', 'fraud        connect  |--|'),
      'fraud \u203a POST waited 11 ms (52 %) for risk, which sent no spans.',
    ],
  ])('%s', (_, text, expected) => {
    expect(sentencesAbout(text)).toEqual([expected]);
  });

  test.each([
    ['answered by another service', call('', 'risk         POST /    |--------|')],
    ['answered by a server span', call('', 'fraud        POST /    |--------|   [kind=server]')],
    ['a database', call('db.system.name=postgresql')],
    ['a broker', call('messaging.system=kafka')],
  ])('not %s', (_, text) => {
    expect(sentencesAbout(text).join(' ')).not.toContain('sent no spans');
  });

  test('several calls of one callee are one finding', () => {
    const { trace, span } = traceFromText(`
      shop   GET /   |--------------------|
      shop     GET     |-----||---------|     [kind=client server.address=ads]
    `);
    const findings = findFindings(trace);
    expect(findings.map(({ kind, spans }) => [kind, spans])).toEqual([
      ['silent-dependency', [span('GET#2'), span('GET#1')]],
    ]);
  });
});

test('a kind without a sentence is a bug', () => {
  const { trace } = traceFromText('a  b  |-|');
  // @ts-expect-error there is no such kind
  expect(() => describeFinding(trace, { kind: 'odd', spans: [0] })).toThrow('no case for');
});

describe('dominating work', () => {
  test.each([
    [
      'half of the trace',
      `
      shop     GET /            |-------------------|
      catalog    GetProduct       |---------------|
      catalog      rebuild index   |-------------|
      `,
      ['catalog \u203a rebuild index worked for 14 ms itself: 70 % of the trace.'],
    ],
    ['not in a small trace', 'a  b  |-----|\na    c     |-|', []],
    ['not when it is spread', 'a  b  |---------|\na    c  |---|\na    d      |---|', []],
  ])('%s', (_, text, expected) => {
    expect(sentencesAbout(text)).toEqual(expected);
  });

  test('of nothing', () => {
    expect(findFindings(buildTrace('aa', []))).toEqual([]);
  });
});
