// SPDX-License-Identifier: Apache-2.0
//
// A wall clock that a test can set for a store that runs, in all its threads: a module that Node loads first reads from
// a file by how much the time is off. The monotonic clock, the file system's and the test's own go on as they are.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface ShiftedClock {
  /** For Node, to start the store with. */
  readonly nodeFlags: readonly string[];
  /** Sets the clock of the store to this many milliseconds after the true time. */
  set(offsetMs: number): void;
  /** What the store takes for the present, milliseconds since 1970. */
  now(): number;
}

/** Makes its two files in `folder`. */
export function shiftedClock(folder: string): ShiftedClock {
  const offsetFile = path.join(folder, 'offset');
  const module = path.join(folder, 'shift.mjs');
  const set = (offsetMs: number) => {
    // Renamed, so that nobody reads half of it.
    writeFileSync(`${offsetFile}.new`, String(offsetMs));
    renameSync(`${offsetFile}.new`, offsetFile);
  };
  set(0);
  writeFileSync(
    module,
    `import { readFileSync } from 'node:fs';
const trueNow = Date.now;
let offset = 0;
let readAt = -Infinity;
const now = () => {
  if (performance.now() - readAt > 20) {
    readAt = performance.now();
    offset = Number(readFileSync(${JSON.stringify(offsetFile)}, 'utf8'));
  }
  return trueNow() + offset;
};
const TrueDate = Date;
globalThis.Date = class Date extends TrueDate {
  constructor(...of) {
    super(...(of.length === 0 ? [now()] : of));
  }
  static now() {
    return now();
  }
};
`
  );
  return {
    nodeFlags: ['--import', pathToFileURL(module).href],
    set,
    now: () => Date.now() + Number(readFileSync(offsetFile, 'utf8')),
  };
}
