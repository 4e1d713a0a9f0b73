// SPDX-License-Identifier: Apache-2.0
//
// Random numbers that are the same on every machine (mulberry32), so that every run sends the same bytes.

export interface Random {
  /** 32 bits. */
  bits(): number;
  /** 0 (inclusive) to 1 (exclusive). */
  unit(): number;
  /** 0 to `below - 1`. */
  integer(below: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const unit = () => bits() / 4294967296;
  const integer = (below: number) => Math.floor(unit() * below);
  return {
    bits,
    unit,
    integer,
    pick: <T>(items: readonly T[]): T => {
      const item = items[integer(items.length)];
      if (item === undefined) {
        throw new Error('pick from an empty list');
      }
      return item;
    },
  };
}
