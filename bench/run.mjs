// SPDX-License-Identifier: Apache-2.0
//
// `npm run bench -- [options]`, see README.md. Compiles bench/src and runs it in a process of its own, which starts a
// store, sends it the same bytes as always (seeded, with a checksum), asks it the same questions as always, and prints
// tables; peers that run already get the same.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-bench-'));
try {
  await build({
    entryPoints: [path.join(root, 'bench/src/main.ts')],
    outfile: path.join(folder, 'bench.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    // For what is CommonJS inside the bundle.
    banner: { js: `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);` },
  });
  const { status } = spawnSync(
    process.execPath,
    [path.join(folder, 'bench.mjs'), '--root', root, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
    }
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
