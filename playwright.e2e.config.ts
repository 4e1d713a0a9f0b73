// SPDX-License-Identifier: Apache-2.0
//
// End-to-end tests in a real Grafana, the one at GRAFANA_URL; `npm run test:e2e` starts one if there is none. Signed in as
// its administrator (admin, admin, or GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD).
import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/browser/chromium.ts';

const grafana = process.env['GRAFANA_URL'];
if (grafana === undefined) {
  throw new Error('GRAFANA_URL should name the Grafana to test; npm run test:e2e starts one and does so');
}

export default defineConfig<PluginOptions>({
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 1,
  retries: 0,
  reporter: [['list']],
  outputDir: 'test-results/e2e',
  use: {
    // Relative addresses in tests ("explore", not "/explore") stay below a sub-path.
    baseURL: grafana.endsWith('/') ? grafana : `${grafana}/`,
    provisioningRootDir: 'provisioning',
    actionTimeout: 30_000,
    viewport: { width: 1600, height: 1000 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions,
  },
  projects: [
    {
      name: 'grafana',
      testDir: 'tests/e2e',
      // Without this Playwright would also pick up jest's *.test.ts.
      testMatch: '**/*.spec.ts',
    },
  ],
});
