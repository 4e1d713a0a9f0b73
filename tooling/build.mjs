// SPDX-License-Identifier: Apache-2.0
//
// Bundles what runs: `node tooling/build.mjs [server] [console] [demo] [plugin]` (all if none is named). A target
// whose sources did not change since its last build is skipped. A build goes to a folder beside `dist`
// and is moved into place, so a process that starts meanwhile never reads half of it; a lock keeps two builds
// apart.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { filesOfMetafile, RECORD, recordPackages } from './bundled-packages.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const packageDir = (name) => path.join(root, 'packages', name);

/** CommonJS dependencies in an ES module bundle need `require`, `__filename` and `__dirname`. */
const requireBanner = [
  "import { createRequire as createRequireForBundle } from 'node:module';",
  "import { fileURLToPath as fileURLToPathForBundle } from 'node:url';",
  'const require = createRequireForBundle(import.meta.url);',
  'const __filename = fileURLToPathForBundle(import.meta.url);',
  "const __dirname = fileURLToPathForBundle(new URL('.', import.meta.url));",
].join('\n');

/** Settings of every bundle that runs in Node. Resolves to the files that it contains. */
async function bundleForNode(entryPoints, outdir, options = {}) {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints,
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: requireBanner },
    ...options,
  });
  return filesOfMetafile(metafile);
}

/** What can be built: its sources (packages, and other files and folders), where it goes, and how. `build` gets an empty folder,
 * and resolves to the files that the bundle contains, from the root. */
const targets = {
  server: {
    sources: ['base', 'trace', 'analysis', 'traceql', 'protocols', 'store', 'server'],
    dist: path.join(packageDir('server'), 'dist'),
    async build(outdir) {
      const { version } = JSON.parse(await readFile(path.join(packageDir('server'), 'package.json'), 'utf8'));
      return bundleForNode(
        {
          main: path.join(packageDir('server'), 'src/main.ts'),
          'store-worker': path.join(packageDir('store'), 'src/worker.ts'),
        },
        outdir,
        { external: ['@duckdb/*'], define: { TRACEWELL_VERSION: JSON.stringify(version) } }
      );
    },
  },
  console: {
    sources: ['base', 'trace', 'analysis', 'traceql', 'protocols', 'views', 'client', 'console'],
    dist: path.join(packageDir('console'), 'dist'),
    async build(outdir) {
      const { buildConsole } = await import(pathToFileURL(path.join(packageDir('console'), 'build.mjs')).href);
      const { files } = await buildConsole({ outdir });
      return files;
    },
  },
  demo: {
    sources: ['base', 'demo'],
    dist: path.join(packageDir('demo'), 'dist'),
    async build(outdir) {
      const own = path.join(packageDir('demo'), 'build.mjs');
      if (existsSync(own)) {
        const { buildDemo } = await import(pathToFileURL(own).href);
        const { files } = await buildDemo({ outdir });
        return files;
      }
      // Instrumentation hooks into the loading of modules, so dependencies are not bundled.
      return bundleForNode({ main: path.join(packageDir('demo'), 'src/main.ts') }, outdir, {
        packages: 'external',
        plugins: [bundleWorkspaces],
      });
    },
  },
  plugin: {
    sources: ['base', 'trace', 'analysis', 'traceql', 'protocols', 'views', 'client'],
    files: ['src', '.config', 'webpack.config.ts', 'tooling/build-plugin.mjs', 'CHANGELOG.md', 'LICENSE', 'README.md'],
    dist: path.join(root, 'dist'),
    async build(outdir) {
      const { buildPlugin } = await import(pathToFileURL(path.join(root, 'tooling/build-plugin.mjs')).href);
      const { files } = await buildPlugin({ outdir });
      return files;
    },
  },
};

/** Workspaces are TypeScript sources and have to be bundled even where packages are external. */
const bundleWorkspaces = {
  name: 'bundle-workspaces',
  setup(bundle) {
    bundle.onResolve({ filter: /^@tracewell\// }, ({ path: name }) => ({
      path: path.join(packageDir(name.slice('@tracewell/'.length)), 'src/index.ts'),
    }));
  },
};

export const targetNames = Object.keys(targets);

/** Where a target goes. */
export const distOf = (name) => targets[name].dist;

const STAMP = '.sources';

/** The file `start`, or all files below the folder `start`. */
async function* filesAt(start) {
  if ((await stat(start)).isFile()) {
    yield start;
    return;
  }
  for (const entry of await readdir(start, { withFileTypes: true })) {
    if (entry.isDirectory() && !['node_modules', 'dist', '.cache'].includes(entry.name)) {
      yield* filesAt(path.join(start, entry.name));
    } else if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name)) {
      yield path.join(start, entry.name);
    }
  }
}

/** Names, sizes and times of everything a target is made from. */
async function fingerprint(target) {
  const hash = createHash('sha256');
  const files = [path.join(root, 'package-lock.json'), fileURLToPath(import.meta.url)];
  for (const start of [
    ...target.sources.map(packageDir),
    ...(target.files ?? []).map((name) => path.join(root, name)),
  ]) {
    for await (const file of filesAt(start)) {
      files.push(file);
    }
  }
  for (const file of files.sort()) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

async function isUpToDate(target) {
  const stamp = await readFile(path.join(target.dist, STAMP), 'utf8').catch(() => undefined);
  return stamp !== undefined && existsSync(path.join(target.dist, RECORD)) && stamp === (await fingerprint(target));
}

/** Those of `names` whose sources changed since they were built. */
export async function outdatedTargets(names = Object.keys(targets)) {
  const outdated = [];
  for (const name of names) {
    if (!(await isUpToDate(targets[name]))) {
      outdated.push(name);
    }
  }
  return outdated;
}

/** Builds one target, unless another process did so while this one waited. */
async function buildTarget(name) {
  const target = targets[name];
  if (await isUpToDate(target)) {
    return;
  }
  const startedAt = performance.now();
  const stamp = await fingerprint(target);
  // Beside `dist`, so that relative paths in source maps stay right.
  const fresh = path.join(target.dist, '../.cache');
  const old = path.join(root, `node_modules/.cache/tracewell-replaced-${name}`);
  await rm(fresh, { recursive: true, force: true });
  await rm(old, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await recordPackages(fresh, await target.build(fresh));
  await writeFile(path.join(fresh, STAMP), stamp);
  if (existsSync(target.dist)) {
    await rename(target.dist, old);
  }
  await rename(fresh, target.dist);
  await rm(old, { recursive: true, force: true });
  process.stderr.write(`built ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs `work` while no other process builds. The lock of a process that died is taken over. */
async function withLock(work) {
  const lock = path.join(root, 'node_modules/.cache/tracewell-build.lock');
  await mkdir(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
      if (holder > 0 && !isAlive(holder)) {
        await rm(lock, { force: true });
      } else {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Builds what is outdated of `names`. */
export async function buildTargets(names = Object.keys(targets)) {
  const unknown = names.filter((name) => !(name in targets));
  if (unknown.length > 0) {
    throw new Error(`no such target: ${unknown.join(', ')}; expected ${Object.keys(targets).join(', ')}`);
  }
  await withLock(async () => {
    for (const name of names) {
      await buildTarget(name);
    }
  });
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  try {
    await buildTargets(names.length > 0 ? names : undefined);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
