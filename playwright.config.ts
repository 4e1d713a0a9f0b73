// SPDX-License-Identifier: Apache-2.0
//
// Browser tests of the console in the system's Chromium, against a server of their own (tests/browser/server.ts).
import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/browser/chromium.ts';

const port = 13200;

export default defineConfig({
  testDir: './tests',
  // Without this Playwright would also pick up jest's *.test.ts.
  testMatch: '**/*.spec.ts',
  // Those have settings of their own: playwright.e2e.config.ts.
  testIgnore: 'e2e/**',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  outputDir: 'test-results',
  use: {
    baseURL: `http://127.0.0.1:${String(port)}`,
    viewport: { width: 1600, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions,
  },
  webServer: {
    // Without a shell between: it watches its parent.
    command: 'exec node tests/browser/start.mjs',
    url: `http://127.0.0.1:${String(port)}/ready`,
    timeout: 120_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
    stdout: 'pipe',
  },
});
