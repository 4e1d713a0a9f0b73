// SPDX-License-Identifier: Apache-2.0
//
// The notes of a job's result: bounded, so that a folder with a million damaged rows still has an answer.

/** See `JobResult.notes`. */
const MAX_NOTES = 1000;

/** Collects lines for people. */
export class Notes {
  private readonly kept: string[] = [];
  private omitted = 0;

  add(line: string): void {
    if (this.kept.length < MAX_NOTES - 1) {
      this.kept.push(line);
    } else {
      this.omitted += 1;
    }
  }

  get count(): number {
    return this.kept.length + this.omitted;
  }

  /** At most 1,000; the last one says how many more there are. */
  get lines(): readonly string[] {
    return this.omitted === 0 ? this.kept : [...this.kept, `and ${this.omitted} more`];
  }
}
