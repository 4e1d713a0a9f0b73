// SPDX-License-Identifier: Apache-2.0
//
// Playwright's test with the small shop in the store, and with eyes on the page: an error in its console, an uncaught
// exception or a broken content security policy fails the test, whatever it was about.
import { test as base } from '@playwright/test';
import { openSmallShop } from './small-shop.ts';
import type { SmallShop } from './small-shop.ts';

export { expect } from '@playwright/test';

interface TestFixtures {
  /** Messages of failed requests are expected: set by tests that make requests fail. */
  readonly requestsMayFail: boolean;
  readonly watch: undefined;
}

export const test = base.extend<TestFixtures, { shop: SmallShop }>({
  shop: [
    async ({ playwright }, use, worker) => {
      const origin = worker.project.use.baseURL ?? '';
      const context = await playwright.request.newContext({ baseURL: origin });
      const answer = await context.get('/tracewell/api/v1/capabilities');
      const { otlp } = (await answer.json()) as { otlp: { http: string } };
      await context.dispose();
      await use(await openSmallShop(otlp.http, worker.workerIndex));
    },
    { scope: 'worker' },
  ],
  requestsMayFail: [false, { option: true }],
  watch: [
    async ({ page, requestsMayFail }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        const isFailedRequest = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !(requestsMayFail && isFailedRequest)) {
          complaints.push(`${message.text()} (${message.location().url})`);
        }
      });
      await use(undefined);
      base.expect(complaints, 'errors in the console of the page').toEqual([]);
    },
    { auto: true },
  ],
});
