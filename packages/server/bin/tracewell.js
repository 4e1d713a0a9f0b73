#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// The launcher: sizes libuv's thread pool before anything uses it, builds the server first if this is a
// checkout whose sources are newer than the build, and starts it. CommonJS on purpose (see package.json
// beside it): the loader of ES modules reads its files through the thread pool, whose size is then fixed.
'use strict';

// Commits, gunzip and queries of DuckDB share the pool; four threads let a few queries hold up commits.
process.env.UV_THREADPOOL_SIZE ??= '12';
const v8 = require('node:v8');
// A heap of 21 MB is marked anew after 9 MB, and what sockets read counts: three times a second under load. With this
// after 30 MB.
v8.setFlagsFromString('--heap-growing-percent=150');
// Room for young objects would grow to 32 MB in each thread, to hold 1 MB: that of workers ends at 8 MB, and this one's,
// which is there already, does not grow.
v8.setFlagsFromString('--max-semi-space-size=4');
v8.setFlagsFromString('--semi-space-growth-factor=1');

const { existsSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

async function buildIfNeeded() {
  const builder = path.join(__dirname, '../../../tooling/build.mjs');
  if (!existsSync(builder)) {
    return;
  }
  const { outdatedTargets } = await import(pathToFileURL(builder).href);
  const targets = process.argv[2] === 'serve' ? ['server', 'console'] : ['server'];
  const outdated = await outdatedTargets(targets);
  if (outdated.length > 0) {
    // In a process of its own, so that the bundler leaves no memory behind.
    const { spawnSync } = require('node:child_process');
    const built = spawnSync(process.execPath, [builder, ...outdated], { stdio: ['ignore', 2, 2] });
    if (built.status !== 0) {
      process.stderr.write('tracewell: the build failed, see above\n');
      process.exit(1);
    }
  }
}

buildIfNeeded()
  .then(() => import(pathToFileURL(path.join(__dirname, '../dist/main.js')).href))
  .catch((error) => {
    process.stderr.write(`tracewell: ${error.stack}\n`);
    process.exit(1);
  });
