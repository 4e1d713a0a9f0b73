// SPDX-License-Identifier: Apache-2.0
//
// The dashboards as somebody finds them: every panel shows data, the waterfall a slow trace, the graph who calls whom.
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { shortPast, slowestExemplar } from './grafana.ts';
import { expect, test } from './test.ts';

test.setTimeout(400_000);
// The panels bring whole views with them, and this page has six panels more.

test('Shop: waterfall of the slowest trace, and who calls whom', async ({ page, picture, request }) => {
  await slowestExemplar(request);
  // High enough that Grafana loads every panel.
  await page.setViewportSize({ width: 1600, height: 1800 });
  await page.goto(`d/tracewell-shop?${shortPast()}`);
  const panel = (title: string) => page.getByTestId(`data-testid Panel header ${title}`);
  const waterfall = panel('Slowest recent trace').getByTestId(traceTestIds.waterfall);
  // Which request is the slowest is chance; each comes from the browser through the storefront.
  for (const service of ['web', 'storefront']) {
    await expect(waterfall.getByText(service, { exact: true }).first()).toBeVisible({ timeout: 90_000 });
  }
  for (const service of ['web', 'storefront', 'catalog']) {
    await expect(panel('Who calls whom').getByText(service, { exact: true }).first()).toBeVisible({
      timeout: 90_000,
    });
  }
  for (const title of ['Requests', 'Errors', 'Latency', 'Logs', 'Slowest recent trace', 'Who calls whom']) {
    await expect(panel(title).getByText('No data')).toHaveCount(0);
  }
  await picture('shop');
});

test('Tracewell store: every panel has data', async ({ page, picture }) => {
  await page.setViewportSize({ width: 1600, height: 2500 });
  await page.goto(`d/tracewell-store?${shortPast()}`);
  const panels = page.getByTestId(/^data-testid Panel header /);
  await expect(panels).toHaveCount(25);
  await expect(page.getByText('p99', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('No data')).toHaveCount(0);
  await picture('store');
});
