// SPDX-License-Identifier: Apache-2.0
//
// Order of strings by code point, which is the order of their UTF-8 bytes. JavaScript's own `<` compares
// UTF-16 units and puts characters beyond U+FFFF before U+E000..U+FFFF.

/** Negative, zero or positive, as `a` comes before, is, or comes after `b`. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) {
      return rank(left) - rank(right);
    }
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for the highest code points, above all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
