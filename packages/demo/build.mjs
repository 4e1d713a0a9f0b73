// SPDX-License-Identifier: Apache-2.0
//
// Bundles the demo: `node packages/demo/build.mjs <folder>`, or `buildDemo({ outdir })` from the repository's build.
//
// One file with everything in it, because each of the shop's worker threads loads it: with dependencies left outside,
// opening the shop cost several times as much. CommonJS, because then `node:http` is required, and
// the instrumentation's hook sees it; the package is one of ES modules, hence the small package.json beside the bundle.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOfMetafile } from '../../tooling/bundled-packages.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Writes `main.js` (the program, and each service as a worker) and `package.json` to `outdir`. Resolves to the files (from the repository's root) that it contains. */
export async function buildDemo({ outdir }) {
  const { build } = await import('esbuild');
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: path.join(here, '../..'),
    entryPoints: [path.join(here, 'src/main.ts')],
    outfile: path.join(outdir, 'main.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  await writeFile(path.join(outdir, 'package.json'), '{ "type": "commonjs" }\n');
  return { files: filesOfMetafile(metafile) };
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const outdir = process.argv[2];
  if (outdir === undefined) {
    process.stderr.write('usage: node packages/demo/build.mjs <folder>\n');
    process.exitCode = 2;
  } else {
    await buildDemo({ outdir: path.resolve(outdir) });
  }
}
