// SPDX-License-Identifier: Apache-2.0
//
// `npm run bench -- [options]`, see README.md. Starts a store, sends it the same bytes as always (seeded, with a
// checksum), asks it the same questions as always, and prints tables; peers that run already get the same. With
// `--soak 30m` it does one thing for half an hour and looks at what grows.
import { runBundled } from './run-bundled.mjs';

const args = process.argv.slice(2);
const soak = args.indexOf('--soak');
if (soak >= 0) {
  const [, minutes] = args.splice(soak, 2);
  await runBundled('soak/main.ts', ['--minutes', (minutes ?? '30').replace(/m$/, ''), ...args]);
} else {
  await runBundled('src/main.ts', args);
}
