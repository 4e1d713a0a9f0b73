// SPDX-License-Identifier: Apache-2.0
//
// `node bench/soak.mjs --minutes 30 --rate 20000 --out FOLDER`: see soak/main.ts.
import { runBundled } from './run-bundled.mjs';

await runBundled('soak/main.ts', process.argv.slice(2));
