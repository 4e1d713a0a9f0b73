// SPDX-License-Identifier: Apache-2.0
//
// The Shop dashboard for somebody with the Viewer role, who has no Explore: all panels have data, and what is not theirs
// is not offered.
import { testIds } from '../../packages/views/src/test-ids.ts';
import { traceTestIds } from '../../packages/views/src/trace/test-ids.ts';
import { asViewer, rows, someTraceId } from './app.ts';
import { shortPast } from './grafana.ts';
import { panelOf } from './panels.ts';
import { expect, test } from './test.ts';

// plugin-e2e's own page stands at Grafana's home, which reads news from the internet; the Viewer's page is watched below.
test.use({ requestsMayFail: true });
test.setTimeout(180_000);

test('a Viewer reads the Shop dashboard, and goes from its panels to the app', async ({
  browser,
  request,
  baseURL,
  picture,
}) => {
  await someTraceId(request);
  await asViewer(browser, request, baseURL ?? '', async (page) => {
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.setViewportSize({ width: 1600, height: 1900 });
    await page.goto(`d/tracewell-shop?${shortPast()}`);
    const waterfall = page.getByTestId(traceTestIds.waterfall);
    await expect(waterfall.getByRole('row').nth(1)).toBeVisible({ timeout: 60_000 });
    await expect(page.getByTestId(testIds.services.map).locator('[data-node="checkout"]')).toBeVisible();
    await expect(panelOf(page, 'Latency').locator('canvas').first()).toBeVisible();
    await picture('shop', page);
    // In a small panel the details lie over the rows, so they come with the second click.
    await waterfall.getByRole('row').nth(1).click();
    await waterfall.getByRole('row').nth(1).click();
    const details = page.getByTestId(traceTestIds.details);
    await expect(details).toBeVisible();
    await expect(details.getByRole('link', { name: /logs/i })).toHaveCount(0);
    await details.getByRole('link', { name: 'Open in Tracewell' }).click();
    await expect(page).toHaveURL(/\/a\/tracewell-app\/trace\?/);
    await expect(page.getByTestId(traceTestIds.details)).toBeVisible();
    await page.goto('a/tracewell-app/search?ds=tracewell');
    await expect(rows(page).first()).toBeVisible();
    expect(complaints).toEqual([]);
  });
});
