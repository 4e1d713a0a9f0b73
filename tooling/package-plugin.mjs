// SPDX-License-Identifier: Apache-2.0
//
// The plugins as one file to install: `dist/` as build/tracewell-app-<version>.zip, with tracewell-app/ as its top
// folder, which is what Grafana's plugin folder wants. Fails if a script is larger than a browser should load.
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { distOf } from './build.mjs';

const root = path.join(import.meta.dirname, '..');

/** Largest module.js, gzipped. */
const BUDGET_BYTES = 350 * 1024;

/** Files of the bundle; those whose names start with a dot are the build's own notes. */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

/** @throws {Error} that names each script above the budget */
async function checkSizes(dist, files) {
  const sizes = await Promise.all(
    files
      .filter((file) => path.basename(file) === 'module.js')
      .map(async (file) => ({ file, bytes: gzipSync(await readFile(path.join(dist, file))).length }))
  );
  for (const { file, bytes } of sizes) {
    process.stdout.write(`${(bytes / 1024).toFixed(1).padStart(7)} KB gzipped  ${file}\n`);
  }
  const large = sizes.filter(({ bytes }) => bytes > BUDGET_BYTES);
  if (sizes.length !== 4 || large.length > 0) {
    throw new Error(
      sizes.length === 4
        ? `larger than ${BUDGET_BYTES / 1024} KB gzipped: ${large.map(({ file }) => file).join(', ')}`
        : `expected the scripts of four plugins in ${dist}, found ${sizes.length}`
    );
  }
}

async function writeZip(dist, files, target) {
  const zip = new ZipFile();
  for (const file of files) {
    zip.addFile(path.join(dist, file), `tracewell-app/${file}`);
  }
  if (existsSync(path.join(root, 'NOTICE'))) {
    zip.addFile(path.join(root, 'NOTICE'), 'tracewell-app/NOTICE');
  }
  zip.end();
  await mkdir(path.dirname(target), { recursive: true });
  await pipeline(zip.outputStream, createWriteStream(`${target}.part`));
  await rename(`${target}.part`, target);
}

try {
  const dist = distOf('plugin');
  const files = await filesBelow(dist);
  const { info } = JSON.parse(await readFile(path.join(dist, 'plugin.json'), 'utf8'));
  await checkSizes(dist, files);
  const target = path.join(root, `build/tracewell-app-${info.version}.zip`);
  await writeZip(dist, files, target);
  process.stdout.write(`${path.relative(process.cwd(), target)}: ${files.length} files\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
