// SPDX-License-Identifier: Apache-2.0
//
// Bundles the console: hashed scripts, the icons that @grafana/ui fetches by URL, and an index.html with
// relative addresses and no inline script, so that it works below any prefix and under a strict
// Content-Security-Policy.
import { build } from 'esbuild';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOfMetafile } from '../../tooling/bundled-packages.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

// What @grafana/ui imports for components that the console does not use. Monaco and OpenLayers alone are
// larger than everything else together.
const unused =
  /^(monaco-editor|@monaco-editor\/react|ol|ol\/.*|slate|slate-react|slate-plain-serializer|@grafana\/faro-web-sdk|@grafana\/react-data-grid)$/;

/** Grafana's typefaces, under the names by which its global styles ask for them. */
const fonts = [
  ['@fontsource/inter/files/inter-latin-400-normal.woff2', 'inter/Inter-Regular.woff2'],
  ['@fontsource/inter/files/inter-latin-500-normal.woff2', 'inter/Inter-Medium.woff2'],
  [
    '@fontsource/roboto-mono/files/roboto-mono-latin-400-normal.woff2',
    'roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2',
  ],
];

const leaveOutUnused = {
  name: 'leave-out-unused',
  setup(bundle) {
    bundle.onResolve({ filter: unused }, (args) => ({ path: args.path, namespace: 'unused' }));
    bundle.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/**
 * Builds the console into `outdir`, which is emptied first.
 *
 * @param {{ outdir?: string, minify?: boolean, entry?: string }} [options]
 * @returns {Promise<{ outdir: string, bytes: number, files: string[] }>} where it is, the size of its scripts, and the
 * files (from the repository's root) that they contain
 */
export async function buildConsole({ outdir = path.join(here, 'dist'), minify = true, entry = 'src/main.tsx' } = {}) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const result = await build({
    absWorkingDir: here,
    entryPoints: { console: entry },
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    minify,
    sourcemap: minify ? false : 'linked',
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/chunk-[hash]',
    assetNames: 'assets/[name]-[hash]',
    define: { 'process.env.NODE_ENV': JSON.stringify(minify ? 'production' : 'development'), global: 'globalThis' },
    mainFields: ['module', 'browser', 'main'],
    conditions: ['import', 'module', 'browser'],
    loader: { '.svg': 'dataurl', '.png': 'dataurl' },
    plugins: [leaveOutUnused],
    metafile: true,
    logLevel: 'warning',
  });
  // A worker is a script of its own; index.html tells the page its hashed name.
  const worker = await build({
    absWorkingDir: here,
    entryPoints: { 'layout-worker': '../views/src/services/layout/layout-worker.ts' },
    outdir,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify,
    entryNames: 'assets/[name]-[hash]',
    metafile: true,
    logLevel: 'warning',
  });
  const [workerFile = ''] = Object.keys(worker.metafile.outputs);
  const outputs = Object.entries(result.metafile.outputs);
  const script = outputs.find(([, output]) => output.entryPoint !== undefined)?.[0];
  const style = outputs.find(([file]) => file.endsWith('.css'))?.[0];
  if (script === undefined) {
    throw new Error('esbuild named no entry point among the outputs of the console');
  }
  const relative = (file) => path.relative(outdir, path.resolve(here, file)).split(path.sep).join('/');
  const template = await readFile(path.join(here, 'src/index.html'), 'utf8');
  await writeFile(
    path.join(outdir, 'index.html'),
    template
      .replace('<!-- worker -->', `<meta name="tracewell-layout-worker" content="${relative(workerFile)}" />`)
      .replace('<!-- script -->', `<script type="module" src="${relative(script)}"></script>`)
      .replace('<!-- style -->', style === undefined ? '' : `<link rel="stylesheet" href="${relative(style)}">`)
  );
  const grafanaUi = path.dirname(require.resolve('@grafana/ui/package.json'));
  await cp(path.join(grafanaUi, 'dist/public/img/icons'), path.join(outdir, 'public/build/img/icons'), {
    recursive: true,
  });
  // What @grafana/ui asks for by URL and its package does not bring: a few icons, and Grafana's fonts.
  await cp(path.join(here, 'src/icons'), path.join(outdir, 'public/build/img/icons/unicons'), { recursive: true });
  for (const [file, target] of fonts) {
    await cp(require.resolve(file), path.join(outdir, 'public/fonts', target));
  }
  await cp(path.join(here, 'src/favicon.svg'), path.join(outdir, 'favicon.svg'));
  const bytes = outputs.filter(([file]) => file.endsWith('.js')).reduce((sum, [, output]) => sum + output.bytes, 0);
  const files = [...filesOfMetafile(result.metafile, here), ...filesOfMetafile(worker.metafile, here)];
  return { outdir, bytes, files };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { outdir, bytes } = await buildConsole({ minify: !process.argv.includes('--development') });
  console.log(`console: ${path.relative(process.cwd(), outdir)}, ${Math.round(bytes / 1024)} KB of scripts`);
}
