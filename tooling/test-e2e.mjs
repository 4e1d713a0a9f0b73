// SPDX-License-Identifier: Apache-2.0
//
// `npm run test:e2e [-- arguments of playwright test]`: the end-to-end tests in a real browser, against the Grafana at
// GRAFANA_URL, or else against a loop of their own on free ports and in a folder that is gone afterwards. A Grafana that
// is there already has to be provisioned from `provisioning/` and to have the demo shop's data.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { Programs } from './processes.mjs';
import { root } from './store-and-demo.mjs';

const programs = new Programs();
programs.watchForTheEnd();

/** Starts the loop; resolves to Grafana's address, or to undefined if the loop ended instead. */
async function startLoop() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tracewell-e2e-'));
  programs.atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'addresses.json');
  const args = ['tooling/loop.mjs', '--free-ports', '--data-dir', path.join(folder, 'data'), '--addresses', file];
  const loop = programs.start('loop', process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  let hasEnded = false;
  void loop.ended.then(() => {
    hasEnded = true;
  });
  while (!existsSync(file)) {
    if (hasEnded) {
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return JSON.parse(readFileSync(file, 'utf8')).grafana;
}

const chromium = findChromium();
if (chromium === undefined) {
  process.stderr.write('No Chromium was found: put one on PATH, or name it by CHROMIUM_PATH\n');
  process.exit(1);
}
const grafana = process.env.GRAFANA_URL ?? (await startLoop());
if (grafana === undefined) {
  await programs.endAll(1);
} else {
  const args = ['--no-install', 'playwright', 'test', '--config=playwright.e2e.config.ts', ...process.argv.slice(2)];
  const tests = spawn('npx', args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, GRAFANA_URL: grafana, CHROMIUM_PATH: chromium },
  });
  tests.once('exit', (code) => void programs.endAll(code ?? 1));
}
