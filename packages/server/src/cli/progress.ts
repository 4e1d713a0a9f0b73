// SPDX-License-Identifier: Apache-2.0
//
// How far something is: a bar that redraws itself on a terminal, now and then a line elsewhere.
import type { Output } from './operate-context.ts';

const REDRAW_MS = 100;
const LINE_MS = 5000;
const BAR = 24;

/** See the head of the file. Times are `performance.now()`. */
export class Progress {
  private readonly output: Output;
  private readonly unit: string;
  private readonly now: () => number;
  private last: number;
  private width = 0;

  constructor(output: Output, unit: string, now: () => number = () => performance.now()) {
    this.output = output;
    this.unit = unit;
    this.now = now;
    // Where lines stay, what is done at once needs none.
    this.last = output.isTTY === true ? -Infinity : now();
  }

  /** `total` is 0 while it is unknown. */
  update(what: string, done: number, total: number): void {
    const isTerminal = this.output.isTTY === true;
    const now = this.now();
    if (now - this.last < (isTerminal ? REDRAW_MS : LINE_MS)) {
      return;
    }
    this.last = now;
    const amount = `${count(done)}${total > 0 ? ` of ${count(total)}` : ''} ${this.unit}`;
    if (!isTerminal) {
      this.output.write(`${what}: ${amount}\n`);
      return;
    }
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * BAR);
    const bar = `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
    const line = `${total > 0 ? `${bar}  ` : ''}${amount}  ${what}`.slice(0, (this.output.columns ?? 80) - 1);
    this.output.write(`\r${line.padEnd(this.width)}`);
    this.width = line.length;
  }

  /** Removes the bar. */
  end(): void {
    if (this.width > 0) {
      this.output.write(`\r${' '.repeat(this.width)}\r`);
      this.width = 0;
    }
  }
}

/** `1,234,567`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
