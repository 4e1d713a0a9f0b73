// SPDX-License-Identifier: Apache-2.0
//
// plugin-e2e's test with eyes on the page: an error in its console or an uncaught exception fails the test, whatever it
// was about, unless Grafana itself is known to complain so. `picture` keeps a screenshot of each step to look at.
import { test as base } from '@grafana/plugin-e2e';
import { request as newRequest } from '@playwright/test';
import type { Page } from '@playwright/test';
import path from 'node:path';

export { expect } from '@grafana/plugin-e2e';

/** What Grafana's own code says in the console of a page that works. */
const grafanasOwn: readonly RegExp[] = [
  // The pages of plugins ask grafana.com for its catalogue, which is not there without the internet.
  /^Failed to fetch plugins from catalog/,
  /^Failed to load resource: .*\/api\/gnet\/plugins/,
  // The home page reads news from the internet.
  /news\.xml\)$/,
  // 12.3 asks each dashboard whether it is public, and is told by a 404 that it is not.
  /^Failed to load resource: .*404.*\/public-dashboards\)$/,
  // Once in a while Grafana's library for telling anonymous devices apart reports to its makers.
  /^Connecting to 'https:\/\/m1\.openfpcdn\.io\//,
];

interface Fixtures {
  /** Failing requests are expected: set by tests that make requests fail. */
  readonly requestsMayFail: boolean;
  readonly watch: undefined;
  /** Saves a screenshot as test-results/e2e-pictures/<test file>-<name>.png, or in the folder E2E_PICTURES. */
  readonly picture: (name: string, page?: Page) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  // Each test signs in for itself: Grafana changes a session's token every ten minutes, and one that was kept in a file is
  // refused from then on. The address is relative, so that it is Grafana's below a sub-path too; plugin-e2e's own is not.
  storageState: async ({ baseURL }, use) => {
    const api = await newRequest.newContext(baseURL === undefined ? {} : { baseURL });
    const answer = await api.post('login', {
      data: {
        user: process.env['GRAFANA_ADMIN_USER'] ?? 'admin',
        password: process.env['GRAFANA_ADMIN_PASSWORD'] ?? 'admin',
      },
    });
    base.expect(answer.status(), await answer.text()).toBe(200);
    const state = await api.storageState();
    await api.dispose();
    await use(state);
  },
  requestsMayFail: [false, { option: true }],
  watch: [
    async ({ page, requestsMayFail }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        const text = `${message.text()} (${message.location().url})`;
        const isExpected =
          (requestsMayFail && text.startsWith('Failed to load resource')) ||
          grafanasOwn.some((pattern) => pattern.test(text));
        if (message.type() === 'error' && !isExpected) {
          complaints.push(text);
        }
      });
      await use(undefined);
      base.expect(complaints, 'errors in the console of the page').toEqual([]);
    },
    { auto: true },
  ],
  picture: async ({ page }, use, info) => {
    const folder = process.env['E2E_PICTURES'] ?? 'test-results/e2e-pictures';
    const prefix = path.basename(info.file).replace('.spec.ts', '');
    await use(async (name, other = page) => {
      await other.screenshot({ path: path.join(folder, `${prefix}-${name}.png`), animations: 'disabled' });
    });
  },
});
