// SPDX-License-Identifier: Apache-2.0
//
// `npm test`: unit and integration tests (jest), then the browser tests (Playwright) against `npm start`. Ends with one
// line of totals. What cannot run here is counted as skipped, and only if tests/allowed-skips.json names it with a
// reason: a skip that nobody has allowed is a failure. So is a part that has not ended in its time, or goes on when all
// of its tests have: it is ended here, for whoever waits for the totals.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { INTERRUPTED, Programs } from './processes.mjs';
import { root } from './store-and-demo.mjs';

/** Longest that all parts may take together; the slowest machine seen takes half of it. */
const ALL_MS = 60 * 60_000;
/** Longest that a part may go on after it has written its report, which is the last that it does. */
const AFTER_REPORT_MS = 30_000;

const programs = new Programs();
const scratch = mkdtempSync(path.join(tmpdir(), 'tracewell-test-'));
const totals = { passed: 0, failed: 0, skipped: [] };

function fail(sentence) {
  process.stdout.write(`${sentence}\n`);
  totals.failed += 1;
}

/** Runs one part; resolves to what it reports, or to undefined if there is no report. */
async function run(name, args, report, env = {}) {
  process.stdout.write(`\n== ${name}\n`);
  const group = programs.start(name, 'npx', ['--no-install', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  let reported;
  const watch = setInterval(() => {
    reported ??= existsSync(report) ? performance.now() : undefined;
    if (reported !== undefined && performance.now() > reported + AFTER_REPORT_MS) {
      fail(`${name}: still running ${AFTER_REPORT_MS / 1000} s after the last test: a test has left something open`);
    } else if (performance.now() > ALL_MS) {
      fail(`${name}: has not ended, ${ALL_MS / 60_000} minutes after the beginning of all tests`);
    } else {
      return;
    }
    clearInterval(watch);
    void group.end();
  }, 1000);
  await group.ended;
  clearInterval(watch);
  if (!existsSync(report)) {
    fail(`${name}: ended without a report`);
    return undefined;
  }
  return JSON.parse(readFileSync(report, 'utf8'));
}

async function runJest() {
  const report = path.join(scratch, 'jest.json');
  const args = ['jest', '--json', `--outputFile=${report}`, ...process.argv.slice(2)];
  const result = await run('unit and integration tests', args, report);
  if (result === undefined) {
    return;
  }
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

async function runBrowserTests() {
  const chromium = findChromium();
  if (chromium === undefined) {
    totals.skipped.push('browser tests');
    return;
  }
  const report = path.join(scratch, 'playwright.json');
  const result = await run('browser tests', ['playwright', 'test', '--reporter=list,json'], report, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    CHROMIUM_PATH: chromium,
  });
  if (result === undefined) {
    return;
  }
  const { stats, errors } = result;
  totals.passed += stats.expected;
  totals.failed += stats.unexpected + stats.flaky + (stats.expected + stats.unexpected === 0 ? errors.length : 0);
  for (let index = 0; index < stats.skipped; index += 1) {
    totals.skipped.push('a browser test that skipped itself');
  }
}

programs.watchForTheEnd(INTERRUPTED);
programs.atEnd(() => rmSync(scratch, { recursive: true, force: true }));
await runJest();
await runBrowserTests();

const allowed = JSON.parse(readFileSync(path.join(root, 'tests/allowed-skips.json'), 'utf8'));
for (const name of totals.skipped) {
  const reason = allowed[name];
  process.stdout.write(`skipped: ${name}: ${reason ?? 'NOT ALLOWED, see tests/allowed-skips.json'}\n`);
  if (reason === undefined) {
    totals.failed += 1;
  }
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped.length} skipped\n`);
await programs.endAll(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
