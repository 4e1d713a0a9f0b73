// SPDX-License-Identifier: Apache-2.0
//
// Which packages of others a bundle has code of: each build records them beside its files, for NOTICE.
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

/** Name of the record in a target's `dist`. */
export const RECORD = '.packages.json';

/** The folder of the package that `file` belongs to, from the root; undefined if it is a file of ours. */
function packageOf(file) {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.split(path.sep).join('/')) ?? [];
  return folder !== undefined && existsSync(path.join(root, folder, 'package.json')) ? folder : undefined;
}

/**
 * The files that esbuild put into what it wrote (`base` is the `absWorkingDir` of the build), from the root.
 *
 * @param {import('esbuild').Metafile} metafile
 */
export function filesOfMetafile(metafile, base = root) {
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => path.relative(root, path.resolve(base, file)))
  );
}

/** The files that webpack put into what it wrote, from the root. */
export function filesOfCompilation({ modules, chunkGraph }) {
  return [...modules]
    .filter((module) => chunkGraph.getNumberOfModuleChunks(module) > 0)
    .flatMap((module) => module.modules ?? [module])
    .flatMap((module) =>
      typeof module.resource === 'string' ? path.relative(root, module.resource.split('?')[0]) : []
    );
}

/** Writes down in `outdir` whose code the bundle has. */
export async function recordPackages(outdir, files) {
  const folders = [...new Set(files.flatMap((file) => packageOf(file) ?? []))].sort();
  await writeFile(path.join(outdir, RECORD), `${JSON.stringify(folders, null, 2)}\n`);
}

/** @returns {string[]} folders of packages, from the root */
export function readRecord(dist) {
  return JSON.parse(readFileSync(path.join(dist, RECORD), 'utf8'));
}
