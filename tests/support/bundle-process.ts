// SPDX-License-Identifier: Apache-2.0
//
// A TypeScript file as a program that another process can run. The bundle lies in node_modules/.cache, from where
// npm's packages are found; only our own are bundled in.
import { buildSync } from 'esbuild';
import path from 'node:path';

/** Builds `entry` (from the root of the repository) and returns the path of the bundle. */
export function bundleProcess(entry: string): string {
  const name = entry.replaceAll(/[/.]/g, '-');
  const outfile = path.resolve('node_modules/.cache/tracewell-tests', `${name}-${String(process.pid)}.mjs`);
  buildSync({
    entryPoints: [path.resolve(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@grpc/grpc-js', '@duckdb/*', 'protobufjs', 'fast-check'],
    // Our own sources are of both kinds; what finds a file from its own place must go on doing so.
    define: { __dirname: JSON.stringify(path.resolve('tests/support')) },
    logLevel: 'error',
  });
  return outfile;
}
