// SPDX-License-Identifier: Apache-2.0
//
// axe on the app's pages in both themes, without Grafana's own chrome around them; and a walk by keyboard.
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { details, param, rows, someTraceId } from './app.ts';
import { expect, test } from './test.ts';

test.setTimeout(180_000);

const places = [
  { name: 'search', path: () => 'a/tracewell-app/search?ds=tracewell&limit=20', ready: testIds.search.row },
  { name: 'trace', path: (id: string) => `a/tracewell-app/trace?ds=tracewell&id=${id}`, ready: traceTestIds.waterfall },
  { name: 'services', path: () => 'a/tracewell-app/services?ds=tracewell', ready: testIds.services.map },
  { name: 'missing data source', path: () => 'a/tracewell-app/search?ds=nowhere', ready: 'missing-datasource' },
  { name: 'setup', path: () => 'plugins/tracewell-app?page=setup', ready: 'setup' },
] as const;

test.describe('axe', () => {
  // The setup page is in Grafana's catalogue, which asks for more than there is.
  test.use({ requestsMayFail: true });
  for (const theme of ['dark', 'light']) {
    for (const { name, path, ready } of places) {
      test(`${name}, ${theme}: no serious violation`, async ({ page, request, scanForA11yViolations }) => {
        const address = path(await someTraceId(request));
        await page.goto(`${address}&theme=${theme}`);
        await expect(page.getByTestId(ready).first()).toBeVisible();
        const include = name === 'setup' ? '[data-testid="setup"]' : '[data-testid="tracewell-page"]';
        const { violations } = await scanForA11yViolations({ include });
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .flatMap(({ id, nodes }) =>
            nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`)
          );
        expect(serious).toEqual([]);
      });
    }
  }
});

test('by keyboard: from the list to a trace, down to a span, and back', async ({ page }) => {
  await page.goto('a/tracewell-app/search?ds=tracewell');
  await rows(page).first().waitFor();
  await page.getByTestId(testIds.search.results).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId(traceTestIds.waterfall)).toBeVisible();
  await page.getByTestId(traceTestIds.waterfall).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(details(page)).toBeVisible();
  await expect.poll(() => param(page, 'span')).not.toBeNull();
});
