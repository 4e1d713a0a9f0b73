// SPDX-License-Identifier: Apache-2.0
//
// The table of events in docs/operations.md has every line that the store and its server log, and no other.
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '../..');

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'testing') {
      yield* sources(file);
    } else if (/(?<!\.test)\.ts$/.test(entry.name)) {
      yield readFileSync(file, 'utf8');
    }
  }
}

/** `log('info', 'what happened', ...)` in the store, `log.info({ fields }, 'what happened')` in the server. */
const calls = [
  /\blog\(\s*[^,]*'(?:info|warn|error)'[^,]*,\s*(['`])((?:(?!\1).)*)\1/gs,
  /\blog\.(?:fatal|error|warn|info)\(\s*(?:\{[^']*?\},\s*)?(['`])((?:(?!\1).)*)\1\s*\)/gs,
];

test('the table of events has all of them', () => {
  const logged = ['packages/store/src', 'packages/server/src']
    .flatMap((folder) => [...sources(path.join(root, folder))])
    .flatMap((text) => calls.flatMap((call) => [...text.matchAll(call)].map(([, , message]) => message)));
  const page = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
  const documented = [...page.matchAll(/^\| (?:info|warn|error) +\| ([^|]+?) +\|/gm)].map(([, message]) => message);
  expect(documented.length).toBeGreaterThan(30);
  expect(documented.sort()).toEqual([...new Set(logged)].sort());
});
