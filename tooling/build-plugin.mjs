// SPDX-License-Identifier: Apache-2.0
//
// Bundles the Grafana plugins into `dist/`: runs webpack with create-plugin's settings and ours (webpack.config.ts, compiled by
// esbuild first, because Node 20 does not read TypeScript).
import { build } from 'esbuild';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesOfCompilation } from './bundled-packages.mjs';

const root = path.dirname(import.meta.dirname);

async function readConfig(env) {
  const file = path.join(root, `node_modules/.cache/tracewell-webpack-${process.pid}.mjs`);
  await mkdir(path.dirname(file), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['webpack.config.ts'],
    outfile: file,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  try {
    const { default: config } = await import(pathToFileURL(file).href);
    return await config(env);
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Builds into `outdir`, which is `dist/` of the repository if not given.
 *
 * @param {{ development?: boolean, outdir?: string }} [options] `development`: readable and unminified, for looking at it
 * @returns {Promise<{ files: string[] }>} the files (from the root) that the scripts contain
 */
export async function buildPlugin({ development = false, outdir = path.join(root, 'dist') } = {}) {
  process.chdir(root);
  const { default: webpack } = await import('webpack');
  const config = await readConfig({ ...(development ? {} : { production: true }), outdir });
  const compiler = webpack({ ...config, mode: development ? 'development' : 'production' });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error === null ? resolve(result) : reject(error)));
  });
  // Before closing, which lets go of the modules.
  const files = filesOfCompilation(stats.compilation);
  await new Promise((resolve) => {
    compiler.close(resolve);
  });
  if (stats.hasErrors()) {
    throw new Error(stats.toString({ all: false, errors: true, colors: false }));
  }
  const warnings = stats.toString({ all: false, warnings: true });
  if (warnings !== '') {
    process.stderr.write(`${warnings}\n`);
  }
  return { files };
}

if (process.argv[1] === import.meta.filename) {
  const outdir = process.argv.find((argument) => argument.startsWith('--outdir='))?.slice('--outdir='.length);
  await buildPlugin({
    development: process.argv.includes('--development'),
    ...(outdir === undefined ? {} : { outdir: path.resolve(outdir) }),
  });
}
