// SPDX-License-Identifier: Apache-2.0
//
// Our panels over our data source: their links, the keyboard, and axe in both themes.
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { someTraceId } from './app.ts';
import { openDashboard, panelOf, tracewell } from './panels.ts';
import type { PanelToMake } from './panels.ts';
import { expect, test } from './test.ts';

function panels(id: string): PanelToMake[] {
  return [
    {
      type: 'tracewell-waterfall-panel',
      title: 'waterfall',
      query: { datasource: tracewell, queryType: 'traceql', query: id },
    },
    {
      type: 'tracewell-servicegraph-panel',
      title: 'graph',
      query: { datasource: tracewell, queryType: 'serviceGraph', query: '{}' },
    },
  ];
}

test('a span leads to its logs and to the app; by keyboard', async ({ page, request, picture }) => {
  const id = await someTraceId(request);
  await openDashboard(page, request, 'e2e-panels-use', panels(id), '?viewPanel=1');
  const rows = page.getByTestId(traceTestIds.waterfall);
  await expect(rows.getByText('PlaceOrder').first()).toBeVisible();
  await rows.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const details = page.getByTestId(traceTestIds.details);
  if (!(await details.isVisible())) await page.keyboard.press('Enter');
  await expect(details).toBeVisible();
  await expect(details.getByRole('link', { name: /logs/i }).first()).toHaveAttribute('href', /\/explore\?.*loki/);
  await picture('details');
  await details.getByRole('link', { name: 'Open in Tracewell' }).click();
  await expect(page).toHaveURL(new RegExp(`/a/tracewell-app/trace\\?.*id=${id}.*span=[0-9a-f]{16}`));
  await expect(page.getByTestId(traceTestIds.details)).toBeVisible();
});

test('a service leads to its traces; by keyboard', async ({ page, request, picture }) => {
  await openDashboard(page, request, 'e2e-panels-use', panels(await someTraceId(request)));
  const graph = panelOf(page, 'graph');
  await graph.locator('[data-node="checkout"]').focus();
  await page.keyboard.press('Enter');
  const details = graph.getByTestId(testIds.services.panel);
  await expect(details.getByRole('heading', { name: 'checkout' })).toBeVisible();
  await picture('service');
  await details.getByTestId(testIds.services.showTraces).first().click();
  await expect(page).toHaveURL(/\/a\/tracewell-app\/search\?.*checkout/);
  await expect(page.getByTestId(testIds.search.row).first()).toBeVisible();
});

for (const theme of ['dark', 'light']) {
  test(`axe, ${theme}: no serious violation`, async ({ page, request, scanForA11yViolations }) => {
    await openDashboard(page, request, 'e2e-panels-use', panels(await someTraceId(request)), `?theme=${theme}`);
    await expect(page.getByTestId(traceTestIds.waterfall)).toBeVisible();
    await expect(page.locator('[data-node="checkout"]')).toBeVisible();
    for (const part of [traceTestIds.page, testIds.services.map]) {
      const { violations } = await scanForA11yViolations({ include: `[data-testid="${part}"]` });
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`));
      expect(serious).toEqual([]);
    }
  });
}
