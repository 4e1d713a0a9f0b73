// SPDX-License-Identifier: Apache-2.0
//
// Chance from a seed, so that every input can be made again from two numbers.

/** Inputs of one epoch. */
const EPOCH = 20_000;

/** See the head of the file. */
export class Chance {
  /** The same for some ten thousand inputs in a row. */
  readonly epoch: number;
  private state: number;

  constructor(seed: number, index: number) {
    this.epoch = Math.imul(seed, 1000) + Math.floor(index / EPOCH);
    this.state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
    this.next();
  }

  /** 32 bits (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return this.next() % Math.max(1, below);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of them; throws for none. */
  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) {
      throw new RangeError('nothing to choose from');
    }
    return item;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }

  hex(digits: number): string {
    return Buffer.from(this.bytes(digits / 2)).toString('hex');
  }
}
