// SPDX-License-Identifier: Apache-2.0
//
// ByteTable against a Map of texts: the same ids whichever of its two ways they are asked for.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteTable } from './byte-table.ts';

const encoder = new TextEncoder();
/** Short and few, so that texts repeat, share their beginnings and ends, and have every length around a word. */
const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\u00e9'), maxLength: 10 }), { maxLength: 60 });

function placed(
  text: string,
  offset: number
): { readonly view: DataView; readonly start: number; readonly end: number } {
  const bytes = encoder.encode(text);
  const memory = new Uint8Array(offset + bytes.length).fill(0x62);
  memory.set(bytes, offset);
  return { view: new DataView(memory.buffer), start: offset, end: memory.length };
}

test('gives each text one id, in order of first appearance', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (sequence, afters) => {
      const table = new ByteTable(1000);
      const expected = new Map<string, number>();
      let previous = -1;
      sequence.forEach((text, i) => {
        if (!expected.has(text)) {
          expected.set(text, expected.size);
        }
        const { view, start, end } = placed(text, i % 5);
        const id = afters[i] === true ? table.internAfter(previous, view, start, end) : table.intern(view, start, end);
        expect(id).toBe(expected.get(text));
        previous = i % 7 === 0 ? -1 : id;
      });
      expected.forEach((id, text) => expect(table.text(id)).toBe(text));
    })
  );
});

test('keeps its ids while it grows, and says when it is full', () => {
  const table = new ByteTable(5000);
  const intern = (number: number): number => {
    const { view, start, end } = placed(`attribute.key.${String(number)}`, 3);
    return table.internAfter(number % 2 === 0 ? -1 : number - 1, view, start, end);
  };
  for (let number = 0; number < 5000; number++) {
    expect(intern(number)).toBe(number);
  }
  expect(intern(5000)).toBe(-1);
  expect(intern(4321)).toBe(4321);
  expect(table.text(4321)).toBe('attribute.key.4321');
});
