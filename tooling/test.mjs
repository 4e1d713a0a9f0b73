// SPDX-License-Identifier: Apache-2.0
//
// `npm test`: unit and integration tests (jest), then the browser tests (Playwright) against `npm start`. Ends with one
// line of totals. What cannot run here is counted as skipped, and only if tests/allowed-skips.json names it with a
// reason: a skip that nobody has allowed is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';

const root = path.dirname(import.meta.dirname);
const scratch = mkdtempSync(path.join(tmpdir(), 'tracewell-test-'));
const totals = { passed: 0, failed: 0, skipped: [] };

function run(name, args, env = {}) {
  process.stdout.write(`\n== ${name}\n`);
  return spawnSync('npx', ['--no-install', ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
}

function runJest() {
  const report = path.join(scratch, 'jest.json');
  run('unit and integration tests', ['jest', '--json', `--outputFile=${report}`, ...process.argv.slice(2)]);
  if (!existsSync(report)) {
    process.stdout.write('jest ended without a report\n');
    totals.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  for (const suite of result.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'pending' || test.status === 'todo') {
        totals.skipped.push(test.fullName);
      }
    }
  }
}

function runBrowserTests() {
  const chromium = findChromium();
  if (chromium === undefined) {
    totals.skipped.push('browser tests');
    return;
  }
  const report = path.join(scratch, 'playwright.json');
  run('browser tests', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    CHROMIUM_PATH: chromium,
  });
  if (!existsSync(report)) {
    process.stdout.write('Playwright ended without a report\n');
    totals.failed += 1;
    return;
  }
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += stats.expected;
  totals.failed += stats.unexpected + stats.flaky + (stats.expected + stats.unexpected === 0 ? errors.length : 0);
  for (let index = 0; index < stats.skipped; index += 1) {
    totals.skipped.push('a browser test that skipped itself');
  }
}

runJest();
runBrowserTests();
rmSync(scratch, { recursive: true, force: true });

const allowed = JSON.parse(readFileSync(path.join(root, 'tests/allowed-skips.json'), 'utf8'));
for (const name of totals.skipped) {
  const reason = allowed[name];
  process.stdout.write(`skipped: ${name}: ${reason ?? 'NOT ALLOWED, see tests/allowed-skips.json'}\n`);
  if (reason === undefined) {
    totals.failed += 1;
  }
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped.length} skipped\n`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
