// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { traceFromText } from '@tracewell/trace';
import { commandFor, keyBindings, type PressedKey } from './commands.ts';
import { collapsedSpans, initialFoldState, parseFoldParam, toFoldParam } from './fold-param.ts';

const drawn = traceFromText(`
  web   GET /     |--------------------|
  cart    GetCart   |------------|
  db        SELECT    |-| |-| |-|
  cart    Save                    |--|
`);
const { trace } = drawn;
const selects = [drawn.span('SELECT#1'), drawn.span('SELECT#2'), drawn.span('SELECT#3')];
const foldOfSpan = new Int32Array(trace.length).fill(-1);
for (const span of selects) foldOfSpan[span] = 0;
const folding = { folds: [{ members: Uint32Array.from(selects) }], foldOfSpan };

describe('folding in the address', () => {
  test('what is the default is not written', () => {
    expect(toFoldParam(initialFoldState, trace, folding)).toBeUndefined();
    expect(parseFoldParam(undefined, trace, folding)).toEqual(initialFoldState);
  });
  test('comes back as it was', () => {
    const state = {
      foldSimilar: false,
      collapsedAll: true,
      toggled: new Set([drawn.span('GetCart')]),
      openFolds: new Set([0]),
    };
    expect(parseFoldParam(toFoldParam(state, trace, folding), trace, folding)).toEqual(state);
  });
  test('what this trace does not have is passed over', () => {
    expect(parseFoldParam('ffffffffffffffff.xabc.nonsense', trace, folding)).toEqual(initialFoldState);
  });
  test('only spans with children can be collapsed', () => {
    const all = collapsedSpans({ ...initialFoldState, collapsedAll: true, toggled: new Set([0]) }, trace);
    expect(trace.names.filter((_, span) => all[span] === 1)).toEqual(['GetCart']);
  });
});

describe('keys', () => {
  const press = (key: string, more: Partial<PressedKey> = {}): string | undefined =>
    commandFor({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
  test('arrows move, with shift they pan', () => {
    expect(press('ArrowRight')).toBe('expand');
    expect(press('ArrowRight', { shiftKey: true })).toBe('pan-right');
    expect(press('ArrowDown')).toBe('down');
  });
  test('n and N differ, and shift does not matter for characters', () => {
    expect(press('n')).toBe('next-match');
    expect(press('N', { shiftKey: true })).toBe('previous-match');
    expect(press('?', { shiftKey: true })).toBe('help');
  });
  test('the browser keeps its combinations', () => {
    expect(press('f', { ctrlKey: true })).toBeUndefined();
    expect(press('ArrowLeft', { altKey: true })).toBeUndefined();
  });
  test('no key has two meanings', () => {
    const used = keyBindings.flatMap((binding) => binding.keys.map((key) => `${binding.shift ?? false} ${key}`));
    expect(new Set(used).size).toBe(used.length);
  });
});
