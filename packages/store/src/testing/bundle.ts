// SPDX-License-Identifier: Apache-2.0
//
// Bundles an entry of this package so that another process or thread can run it. The bundle lies in
// node_modules/.cache, from where the native binding is found.

import { buildSync } from 'esbuild';
import { join } from 'node:path';

/** Builds `entry` (below packages/store/src) and returns the path of the bundle; the working directory is the repository. */
export function bundleForTest(entry: string): string {
  const outfile = join(
    process.cwd(),
    'node_modules/.cache/tracewell-store',
    `${entry.replaceAll('/', '-')}-${process.pid}.mjs`
  );
  buildSync({
    entryPoints: [join(process.cwd(), 'packages/store/src', entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@duckdb/node-bindings'],
    logLevel: 'error',
  });
  return outfile;
}
