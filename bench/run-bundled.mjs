// SPDX-License-Identifier: Apache-2.0
//
// Compiles a TypeScript program of the benchmark and runs it in a process of its own, which ends before this returns.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** `entry` is a path below bench/. The exit code becomes this process's. */
export async function runBundled(entry, args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-bench-'));
  try {
    const outfile = path.join(folder, 'bench.mjs');
    await build({
      entryPoints: [path.join(import.meta.dirname, entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
      // For what is CommonJS inside the bundle.
      banner: { js: `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);` },
    });
    const { status } = spawnSync(process.execPath, [outfile, '--root', root, ...args], {
      stdio: 'inherit',
      env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
    });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
