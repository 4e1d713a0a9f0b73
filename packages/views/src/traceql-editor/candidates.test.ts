// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { situationAt } from '@tracewell/traceql';
import type { Host, HostData } from '../host.ts';
import { candidatesFor } from './candidates.ts';
import { applySuggestion, rankSuggestions } from './suggestions.ts';

const asked: string[] = [];
const data: Pick<HostData, 'tagNames' | 'tagValues'> = {
  tagNames: () =>
    Promise.resolve([
      { scope: 'span', tags: ['http.method', 'two words'] },
      { scope: 'resource', tags: ['service.name'] },
      { scope: 'intrinsic', tags: ['duration', 'status'] },
    ]),
  tagValues: ({ tag }) => {
    asked.push(tag);
    return Promise.resolve([
      { type: 'string', value: 'GET' },
      { type: 'int', value: '5' },
      { type: 'keyword', value: 'error' },
    ]);
  },
};
const host = { data, time: { range: { from: 0, to: 1 } } } as Host;

/** The query after the first suggestion with this label was taken at `^`, or at `|` where there is none. */
async function take(text: string, label: string): Promise<string | undefined> {
  const mark = text.includes('^') ? '^' : '|';
  const caret = text.indexOf(mark);
  const query = text.replace(mark, '');
  const situation = situationAt(query, caret);
  const candidates = await candidatesFor(situation, host, new AbortController().signal, query.slice(0, caret));
  if (situation.kind === 'none') {
    return undefined;
  }
  const found = rankSuggestions(candidates, situation.prefix, situation.range).find((one) => one.label === label);
  return found === undefined ? undefined : applySuggestion(query, found).text;
}

describe('what is suggested can be run', () => {
  test.each([
    ['{ du|', 'duration', '{ duration '],
    ['{ |', 'span.http.method', '{ span.http.method '],
    ['{ span.|', 'two words', '{ span."two words" '],
    ['{ .|', 'service.name', '{ .service.name '],
    ['{ span.http.method |', '!=', '{ span.http.method != '],
    ['{ span.http.method = |', 'GET', '{ span.http.method = "GET" '],
    ['{ span.http.method = |', '5', '{ span.http.method = 5 '],
    ['{ status = |', 'error', '{ status = error '],
    ['{ status = error |', '&&', '{ status = error && '],
    ['{ status = error } ^', '||', '{ status = error } || {  }'],
    ['{ status = error } ^', '&>>', '{ status = error } &>> {  }'],
    ['{} | ^', 'rate', '{} | rate() '],
    ['{} | ^', 'avg_over_time', '{} | avg_over_time()'],
    ['{} | rate() ^', 'by', '{} | rate() by ()'],
    ['{} | rate() ^', '&&', undefined],
    ['{} | rate() by (name) ^', 'by', undefined],
    ['{} | rate() by (name) ^', '|', '{} | rate() by (name) | '],
    ['{} | rate() | ^', 'topk', '{} | rate() | topk()'],
    ['{} | rate() by (^', 'status', '{} | rate() by (status '],
    ['{} | rate() by (name ^', ',', '{} | rate() by (name , '],
    ['{} | rate() by (name ^', '=', undefined],
    ['{} | rate() with (^', 'exemplars', '{} | rate() with (exemplars = 20'],
  ])('%s with %s', async (text, label, result) => {
    expect(await take(text, label)).toBe(result);
  });

  test('only names of the scope that was typed', async () => {
    expect(await take('{ resource.|', 'http.method')).toBeUndefined();
  });

  test('values are asked for the attribute as TraceQL writes it', async () => {
    asked.length = 0;
    await take('{ span."two words" = |', 'GET');
    expect(asked).toEqual(['span."two words"']);
  });
});
