// SPDX-License-Identifier: Apache-2.0
//
// axe on every page in both themes, the content security policy, and that pages do not scroll as a whole.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { testIds } from '../packages/views/src/test-ids.ts';
import { traceTestIds } from '../packages/views/src/trace/test-ids.ts';
import { expect, test } from './browser/test.ts';

interface Place {
  readonly name: string;
  readonly address: (shop: { range: string; failed: readonly string[] }) => string;
  readonly ready: (page: Page) => Promise<void>;
}

const places: readonly Place[] = [
  {
    name: 'Search',
    // Fewer rows than the default: axe looks at each of them.
    address: ({ range }) => `/search?${range}&limit=20`,
    ready: (page) => expect(page.getByTestId(testIds.search.row).first()).toBeVisible(),
  },
  {
    name: 'Trace',
    address: ({ failed }) => `/trace/${failed[0] ?? ''}?span=0000000000000011`,
    ready: (page) => expect(page.getByTestId(traceTestIds.details)).toBeVisible(),
  },
  {
    name: 'Services',
    address: ({ range }) => `/services?${range}&node=front`,
    ready: (page) => expect(page.getByTestId(testIds.services.panel)).toBeVisible(),
  },
  {
    name: 'Services as a table',
    address: ({ range }) => `/services?${range}&tab=table`,
    ready: (page) => expect(page.getByTestId(testIds.services.table)).toBeVisible(),
  },
];

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme });
    for (const { name, address, ready } of places) {
      test(`${name} has no serious violation`, async ({ page, shop }) => {
        await page.goto(address(shop));
        await ready(page);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .flatMap(({ id, nodes }) =>
            nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`)
          );
        expect(serious).toEqual([]);
      });
    }
  });
}

for (const { name, address, ready } of places) {
  test(`${name} fits 1000 pixels and does not scroll as a whole`, async ({ page, shop }) => {
    await page.setViewportSize({ width: 1000, height: 800 });
    await page.goto(address(shop));
    await ready(page);
    const overflow = await page.evaluate(() => {
      const main = document.querySelector('main');
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
      return [
        scrollWidth - clientWidth,
        scrollHeight - clientHeight,
        (main?.scrollWidth ?? 0) - (main?.clientWidth ?? 0),
        (main?.scrollHeight ?? 0) - (main?.clientHeight ?? 0),
      ];
    });
    expect(overflow).toEqual([0, 0, 0, 0]);
  });
}

for (const { name, address, ready } of places.filter((place) => place.name !== 'Trace')) {
  test(`${name} tells its keys`, async ({ page, shop }) => {
    await page.goto(address(shop));
    await ready(page);
    await page.keyboard.press('?');
    await expect(page.getByTestId(testIds.help)).toContainText('This help');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(testIds.help)).toHaveCount(0);
  });
}

test('the page comes with a policy that allows no script but its own', async ({ page, request, shop }) => {
  const response = await request.get('/search');
  const policy = response.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);

  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // A library tries `new Function('')` to see whether it may, and lives with the answer.
      if (event.blockedURI !== 'eval') {
        console.error('policy', event.violatedDirective, event.blockedURI);
      }
    });
  });
  for (const { address, ready } of places) {
    await page.goto(address(shop));
    await ready(page);
  }
});
